"""The model file format: written, read back, and refused when any part is wrong."""

import dataclasses
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from mlsched_tools import mlw
from mlsched_tools.activations import Activation, Kind
from mlsched_tools.errors import ModelError
from mlsched_tools.features import Feature
from mlsched_tools.model import Layer


def sealed(data: bytearray) -> bytes:
    """The same bytes with a checksum that fits, so that only the alteration itself is wrong."""
    data[24:28] = bytes(4)
    struct.pack_into("<I", data, 24, zlib.crc32(data))
    return bytes(data)


def test_reading_gives_back_what_was_written(small_model, tmp_path):
    mlw.write(tmp_path / "a.mlw", small_model)
    model = mlw.read(tmp_path / "a.mlw")
    assert model.features == small_model.features
    assert (model.threshold, model.provenance) == (0.5, "made by hand")
    for ours, theirs in zip(model.layers, small_model.layers, strict=True):
        assert np.array_equal(ours.weights, theirs.weights)
        assert np.array_equal(ours.bias, theirs.bias)
        assert ours.activation == theirs.activation
    assert np.array_equal(model.test_outputs, small_model.test_outputs)
    assert mlw.encode(model) == mlw.encode(small_model)


def test_the_bytes_are_where_the_format_says(small_model):
    data = mlw.encode(small_model)
    header = struct.unpack_from("<8sIIQIIIIfI", data)
    assert header[:4] == (b"\x89MLW\r\n\x1a\n", 1, 0x01020304, len(data))
    assert header[5:] == (3, 2, 5, 0.5, 12)
    assert data[64:67] == b"cpu"
    assert struct.unpack_from("<ff", data, 64 + 40) == (1.0, 0.5)
    # 3 features take 144 bytes, so layers begin at 256 and the provenance at 320.
    assert struct.unpack_from("<IIIffI", data, 256) == (3, 4, 1, 0.0, 0.0, 0)
    assert data[320:332] == b"made by hand"
    weights = np.frombuffer(data, "<f4", 12, 384)
    assert np.array_equal(weights, small_model.layers[0].weights.ravel())
    assert np.array_equal(np.frombuffer(data, "<f4", 4, 448), [0, 1, 2, 3])


NEW = [Kind.GELU, Kind.GELU_TANH, Kind.HARD_SWISH, Kind.MISH]


@pytest.mark.parametrize("kind", NEW)
def test_a_newer_activation_makes_the_file_one_of_version_2(small_model, kind):
    activation = Activation(kind, *((0.25, 0.5) if kind is Kind.HARD_SWISH else ()))
    first = dataclasses.replace(small_model.layers[0], activation=activation)
    model = dataclasses.replace(small_model, layers=(first, small_model.layers[1]))
    expected = model.evaluate(model.test_inputs, "<f8").astype("<f4")
    data = mlw.encode(dataclasses.replace(model, test_outputs=expected))
    assert struct.unpack_from("<I", data, 8) == (2,)
    assert mlw.decode(data).layers[0].activation == activation
    older = bytearray(data)
    struct.pack_into("<I", older, 8, 1)
    with pytest.raises(ModelError, match=f"activation number {int(kind)}"):
        mlw.decode(sealed(older))


def test_a_softmax_belongs_to_the_last_layer(small_model):
    softmax = Activation(Kind.SOFTMAX)
    first, last = small_model.layers
    layers = (first, dataclasses.replace(last, activation=softmax))
    model = dataclasses.replace(small_model, layers=layers, test_outputs=np.ones((5, 1), "<f4"))
    assert mlw.decode(mlw.encode(model)).layers[1].activation == softmax
    layers = (dataclasses.replace(first, activation=softmax), last)
    model = dataclasses.replace(small_model, layers=layers)
    outputs = model.evaluate(model.test_inputs, "<f8").astype("<f4")
    with pytest.raises(ModelError, match="softmax before the last layer"):
        mlw.decode(mlw.encode(dataclasses.replace(model, test_outputs=outputs)))


