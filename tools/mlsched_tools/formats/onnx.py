"""ONNX: a graph of operators, read without its library (numbers from onnx.proto)."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import graph
from ..activations import Activation, Kind
from ..errors import ModelError
from ..flow import Flow
from ..graph import Mask, Value
from ..guards import MAX_FILE, MAX_NODES, MAX_PARAMETERS, read_file
from ..protobuf import Message
from ..source import ReadOptions, Source
from .safetensors import from_bfloat16

DOMAINS = {"", "ai.onnx"}
DTYPES = {1: "<f4", 6: "<i4", 7: "<i8", 9: "<u1", 10: "<f2", 11: "<f8", 16: "<u2"}
FLOATS = {1, 10, 11, 16}
BFLOAT16 = 16
# Operators that the graph module knows by another name.
SIMPLE = {
    "Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "MatMul": "matmul", "Max": "maximum",
    "Min": "minimum", "Sqrt": "sqrt", "Neg": "neg", "Exp": "exp", "Log": "log", "Relu": "relu",
    "Reciprocal": "reciprocal", "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus",
    "Greater": "greater", "Not": "not",
}  # fmt: skip
SKIPPED = {"Identity", "Dropout", "Cast"}


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a model and the files beside it that hold its weights."""
    model = Message(read_file(path))
    if 7 not in model:
        raise ModelError(f"{path.name} is not a model of a known format")
    if 25 in model:
        raise ModelError("the model calls functions of its own: inline them before exporting")
    return _Reader(model.message(7), path.parent).read()


