"""Where peers find the network in their own formats, and where C peers are built."""

import functools
import shutil
import subprocess
from pathlib import Path

from . import onnx_file
from .errors import INSTALL, MissingError, PeerError
from .network import Network

ROOT = Path(__file__).resolve().parents[2]
C_FILES = Path(__file__).parent / "c"
REFERENCE = ROOT / "Sources" / "CReferenceMLP"


# Where there is no other compiler there is Swift's.
CC = "cc" if shutil.which("cc") else "clang"


class Workspace:
    """A temporary folder with what the peers of a run need."""

    def __init__(self, folder: Path, model: Path, network: Network, batches: list[int]) -> None:
        self.folder = folder
        self.model = model
        self.network = network
        self._batches = batches

    @functools.cached_property
    def plain_file(self) -> Path:
        """The network with rows for the largest batch, as c/driver.c reads it."""
        path = self.folder / "network.bin"
        self.network.write_plain(path, max(self._batches))
        return path

    @functools.cached_property
    def onnx_file(self) -> Path:
        """The network as ONNX, for any batch."""
        path = self.folder / "network.onnx"
        onnx_file.write(self.network, path)
        return path

    def write_onnx_files(self) -> None:
        """Writes network-ROWS.onnx into the folder for each batch."""
        for batch in self._batches:
            onnx_file.write(self.network, self.folder / f"network-{batch}.onnx", batch)

    def compile(
        self, name: str, sources: list[Path], options: list[str], compiler: str = CC
    ) -> Path:
        """Builds a program around c/driver.c.

        Raises:
            PeerError: With the compiler's first error.
        """
        program = self.folder / name
        files = [str(path) for path in [*sources, C_FILES / "driver.c"]]
        done = _run([compiler, f"-I{C_FILES}", "-o", str(program), *files, *options, "-lm"])
        if done.returncode != 0:
            lines = done.stderr.splitlines() or ["nothing"]
            error = next((line for line in lines if "error" in line), lines[-1])
            raise PeerError(f"{compiler} says: {error}")
        return program


def need_compiler(*headers: str, options: tuple[str, ...] = ()) -> None:
    """Makes sure that C can be compiled here with these headers.

    Raises:
        MissingError: When it cannot.
    """
    text = "".join(f"#include <{header}>\n" for header in headers)
    if _run([CC, "-E", *options, "-"], text).returncode != 0:
        raise MissingError(INSTALL)


def package_options(package: str, *what: str) -> list[str]:
    """What pkg-config says a package needs.

    Raises:
        MissingError: When it does not know the package.
    """
    done = _run(["pkg-config", *what, package])
    if done.returncode != 0:
        raise MissingError(INSTALL)
    return done.stdout.split()


def _run(command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True)
    except FileNotFoundError:
        raise MissingError(INSTALL) from None
