"""safetensors: a JSON header with names, types, shapes and offsets, then the raw values."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..guards import JSON_EXPANSION, charge, parse_json, read_file
from ..source import ReadOptions, Source
from . import tensors

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
# What a batch normalisation counts its batches in, which says nothing about what it computes.
COUNT = "I64"


def read(path: Path, options: ReadOptions) -> Source:
    """Reads dense layers in the order that their widths and names, or the user, say."""
    arrays, notes = _arrays(read_file(path))
    chain = tensors.chain(arrays, options)
    return Source("safetensors", chain.flow, notes + chain.notes, order=chain.order)


def _arrays(data: bytes) -> tuple[dict[str, NDArray], tuple[str, ...]]:
    end = 8 + int.from_bytes(data[:8], "little")
    if len(data) < 8 or end > len(data):
        raise ModelError(f"the safetensors header ends at byte {end}, the file at {len(data)}")
    try:
        charge(JSON_EXPANSION * (end - 8), "safetensors header")
        header = parse_json(data[8:end], "the safetensors header", _unique)
        header.pop("__metadata__", None)
        records = {
            name: (entry["dtype"], tuple(entry["shape"]), *entry["data_offsets"])
            for name, entry in header.items()
        }
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        raise ModelError("the safetensors header is damaged") from None
    body, used = memoryview(data)[end:], 0
    arrays, converted = {}, set()
    for name, record in sorted(records.items(), key=lambda item: str(item[1][2:])):
        arrays[name] = _array(name, record, body)
        used += record[3] - record[2]
        if record[0] not in ("F32", COUNT):
            converted.add(record[0])
    if used != len(body):
        raise ModelError(f"the arrays take {used} bytes of safetensors data, {len(body)} are there")
    notes = tuple(f"weights converted from {kind} to float32" for kind in sorted(converted))
    return arrays, notes


def _array(name: str, record: tuple, body: memoryview) -> NDArray:
    kind, shape, begin, end = record
    counts = kind == COUNT and name.endswith(f".{tensors.COUNTER}")
    if kind not in TYPES and not counts:
        raise ModelError(f"array {name!r} is of type {kind}: {', '.join(TYPES)} can be read")
    if not all(isinstance(n, int) and 0 <= n < 1 << 40 for n in (*shape, begin, end)):
        raise ModelError(f"array {name!r} has a shape or offsets that are no sizes")
    dtype = TYPES.get(kind, "<i8")
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if not begin <= end <= len(body) or end - begin != size:
        raise ModelError(f"array {name!r} needs {size} bytes, its offsets are {begin} and {end}")
    values = np.frombuffer(body[begin:end], dtype).reshape(shape)
    return from_bfloat16(values) if kind == "BF16" else values


def from_bfloat16(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """float32 values of bfloat16 bits, which are their upper halves."""
    return (bits.astype("<u4") << 16).view("<f4")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ModelError("the safetensors header names an array twice")
    return dict(pairs)