class _Reader:
    """Evaluates the nodes of a graph in order."""

    def __init__(self, graph_proto: Message, folder: Path) -> None:
        self._graph = graph_proto
        self._folder = folder
        self._values: dict[str, Value] = {"": np.empty(0)}
        self._notes: dict[str, None] = {}

    def read(self) -> Source:
        for tensor in self._graph.messages(5):
            self._values[tensor.text(8)] = self._tensor(tensor)
        nodes = self._graph.messages(1)
        if len(nodes) > MAX_NODES:
            raise ModelError(f"the graph has {len(nodes)} nodes, more than {MAX_NODES}")
        inputs = [i for i in self._graph.messages(11) if i.text(1) not in self._values]
        outputs = [o.text(1) for o in self._graph.messages(12)]
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelError(
                f"the graph has {len(inputs)} inputs and {len(outputs)} outputs: one of each is due"
            )
        self._values[inputs[0].text(1)] = Flow.start(_width(inputs[0]))
        for number, node in enumerate(nodes):
            self._node(node, number)
        result = self._values.get(outputs[0])
        if not isinstance(result, Flow):
            raise ModelError(f"the graph's output {outputs[0]!r} does not depend on its input")
        return Source("ONNX", result, tuple(self._notes))

    def _node(self, node: Message, number: int) -> None:
        op, outputs = node.text(4), node.texts(2)
        place = f"node {node.text(3) or number} ({op})"
        if node.text(7) not in DOMAINS:
            raise ModelError(f"{place} is an operator of {node.text(7)}, which is unknown")
        missing = [name for name in node.texts(1) if name not in self._values]
        if missing:
            raise ModelError(f"{place} uses {missing[0]!r}, which nothing before it computes")
        values = [self._values[name] for name in node.texts(1)]
        attributes = {a.text(1): a for a in node.messages(5)}
        if any(6 in a or 11 in a for a in attributes.values()):
            raise ModelError(f"{place} holds a graph of its own: loops and branches are refused")
        if not outputs:
            raise ModelError(f"{place} has no output")
        self._values[outputs[0]] = self._apply(op, values, attributes, place)

    def _apply(
        self, op: str, values: list[Value], attributes: dict[str, Message], place: str
    ) -> Value:
        if op == "Constant":
            return self._constant(attributes, place)
        if not values:
            raise ModelError(f"{place} has no inputs and is not a constant")
        if op in SIMPLE:
            return graph.compute(SIMPLE[op], values, place)
        if op in SKIPPED:
            return self._cast(values[0], attributes, place) if op == "Cast" else values[0]
        if op in STRUCTURED:
            try:
                return STRUCTURED[op](values, _Attributes(attributes), place)
            except (IndexError, AttributeError, TypeError, ValueError):
                raise ModelError(f"{place} has operands that do not fit it") from None
        raise ModelError(f"{place} is an operator that a chain of dense layers cannot hold")

    def _cast(self, value: Value, attributes: dict[str, Message], place: str) -> Value:
        to = attributes["to"].integer(3) if "to" in attributes else 0
        if to not in FLOATS and isinstance(value, Flow):
            raise ModelError(f"{place} casts the network's value to a type that is no float")
        return value

    def _constant(self, attributes: dict[str, Message], place: str) -> NDArray:
        if "value" in attributes:
            return self._tensor(attributes["value"].message(5))
        if "value_float" in attributes:
            return np.array(attributes["value_float"].float32(2))
        if "value_floats" in attributes:
            return np.frombuffer(attributes["value_floats"].packed(7, 4), "<f4")
        if "value_int" in attributes:
            return np.array(attributes["value_int"].integer(3))
        if "value_ints" in attributes:
            return np.array(attributes["value_ints"].integers(8))
        raise ModelError(f"{place} holds something that is no number")

    def _tensor(self, tensor: Message) -> NDArray:
        """The array of a TensorProto, from the message or from a file beside the model."""
        name, kind, shape = tensor.text(8), tensor.integer(2), tuple(tensor.integers(1))
        if kind not in DTYPES:
            raise ModelError(f"tensor {name!r} is of type {kind}, which is not a float or integer")
        dtype = np.dtype(DTYPES[kind])
        count = math.prod(shape)
        if min((0, *shape)) < 0 or count > MAX_PARAMETERS:
            raise ModelError(f"tensor {name!r} promises the shape {shape}")
        if kind in FLOATS and kind != 1:
            self._notes[f"weights converted from {dtype} to float32"] = None
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
        size = path.stat().st_size
        length = size - offset if length < 0 else length
        if not (0 <= offset <= offset + length <= size and length <= MAX_FILE):
            raise ModelError(f"tensor {name!r} ends outside of {path.name}, which has {size} bytes")
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)


class _Attributes:
    """Attributes of a node, with their defaults."""

    def __init__(self, messages: dict[str, Message]) -> None:
        self._messages = messages

    def number(self, name: str, default: float) -> float:
        return self._messages[name].float32(2) if name in self._messages else default

    def integer(self, name: str, default: int) -> int:
        return self._messages[name].integer(3) if name in self._messages else default

    def integers(self, name: str) -> list[int]:
        return self._messages[name].integers(8) if name in self._messages else []


def _inline(tensor: Message, kind: int) -> bytes:
    if 9 in tensor:
        return tensor.blob(9)
    if kind == 1:
        return tensor.packed(4, 4)
    if kind == 11:
        return tensor.packed(10, 8)
    field = 7 if kind == 7 else 5
    return np.array(tensor.integers(field), "<i8").astype(DTYPES[kind]).tobytes()


def _width(value: Message) -> int:
    """The last dimension of an input of rank 2."""
    dimensions = value.message(2).message(1).message(2).messages(1)
    if len(dimensions) != 2 or not dimensions[1].integer(1):
        raise ModelError(
            f"the input {value.text(1)!r} is not (batch, features) with a known number of features"
        )
    return dimensions[1].integer(1)


