"""What TensorFlow's operators do to constants and to what flows through a network."""

import math

import numpy as np
from numpy.typing import NDArray

from .. import composed, graph
from ..activations import Activation, Kind
from ..errors import ModelError
from ..flow import BATCH, Flow
from ..graph import Value
from ..guards import MAX_PARAMETERS, charge
from ..protobuf import Message
from ..tensorbundle import DTYPES

SIMPLE = {
    "BiasAdd": "add", "Add": "add", "AddV2": "add", "Sub": "sub", "Mul": "mul", "RealDiv": "div",
    "Div": "div", "Relu": "relu", "Elu": "elu", "Sigmoid": "sigmoid", "Tanh": "tanh",
    "Softplus": "softplus", "Softmax": "softmax", "Rsqrt": "rsqrt", "Sqrt": "sqrt", "Neg": "neg",
    "Exp": "exp", "Log": "log", "Maximum": "maximum", "Minimum": "minimum", "Greater": "greater",
    "Square": "square", "Pow": "power", "Reciprocal": "reciprocal", "Erf": "erf", "Erfc": "erfc",
}  # fmt: skip
SKIPPED = {"Identity", "IdentityN", "StopGradient", "ReadVariableOp", "Cast", "Snapshot"}
# Types that a cast may have: float and double.
FLOATS = {1, 2}
# Field, size and type of the values of float and double tensors.
STORED = {1: (5, 4, "<f4"), 2: (6, 8, "<f8")}


def tensor(proto: Message, place: str) -> NDArray:
    """The values of a TensorProto; not a number where they are text or the like."""
    kind = proto.integer(1)
    shape = tuple(dimension.integer(1) for dimension in proto.message(2).messages(2))
    if kind not in DTYPES or kind == 14:
        return np.array(math.nan)
    count = math.prod(shape)
    if min((0, *shape)) < 0 or count > MAX_PARAMETERS:
        raise ModelError(f"{place} promises the shape {shape}")
    dtype = np.dtype("<" + DTYPES[kind])
    charge(count * dtype.itemsize, f"constant of {place}")
    if 4 in proto:
        return np.frombuffer(proto.blob(4), dtype).reshape(shape)
    if kind in STORED:
        number, size, stored = STORED[kind]
        values = np.frombuffer(proto.packed(number, size), stored)
    else:
        values = np.array(proto.integers(10 if kind == 9 else 7), dtype)
    # A tensor of equal values is stored as one of them; one of zeros may be stored as none.
    values = values if len(values) else np.zeros(1, dtype)
    missing = count - len(values)
    return np.concatenate([values, np.repeat(values[-1:], max(0, missing))])[:count].reshape(shape)


def matmul(values: list, attributes: dict[str, Message], place: str) -> Value:
    """A dense layer without its bias."""
    turned = [n in attributes and attributes[n].integer(5) for n in ("transpose_a", "transpose_b")]
    if turned[0]:
        raise ModelError(f"{place} transposes what flows through the network")
    weights = values[1].T if turned[1] else values[1]
    return graph.compute("matmul", [values[0], weights], place)


def _reshape(values: list, attributes: dict[str, Message], place: str) -> Value:
    shape = [float(n) for n in np.ravel(values[1])]
    if isinstance(values[0], Flow):
        return values[0].reshape(shape, place)
    return np.reshape(values[0], [int(n) for n in shape])


def _squeeze(values: list, attributes: dict[str, Message], place: str) -> Value:
    axes = attributes["squeeze_dims"].message(1).integers(3) if "squeeze_dims" in attributes else []
    if isinstance(values[0], Flow):
        return values[0].squeeze(axes, place)
    return np.squeeze(values[0], tuple(axes) or None)


def _expand_dims(values: list, attributes: dict[str, Message], place: str) -> Value:
    axis = int(np.ravel(values[1])[0])
    if isinstance(values[0], Flow):
        return values[0].unsqueeze([axis], place)
    return np.expand_dims(values[0], axis)


def _transpose(values: list, attributes: dict[str, Message], place: str) -> Value:
    if isinstance(values[0], Flow):
        raise ModelError(f"{place} transposes what flows through the network")
    return np.transpose(values[0], [int(axis) for axis in np.ravel(values[1])])


def _shape(values: list, attributes: dict[str, Message], place: str) -> NDArray:
    flows = isinstance(values[0], Flow)
    return np.array([BATCH, *values[0].shape] if flows else np.shape(values[0]))


def _strided_slice(values: list, attributes: dict[str, Message], place: str) -> Value:
    names = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    masks = [attributes[n].integer(3) if n in attributes else 0 for n in names]
    return graph.strided_slice(values[0], values[1:4], masks, place)


def _pack(values: list, attributes: dict[str, Message], place: str) -> NDArray:
    return np.stack([np.asarray(value) for value in values])


def _leaky_relu(values: list, attributes: dict[str, Message], place: str) -> Flow:
    slope = attributes["alpha"].float32(4) if "alpha" in attributes else 0.2
    return values[0].activate(Activation(Kind.LEAKY_RELU, slope))


OPERATORS = {
    "Reshape": _reshape,
    "Shape": _shape,
    "StridedSlice": _strided_slice,
    "Pack": _pack,
    "Squeeze": _squeeze,
    "Selu": lambda values, attributes, place: composed.selu(values[0], place),
    "Transpose": _transpose,
    "ExpandDims": _expand_dims,
    "LeakyRelu": _leaky_relu,
    "Relu6": lambda values, attributes, place: composed.clip(values[0], 0.0, 6.0, place),
    "Select": lambda values, attributes, place: graph.select(*values, place),
    "SelectV2": lambda values, attributes, place: graph.select(*values, place),
}
