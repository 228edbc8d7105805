"""Models that are sound but no chain of dense layers: refused by name and place."""

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from catalogue import FOLDER

from mlsched_tools import formats
from mlsched_tools.architecture import parse
from mlsched_tools.errors import ModelError
from mlsched_tools.formats import keras_layers
from mlsched_tools.source import FLOAT16, ReadOptions


def layer(kind: str, *parents: str, name: str | None = None, **config: object) -> dict:
    """A layer of a functional Keras 2 model."""
    name = name or kind.lower()
    nodes = [[[parent, 0, 0, {}] for parent in parents]] if parents else []
    config = {"name": name, **config}
    return {"class_name": kind, "name": name, "config": config, "inbound_nodes": nodes}


def functional(*layers: dict, inputs: tuple = ("in",), outputs: tuple = ("out",)) -> dict:
    config = {
        "layers": [layer("InputLayer", name=n, batch_shape=[None, 2]) for n in inputs]
        + list(layers),
        "input_layers": [[n, 0, 0] for n in inputs],
        "output_layers": [[n, 0, 0] for n in outputs],
    }
    return {"class_name": "Functional", "config": config}


def sequential(*layers: dict) -> dict:
    return {"class_name": "Sequential", "config": {"layers": list(layers)}}


def dense(*parents: str, name: str = "out", units: int = 1, **config: object) -> dict:
    return layer("Dense", *parents, name=name, units=units, **config)


def weights(leaf) -> dict:
    values = {name: np.ones(2) for name in keras_layers.expected(leaf)}
    if leaf.kind == "Dense":
        values = {
            "kernel": np.ones((2, leaf.config["units"])),
            "bias": np.ones(leaf.config["units"]),
        }
    return values


def keras(model: dict, version: str = "3.0") -> str:
    with pytest.raises(ModelError) as caught:
        keras_layers.build(model, weights, version)
    return str(caught.value)


# What Keras 3 stores of a function that a user has registered as relu.
STRANGER = {
    "module": "builtins", "class_name": "function", "config": "relu", "registered_name": "my>relu",
}  # fmt: skip
INPUT = layer("InputLayer", name="in", batch_shape=[None, 2])
SHARED = dense("in", name="shared", units=2)
TWICE = {**SHARED, "inbound_nodes": [[["in", 0, 0, {}]], [["shared", 0, 0, {}]]]}
TRAINING = {**layer("Dropout", name="d"), "inbound_nodes": [[["in", 0, 0, {"training": True}]]]}


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (sequential(INPUT, layer("Lambda", name="f"), dense()), r"layer f \(Lambda\)"),
        (sequential(INPUT, layer("LSTM", name="r", units=3)), r"layer r \(LSTM\)"),
        (sequential(INPUT, layer("Conv1D", name="c")), r"layer c \(Conv1D\)"),
        (sequential(INPUT, layer("Custom>Thing", name="t")), r"layer t \(Custom>Thing\)"),
        (sequential(INPUT, dense(activation="sine")), "activation 'sine'"),
        (sequential(INPUT, dense(activation={"class_name": "X", "config": {}})), "activation"),
        (sequential(INPUT, {**dense(), "module": None}), "not a layer or function of Keras"),
        (sequential(INPUT, {**dense(), "module": "kerasy.layers"}), "not a layer or function"),
        (sequential(INPUT, {**dense(), "registered_name": "my>Dense"}), "is my>Dense of keras"),
        (sequential(INPUT, dense(activation=STRANGER)), "of builtins, not a layer or function"),
        (sequential(INPUT, layer("Softmax", axis=0)), "axis 0"),
        (sequential(INPUT, layer("ReLU", threshold=1.0)), "has a threshold"),
        (sequential(INPUT, layer("Normalization", axis=2)), "axis 2"),
        (sequential(INPUT, dense(dtype="int8_from_float32")), "is quantised"),
        (sequential(INPUT, layer("Dense", name="x")), "damaged"),
        (
            sequential(layer("InputLayer", batch_shape=[None, 4, 4]), dense()),
            "of shape .4, 4. reach",
        ),
        (sequential(layer("InputLayer", batch_shape=[None, None])), "shape"),
        (sequential(layer("Activation", activation="relu")), "how wide the input is"),
        (sequential(), "no layer with weights"),
        ({"class_name": "Subclass", "config": {"layers": []}}, "class Subclass"),
        ({"class_name": "Sequential", "config": 5}, "configuration is damaged"),
        ({}, "configuration is damaged"),
        (functional(dense("a"), inputs=("in", "a")), "2 inputs and 1 outputs"),
        (functional(dense("in"), outputs=("out", "in")), "1 inputs and 2 outputs"),
        (functional(SHARED, dense("in")), "both use the output of in"),
        (functional(layer("Add", "in", "other", name="out")), "takes 2 inputs"),
        (functional(TWICE, dense("shared")), "is used 2 times"),
        (functional(TRAINING, dense("d")), "training=True"),
        (functional(dense("nowhere")), "nothing leads from layer in"),
        (functional(dense("out", name="a"), dense("a", name="out")), "nothing leads from layer in"),
    ],
)
def test_a_keras_model_that_is_no_chain_is_refused(model, complaint):
    with pytest.raises(ModelError, match=complaint):
        keras_layers.build(model, weights, "3.0")


