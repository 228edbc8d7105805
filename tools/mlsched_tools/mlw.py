"""Model files, format versions 1 and 2: `.mlw`.

A file has the oldest version that can hold it, so that older readers take it where they can:
version 2 adds the activations from number 9 on.

Little-endian; the sections below follow each other, each starting at a multiple of 64 bytes with
zeros between. Nothing in the file is an offset: every position follows from the counts in the
header, and the file ends where the last section does.

    header      64 bytes: magic[8], u32 version, u32 byte order, u64 size, u32 CRC-32 of the file
                with this field as zero, u32 features, u32 layers, u32 tests, f32 threshold,
                u32 provenance length, 16 bytes of zero
    features    48 bytes each: name[24], unit[16], f32 offset, f32 scale
    layers      24 bytes each: u32 inputs, outputs, activation, f32 alpha, beta, u32 zero
    provenance  UTF-8
    parameters  per layer two sections: weights (inputs, outputs), then bias (outputs,)
    tests       two sections: inputs (tests, features), then outputs (tests, outputs)
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .activations import LAST_OF_VERSION_1, USES_ALPHA, USES_BETA, Activation, Kind
from .errors import ModelError
from .features import NAME, ZERO, Feature
from .files import write_atomically
from .guards import charge, read_file
from .model import (
    MAX_FEATURES,
    MAX_LAYERS,
    MAX_PROVENANCE,
    MAX_TESTS,
    MAX_WIDTH,
    Layer,
    Model,
)

MAGIC = b"\x89MLW\r\n\x1a\n"
VERSIONS = (1, 2)
BYTE_ORDER = 0x01020304
ALIGNMENT = 64
# As the daemon: no path given by mistake exhausts memory.
MAX_SIZE = 256 << 20
HEADER = struct.Struct("<8sIIQIIIIfI16x")
FEATURE = struct.Struct("<24s16sff")
LAYER = struct.Struct("<IIIffI")
CRC_AT = 24


def version(model: Model) -> int:
    """The oldest version of the format that can hold a model."""
    newest = max(layer.activation.kind for layer in model.layers)
    return 1 if newest <= LAST_OF_VERSION_1 else 2


def encode(model: Model) -> bytes:
    """The bytes of a model file.

    Raises:
        ModelError: When the model is not one that a file can hold.
    """
    model.check()
    features = b"".join(_encode_feature(feature) for feature in model.features)
    layers = b"".join(_encode_layer(layer) for layer in model.layers)
    provenance = model.provenance.encode()
    sections = [bytes(HEADER.size), features, layers, provenance]
    for layer in model.layers:
        sections += [_floats(layer.weights), _floats(layer.bias)]
    sections += [_floats(model.test_inputs), _floats(model.test_outputs)]
    charge(2 * sum(map(len, sections)), "model file")
    data = bytearray()
    for section in sections:
        data += bytes(-len(data) % ALIGNMENT)
        data += section
    if len(data) > MAX_SIZE - ALIGNMENT:
        raise ModelError(f"{len(data)} bytes are more than a model file's {MAX_SIZE}")
    counts = len(model.features), len(model.layers), len(model.test_inputs)
    padded = len(data) + -len(data) % ALIGNMENT
    data += bytes(padded - len(data))
    tail = *counts, model.threshold, len(provenance)
    HEADER.pack_into(data, 0, MAGIC, version(model), BYTE_ORDER, len(data), 0, *tail)
    struct.pack_into("<I", data, CRC_AT, zlib.crc32(data))
    return bytes(data)


def write(path: Path, model: Model) -> bytes:
    """Writes a model file whole or not at all, and returns its bytes."""
    data = encode(model)
    write_atomically(path, data)
    return data


def read(path: Path) -> Model:
    """Reads a model file.

    Raises:
        ModelError: When any field of it is not as the format says.
        OSError: When the file cannot be read.
    """
    return decode(read_file(path, MAX_SIZE), str(path))


def decode(data: bytes, name: str = "model") -> Model:
    """Reads the bytes of a model file, checking every field.

    Args:
        data: The whole file.
        name: Stands in error messages.

    Raises:
        ModelError: When any field is not as the format says, or a test vector fails.
    """
    try:
        model = _decode(data)
        model.check()
    except ModelError as error:
        raise ModelError(f"{name}: {error}") from None
    return model


def _decode(data: bytes) -> Model:
    _refuse_unless(len(data) >= HEADER.size, f"{len(data)} bytes are too few for a header")
    header = HEADER.unpack_from(data)
    magic, version, order, size, crc, features, layers, tests, threshold, provenance = header
    _refuse_unless(magic == MAGIC, "it does not begin as a model file does")
    _refuse_unless(order == BYTE_ORDER, f"byte order mark {order:#010x} is not little-endian")
    known = " or ".join(map(str, VERSIONS))
    _refuse_unless(version in VERSIONS, f"format version {version} is not {known}")
    _refuse_unless(size == len(data), f"the header says {size} bytes, the file has {len(data)}")
    _refuse_unless(1 <= features <= MAX_FEATURES, f"{features} features")
    _refuse_unless(1 <= layers <= MAX_LAYERS, f"{layers} layers")
    _refuse_unless(1 <= tests <= MAX_TESTS, f"{tests} test vectors")
    _refuse_unless(provenance <= MAX_PROVENANCE, f"{provenance} bytes of provenance")
    _refuse_unless(not any(data[48:64]), "reserved bytes of the header are not zero")
    actual = zlib.crc32(data[:CRC_AT] + bytes(4) + data[CRC_AT + 4 :])
    _refuse_unless(crc == actual, f"checksum {actual:#010x} is not the header's {crc:#010x}")
    cursor = _Cursor(data, HEADER.size)
    feature_list = tuple(_features(cursor.section(features * FEATURE.size)))
    records = list(LAYER.iter_unpack(cursor.section(layers * LAYER.size)))
    text = _text(cursor.section(provenance), "provenance")
    layer_list = tuple(_layers(cursor, records, features, version))
    inputs = cursor.floats(tests, features)  # (tests, features)
    outputs = cursor.floats(tests, records[-1][1])  # (tests, outputs)
    cursor.finish()
    return Model(feature_list, layer_list, threshold, text, inputs, outputs)


class _Cursor:
    """Hands out the sections of a file one after the other."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def section(self, length: int) -> bytes:
        self._align()
        end = self._position + length
        _refuse_unless(end <= len(self._data), f"the file ends before byte {end}")
        section = self._data[self._position : end]
        self._position = end
        return section

    def floats(self, rows: int, columns: int) -> NDArray[np.float32]:
        values = np.frombuffer(self.section(4 * rows * columns), "<f4")
        return values.reshape(rows, columns)

    def finish(self) -> None:
        self._align()
        left = len(self._data) - self._position
        _refuse_unless(left == 0, f"{left} bytes follow the last section")

    def _align(self) -> None:
        end = self._position + -self._position % ALIGNMENT
        padding = self._data[self._position : end]
        _refuse_unless(not any(padding), f"padding before byte {end} is not zero")
        self._position = end


