"""What PyTorch's own functions do to the tensor that flows through a network."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import graph
from ..activations import RELU, SIGMOID, Activation, Kind
from ..errors import ModelError
from ..flow import Flow


class Input:
    """The network's input before the first layer says how wide it is."""


def operate(name: str, arguments: list[Any]) -> Any:  # noqa: ANN401
    """Applies one of PyTorch's own functions."""
    short = name.removeprefix("torch.")
    # A trailing underscore marks PyTorch's in-place variants.
    short = short if short.endswith("__") else short.removesuffix("_")
    place = f"{name}()"
    try:
        if short in COMPARISONS:
            return COMPARISONS[short](*arguments)
        if short in SHAPES and isinstance(arguments[0], Flow | Input):
            return 2
        if short == "linear":
            return _linear(*arguments, place)
        if short == "addmm":
            bias, flow, weights = arguments[:3]
            return _started(flow, np.shape(weights)[0]).dense(weights, bias, place)
        if short in SKIPPED:
            return _skipped(short, arguments, place)
        if short == "batch_norm":
            return _batch_norm(arguments, place)
        if short in OPERATORS and isinstance(arguments[0], Input):
            raise ModelError(f"{place} comes before the first layer, which tells the input's width")
        if short in OPERATORS and isinstance(arguments[0], Flow):
            return OPERATORS[short](arguments, place)
        if short in ARITHMETIC:
            return _arithmetic(short, arguments, place)
    except (IndexError, TypeError, ValueError, KeyError, AttributeError):
        raise ModelError(f"{place} has arguments that do not fit it") from None
    raise ModelError(f"{place} is a function that a chain of dense layers cannot hold")


def _started(value: Any, width: int) -> Flow:  # noqa: ANN401
    return Flow.start(width) if isinstance(value, Input) else value


def _linear(flow: Any, weights: Any, bias: Any, place: str) -> Flow:  # noqa: ANN401
    weights = np.asarray(weights)
    return _started(flow, weights.shape[1]).dense(weights.T, bias, place)


def _skipped(short: str, arguments: list[Any], place: str) -> Any:  # noqa: ANN401
    """Functions that do nothing at inference to a tensor (batch, features)."""
    if short in ("dropout", "alpha_dropout", "feature_dropout") and arguments[2] is not False:
        raise ModelError(f"{place} is active: call model.eval() before saving")
    if short == "flatten" and arguments[1:2] != [1]:
        raise ModelError(f"{place} flattens the batch")
    return arguments[0]


def _batch_norm(arguments: list[Any], place: str) -> Flow:
    flow, gamma, beta, mean, variance, training = arguments[:6]
    if training is not False or mean is None:
        raise ModelError(f"{place} is in training mode: call model.eval() before saving")
    flow = _started(flow, len(mean))
    gamma = np.ones_like(mean) if gamma is None else gamma
    beta = np.zeros_like(mean) if beta is None else beta
    return graph.batch_norm(flow, (gamma, beta, mean, variance), float(arguments[7]), place)


def _softmax(arguments: list[Any], place: str) -> Flow:
    if arguments[1] not in (1, -1):
        raise ModelError(f"{place} is over the batch instead of the classes")
    return arguments[0].softmax(place)


def _softplus(arguments: list[Any], place: str) -> Flow:
    # Above the threshold PyTorch returns x, from which a softplus no longer differs in float32.
    if [*arguments[1:2], 1.0][0] != 1 or [*arguments[2:3], 20.0][0] < graph.SOFTPLUS_LINEAR:
        raise ModelError(f"{place} has a beta or a threshold of its own")
    return arguments[0].activate(graph.SOFTPLUS)


def _elu(arguments: list[Any], place: str) -> Flow:
    alpha, scale, input_scale = [*map(float, arguments[1:4]), 1.0, 1.0, 1.0][:3]
    if (scale, input_scale) != (1.0, 1.0):
        raise ModelError(f"{place} is scaled")
    return arguments[0].activate(Activation(Kind.ELU, alpha))


def _arithmetic(short: str, arguments: list[Any], place: str) -> Any:  # noqa: ANN401
    """Sums and products of the tensor with constants, and x · sigmoid(x)."""
    first, second = arguments[:2]
    if short in ("add", "sub") and len(arguments) > 2 and arguments[2] != 1:
        raise ModelError(f"{place} scales its second argument")
    values = []
    for value, other in ((first, second), (second, first)):
        if isinstance(value, Input):
            value = Flow.start(np.shape(other)[-1])
        values.append(value if isinstance(value, Flow) else np.asarray(value, np.float64))
    return graph.compute(short, values, place)


def _clamp(arguments: list[Any], place: str) -> Flow:
    low, high = [*arguments[1:3], None, None][:2]
    low = -np.inf if low is None else float(low)
    return graph.clip(arguments[0], low, np.inf if high is None else float(high), place)


def _plain(activation: Activation) -> Callable[[list[Any], str], Flow]:
    return lambda arguments, place: arguments[0].activate(activation)


COMPARISONS: dict[str, Callable[..., Any]] = {
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "__is__": lambda a, b: a is b,
    "__isnot__": lambda a, b: a is not b,
    "__not__": lambda a: not a,
}
SHAPES = {"dim"}
SKIPPED = {"dropout", "alpha_dropout", "feature_dropout", "flatten", "contiguous", "detach"}
ARITHMETIC = {"add", "sub", "mul", "div", "matmul"}
OPERATORS: dict[str, Callable[[list[Any], str], Flow]] = {
    "relu": _plain(RELU),
    "sigmoid": _plain(SIGMOID),
    "tanh": _plain(Activation(Kind.TANH)),
    "silu": _plain(graph.SWISH),
    "hardsigmoid": _plain(Activation(Kind.HARD_SIGMOID, 1 / 6, 0.5)),
    "leaky_relu": lambda arguments, place: arguments[0].activate(
        Activation(Kind.LEAKY_RELU, float([*arguments[1:2], 0.01][0]))
    ),
    "elu": _elu,
    "softplus": _softplus,
    "softmax": _softmax,
    "relu6": lambda arguments, place: graph.clip(arguments[0], 0.0, 6.0, place),
    "hardtanh": _clamp,
    "clamp": _clamp,
}