def test_ten_thousand_keras_layers_are_refused():
    model = sequential(INPUT, *[dense(name=f"d{n}", units=2) for n in range(10_000)])
    assert "more than 1024" in keras(model)


def test_keras_models_nested_in_themselves_are_refused():
    model = sequential(INPUT)
    for _ in range(40):
        model = sequential({**model, "config": {**model["config"], "name": "m"}})
    assert "nested more than" in keras(model)


def test_a_nested_keras_model_is_taken_apart():
    inner = sequential(dense(name="a", units=2, activation="relu"))
    inner["config"]["name"] = "inner"
    flow, *_ = keras_layers.build(sequential(INPUT, inner, dense(name="b")), weights, "3.0")
    assert (len(flow.ops), flow.width) == (3, 1)


def test_a_hard_sigmoid_is_that_of_the_keras_that_wrote_it():
    model = sequential(INPUT, dense(activation="hard_sigmoid"))
    slopes = [keras_layers.build(model, weights, v)[0].ops[-1].alpha for v in ("2.15.0", "3.4")]
    assert slopes == [0.2, 1 / 6]


def test_a_half_precision_keras_model_is_exported_with_a_note():
    flow, notes, bound = keras_layers.build(
        sequential(INPUT, dense(dtype="mixed_float16")), weights, "3.0"
    )
    assert flow.width == 1
    assert "computes in mixed_float16" in notes[0]
    assert bound == FLOAT16


# ONNX messages written by hand: field number, then a number, bytes or text.
def message(*fields: tuple[int, object]) -> bytes:
    data = b""
    for number, value in fields:
        if isinstance(value, float):
            data += varint(number << 3 | 5) + struct.pack("<f", value)
        elif isinstance(value, int):
            data += varint(number << 3) + varint(value % (1 << 64))
        else:
            value = value.encode() if isinstance(value, str) else value
            data += varint(number << 3 | 2) + varint(len(value)) + value
    return data


def varint(value: int) -> bytes:
    data = b""
    while value >= 0x80:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


def tensor(name: str, values: np.ndarray, *more: tuple[int, object], kind: int = 1) -> bytes:
    shape = [(1, n) for n in values.shape]
    return message(*shape, (2, kind), (8, name), *(more or [(9, values.tobytes())]))


def value_info(name: str, *shape: int) -> bytes:
    dims = message(*[(1, message((1, n))) for n in shape])
    return message((1, name), (2, message((1, message((1, 1), (2, dims))))))


def node(op: str, inputs: str, *attributes: bytes, domain: str = "") -> tuple[int, bytes]:
    """A node from the named inputs to y."""
    names = [(1, name) for name in inputs.split()]
    rest = [(5, a) for a in attributes] + [(7, domain)]
    return 1, message(*names, (2, "y"), (4, op), *rest)


def attribute(name: str, field: int, value: object) -> bytes:
    return message((1, name), (field, value))


ONES = np.ones((2, 1), "<f4")
W = (5, tensor("w", ONES))
W_WIDE = (5, tensor("w", np.ones((3, 1), "<f4")))
X = (11, value_info("x", 1, 2))
Y = (12, value_info("y", 1, 1))


def onnx(
    folder: Path, *graph: tuple[int, bytes], inputs: tuple = (X,), outputs: tuple = (Y,)
) -> str:
    path = folder / "m.onnx"
    path.write_bytes(message((1, 8), (7, message(*graph, *inputs, *outputs))))
    with pytest.raises(ModelError) as caught:
        formats.read(path, ReadOptions())
    return str(caught.value)


