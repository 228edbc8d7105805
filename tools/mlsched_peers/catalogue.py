"""Every peer: its name, the interface that is measured, and how its process is started."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import INSTALL, MissingError, PeerError
from .workspace import C_FILES, CC, REFERENCE, Workspace, need_compiler, package_options

NATIVE = ["-O3", "-march=native"]


@dataclass(frozen=True)
class Entry:
    """A peer that may be installed here.

    Attributes:
        name: What results call it.
        interface: What is called, for people.
        command: Prepares whatever it needs in a workspace, and returns the process's command.
            Raises MissingError when the peer is not installed, PeerError when it cannot be built.
    """

    name: str
    interface: str
    command: Callable[[Workspace], list[str]]


def _plain_c(workspace: Workspace) -> list[str]:
    # As SwiftPM compiles the same file for `mlsched bench`: the check of its figures from outside.
    # gcc vectorises the loops over a layer from -O3 on, clang from -O2.
    if shutil.which("clang"):
        return _cblas(workspace, "plain", ["-O2"], "clang")
    return _cblas(workspace, "plain", ["-O3"], CC)


def _plain_c_native(workspace: Workspace) -> list[str]:
    return _cblas(workspace, "plain-native", NATIVE, CC)


def _cblas(workspace: Workspace, name: str, flags: list[str], compiler: str) -> list[str]:
    options = package_options("openblas", "--cflags", "--libs")
    need_compiler("cblas.h", options=tuple(option for option in options if option[:2] == "-I"))
    sources = [C_FILES / "plain.c", REFERENCE / "CReferenceMLP.c"]
    options = [*flags, f"-I{REFERENCE / 'include'}", *options]
    return [str(workspace.compile(name, sources, options, compiler)), str(workspace.plain_file)]


def _libxsmm(workspace: Workspace) -> list[str]:
    need_compiler("libxsmm.h")
    options = [*NATIVE, "-fopenmp-simd", "-lxsmm", "-lxsmmnoblas", "-ldl", "-lpthread"]
    program = workspace.compile("libxsmm", [C_FILES / "libxsmm.c"], options)
    return [str(program), str(workspace.plain_file)]


def _onnxruntime(workspace: Workspace) -> list[str]:
    library = _library("onnxruntime", "capi/libonnxruntime.so.*")
    return _loading(workspace, "onnxruntime", library, lambda: workspace.onnx_file)


def _openvino(workspace: Workspace) -> list[str]:
    library = _library("openvino", "libs/libopenvino_c.so.*")

    def folder() -> Path:
        workspace.write_onnx_files()
        return workspace.folder

    return _loading(workspace, "openvino", library, folder)


def _library(package: str, pattern: str) -> Path:
    """The shared object within a Python package."""
    folder = _package(package)
    found = sorted(folder.glob(pattern))
    if not found:
        raise PeerError(f"its package has no {pattern}")
    return found[-1]


def _loading(
    workspace: Workspace, name: str, library: Path, model: Callable[[], Path]
) -> list[str]:
    """A C peer that loads the library of a Python package and reads ONNX."""
    _package("onnx")
    need_compiler("dlfcn.h")
    program = workspace.compile(name, [C_FILES / f"{name}.c"], ["-O3", "-ldl"])
    return [str(program), str(workspace.plain_file), str(library), str(model())]


def _python(module: str, *packages: str) -> Callable[[Workspace], list[str]]:
    def command(workspace: Workspace) -> list[str]:
        for package in packages:
            _package(package)
        return [sys.executable, "-m", "mlsched_peers.child", module, str(workspace.model)]

    return command


def _package(name: str) -> Path:
    """The folder of a Python package."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise MissingError(INSTALL)
    return Path(found.submodule_search_locations[0])


PEERS = (
    Entry("plain C", "cblas_sgemm", _plain_c),
    Entry("plain C (native)", "cblas_sgemm, -march=native", _plain_c_native),
    Entry("libxsmm", "C", _libxsmm),
    Entry("ONNX Runtime", "C API, bound tensors", _onnxruntime),
    Entry("LiteRT", "Python", _python("litert", "ai_edge_litert")),
    Entry("OpenVINO", "C API", _openvino),
    Entry("numpy", "Python", _python("numpy", "numpy")),
    Entry("PyTorch", "Python", _python("torch", "torch")),
    Entry("JAX", "Python", _python("jax", "jax", "jaxlib")),
    Entry("TensorFlow", "Python", _python("tensorflow", "tensorflow")),
)
