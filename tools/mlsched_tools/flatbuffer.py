"""A reader of FlatBuffers that checks every offset, for TensorFlow Lite files."""

import struct

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .guards import charge

MAX_ITEMS = 1_000_000
# What a Python object for a table takes.
TABLE = 200


class Table:
    """A table by field number; a missing field has its default, 0 or empty."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position
        self._vtable = position - _unpack("<i", data, position)
        self._size = _unpack("<H", data, self._vtable)

    def has(self, field: int) -> bool:
        """Whether the field is present."""
        return self._at(field) is not None

    def _at(self, field: int) -> int | None:
        entry = 4 + 2 * field
        if entry + 2 > self._size:
            return None
        offset = _unpack("<H", self._data, self._vtable + entry)
        return self._position + offset if offset else None

    def _scalar(self, field: int, layout: str) -> int | float:
        at = self._at(field)
        return 0 if at is None else _unpack(layout, self._data, at)

    def byte(self, field: int) -> int:
        """An 8-bit number."""
        return int(self._scalar(field, "<b"))

    def integer(self, field: int) -> int:
        """A 32-bit number."""
        return int(self._scalar(field, "<i"))

    def float(self, field: int) -> float:
        """A 32-bit float."""
        return float(self._scalar(field, "<f"))

    def _vector(self, field: int, size: int) -> tuple[int, int]:
        """Where the elements of a vector begin, and how many there are."""
        at = self._at(field)
        if at is None:
            return 0, 0
        start = at + _unpack("<I", self._data, at)
        count = _unpack("<I", self._data, start)
        if start + 4 + count * size > len(self._data):
            raise ModelError(f"a vector of {count} elements ends outside of the file")
        return start + 4, count

    def bytes(self, field: int) -> bytes:
        """A vector of bytes."""
        start, count = self._vector(field, 1)
        return self._data[start : start + count]

    def text(self, field: int) -> str:
        """A string."""
        return self.bytes(field).decode("utf-8", "replace")

    def _array(self, field: int, dtype: str) -> NDArray:
        start, count = self._vector(field, np.dtype(dtype).itemsize)
        return np.frombuffer(self._data, dtype, count, start) if count else np.empty(0, dtype)

    def integers(self, field: int) -> list[int]:
        """A vector of 32-bit numbers."""
        return self._array(field, "<i4").tolist()

    def longs(self, field: int) -> list[int]:
        """A vector of 64-bit numbers."""
        return self._array(field, "<i8").tolist()

    def floats(self, field: int) -> NDArray[np.float32]:
        """A vector of floats."""
        return self._array(field, "<f4")

    def table(self, field: int) -> "Table":
        """A table or union, empty where it is missing."""
        at = self._at(field)
        if at is None:
            return _EMPTY
        return Table(self._data, at + _unpack("<I", self._data, at))

    def tables(self, field: int) -> "list[Table]":
        """A vector of tables."""
        start, count = self._vector(field, 4)
        if count > MAX_ITEMS:
            raise ModelError(f"a vector has {count} tables, more than {MAX_ITEMS}")
        charge(TABLE * count, "tables of the file")
        places = range(start, start + 4 * count, 4)
        return [Table(self._data, at + _unpack("<I", self._data, at)) for at in places]


def root(data: bytes) -> Table:
    """The table that the file is about."""
    return Table(data, _unpack("<I", data, 0))


def _unpack(layout: str, data: bytes, at: int) -> int | float:
    if not 0 <= at <= len(data) - struct.calcsize(layout):
        raise ModelError(f"an offset of {at} points outside of the file: it is damaged")
    return struct.unpack_from(layout, data, at)[0]


_EMPTY = Table(struct.pack("<iHH", -4, 4, 0), 0)
