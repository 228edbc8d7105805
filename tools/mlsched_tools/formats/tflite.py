"""TensorFlow Lite: a flatbuffer (field numbers from schema.fbs), read without its library."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import composed, graph
from ..activations import Activation, Kind
from ..errors import ModelError
from ..flatbuffer import Table, root
from ..flow import BATCH, Flow
from ..graph import Value, strided_slice
from ..guards import MAX_PARAMETERS, charge, read_file
from ..source import FLOAT32, INT8, INT16, ReadOptions, Source

DTYPES = {0: "<f4", 1: "<f2", 2: "<i4", 3: "<u1", 4: "<i8", 7: "<i2", 9: "<i1", 10: "<f8"}
FLOAT, HALF, DOUBLE = 0, 1, 10
# What runs with activations of these types: how many bits they have, and how far it may differ.
ROUNDED = {3: (8, INT8), 9: (8, INT8), 7: (16, INT16)}
SIMPLE = {
    0: "add", 41: "sub", 18: "mul", 42: "div", 14: "sigmoid", 19: "relu", 28: "tanh", 47: "exp",
    73: "log", 55: "maximum", 57: "minimum", 59: "neg", 61: "greater", 75: "sqrt", 76: "rsqrt",
    78: "power", 92: "square", 111: "elu",
}  # fmt: skip
FUSED = {0: None, 1: "relu", 3: "relu6", 4: "tanh"}
ADD, DEQUANTIZE, FULLY_CONNECTED, MUL, RELU6, RESHAPE, SOFTMAX = 0, 6, 9, 18, 21, 22, 25
DIV, SUB, CAST, SELECT, LEAKY_RELU, QUANTIZE, SELECT_V2 = 42, 41, 53, 64, 98, 114, 123
TRANSPOSE, SQUEEZE, STRIDED_SLICE, PRELU, HARD_SWISH, GELU = 39, 43, 45, 54, 117, 150
SHAPE, PACK, EXPAND_DIMS = 77, 83, 70


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a float32 or float16 model exactly and a quantised one with a warning."""
    return _Reader(root(read_file(path))).read()


