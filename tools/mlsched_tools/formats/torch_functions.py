"""What PyTorch's own functions do to the tensor that flows through a network.

Each function below has the parameters of the operator of its name, with PyTorch's names and
defaults, so that Python's own rules match a call's arguments: one that is not there is refused.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import composed, graph
from ..activations import RELU, SIGMOID, Activation, Kind
from ..errors import ModelError
from ..flow import BATCH, Flow

FLOAT32 = 6
NUMBERS = (bool, int, float, str, type(None))
FITS_NOT = (IndexError, TypeError, ValueError, KeyError, AttributeError, OverflowError)


class Input:
    """The network's input before the first layer says how wide it is."""


def operate(name: str, arguments: list[Any], named: dict[str, Any]) -> Any:  # noqa: ANN401
    """Applies one of PyTorch's own functions."""
    short = name.removeprefix("torch.").removeprefix("ops.prim.")
    # A trailing underscore marks PyTorch's in-place variants.
    short = short if short.endswith("__") else short.removesuffix("_")
    place = f"{name}()"
    function = PLAIN.get(short) or OPERATORS.get(short)
    if function is None:
        raise ModelError(f"{place} is a function that a chain of dense layers cannot hold")
    if short in ACTIVATIONS and arguments and isinstance(arguments[0], Input):
        raise ModelError(f"{place} comes before the first layer, which tells the input's width")
    try:
        if short in PLAIN:
            return function(*arguments, **named)
        inspect.signature(function).bind(place, *arguments, **named)
    except FITS_NOT:
        raise ModelError(f"{place} has arguments that are not understood") from None
    try:
        return function(place, *arguments, **named)
    except FITS_NOT:
        raise ModelError(f"{place} has arguments that do not fit it") from None


