"""The version of these tools, which is that of the program."""

import tomllib
from importlib import metadata
from pathlib import Path


def version() -> str:
    """Returns the version of the installed tools, or of the checkout that they run from."""
    try:
        return metadata.version("mlsched-tools")
    except metadata.PackageNotFoundError:
        project = Path(__file__).resolve().parents[1] / "pyproject.toml"
        return str(tomllib.loads(project.read_text())["project"]["version"])