TRANSPOSED = attribute("transA", 3, 1)
USE = node("MatMul", "x w")
BODY = attribute("body", 6, message((1, b"")))


@pytest.mark.parametrize(
    ("graph", "complaint"),
    [
        ([W, node("LSTM", "x w")], "node 0 (LSTM)"),
        ([W, node("Conv", "x w")], "node 0 (Conv)"),
        ([W, node("Loop", "x w", BODY)], "graph of its own"),
        ([W, node("Gelu", "x", domain="com.vendor")], "an operator of com.vendor"),
        ([W, node("Gemm", "x w", TRANSPOSED)], "transposes what flows"),
        ([W_WIDE, node("MatMul", "x w")], "takes 3 inputs, but 2 reach it"),
        ([W, node("MatMul", "w x")], "not a dense layer"),
        ([node("Add", "x x")], "joins two branches"),
        ([node("MatMul", "x nowhere")], "nothing before it computes"),
        ([node("Cast", "x", attribute("to", 3, 9))], "no float"),
        ([node("Softmax", "x", attribute("axis", 3, 0))], "is over axis 0 of (batch, 2)"),
        ([node("Clip", "x", attribute("min", 2, 2.0), attribute("max", 2, 1.0))], "clips to"),
        ([W, node("Div", "w x")], "divides by what flows"),
        ([node("Relu", "x", *[])] * 5000, "more than 4096 operations"),
        ([(5, tensor("w", ONES, kind=8)), node("MatMul", "x w")], "of type 8"),
        ([(5, tensor("w", ONES, (9, b"abc"))), node("MatMul", "x w")], "holds 3 bytes"),
        ([(5, tensor("w", ONES * np.inf)), node("MatMul", "x w")], "not finite"),
        ([(5, message((1, 1 << 40), (1, 1 << 40), (2, 1), (8, "w"))), USE], "promises the shape"),
        ([], "is computed by nothing"),
        ([W, node("Identity", "w")], "does not depend on its input"),
        ([W, node("MatMul", "x w", attribute("weird", 3, 1))], "an attribute weird"),
        ([W, node("Max", "x w w")], "takes one number, not 2"),
    ],
)
def test_an_onnx_graph_that_is_no_chain_is_refused(tmp_path, graph, complaint):
    if complaint.startswith("more than"):
        graph = [(1, message((1, "x"), (2, "x"), (4, "Tanh")))] * 5000 + [node("Tanh", "x")]
    assert complaint in onnx(tmp_path, *graph)


def test_an_onnx_graph_of_several_inputs_or_outputs_is_refused(tmp_path):
    other = (11, value_info("z", 1, 2))
    assert "2 inputs and 1 outputs" in onnx(tmp_path, node("Relu", "x"), inputs=(X, other))
    assert "1 inputs and 2 outputs" in onnx(tmp_path, node("Relu", "x"), outputs=(Y, Y))
    unknown = (11, value_info("x", 1))
    assert "not (batch, features)" in onnx(tmp_path, node("Relu", "x"), inputs=(unknown,))
    deep = (11, value_info("x", 1, 2, 3))
    assert "the model has 6 outputs" in onnx(tmp_path, node("Relu", "x"), inputs=(deep,))


@pytest.mark.parametrize(
    ("location", "complaint"),
    [
        ("../secret", "outside of the model's folder"),
        ("/etc/passwd", "outside of the model's folder"),
        ("link", "outside of the model's folder"),
        ("", "outside of the model's folder"),
        ("short", "ends outside of short"),
    ],
)
def test_onnx_weights_are_read_from_the_model_s_folder_only(tmp_path, location, complaint):
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(ONES.tobytes())
    (folder / "short").write_bytes(b"abc")
    (folder / "link").symlink_to(tmp_path / "secret")
    entries = [("location", location), ("offset", "0"), ("length", "8")]
    external = [(13, message((1, key), (2, value))) for key, value in entries]
    stored = (5, tensor("w", ONES, *external, (14, 1)))
    assert complaint in onnx(folder, stored, node("MatMul", "x w"))