def _comparison(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of two plain values; what depends on the batch or on a tensor is none."""

    def apply(a: Any, b: Any) -> bool:  # noqa: ANN401
        if not all(isinstance(value, NUMBERS) and value == value for value in (a, b)):
            raise TypeError
        return bool(compare(a, b))

    return apply


def _not(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise TypeError
    return not value


def _same_number(value: Any) -> float:  # noqa: ANN401
    """Conversions that tracing puts around the sizes of tensors."""
    if not isinstance(value, int | float):
        raise TypeError
    return value


def _started(value: Any, width: int) -> Flow:  # noqa: ANN401
    return Flow.start(width) if isinstance(value, Input) else value


def _flow(value: Any, place: str) -> Flow:  # noqa: ANN401
    if not isinstance(value, Flow):
        raise ModelError(f"{place} is applied to something other than the network's value")
    return value


def _number(value: Any) -> float:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _linear(place: str, input: Any, weight: Any, bias: Any = None) -> Flow:  # noqa: ANN401
    weight = np.asarray(weight)
    return _started(input, weight.shape[1]).dense(weight.T, bias, place)


def _addmm(
    place: str,
    self: Any,  # noqa: ANN401
    mat1: Any,  # noqa: ANN401
    mat2: Any,  # noqa: ANN401
    beta: float = 1,
    alpha: float = 1,
) -> Flow:
    weights = np.asarray(mat2)
    flow = _started(mat1, weights.shape[0]).dense(weights, None, place)
    flow = flow.affine(_number(alpha), 0.0, place)
    return flow.affine(1.0, np.asarray(self, np.float64) * _number(beta), place)


def _matmul(place: str, self: Any, other: Any) -> Any:  # noqa: ANN401
    if isinstance(self, Input):
        self = Flow.start(np.shape(other)[0])
    return graph.compute("matmul", [_value(self), _value(other)], place)


def _value(value: Any) -> Flow | NDArray:  # noqa: ANN401
    if isinstance(value, Flow):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise TypeError
    return array


def _arithmetic(op: str, place: str, first: Any, second: Any) -> Any:  # noqa: ANN401
    """A sum or product of the tensor with constants, or x · sigmoid(x)."""
    values = []
    for value, other in ((first, second), (second, first)):
        if isinstance(value, Input):
            if not np.ndim(other):
                raise ModelError(f"{place} comes before the first layer, which tells the width")
            value = Flow.start(np.shape(other)[-1])
        values.append(_value(value))
    return graph.compute(op, values, place)


def _scaled(place: str, value: Any, alpha: Any) -> Any:  # noqa: ANN401
    return value if _number(alpha) == 1 else _arithmetic("mul", place, value, float(alpha))


def _add(place: str, self: Any, other: Any, alpha: float = 1) -> Any:  # noqa: ANN401
    return _arithmetic("add", place, self, _scaled(place, other, alpha))


def _sub(place: str, self: Any, other: Any, alpha: float = 1) -> Any:  # noqa: ANN401
    return _arithmetic("sub", place, self, _scaled(place, other, alpha))


def _rsub(place: str, self: Any, other: Any, alpha: float = 1) -> Any:  # noqa: ANN401
    return _sub(place, other, self, alpha)


def _mul(place: str, self: Any, other: Any) -> Any:  # noqa: ANN401
    return _arithmetic("mul", place, self, other)


def _div(place: str, self: Any, other: Any, rounding_mode: str | None = None) -> Any:  # noqa: ANN401
    if rounding_mode is not None:
        raise ModelError(f"{place} rounds its result: rounding_mode={rounding_mode!r}")
    return _arithmetic("div", place, self, other)


def _pow(place: str, self: Any, exponent: Any) -> Any:  # noqa: ANN401
    return _arithmetic("power", place, self, exponent)


def _elementwise(op: str) -> Callable[[str, Any], Any]:
    """An operator on one tensor."""
    return lambda place, self: graph.compute(op, [_value(self)], place)


def _dropout(place: str, input: Any, p: float, train: bool) -> Any:  # noqa: ANN401
    if train is not False:
        raise ModelError(f"{place} is active: call model.eval() before saving")
    return input


def _same(place: str, self: Any, memory_format: int | None = None) -> Any:  # noqa: ANN401
    return self


def _to(
    place: str,
    self: Any,  # noqa: ANN401
    dtype: int,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: int | None = None,
) -> Any:  # noqa: ANN401
    if isinstance(dtype, bool) or dtype != FLOAT32:
        raise ModelError(f"{place} converts the network's value to another type")
    return self


def _flatten(place: str, self: Any, start_dim: int = 0, end_dim: int = -1) -> Any:  # noqa: ANN401
    if isinstance(self, Input):
        if (start_dim, end_dim) == (1, -1):
            return self
        raise ModelError(f"{place} flattens the batch")
    flow = _flow(self, place)
    rank = 1 + len(flow.shape)
    if start_dim % rank == 0 and end_dim % rank == rank - 1:
        return flow.reshape([-1], place)
    if end_dim % rank != rank - 1:
        raise ModelError(f"{place} flattens axes {start_dim} to {end_dim}")
    return flow.flatten(place, start_dim % rank)


def _view(place: str, self: Any, size: list) -> Any:  # noqa: ANN401
    if isinstance(self, Input):
        if len(size) == 2 and size[1] == -1 and size[0] != size[0]:
            return self
        return Flow.start(int(size[1])).reshape(size, place)
    return _flow(self, place).reshape(size, place)


def _reshape(place: str, self: Any, shape: list) -> Any:  # noqa: ANN401
    return _view(place, self, shape)


def _squeeze(place: str, self: Any, dim: Any = None) -> Any:  # noqa: ANN401
    flow, rank = _flow(self, place), 1 + len(self.shape)
    dims = dim if isinstance(dim, list) else [] if dim is None else [dim]
    # PyTorch leaves axes of another size as they are.
    ones = [d for d in dims if d % rank == 0 or flow.shape[d % rank - 1] == 1]
    return flow if dims and not ones else flow.squeeze(ones, place)


def _unsqueeze(place: str, self: Any, dim: int) -> Flow:  # noqa: ANN401
    return _flow(self, place).unsqueeze([dim], place)


def _select(place: str, self: Any, dim: int, index: int) -> Any:  # noqa: ANN401
    return _flow(self, place).take(index, place, dim)


def _slice(
    place: str,
    self: Any,  # noqa: ANN401
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Flow:
    flow = _flow(self, place)
    begin = 0 if start is None else start
    size = 1 << 62 if dim == 0 else flow.shape[dim - 1 if dim > 0 else dim]
    stop = size if end is None else min(end, size)
    if (begin, step) == (0, 1) and stop >= min(size, 1 << 62):
        return flow
    if dim and step == 1 and stop - begin == 1:
        return flow.take(begin, place, dim, keep=True)
    raise ModelError(f"{place} takes a part of the network's value that is no column")


def _size(place: str, self: Any, dim: int | None = None) -> Any:  # noqa: ANN401
    if isinstance(self, Input):
        if dim == 0:
            return BATCH
        raise ModelError(f"{place} comes before the first layer, which tells the input's width")
    sizes = [BATCH, *_flow(self, place).shape]
    return sizes if dim is None else sizes[dim]


def _dim(place: str, self: Any) -> int:  # noqa: ANN401
    return 2 if isinstance(self, Input) else 1 + len(_flow(self, place).shape)


def _transpose(place: str, self: Any, dim0: int, dim1: int) -> NDArray:  # noqa: ANN401
    return np.swapaxes(_constant(self, place), dim0, dim1)


def _permute(place: str, self: Any, dims: list) -> NDArray:  # noqa: ANN401
    return np.transpose(_constant(self, place), dims)


def _turned(place: str, self: Any) -> NDArray:  # noqa: ANN401
    return _constant(self, place).T


def _constant(value: Any, place: str) -> NDArray:  # noqa: ANN401
    if not isinstance(value, np.ndarray):
        raise ModelError(f"{place} transposes what flows through the network")
    return value


def _batch_norm(
    place: str,
    input: Any,  # noqa: ANN401
    weight: Any,  # noqa: ANN401
    bias: Any,  # noqa: ANN401
    running_mean: Any,  # noqa: ANN401
    running_var: Any,  # noqa: ANN401
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Flow:
    if training is not False or running_mean is None:
        raise ModelError(f"{place} is in training mode: call model.eval() before saving")
    flow = _started(input, len(running_mean))
    gamma = np.ones_like(running_mean) if weight is None else weight
    beta = np.zeros_like(running_mean) if bias is None else bias
    return composed.batch_norm(flow, (gamma, beta, running_mean, running_var), _number(eps), place)


def _softmax(place: str, self: Any, dim: int, dtype: int | None = None) -> Flow:  # noqa: ANN401
    if dtype not in (None, FLOAT32):
        raise ModelError(f"{place} computes in another type")
    return _flow(self, place).softmax(place, dim)


def _clamp(place: str, self: Any, min: Any = None, max: Any = None) -> Flow:  # noqa: ANN401
    low = -np.inf if min is None else _number(min)
    return composed.clip(_flow(self, place), low, np.inf if max is None else _number(max), place)


def _hardtanh(place: str, self: Any, min_val: float = -1, max_val: float = 1) -> Flow:  # noqa: ANN401
    return _clamp(place, self, min_val, max_val)


def _softplus(place: str, self: Any, beta: float = 1, threshold: float = 20) -> Flow:  # noqa: ANN401
    # Above the threshold PyTorch returns x, from which a softplus no longer differs in float32.
    if _number(threshold) < composed.SOFTPLUS_LINEAR:
        raise ModelError(f"{place} has a threshold of its own")
    return composed.softplus(_flow(self, place), _number(beta), place)


def _elu(
    place: str,
    self: Any,  # noqa: ANN401
    alpha: float = 1,
    scale: float = 1,
    input_scale: float = 1,
) -> Flow:
    if (scale, input_scale) != (1, 1):
        raise ModelError(f"{place} is scaled")
    return _flow(self, place).activate(Activation(Kind.ELU, _number(alpha)))


def _celu(place: str, self: Any, alpha: float = 1) -> Flow:  # noqa: ANN401
    return composed.celu(_flow(self, place), _number(alpha), place)


def _gelu(place: str, self: Any, approximate: str = "none") -> Flow:  # noqa: ANN401
    return composed.gelu(_flow(self, place), approximate, place)


def _prelu(place: str, self: Any, weight: Any) -> Flow:  # noqa: ANN401
    return composed.prelu(_flow(self, place), weight, place)


def _leaky_relu(place: str, self: Any, negative_slope: float = 0.01) -> Flow:  # noqa: ANN401
    return _flow(self, place).activate(Activation(Kind.LEAKY_RELU, _number(negative_slope)))


def _plain(activation: Activation) -> Callable[[str, Any], Flow]:
    def apply(place: str, self: Any) -> Flow:  # noqa: ANN401
        return _flow(self, place).activate(activation)

    return apply


def _composed(function: Callable[[Flow, str], Flow]) -> Callable[[str, Any], Flow]:
    def apply(place: str, self: Any) -> Flow:  # noqa: ANN401
        return function(_flow(self, place), place)

    return apply


PLAIN: dict[str, Callable[..., Any]] = {
    "lt": _comparison(lambda a, b: a < b),
    "le": _comparison(lambda a, b: a <= b),
    "gt": _comparison(lambda a, b: a > b),
    "ge": _comparison(lambda a, b: a >= b),
    "eq": _comparison(lambda a, b: a == b),
    "ne": _comparison(lambda a, b: a != b),
    "__is__": lambda a, b: a is b,
    "__isnot__": lambda a, b: a is not b,
    "__not__": _not,
    "NumToTensor": _same_number,
    "int": _same_number,
}
ACTIVATIONS: dict[str, Callable[..., Flow]] = {
    "relu": _plain(RELU),
    "sigmoid": _plain(SIGMOID),
    "tanh": _plain(Activation(Kind.TANH)),
    "silu": _plain(composed.SWISH),
    "hardsigmoid": _plain(Activation(Kind.HARD_SIGMOID, 1 / 6, 0.5)),
    "relu6": _composed(lambda flow, place: composed.clip(flow, 0.0, 6.0, place)),
    "selu": _composed(composed.selu),
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "celu": _celu,
    "gelu": _gelu,
    "hardswish": _plain(composed.HARD_SWISH),
    "mish": _plain(composed.MISH),
    "prelu": _prelu,
    "softplus": _softplus,
    "softmax": _softmax,
    "hardtanh": _hardtanh,
    "clamp": _clamp,
}
OPERATORS: dict[str, Callable[..., Any]] = ACTIVATIONS | {
    "linear": _linear, "addmm": _addmm, "matmul": _matmul, "mm": _matmul, "add": _add, "sub": _sub,
    "rsub": _rsub, "mul": _mul, "div": _div, "neg": _elementwise("neg"), "pow": _pow,
    "square": _elementwise("square"), "erf": _elementwise("erf"), "exp": _elementwise("exp"),
    "log": _elementwise("log"), "batch_norm": _batch_norm,
    "dropout": _dropout, "alpha_dropout": _dropout, "feature_dropout": _dropout,
    "contiguous": _same, "detach": _same, "clone": _same, "to": _to, "flatten": _flatten,
    "view": _view, "reshape": _reshape, "squeeze": _squeeze, "unsqueeze": _unsqueeze,
    "select": _select, "slice": _slice, "size": _size, "dim": _dim, "t": _turned,
    "numpy_T": _turned, "transpose": _transpose, "permute": _permute,
}  # fmt: skip
