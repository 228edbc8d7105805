"""NumPy archives: `<layer>.kernel` (inputs, outputs) or `<layer>.weight` (outputs, inputs)."""

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..architecture import Architecture, Step, activation
from ..errors import ModelError
from ..guards import MAX_PARAMETERS, Archive
from ..source import ReadOptions, Source
from . import tensors


def read(path: Path, options: ReadOptions) -> Source:
    """Reads dense layers in natural order, activations from an array `activations` if it is there.

    The array holds one name a layer, such as relu, relu, sigmoid; --architecture overrides it.
    """
    archive = Archive(path)
    arrays = {
        name.removesuffix(".npy"): array(archive.read(name), name)
        for name in archive.names
        if name.endswith(".npy")
    }
    names = arrays.pop("activations", None)
    architecture = options.architecture
    if names is not None and architecture is None:
        if names.dtype.kind != "U":
            raise ModelError("the array `activations` does not hold names")
        steps = tuple(Step(None, activation(str(name))) for name in names.ravel())
        architecture = Architecture(steps=steps)
    notes = tuple(
        f"array {name} converted from {values.dtype} to float32"
        for name, values in arrays.items()
        if values.dtype != np.dtype("<f4")
    )
    return Source("npz", tensors.chain(arrays, architecture, natural_order=True), notes)


def array(data: bytes, name: str) -> NDArray:
    """Parses the bytes of an `.npy` file without ever unpickling.

    Raises:
        ModelError: When it is damaged, promises more than it holds, or holds Python objects.
    """
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"npy version {version}")
        reader = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = reader(stream)
    except (ValueError, EOFError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise ModelError(f"array {name} is damaged") from None
    if dtype.hasobject:
        raise ModelError(f"array {name} holds Python objects, which could run code")
    body = data[stream.tell() :]
    count = math.prod(shape)
    if min((0, *shape)) < 0 or count > MAX_PARAMETERS or count * dtype.itemsize != len(body):
        raise ModelError(f"array {name} promises the shape {shape} and holds {len(body)} bytes")
    values = np.frombuffer(body, dtype)
    return values.reshape(shape[::-1]).T if fortran else values.reshape(shape)