class _Reader:
    """Evaluates the operators of the one subgraph in order."""

    def __init__(self, model: Table) -> None:
        subgraphs = model.tables(2)
        if len(subgraphs) != 1:
            raise ModelError(f"the model has {len(subgraphs)} subgraphs: expected one")
        self._codes = [max(code.byte(0), code.integer(3)) for code in model.tables(1)]
        self._custom = [code.text(1) for code in model.tables(1)]
        self._buffers = model.tables(4)
        self._graph = subgraphs[0]
        self._tensors = self._graph.tables(0)
        self._values: dict[int, Value] = {}
        self._notes: dict[str, None] = {}
        self._bound: float | None = None
        self._quantised = False
        # By operands: the converter writes one layer twice where two operators follow it.
        self._dense: dict[tuple[int, ...], Flow] = {}

    def read(self) -> Source:
        inputs, outputs = self._graph.integers(1), self._graph.integers(2)
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelError(
                f"the model has {len(inputs)} inputs and {len(outputs)} outputs: expected one each"
            )
        shape = self._tensor(inputs[0]).integers(0)
        if len(shape) < 2:
            raise ModelError(f"the input has shape {shape}: expected (batch, features)")
        self._batch = shape[0]
        self._values[inputs[0]] = Flow.start(*shape[1:])
        for number, operator in enumerate(self._graph.tables(3)):
            self._operator(operator, number)
        result = self._values.get(outputs[0])
        if not isinstance(result, Flow):
            raise ModelError("the model's output does not depend on its input")
        return Source("TensorFlow Lite", result, tuple(self._notes), bound=self._error())

    def _error(self) -> float:
        """How far its own runtime may differ: it rounds floats too, before int8 weights."""
        return self._bound or (INT8 if self._quantised else FLOAT32)

    def _operator(self, operator: Table, number: int) -> None:
        index = operator.integer(0)
        if not 0 <= index < len(self._codes):
            raise ModelError(f"operator {number} is of kind {index}, which the model does not list")
        code = self._codes[index]
        name = self._custom[index] or NAMES_OF.get(code, f"builtin {code}")
        place = f"operator {number} ({name})"
        values = [self._value(i) for i in operator.integers(1) if i >= 0]
        outputs = operator.integers(2)
        if self._custom[index] or not values or len(outputs) != 1:
            raise ModelError(f"{place} is an operator that a chain of dense layers cannot hold")
        before, after = operator.integers(1)[0], outputs[0]
        if code == CAST and isinstance(values[0], Flow):
            kinds = [self._tensor(index).byte(1) for index in (before, after)]
            if not set(kinds) <= {FLOAT, DOUBLE}:
                raise ModelError(f"{place} casts the network's value to or from an integer")
        result = self._apply(code, values, operator, place)
        if isinstance(result, Flow):
            self._note_rounded(after)
        self._values[after] = result

    def _apply(self, code: int, values: list[Value], operator: Table, place: str) -> Value:
        options = operator.table(4)
        try:
            if code == FULLY_CONNECTED:
                operands = tuple(operator.integers(1))
                if operands not in self._dense:
                    self._dense[operands] = _dense(values, options, place)
                return _fused(self._dense[operands], options.byte(0), place)
            if code in SIMPLE:
                if code == DIV and not isinstance(values[0], Flow) and _integers(values):
                    raise ModelError(f"{place} divides integers, which rounds")
                result = graph.compute(SIMPLE[code], values, place)
                if code in (ADD, SUB, MUL, DIV) and isinstance(result, Flow):
                    return _fused(result, options.byte(0), place)
                return result
            if code in OPERATORS:
                return OPERATORS[code](values, options, place)
        except (ValueError, TypeError, AttributeError, IndexError):
            raise ModelError(f"{place} has operands that do not fit it") from None
        raise ModelError(f"{place} is an operator that a chain of dense layers cannot hold")

    def _note_rounded(self, index: int) -> None:
        kind = self._tensor(index).byte(1)
        if kind in ROUNDED:
            bits, bound = ROUNDED[kind]
            self._bound = max(self._bound or 0, bound)
            self._notes[
                f"its own runtime rounds intermediate values to {bits} bits and cuts off what is "
                "outside of the range that it was calibrated for, mlsched does neither"
            ] = None
        elif kind not in (FLOAT, DOUBLE):
            name = self._tensor(index).text(3)
            raise ModelError(f"the network's value {name!r} is of type {kind}, which is unknown")

    def _tensor(self, index: int) -> Table:
        if not 0 <= index < len(self._tensors):
            raise ModelError(f"tensor {index} of {len(self._tensors)} is used")
        return self._tensors[index]

    def _value(self, index: int) -> Value:
        if index not in self._values:
            self._values[index] = self._constant(index)
        return self._values[index]

    def _constant(self, index: int) -> NDArray:
        tensor = self._tensor(index)
        name, kind, shape = tensor.text(3), tensor.byte(1), tensor.integers(0)
        if kind not in DTYPES:
            raise ModelError(f"tensor {name!r} is of type {kind}, which is not a known number")
        buffer = tensor.integer(2)
        if not 0 < buffer < len(self._buffers):
            raise ModelError(f"tensor {name!r} has no data and is not computed by anything")
        data, count = self._buffers[buffer].bytes(0), math.prod(shape)
        dtype = np.dtype(DTYPES[kind])
        if min((0, *shape)) < 0 or count > MAX_PARAMETERS or count * dtype.itemsize != len(data):
            raise ModelError(f"tensor {name!r} of shape {shape} holds {len(data)} bytes")
        if tensor.has(6):
            raise ModelError(f"tensor {name!r} is sparse: convert the model without sparsity")
        values = np.frombuffer(data, dtype).reshape(shape)
        if kind in (HALF, DOUBLE):
            self._notes[f"weights converted from {np.dtype(DTYPES[kind])} to float32"] = None
        return values if kind in (FLOAT, HALF, DOUBLE) else self._dequantised(values, tensor, name)

    def _dequantised(self, values: NDArray, tensor: Table, name: str) -> NDArray:
        """Applies scale · (value − zero point), per tensor or per channel."""
        quantisation = tensor.table(4)
        scale = quantisation.floats(2).astype(np.float64)
        if not len(scale):
            return values
        zero = np.array(quantisation.longs(3) or [0], np.float64)
        axis = quantisation.integer(6)
        if len(scale) > 1:
            if not 0 <= axis < values.ndim or values.shape[axis] != len(scale):
                raise ModelError(f"tensor {name!r} has {len(scale)} scales for {values.shape}")
            shape = [1] * values.ndim
            shape[axis] = -1
            scale = scale.reshape(shape)
            zero = zero.reshape(shape) if len(zero) > 1 else zero
        charge(8 * values.size, f"tensor {name!r}")
        self._quantised = True
        self._notes["quantised weights converted to float32: the rounding stays in them"] = None
        return scale * (values - zero)


