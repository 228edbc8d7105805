"""Tensors of ONNX files, which may lie in files beside the model."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..guards import MAX_FILE, MAX_PARAMETERS, charge, require_file
from ..protobuf import Message
from ..source import BFLOAT16 as BFLOAT16_BOUND
from ..source import FLOAT16 as FLOAT16_BOUND
from ..source import FLOAT32 as FLOAT32_BOUND
from .safetensors import from_bfloat16

DTYPES = {
    1: "<f4", 2: "<u1", 3: "<i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "<u1", 10: "<f2",
    11: "<f8", 16: "<u2",
}  # fmt: skip
FLOAT, FLOAT16, DOUBLE, BFLOAT16 = 1, 10, 11, 16
FLOATS = {FLOAT, FLOAT16, DOUBLE, BFLOAT16}
HALVES = {FLOAT16: ("float16", FLOAT16_BOUND), BFLOAT16: ("bfloat16", BFLOAT16_BOUND)}


class Tensors:
    """Reads tensors, and keeps what was noted about their types."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.notes: dict[str, None] = {}
        self.bound = FLOAT32_BOUND

    def halve(self, kind: int) -> None:
        """Notes that the source's own runtime computes in a type of half the size."""
        name, bound = HALVES[kind]
        self.notes[f"its own runtime rounds to {name}, mlsched computes in float32"] = None
        self.bound = max(self.bound, bound)

    def read(self, tensor: Message) -> NDArray:
        """The array of a TensorProto, from the message or from a file beside the model."""
        name, kind, shape = tensor.text(8), tensor.integer(2), tuple(tensor.integers(1))
        if kind not in DTYPES:
            raise ModelError(f"tensor {name!r} is of type {kind}, which is not a float or integer")
        dtype = np.dtype(DTYPES[kind])
        count = math.prod(shape)
        if min((0, *shape)) < 0 or count > MAX_PARAMETERS:
            raise ModelError(f"tensor {name!r} promises the shape {shape}")
        if kind in HALVES:
            self.notes[f"weights converted from {HALVES[kind][0]} to float32"] = None
            self.halve(kind)
        elif kind == DOUBLE:
            self.notes["weights converted from float64 to float32"] = None
        charge(count * dtype.itemsize, f"tensor {name!r}")
        data = self._external(tensor, name) if tensor.integer(14) == 1 else _inline(tensor, kind)
        if len(data) != count * dtype.itemsize:
            raise ModelError(f"tensor {name!r} of shape {shape} holds {len(data)} bytes")
        values = np.frombuffer(data, dtype).reshape(shape)
        return from_bfloat16(values) if kind == BFLOAT16 else values

    def _external(self, tensor: Message, name: str) -> bytes:
        """The bytes of a tensor in a file beside the model, never outside of its folder."""
        entries = {entry.text(1): entry.text(2) for entry in tensor.messages(13)}
        folder = self._folder.resolve()
        path = (folder / entries.get("location", "")).resolve()
        if folder not in path.parents:
            raise ModelError(
                f"tensor {name!r} is stored in {entries.get('location')!r}, which is outside of "
                "the model's folder"
            )
        try:
            offset, length = int(entries.get("offset", 0)), int(entries.get("length", -1))
        except ValueError:
            raise ModelError(f"tensor {name!r} has an offset or length that is no number") from None
        size = require_file(path)
        length = size - offset if length < 0 else length
        if not (0 <= offset <= offset + length <= size and length <= MAX_FILE):
            raise ModelError(f"tensor {name!r} ends outside of {path.name}, which has {size} bytes")
        charge(length, f"tensor {name!r}")
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)


def _inline(tensor: Message, kind: int) -> bytes:
    if 9 in tensor:
        return tensor.blob(9)
    if kind == FLOAT:
        return tensor.packed(4, 4)
    if kind == DOUBLE:
        return tensor.packed(10, 8)
    field = 7 if kind == 7 else 5
    return np.array(tensor.integers(field), "<i8").astype(DTYPES[kind]).tobytes()
