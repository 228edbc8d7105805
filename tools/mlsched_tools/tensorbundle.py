"""TensorFlow's checkpoint files: an index in the form of a LevelDB table, and shards of data."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .guards import MAX_FILE, MAX_PARAMETERS, charge, read_file, require_file
from .protobuf import Message

MAGIC = 0xDB4775248B80FB57
FOOTER = 48
TRAILER = 5
# Numbers from tensorflow/core/framework/types.proto.
DTYPES = {1: "f4", 2: "f8", 3: "i4", 9: "i8", 14: "u2", 19: "f2"}
BFLOAT16 = 14


@dataclass(frozen=True)
class _Entry:
    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int


class Bundle:
    """The variables of a checkpoint, by key."""

    def __init__(self, prefix: Path) -> None:
        self._prefix = prefix
        records = dict(_table(read_file(prefix.with_name(prefix.name + ".index"))))
        if b"" not in records:
            raise ModelError("the checkpoint's index has no header")
        header = Message(records.pop(b""))
        self._shards = header.integer(1)
        self._order = ">" if header.integer(2) == 1 else "<"
        self._entries = {
            key.decode("utf-8", "replace"): _entry(Message(value)) for key, value in records.items()
        }

    def array(self, key: str) -> NDArray:
        """A variable's values.

        Raises:
            ModelError: When it is missing, not a number, or not wholly in its file.
        """
        entry = self._entries.get(key)
        if entry is None:
            raise ModelError(f"the checkpoint has no variable {key!r}")
        if entry.dtype not in DTYPES:
            raise ModelError(f"variable {key!r} is of type {entry.dtype}, which is no known number")
        dtype = np.dtype(self._order + DTYPES[entry.dtype])
        count = math.prod(entry.shape)
        if min((0, *entry.shape)) < 0 or count > MAX_PARAMETERS:
            raise ModelError(f"variable {key!r} promises the shape {entry.shape}")
        if count * dtype.itemsize != entry.size:
            raise ModelError(f"variable {key!r} of shape {entry.shape} takes {entry.size} bytes")
        values = np.frombuffer(self._bytes(entry, key), dtype).reshape(entry.shape)
        if entry.dtype == BFLOAT16:
            return (values.astype("<u4") << 16).view("<f4")
        return values

    def _bytes(self, entry: _Entry, key: str) -> bytes:
        if not 0 <= entry.shard < self._shards <= 99999:
            raise ModelError(f"variable {key!r} is in shard {entry.shard} of {self._shards}")
        name = f"{self._prefix.name}.data-{entry.shard:05d}-of-{self._shards:05d}"
        path = self._prefix.with_name(name)
        size = require_file(path)
        if not 0 <= entry.offset <= entry.offset + entry.size <= size or entry.size > MAX_FILE:
            raise ModelError(f"variable {key!r} ends outside of {name}, which has {size} bytes")
        charge(entry.size, f"variable {key!r}")
        with path.open("rb") as file:
            file.seek(entry.offset)
            return file.read(entry.size)


def _entry(message: Message) -> _Entry:
    if 7 in message:
        raise ModelError("the checkpoint holds a variable in slices: save it unpartitioned")
    shape = tuple(dimension.integer(1) for dimension in message.message(2).messages(2))
    numbers = (message.integer(number) for number in (3, 4, 5))
    return _Entry(message.integer(1), shape, *numbers)


def _table(data: bytes) -> list[tuple[bytes, bytes]]:
    """Keys and values of a LevelDB table: the blocks that its index block lists."""
    if len(data) < FOOTER or int.from_bytes(data[-8:], "little") != MAGIC:
        raise ModelError("the checkpoint's index is damaged: it does not end as a table does")
    _, position = _handle(data, len(data) - FOOTER)
    index, _ = _handle(data, position)
    records = []
    for _, handle in _block(data, *index):
        place, _ = _handle(handle, 0)
        records += _block(data, *place)
    return records


def _block(data: bytes, offset: int, size: int) -> list[tuple[bytes, bytes]]:
    """Entries of a block, each key sharing a prefix with the one before."""
    end = offset + size
    if end + TRAILER > len(data):
        raise ModelError("the checkpoint's index is damaged: a block ends outside of it")
    if data[end] != 0:
        raise ModelError("the checkpoint's index is compressed, which TensorFlow does not do")
    block = data[offset:end]
    limit = len(block) - 4 - 4 * int.from_bytes(block[-4:], "little")
    records, key, position = [], b"", 0
    while position < limit:
        shared, position = _varint(block, position)
        unshared, position = _varint(block, position)
        length, position = _varint(block, position)
        if shared > len(key) or position + unshared + length > limit:
            raise ModelError("the checkpoint's index is damaged: an entry ends outside its block")
        key = key[:shared] + block[position : position + unshared]
        position += unshared
        records.append((key, block[position : position + length]))
        position += length
    return records


def _handle(data: bytes, position: int) -> tuple[tuple[int, int], int]:
    """Offset and size of a block, and where the next handle begins."""
    offset, position = _varint(data, position)
    size, position = _varint(data, position)
    return (offset, size), position


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if not 0 <= position < len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ModelError("the checkpoint's index is damaged: a number does not end")