def _integers(values: list[Value]) -> bool:
    return all(np.asarray(value).dtype.kind in "iu" for value in values)


def _dense(values: list[Value], options: Table, place: str) -> Flow:
    if not isinstance(values[0], Flow) or options.byte(1) != 0:
        raise ModelError(f"{place} has weights in an order that is not known")
    bias = values[2] if len(values) > 2 else None
    return values[0].dense(np.asarray(values[1]).T, bias, place)


def _fused(flow: Flow, code: int, place: str) -> Flow:
    if code not in FUSED:
        raise ModelError(f"{place} has the fused activation {code}, which is unknown")
    if FUSED[code] == "relu6":
        return composed.clip(flow, 0.0, 6.0, place)
    return graph.compute(FUSED[code], [flow], place) if FUSED[code] else flow


def _softmax(values: list[Value], options: Table, place: str) -> Value:
    if options.float(0) not in (0.0, 1.0):
        raise ModelError(f"{place} has a beta other than 1")
    return graph.compute("softmax", values, place)


def _reshape(values: list[Value], options: Table, place: str) -> Value:
    shape = [float(n) for n in np.ravel(values[1])] if len(values) > 1 else options.integers(0)
    if isinstance(values[0], Flow):
        return values[0].reshape(shape, place)
    return np.reshape(values[0], [int(n) for n in shape])


def _squeeze(values: list[Value], options: Table, place: str) -> Value:
    axes = options.integers(0)
    if isinstance(values[0], Flow):
        return values[0].squeeze(axes, place)
    return np.squeeze(values[0], tuple(axes) or None)


def _strided_slice(values: list[Value], options: Table, place: str) -> Value:
    masks = [options.integer(field) for field in range(5)]
    return strided_slice(values[0], values[1:4], masks, place)


def _transpose(values: list[Value], options: Table, place: str) -> Value:
    if isinstance(values[0], Flow):
        raise ModelError(f"{place} transposes what flows through the network")
    return np.transpose(values[0], [int(axis) for axis in values[1]])


def _shape(values: list[Value], options: Table, place: str) -> NDArray:
    flow = isinstance(values[0], Flow)
    return np.array([BATCH, *values[0].shape] if flow else values[0].shape)


def _pack(values: list[Value], options: Table, place: str) -> NDArray:
    return np.stack([np.asarray(value) for value in values], options.integer(1))


def _expand_dims(values: list[Value], options: Table, place: str) -> Value:
    axis = int(np.ravel(values[1])[0])
    if isinstance(values[0], Flow):
        return values[0].unsqueeze([axis], place)
    return np.expand_dims(values[0], axis)


def _gelu(values: list[Value], options: Table, place: str) -> Value:
    return composed.gelu(values[0], "tanh" if options.byte(0) else "none", place)


def _leaky_relu(values: list[Value], options: Table, place: str) -> Value:
    return values[0].activate(Activation(Kind.LEAKY_RELU, options.float(0)))


def _same(values: list[Value], options: Table, place: str) -> Value:
    return values[0]


OPERATORS = {
    DEQUANTIZE: _same,
    QUANTIZE: _same,
    CAST: _same,
    RESHAPE: _reshape,
    SQUEEZE: _squeeze,
    STRIDED_SLICE: _strided_slice,
    TRANSPOSE: _transpose,
    SHAPE: _shape,
    PACK: _pack,
    EXPAND_DIMS: _expand_dims,
    SOFTMAX: _softmax,
    GELU: _gelu,
    PRELU: lambda values, options, place: composed.prelu(values[0], values[1], place),
    HARD_SWISH: lambda values, options, place: graph.compute("hard_swish", values, place),
    LEAKY_RELU: _leaky_relu,
    RELU6: lambda values, options, place: composed.clip(values[0], 0.0, 6.0, place),
    SELECT: lambda values, options, place: graph.select(*values[:3], place),
    SELECT_V2: lambda values, options, place: graph.select(*values[:3], place),
}
NAMES_OF = {
    **SIMPLE,
    FULLY_CONNECTED: "fully_connected",
    RESHAPE: "reshape",
    SOFTMAX: "softmax",
    3: "conv_2d",
    16: "lstm",
    32: "custom",
    2: "concatenation",
}