def _gemm(values: list[Value], attributes: _Attributes, place: str) -> Flow:
    with np.errstate(invalid="ignore"):
        flow, weights = values[0], np.asarray(values[1], np.float64)
    if attributes.integer("transA", 0) or not isinstance(flow, Flow):
        raise ModelError(f"{place} transposes what flows through the network")
    weights = weights.T if attributes.integer("transB", 0) else weights
    result = flow.dense(weights * attributes.number("alpha", 1.0), None, place)
    if len(values) < 3 or not np.size(values[2]):
        return result
    return result.affine(
        1.0, np.asarray(values[2], np.float64) * attributes.number("beta", 1.0), place
    )


def _batch_norm(values: list[Value], attributes: _Attributes, place: str) -> Flow:
    if attributes.integer("training_mode", 0):
        raise ModelError(f"{place} is in training mode: export the model for inference")
    return graph.batch_norm(values[0], values[1:5], attributes.number("epsilon", 1e-5), place)


def _softmax(values: list[Value], attributes: _Attributes, place: str) -> Flow:
    if attributes.integer("axis", -1) not in (1, -1):
        raise ModelError(f"{place} is over the batch instead of the classes")
    return graph.compute("softmax", values, place)


def _clip(values: list[Value], attributes: _Attributes, place: str) -> Flow:
    bounds = [attributes.number("min", -math.inf), attributes.number("max", math.inf)]
    for index, value in enumerate(values[1:3]):
        if np.size(value):
            bounds[index] = float(np.ravel(value)[0])
    return graph.clip(values[0], *bounds, place)


def _flatten(values: list[Value], attributes: _Attributes, place: str) -> Value:
    if isinstance(values[0], Flow) and attributes.integer("axis", 1) in (1, -1):
        return values[0]
    raise ModelError(f"{place} reshapes something other than (batch, features)")


def _reshape(values: list[Value], attributes: _Attributes, place: str) -> Value:
    shape = [int(n) for n in np.ravel(values[1])]
    if isinstance(values[0], Flow):
        if len(shape) == 2 and shape[1] in (-1, values[0].width):
            return values[0]
        raise ModelError(f"{place} reshapes what flows through the network to {shape}")
    return np.reshape(values[0], shape)


def _transpose(values: list[Value], attributes: _Attributes, place: str) -> Value:
    return np.transpose(values[0], attributes.integers("perm") or None)


def _squeeze(values: list[Value], attributes: _Attributes, place: str) -> Value:
    axes = np.ravel(values[1]) if len(values) > 1 else attributes.integers("axes")
    return np.squeeze(values[0], tuple(int(axis) for axis in axes) or None)


def _unsqueeze(values: list[Value], attributes: _Attributes, place: str) -> Value:
    axes = np.ravel(values[1]) if len(values) > 1 else attributes.integers("axes")
    return np.expand_dims(values[0], tuple(int(axis) for axis in axes))


def _activation(kind: Kind, alpha: float, beta: float = 0.0):  # noqa: ANN202
    def apply(values: list[Value], attributes: _Attributes, place: str) -> Flow:
        parameters = attributes.number("alpha", alpha), attributes.number("beta", beta)
        return values[0].activate(Activation(kind, *parameters))

    return apply


def _where(values: list[Value], attributes: _Attributes, place: str) -> Flow:
    if not isinstance(values[0], Mask):
        raise ModelError(f"{place} chooses by something other than a comparison")
    return graph.select(*values[:3], place)


def _swish(values: list[Value], attributes: _Attributes, place: str) -> Value:
    if attributes.number("alpha", 1.0) != 1.0:
        raise ModelError(f"{place} has an alpha other than 1")
    return graph.compute("swish", values, place)


STRUCTURED = {
    "Gemm": _gemm,
    "BatchNormalization": _batch_norm,
    "Softmax": _softmax,
    "Clip": _clip,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Where": _where,
    "Swish": _swish,
    "LeakyRelu": _activation(Kind.LEAKY_RELU, 0.01),
    "Elu": _activation(Kind.ELU, 1.0),
    "HardSigmoid": _activation(Kind.HARD_SIGMOID, 0.2, 0.5),
}
