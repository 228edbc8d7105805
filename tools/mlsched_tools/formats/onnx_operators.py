"""What ONNX's operators do to constants and to what flows through a network.

An operator is listed with the attributes that it may have; one with others is refused, since they
may change what it computes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from .. import composed, graph
from ..activations import Activation, Kind
from ..errors import ModelError
from ..flow import BATCH, Flow
from ..graph import Mask, Value
from ..guards import charge
from ..protobuf import Message
from .onnx_tensors import DTYPES, FLOATS, HALVES, Tensors

# Operators that the graph module knows by another name.
SIMPLE = {
    "Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "MatMul": "matmul", "Sqrt": "sqrt",
    "Neg": "neg", "Exp": "exp", "Log": "log", "Relu": "relu", "Reciprocal": "reciprocal",
    "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus", "Greater": "greater",
    "Not": "not", "Erf": "erf", "Pow": "power", "HardSwish": "hard_swish", "Mish": "mish",
}  # fmt: skip
NARY = {"Max": "maximum", "Min": "minimum"}
# What needs words of its own to be refused.
QUANTISING = {
    "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "QLinearMatMul",
    "ConvInteger", "QGemm",
}  # fmt: skip
# Before this version operators were in training mode unless they said otherwise.
INFERENCE_SINCE = 7
HARMLESS = {"consumed_inputs", "spatial", "momentum", "seed", "ratio", "noop_with_empty_axes"}


@dataclass(frozen=True)
class Node:
    """An operator, with its attributes and what surrounds it.

    Attributes:
        op: Its name.
        messages: Its attributes.
        place: Where it stands, for messages.
        version: Of the set of operators.
        more: How many outputs it has beside the first.
        batch: The batch's size where the graph fixes it.
        tensors: Reads constants.
    """

    op: str
    messages: dict[str, Message]
    place: str
    version: int
    more: int
    batch: int | None
    tensors: Tensors

    def number(self, name: str, default: float) -> float:
        """A float attribute."""
        return self.messages[name].float32(2) if name in self.messages else default

    def integer(self, name: str, default: int) -> int:
        """An integer attribute."""
        return self.messages[name].integer(3) if name in self.messages else default

    def integers(self, name: str) -> list[int]:
        """An attribute of several integers."""
        return self.messages[name].integers(8) if name in self.messages else []

    def floats(self, name: str) -> NDArray[np.float32]:
        """An attribute of several floats."""
        return np.frombuffer(self.messages[name].packed(7, 4), "<f4")

    def text(self, name: str, default: str) -> str:
        """A text attribute."""
        return self.messages[name].text(4) if name in self.messages else default

    def labels(self) -> list[object]:
        """The classes that an operator names, empty for most."""
        for name in ("classlabels_strings", "classlabels_ints", "classlabels_int64s"):
            if name in self.messages:
                return [*self.messages[name].texts(9), *self.messages[name].integers(8)]
        return []


def apply(node: Node, values: list[Value]) -> Value:
    """What an operator makes of its operands."""
    if node.op == "Constant":
        return _constant(node)
    if node.op in QUANTISING:
        raise ModelError(f"{node.place} quantises: export the model before it was quantised")
    if not values:
        raise ModelError(f"{node.place} has no inputs and is not a constant")
    allowed, function = OPERATORS.get(node.op, (set(), None))
    unknown = set(node.messages) - allowed - HARMLESS
    if function is None:
        raise ModelError(f"{node.place} is an operator that a chain of dense layers cannot hold")
    if unknown:
        raise ModelError(f"{node.place} has an attribute {min(unknown)}, which is unknown")
    try:
        return function(values, node)
    except (IndexError, AttributeError, TypeError, ValueError, OverflowError):
        raise ModelError(f"{node.place} has operands that do not fit it") from None


def _constant(node: Node) -> NDArray:
    messages = node.messages
    if "value" in messages:
        return node.tensors.read(messages["value"].message(5))
    if "value_float" in messages:
        return np.array(messages["value_float"].float32(2), "<f4")
    if "value_floats" in messages:
        return node.floats("value_floats")
    if "value_int" in messages:
        return np.array(messages["value_int"].integer(3))
    if "value_ints" in messages:
        return np.array(messages["value_ints"].integers(8))
    raise ModelError(f"{node.place} holds something that is no number")


def _simple(values: list[Value], node: Node) -> Value:
    if node.op == "Div" and all(np.asarray(v).dtype.kind in "iu" for v in values):
        raise ModelError(f"{node.place} divides integers, which rounds")
    return graph.compute(SIMPLE[node.op], values, node.place)


def _nary(values: list[Value], node: Node) -> Value:
    op = NARY[node.op]
    return reduce(lambda a, b: graph.compute(op, [a, b], node.place), values)


def _same(values: list[Value], node: Node) -> Value:
    return values[0]


def _dropout(values: list[Value], node: Node) -> Value:
    trains = len(values) > 2 and np.size(values[2]) and bool(np.ravel(values[2])[0])
    if trains or (node.version < INFERENCE_SINCE and not node.integer("is_test", 0)):
        raise ModelError(f"{node.place} is in training mode: export the model for inference")
    return values[0]


def _cast(values: list[Value], node: Node) -> Value:
    to = node.integer("to", 0)
    if isinstance(values[0], np.ndarray):
        if to not in DTYPES or to in HALVES:
            raise ModelError(f"{node.place} casts a constant to type {to}, which is not known")
        charge(8 * values[0].size, f"constant of {node.place}")
        # A size that is not known stays unknown.
        keep = values[0].dtype.kind == "f" and np.isnan(values[0]).any()
        return values[0] if keep else values[0].astype(DTYPES[to])
    if to not in FLOATS:
        raise ModelError(f"{node.place} casts the network's value to a type that is no float")
    if to in HALVES:
        node.tensors.halve(to)
    return values[0]


def _gemm(values: list[Value], node: Node) -> Flow:
    flow, weights = values[0], np.asarray(values[1], np.float64)
    if node.integer("transA", 0) or not isinstance(flow, Flow):
        raise ModelError(f"{node.place} transposes what flows through the network")
    charge(2 * weights.nbytes, f"weights of {node.place}")
    weights = weights.T if node.integer("transB", 0) else weights
    result = flow.dense(weights * node.number("alpha", 1.0), None, node.place)
    if len(values) < 3 or not np.size(values[2]):
        return result
    beta = node.number("beta", 1.0)
    return result.affine(1.0, np.asarray(values[2], np.float64) * beta, node.place)


def _batch_norm(values: list[Value], node: Node) -> Flow:
    test = node.version >= INFERENCE_SINCE or node.integer("is_test", 0)
    if node.integer("training_mode", 0) or node.more or not test:
        raise ModelError(f"{node.place} is in training mode: export the model for inference")
    if len(values[0].shape) != 1:
        raise ModelError(f"{node.place} normalises something other than a row of values")
    return composed.batch_norm(values[0], values[1:5], node.number("epsilon", 1e-5), node.place)


def _softmax(values: list[Value], node: Node) -> Value:
    return values[0].softmax(node.place, node.integer("axis", 1 if node.version < 13 else -1))


def _clip(values: list[Value], node: Node) -> Flow:
    bounds = [node.number("min", -math.inf), node.number("max", math.inf)]
    for index, value in enumerate(values[1:3]):
        if np.size(value):
            bounds[index] = float(np.ravel(value)[0])
    return composed.clip(values[0], *bounds, node.place)


def _flatten(values: list[Value], node: Node) -> Value:
    if isinstance(values[0], Flow):
        return values[0].flatten(node.place, node.integer("axis", 1))
    raise ModelError(f"{node.place} reshapes something other than what flows through the network")


def _reshape(values: list[Value], node: Node) -> Value:
    target = [float(n) for n in np.ravel(values[1] if len(values) > 1 else node.integers("shape"))]
    if isinstance(values[0], np.ndarray):
        return np.reshape(values[0], [int(n) for n in target])
    # 0 stands for the size that the axis has.
    sizes = [BATCH, *values[0].shape] if not node.integer("allowzero", 0) else []
    target = [sizes[i] if n == 0 and i < len(sizes) else n for i, n in enumerate(target)]
    return values[0].reshape(target, node.place, node.batch)


def _transpose(values: list[Value], node: Node) -> Value:
    if isinstance(values[0], Flow):
        raise ModelError(f"{node.place} transposes what flows through the network")
    return np.transpose(values[0], node.integers("perm") or None)


def _axes(values: list[Value], node: Node) -> list[int]:
    given = np.ravel(values[1]) if len(values) > 1 else node.integers("axes")
    return [int(axis) for axis in given]


def _squeeze(values: list[Value], node: Node) -> Value:
    axes = _axes(values, node)
    if isinstance(values[0], Flow):
        return values[0].squeeze(axes, node.place)
    return np.squeeze(values[0], tuple(axes) or None)


def _unsqueeze(values: list[Value], node: Node) -> Value:
    axes = _axes(values, node)
    if isinstance(values[0], Flow):
        return values[0].unsqueeze(axes, node.place)
    return np.expand_dims(values[0], tuple(axes))


def _gather(values: list[Value], node: Node) -> Value:
    """One column, or sizes out of a shape."""
    axis, index = node.integer("axis", 0), np.asarray(values[1])
    if isinstance(values[0], np.ndarray):
        charge(8 * index.size * max(1, values[0].size), f"constant of {node.place}")
        return np.take(values[0], index, axis)
    if index.size != 1 or index.ndim > 1:
        raise ModelError(f"{node.place} takes {index.size} parts of the network's value")
    return values[0].take(int(index.ravel()[0]), node.place, axis, keep=index.ndim == 1)


def _slice(values: list[Value], node: Node) -> Value:
    names = ("starts", "ends", "axes")
    given = [np.ravel(v) for v in values[1:]] or [np.array(node.integers(n)) for n in names]
    starts, ends = given[0], given[1]
    axes = given[2] if len(given) > 2 and len(given[2]) else range(len(starts))
    steps = given[3] if len(given) > 3 and len(given[3]) else [1] * len(starts)
    result = values[0]
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        part = slice(int(start), int(end), int(step))
        result = _sliced(result, part, int(axis), node)
    return result


def _sliced(value: Value, part: slice, axis: int, node: Node) -> Value:
    if isinstance(value, np.ndarray):
        return value[(slice(None),) * (axis % value.ndim) + (part,)]
    rank = 1 + len(value.shape)
    size = value.shape[axis % rank - 1] if axis % rank else 1 << 62
    chosen = range(size)[part]
    if chosen == range(size):
        return value
    if len(chosen) == 1 and axis % rank:
        return value.take(chosen[0], node.place, axis, keep=True)
    raise ModelError(f"{node.place} takes a part of the network's value that is no column")


def _shape(values: list[Value], node: Node) -> NDArray:
    if isinstance(values[0], np.ndarray):
        return np.array(values[0].shape)
    return np.array([float(node.batch or BATCH), *values[0].shape])


def _concat(values: list[Value], node: Node) -> Value:
    if all(isinstance(value, np.ndarray) for value in values):
        charge(8 * sum(value.size for value in values), f"constant of {node.place}")
        return np.concatenate(values, node.integer("axis", 0))
    return graph.columns(values, node.integer("axis", 0), node.place)


def _expand(values: list[Value], node: Node) -> Value:
    shape = [int(n) for n in np.ravel(values[1])]
    if not isinstance(values[0], np.ndarray):
        raise ModelError(f"{node.place} repeats what flows through the network")
    charge(8 * math.prod(np.broadcast_shapes(values[0].shape, tuple(shape))), f"{node.place}")
    return np.broadcast_to(values[0], np.broadcast_shapes(values[0].shape, tuple(shape)))


def _activation(kind: Kind, alpha: float, beta: float = 0.0) -> Callable[..., Flow]:
    def build(values: list[Value], node: Node) -> Flow:
        parameters = node.number("alpha", alpha), node.number("beta", beta)
        return values[0].activate(Activation(kind, *parameters))

    return build


def _selu(values: list[Value], node: Node) -> Flow:
    alpha, gamma = (
        node.number("alpha", composed.SELU_ALPHA),
        node.number("gamma", composed.SELU_SCALE),
    )
    return values[0].activate(Activation(Kind.ELU, alpha)).affine(gamma, 0.0, node.place)


def _celu(values: list[Value], node: Node) -> Flow:
    return composed.celu(values[0], node.number("alpha", 1.0), node.place)


def _gelu(values: list[Value], node: Node) -> Flow:
    return composed.gelu(values[0], node.text("approximate", "none"), node.place)


def _prelu(values: list[Value], node: Node) -> Flow:
    return composed.prelu(values[0], values[1], node.place)


def _where(values: list[Value], node: Node) -> Flow:
    if not isinstance(values[0], Mask):
        raise ModelError(f"{node.place} chooses by something other than a comparison")
    return graph.select(*values[:3], node.place)


def _swish(values: list[Value], node: Node) -> Value:
    return composed.swish(values[0], node.number("alpha", 1.0), node.place)


def _scaler(values: list[Value], node: Node) -> Flow:
    offset, scale = (node.floats(name).astype(np.float64) for name in ("offset", "scale"))
    return values[0].affine(scale, -offset * scale, node.place)


def _linear_classifier(values: list[Value], node: Node) -> Flow:
    classes = len(node.labels())
    weights = node.floats("coefficients").reshape(classes, -1).T
    flow = values[0].dense(weights, node.floats("intercepts"), node.place)
    match node.text("post_transform", "NONE"):
        case "NONE":
            return flow
        case "LOGISTIC":
            return graph.compute("sigmoid", [flow], node.place)
        case "SOFTMAX":
            return flow.softmax(node.place)
        case other:
            raise ModelError(f"{node.place} transforms its scores by {other}, which is unknown")


Operator = tuple[set[str], Callable[[list[Value], Node], Value]]
OPERATORS: dict[str, Operator] = {
    **{op: (set(), _simple) for op in SIMPLE},
    **{op: (set(), _nary) for op in NARY},
    "Identity": (set(), _same),
    "Dropout": ({"is_test"}, _dropout),
    "Cast": ({"to", "saturate"}, _cast),
    "Gemm": ({"alpha", "beta", "transA", "transB"}, _gemm),
    "BatchNormalization": ({"epsilon", "training_mode", "is_test"}, _batch_norm),
    "Softmax": ({"axis"}, _softmax),
    "Clip": ({"min", "max"}, _clip),
    "Flatten": ({"axis"}, _flatten),
    "Reshape": ({"shape", "allowzero"}, _reshape),
    "Transpose": ({"perm"}, _transpose),
    "Squeeze": ({"axes"}, _squeeze),
    "Unsqueeze": ({"axes"}, _unsqueeze),
    "Gather": ({"axis"}, _gather),
    "Slice": ({"starts", "ends", "axes"}, _slice),
    "Shape": (set(), _shape),
    "Concat": ({"axis"}, _concat),
    "Expand": (set(), _expand),
    "Where": (set(), _where),
    "Swish": ({"alpha"}, _swish),
    "LeakyRelu": ({"alpha"}, _activation(Kind.LEAKY_RELU, 0.01)),
    "Elu": ({"alpha"}, _activation(Kind.ELU, 1.0)),
    "HardSigmoid": ({"alpha", "beta"}, _activation(Kind.HARD_SIGMOID, 0.2, 0.5)),
    "Selu": ({"alpha", "gamma"}, _selu),
    "Celu": ({"alpha"}, _celu),
    "Gelu": ({"approximate"}, _gelu),
    "PRelu": (set(), _prelu),
    "Scaler": ({"offset", "scale"}, _scaler),
    "LinearClassifier": (
        {"classlabels_strings", "classlabels_ints", "coefficients", "intercepts", "multi_class",
         "post_transform"},
        _linear_classifier,
    ),
    "ZipMap": ({"classlabels_strings", "classlabels_int64s"}, _same),
}  # fmt: skip
