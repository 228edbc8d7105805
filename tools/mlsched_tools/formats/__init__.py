"""Readers of foreign model files, one module a format, chosen by what a file contains."""

import importlib
import zipfile
from dataclasses import replace
from pathlib import Path

from ..errors import ModelError
from ..flow import Softmax
from ..graph import several_outputs
from ..guards import MAX_FILE, Archive, limited, require_file
from ..source import ReadOptions, Source

HDF5 = b"\x89HDF\r\n\x1a\n"
MODEL = b"\x89MLW\r\n\x1a\n"
# A protocol buffer whose first field is the number 1, the version of ONNX.
ONNX_FIRST_FIELD = 0x08
HEAD = 64
# What reading on raises where a file says one thing and holds another; the readers name what they
# foresee, this is for the rest.
DAMAGE = (
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError, zipfile.BadZipFile,
)  # fmt: skip


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a model of any known format.

    Raises:
        ModelError: When it cannot be represented exactly; the message names the file.
        OSError: When it cannot be read.
    """
    try:
        module = importlib.import_module(f".{recognise(path)}", __name__)
        with limited():
            return _one_output(module.read(path, options), options)
    except RecursionError:
        raise ModelError(f"{path}: nested too deeply") from None
    except ModelError as error:
        text = str(error)
        raise ModelError(text if text.startswith(str(path)) else f"{path}: {text}") from None
    except DAMAGE as error:
        raise ModelError(f"{path}: the file is damaged ({type(error).__name__})") from None


def _one_output(source: Source, options: ReadOptions) -> Source:
    """The source with the output that means migrate alone, unless an embedder wants them all."""
    flow, number = source.flow, source.output if source.output is not None else options.output
    if options.softmax:
        flow = flow.softmax("--softmax")
    if options.library or flow.width == 1:
        return replace(source, flow=flow)
    if number is None and flow.width == 2 and isinstance(flow.ops[-1], Softmax):
        number = 1
    if number is None or not 0 <= number < flow.width:
        raise ModelError(several_outputs(flow.width, number))
    return replace(source, flow=flow.take(number, "the output", keep=True), output=number)


def recognise(path: Path) -> str:
    """The name of the module that reads a file or folder, by its content."""
    if path.is_dir():
        if (path / "saved_model.pb").is_file():
            return "savedmodel"
        raise ModelError(f"{path}: a folder without saved_model.pb is no model")
    require_file(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise ModelError(f"{path}: the file is empty")
    for magic, module in ((MODEL, "mlw"), (HDF5, "keras_h5")):
        if head.startswith(magic):
            return module
    if head[4:8] == b"TFL3":
        return "tflite"
    if head.startswith(b"PK") and zipfile.is_zipfile(path):
        return _recognise_archive(path)
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < MAX_FILE:
        return "safetensors"
    if head[:1] == b"\x80" and head[1] <= 5:
        return "pickled"
    if head[0] == ONNX_FIRST_FIELD:
        return "onnx"
    if head.lstrip().startswith(b"{"):
        raise ModelError(f"{path}: it is JSON without weights: give it as --architecture of them")
    raise ModelError(f"{path}: it is not a model of a known format")


def _recognise_archive(path: Path) -> str:
    names = Archive(path).names
    if "config.json" in names and "model.weights.h5" in names:
        return "keras_zip"
    if "schema.json" in names:
        return "skops"
    if any(name.split("/")[1:] == ["data.pkl"] for name in names):
        return "torch"
    if any(name.split("/")[1:-1] == ["models"] and name.endswith(".json") for name in names):
        return "torch_export"
    if any(name.endswith(".npy") for name in names):
        return "npz"
    raise ModelError(f"{path}: the zip file holds no model of a known format")