def _features(section: bytes) -> Iterator[Feature]:
    seen = set()
    for number, (raw_name, raw_unit, offset, scale) in enumerate(FEATURE.iter_unpack(section)):
        name = _text(_unpad(raw_name, f"name of feature {number}"), f"name of feature {number}")
        unit = _text(_unpad(raw_unit, f"unit of feature {number}"), f"unit of feature {number}")
        feature = Feature(name, unit, offset, scale)
        _check_feature(feature)
        _refuse_unless(name == ZERO or name not in seen, f"feature {name} comes twice")
        seen.add(name)
        yield feature


def _check_feature(feature: Feature) -> None:
    _refuse_unless(bool(NAME.match(feature.name)), f"feature name {feature.name!r}")
    finite = np.isfinite(np.float32([feature.offset, feature.scale])).all()
    _refuse_unless(bool(finite), f"feature {feature.name} has a non-finite offset or scale")


def _layers(cursor: _Cursor, records: list[tuple], width: int, version: int) -> Iterator[Layer]:
    for number, (inputs, outputs, kind, alpha, beta, reserved) in enumerate(records):
        place = f"layer {number}"
        _refuse_unless(1 <= outputs <= MAX_WIDTH, f"{place} has {outputs} outputs")
        _refuse_unless(inputs == width, f"{place} takes {inputs} inputs, but {width} reach it")
        known = kind in iter(Kind) and (version > 1 or kind <= LAST_OF_VERSION_1)
        _refuse_unless(known, f"{place} has activation number {kind}")
        early = kind == Kind.SOFTMAX and number < len(records) - 1
        _refuse_unless(not early, f"{place} has a softmax before the last layer")
        _refuse_unless(alpha == 0 or kind in USES_ALPHA, f"{place} has an alpha it cannot use")
        _refuse_unless(beta == 0 or kind in USES_BETA, f"{place} has a beta it cannot use")
        _refuse_unless(reserved == 0, f"the reserved word of {place} is not zero")
        weights = cursor.floats(inputs, outputs)  # (inputs, outputs)
        bias = cursor.floats(1, outputs)[0]  # (outputs,)
        yield Layer(weights, bias, Activation(Kind(kind), alpha, beta))
        width = outputs


def _encode_feature(feature: Feature) -> bytes:
    _check_feature(feature)
    unit = feature.unit.encode()
    _refuse_unless(len(unit) <= 16, f"unit {feature.unit!r} of feature {feature.name}")
    return FEATURE.pack(feature.name.encode(), unit, feature.offset, feature.scale)


def _encode_layer(layer: Layer) -> bytes:
    activation = layer.activation
    shape = layer.weights.shape
    return LAYER.pack(*shape, activation.kind, activation.alpha, activation.beta, 0)


def _floats(values: NDArray[np.floating]) -> bytes:
    return np.ascontiguousarray(values, "<f4").tobytes()


def _unpad(field: bytes, what: str) -> bytes:
    text = field.rstrip(b"\0")
    _refuse_unless(b"\0" not in text, f"the {what} holds a zero byte")
    return text


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ModelError(f"the {what} is not UTF-8") from None


def _refuse_unless(condition: bool, what: str) -> None:
    if not condition:
        raise ModelError(f"not a usable model file: {what}")