def test_a_file_cut_at_any_length_is_refused(small_model):
    data = mlw.encode(small_model)
    for length in range(len(data)):
        with pytest.raises(ModelError):
            mlw.decode(data[:length])


def test_a_flipped_bit_anywhere_is_refused(small_model):
    data = mlw.encode(small_model)
    for position in range(len(data)):
        altered = bytearray(data)
        altered[position] ^= 0x10
        with pytest.raises(ModelError):
            mlw.decode(bytes(altered))


@pytest.mark.parametrize(
    ("offset", "layout", "value", "complaint"),
    [
        (8, "<I", 3, "format version 3 is not 1 or 2"),
        (12, "<I", 0x04030201, "byte order"),
        (28, "<I", 0, "0 features"),
        (280, "<I", 5, "takes 5 inputs, but 4 reach it"),
        (28, "<I", 5000, "5000 features"),
        (32, "<I", 0, "0 layers"),
        (32, "<I", 10_000, "10000 layers"),
        (36, "<I", 0xFFFFFFFF, "test vectors"),
        (40, "<f", float("nan"), "threshold nan"),
        (44, "<I", 1 << 30, "provenance"),
        (48, "<I", 1, "reserved bytes"),
        (64, "<c", b"C", "feature name"),
        (64 + 48, "<8s", b"cpu\0\0\0\0\0", "comes twice"),
        (64 + 40, "<f", float("inf"), "non-finite offset"),
        (208, "<B", 1, "padding"),
        (260, "<I", 65536, "the file ends before byte"),
        (260, "<I", 0, "0 outputs"),
        (264, "<I", 9, "activation number 9"),
        (268, "<f", 0.5, "an alpha it cannot use"),
        (276, "<I", 1, "reserved word"),
        (320, "<B", 0xFF, "not UTF-8"),
        (384, "<f", float("nan"), "non-finite parameters"),
        (448, "<f", 100.0, "expected test outputs"),
    ],
)
def test_a_wrong_field_is_named(small_model, offset, layout, value, complaint):
    data = bytearray(mlw.encode(small_model))
    struct.pack_into(layout, data, offset, value)
    with pytest.raises(ModelError, match=complaint):
        mlw.decode(sealed(data))


def test_every_activation_survives_the_file(small_model):
    last = small_model.layers[1]
    for kind in Kind:
        alpha = 0.25 if kind in (Kind.LEAKY_RELU, Kind.ELU, Kind.HARD_SIGMOID) else 0.0
        beta = 0.5 if kind is Kind.HARD_SIGMOID else 0.0
        layer = Layer(last.weights, last.bias, Activation(kind, alpha, beta))
        model = dataclasses.replace(small_model, layers=(small_model.layers[0], layer))
        outputs = model.evaluate(model.test_inputs, "<f8").astype("<f4")
        model = dataclasses.replace(model, test_outputs=outputs)
        assert mlw.decode(mlw.encode(model)).layers[1].activation == layer.activation


def test_what_a_file_cannot_hold_is_not_written(small_model, tmp_path):
    wide = Feature("a_name_of_more_than_24_characters")
    bad = [
        dataclasses.replace(small_model, features=small_model.features[:2]),
        dataclasses.replace(small_model, features=(wide, *small_model.features[1:])),
        dataclasses.replace(small_model, threshold=float("nan")),
        dataclasses.replace(small_model, provenance="x" * 70_000),
        dataclasses.replace(small_model, test_outputs=small_model.test_outputs + 0.1),
    ]
    for model in bad:
        with pytest.raises(ModelError):
            mlw.write(tmp_path / "bad.mlw", model)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(small_model, tmp_path, monkeypatch):
    path = tmp_path / "a.mlw"
    path.write_bytes(b"old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        mlw.write(path, small_model)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