SCRIPT = "class M(Module):\n  def forward(self, x):\n    {}\n"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("return torch.lstm(x)", "torch.lstm()"),
        ("return torch.add(x, x)", "torch.add()"),
        ("return torch.dropout(x, 0.5, True)", "call model.eval()"),
        ("return torch.softmax(x, 1)", "before the first layer"),
        ("return torch.flatten(x, 0)", "flattens the batch"),
        ("for i in x: pass", "not a chain"),
        ("while True: pass", "not a chain"),
        ("return x[0]", "not a chain"),
        ("return [t for t in x]", "not a chain"),
        ("if x:\n      pass", "branches on"),
        ("return __import__('os').system('true')", "__import__()"),
        ("return open('/etc/passwd')", "open()"),
        ("return (self).missing(x, )", "no __torch__.missing"),
        ("return CONSTANTS.c7", "no constant c7"),
        ("return x", "does not return one tensor"),
        ("return 5", "does not return one tensor"),
    ],
)
def test_torchscript_that_is_no_chain_is_refused(tmp_path, body, complaint):
    path = tmp_path / "m"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02c__torch__\nM\n)\x81}b.")
        archive.writestr("a/code/__torch__.py", SCRIPT.format(body))
    with pytest.raises(ModelError) as caught:
        formats.read(path, ReadOptions())
    assert complaint in str(caught.value)


def test_a_whole_pickled_pytorch_model_is_refused_by_its_class(tmp_path):
    with zipfile.ZipFile(tmp_path / "m", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02ctorch.nn.modules.container\nSequential\n)\x81}b.")
    with pytest.raises(ModelError, match=r"would run torch\.nn\.modules\.container\.Sequential"):
        formats.read(tmp_path / "m", ReadOptions())


def skops(folder: Path, change) -> str:
    """A refusal of the pipeline's skops file after its schema was changed."""
    with zipfile.ZipFile(FOLDER / "pipeline.skops") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members["schema.json"].decode()
    changed = change(text)
    assert changed != text
    members["schema.json"] = changed.encode()
    with zipfile.ZipFile(folder / "m", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(ModelError) as caught:
        formats.read(folder / "m", ReadOptions())
    return str(caught.value)


def test_a_scikit_learn_step_that_is_no_scaler_is_refused(tmp_path):
    message = skops(tmp_path, lambda text: text.replace('"StandardScaler"', '"PCA"'))
    assert "step standardscaler (PCA)" in message
    message = skops(tmp_path, lambda text: text.replace('\\"tanh\\"', '\\"cosine\\"'))
    assert "'cosine'" in message


@pytest.mark.parametrize(
    ("arrays", "complaint"),
    [
        ({"a.kernel": (5, 3), "b.kernel": (4, 1)}, "fit each other in no order"),
        ({"a.kernel": (5, 3), "b.running_mean": (3,)}, "whose arrays do not fit"),
        ({"a.kernel": (5, 3), "b.embedding": (3,)}, "belongs to no dense layer"),
        ({"a.kernel": (5, 3), "a.weight": (3, 5), "b.kernel": (3, 1)}, "has no weights, or two"),
        ({"a.bias": (5,), "b.kernel": (3, 1)}, "has no weights, or two"),
        ({"a.weight": (8, 5, 3), "b.kernel": (3, 1)}, "only dense layers"),
        ({"a.kernel": (5, 3), "a.bias": (4,), "b.kernel": (3, 1)}, "a bias"),
        ({}, "no model of a known format"),
    ],
)
def test_arrays_that_make_no_chain_are_refused(tmp_path, arrays, complaint):
    with (tmp_path / "m").open("wb") as file:
        np.savez(file, **{name: np.ones(shape, "<f4") for name, shape in arrays.items()})
    with pytest.raises(ModelError) as caught:
        formats.read(tmp_path / "m", ReadOptions(parse("relu,sigmoid")))
    assert complaint in str(caught.value)


def test_layers_are_ordered_by_number_and_not_by_letter(tmp_path):
    widths = [5, *range(2, 13), 1]
    arrays = {f"layer{n}.kernel": np.ones((widths[n], widths[n + 1]), "<f4") for n in range(12)}
    with (tmp_path / "m").open("wb") as file:
        np.savez(file, **arrays)
    options = ReadOptions(parse(",".join(["relu"] * 11 + ["sigmoid"])))
    assert formats.read(tmp_path / "m", options).flow.width == 1


def test_json_metadata_of_safetensors_is_no_array(tmp_path):
    header = {"__metadata__": {"format": "pt"}}
    header |= {"a.weight": {"dtype": "F32", "shape": [1, 5], "data_offsets": [0, 20]}}
    text = json.dumps(header).encode()
    (tmp_path / "m").write_bytes(struct.pack("<Q", len(text)) + text + bytes(20))
    options = ReadOptions(parse("sigmoid"))
    assert formats.read(tmp_path / "m", options).flow.inputs == 5
