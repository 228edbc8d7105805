"""NumPy archives: `<layer>.kernel` (inputs, outputs) or `<layer>.weight` (outputs, inputs)."""

import ast
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..architecture import Architecture, Step, activation
from ..errors import ModelError
from ..guards import MAX_PARAMETERS, Archive
from ..source import ReadOptions, Source
from . import tensors

MAGIC = b"\x93NUMPY"
MAX_HEADER = 65536


def read(path: Path, options: ReadOptions) -> Source:
    """Reads dense layers, and activations from an array `activations` if it is there.

    The array holds one name a layer, such as relu, relu, sigmoid; --architecture overrides it.
    """
    archive = Archive(path)
    arrays = {
        name.removesuffix(".npy"): array(archive.read(name), name)
        for name in archive.names
        if name.endswith(".npy")
    }
    names = arrays.pop("activations", None)
    if names is not None and options.architecture is None:
        if names.dtype.kind != "U":
            raise ModelError("the array `activations` does not hold names")
        steps = tuple(Step(None, activation(str(name))) for name in names.ravel())
        options = replace(options, architecture=Architecture(steps=steps))
    notes = tuple(
        f"array {name} converted from {values.dtype} to float32"
        for name, values in arrays.items()
        if values.dtype != np.dtype("<f4")
    )
    chain = tensors.chain(arrays, options)
    return Source("npz", chain.flow, notes + chain.notes, order=chain.order)


def array(data: bytes, name: str) -> NDArray:
    """Parses the bytes of an `.npy` file without ever unpickling.

    Raises:
        ModelError: When it is damaged, promises more than it holds, or holds Python objects.
    """
    dtype, fortran, shape, body = _header(data, name)
    if dtype.hasobject:
        raise ModelError(f"array {name} holds Python objects, which could run code")
    count = math.prod(shape)
    if min((0, *shape)) < 0 or count > MAX_PARAMETERS or count * dtype.itemsize != len(body):
        raise ModelError(f"array {name} promises the shape {shape} and holds {len(body)} bytes")
    # NumPy does not check text, and fails where it is used.
    points = np.frombuffer(body, f"{dtype.byteorder}u4") if dtype.kind == "U" else ()
    if len(points) and points.max() > sys.maxunicode:
        raise ModelError(f"array {name} holds text that is damaged")
    values = np.frombuffer(body, dtype)
    return values.reshape(shape[::-1]).T if fortran else values.reshape(shape)


def _header(data: bytes, name: str) -> tuple[np.dtype, bool, tuple[int, ...], bytes]:
    """Type, order and shape of an `.npy` file, and the bytes after its header."""
    size = {1: 2, 2: 4, 3: 4}.get(data[6] if data[:6] == MAGIC and len(data) > 12 else 0)
    if size is None:
        raise ModelError(f"array {name} does not begin as an npy file does")
    start = 8 + size
    end = start + int.from_bytes(data[8:start], "little")
    if end > min(len(data), start + MAX_HEADER):
        raise ModelError(f"the header of array {name} ends outside of it")
    try:
        header = ast.literal_eval(data[start:end].decode("latin-1").strip())
        dtype, shape = np.dtype(header["descr"]), tuple(header["shape"])
        if not all(isinstance(n, int) for n in shape) or not isinstance(header["descr"], str):
            raise TypeError
        return dtype, bool(header["fortran_order"]), shape, data[end:]
    except (SyntaxError, ValueError, TypeError, KeyError, RecursionError, MemoryError):
        raise ModelError(f"the header of array {name} is damaged") from None
