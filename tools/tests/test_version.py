"""The tools say their version, which is that of the program."""

import tomllib
from pathlib import Path

import pytest

from mlsched_tools import export, train

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", [export, train])
def test_each_tool_says_the_version_of_the_project(tool, monkeypatch, capsys) -> None:
    """`--version` prints what pyproject.toml says, and ends well."""
    project = tomllib.loads((ROOT / "tools/pyproject.toml").read_text())["project"]
    monkeypatch.setattr("sys.argv", ["tool", "--version"])
    with pytest.raises(SystemExit) as end:
        tool.main()
    assert end.value.code == 0
    assert capsys.readouterr().out.strip() == project["version"]
