"""Operations of a source's graph on constants and on the one value that flows through it.

A value is a constant, the flow, or a comparison of the flow with a constant; formats map their own
operators to the ones below. Activations that converters write as several operators (a softplus as
log(exp(x) + 1), an elu as a choice by sign) are recognised here, once for all formats.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import RELU, SIGMOID, Activation, Kind
from .errors import ModelError
from .flow import Affine, Flow, Part
from .guards import MAX_PARAMETERS

SOFTPLUS = Activation(Kind.SOFTPLUS)
SWISH = Activation(Kind.SWISH)
# Above this, log(1 + exp(x)) is x in float32, so that a choice of x there changes nothing.
SOFTPLUS_LINEAR = 16.0


@dataclass(frozen=True)
class Mask:
    """Where `flow` is greater than `bound`, or where it is not."""

    flow: Flow
    bound: float
    greater: bool = True


@dataclass(frozen=True)
class Masked:
    """A value where a mask holds, and 0 elsewhere."""

    mask: Mask
    value: "Flow | NDArray"


Constant = NDArray
Value = Constant | Flow | Mask | Masked

CONSTANT_OPS: dict[str, Callable[..., NDArray]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "matmul": np.matmul,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "reciprocal": lambda x: 1 / x,
    "square": np.square,
}


def compute(op: str, values: Sequence[Value], place: str) -> Value:
    """Applies an operator to values.

    Args:
        op: Its name in CONSTANT_OPS or in FLOW_OPS.
        values: Its operands.
        place: Where it stands, for messages.

    Raises:
        ModelError: When the result is neither a constant nor one chain of layers.
    """
    if all(isinstance(value, np.ndarray) for value in values):
        return _constant(op, values, place)
    if any(isinstance(value, Mask | Masked) for value in values):
        return _masked(op, values, place)
    if len(values) == 2 and all(isinstance(value, Flow) for value in values):
        return _join(op, values[0], values[1], place)
    if op not in FLOW_OPS:
        raise ModelError(f"{place} ({op}) cannot be applied to what flows through the network")
    return FLOW_OPS[op](values, place)


def select(mask: Value, yes: Value, no: Value, place: str) -> Flow:
    """A choice by comparison, where it amounts to an activation of what is compared."""
    if isinstance(mask, Mask) and not mask.greater:
        mask, yes, no = replace(mask, greater=True), no, yes
    if isinstance(mask, Mask) and isinstance(yes, Flow) and mask.bound >= 0:
        yes = _where_positive(yes, mask.flow)
    if isinstance(mask, Mask) and isinstance(yes, Flow) and same(mask.flow, yes):
        if isinstance(no, Flow) and no.ops[: len(yes.ops)] == yes.ops:
            activation = _chosen(mask.bound, no.ops[len(yes.ops) :])
            if activation:
                return yes.activate(activation)
        elif isinstance(no, np.ndarray) and mask.bound == 0 and not no.any():
            return yes.activate(RELU)
    raise ModelError(f"{place} chooses between values in a way that is no known activation")


def _where_positive(value: Flow, base: Flow) -> Flow:
    """`base` where `value` is it after an activation that leaves positive inputs alone."""
    last = value.ops[-1] if value.ops else None
    linear = isinstance(last, Activation) and last.kind in (Kind.RELU, Kind.ELU, Kind.LEAKY_RELU)
    return base if linear and value.ops[:-1] == base.ops else value


def _chosen(bound: float, rest: tuple) -> Activation | None:
    """The activation that is x above `bound` and `rest` of x below."""
    if rest == (SOFTPLUS,) and bound >= SOFTPLUS_LINEAR:
        return SOFTPLUS
    if bound != 0 or not 1 <= len(rest) <= 2:
        return None
    factor = 1.0
    if isinstance(rest[-1], Affine):
        scale = rest[-1].scale
        if rest[-1].shift.any() or (scale != scale[0]).any():
            return None
        factor = float(scale[0])
        if len(rest) == 1:
            return Activation(Kind.LEAKY_RELU, factor)
    elif len(rest) != 1:
        return None
    if isinstance(rest[0], Activation) and rest[0].kind is Kind.ELU:
        return Activation(Kind.ELU, rest[0].alpha * factor)
    return None


def same(first: Flow, second: Flow) -> bool:
    """Whether two values are one and the same."""
    return first.ops == second.ops


def batch_norm(flow: Flow, parts: Sequence[NDArray], epsilon: float, place: str) -> Flow:
    """Inference-mode batch normalisation by gamma, beta, mean and variance."""
    gamma, beta, mean, variance = (np.asarray(part, np.float64) for part in parts)
    if not (variance + epsilon > 0).all():
        raise ModelError(f"{place} has a variance that is not positive")
    scale = gamma / np.sqrt(variance + epsilon)
    return flow.affine(scale, beta - mean * scale, place)


def _constant(op: str, values: Sequence[Value], place: str) -> Constant:
    if op not in CONSTANT_OPS:
        raise ModelError(f"{place} ({op}) is not an operator on constants that can be evaluated")
    with np.errstate(invalid="ignore"):
        arrays = [np.asarray(value, np.float64) for value in values]
    try:
        size = np.prod(np.broadcast_shapes(*(a.shape for a in arrays)), dtype=np.float64)
        if op != "matmul" and size > MAX_PARAMETERS:
            raise ModelError(f"{place} makes a constant of {size:g} values")
        with np.errstate(all="ignore"):
            return np.asarray(CONSTANT_OPS[op](*arrays))
    except (ValueError, TypeError):
        raise ModelError(f"{place} ({op}) has operands of shapes that do not fit") from None


def _masked(op: str, values: Sequence[Value], place: str) -> Value:
    """A choice that is written as mask · a + (not mask) · b."""
    if op == "not" and isinstance(values[0], Mask):
        return replace(values[0], greater=not values[0].greater)
    if op == "mul":
        first, second = values
        mask, value = (first, second) if isinstance(first, Mask) else (second, first)
        if isinstance(mask, Mask) and isinstance(value, Flow | np.ndarray):
            return Masked(mask, value)
    if op == "add" and all(isinstance(value, Masked) for value in values):
        yes, no = values
        if same(yes.mask.flow, no.mask.flow) and yes.mask.greater != no.mask.greater:
            return select(yes.mask, yes.value, no.value, place)
    raise ModelError(f"{place} ({op}) uses a comparison in a way that is no known activation")


def _join(op: str, first: Flow, second: Flow, place: str) -> Flow:
    """Two values of the chain, where they amount to one: x · sigmoid(x)."""
    if op == "mul":
        for gate, value in ((first, second), (second, first)):
            if gate.ops == (*value.ops, SIGMOID):
                return value.activate(SWISH)
    raise ModelError(f"{place} ({op}) joins two branches: only a chain of layers can be exported")


def _sides(values: Sequence[Value]) -> tuple[Flow, NDArray, bool]:
    """The flow, the constant, and whether the flow comes first."""
    first, second = values
    return (first, second, True) if isinstance(first, Flow) else (second, first, False)


def _add(values: Sequence[Value], place: str) -> Flow:
    flow, constant, _ = _sides(values)
    return flow.affine(1.0, constant, place)


def _sub(values: Sequence[Value], place: str) -> Flow:
    flow, constant, first = _sides(values)
    return flow.affine(1.0, -constant, place) if first else flow.affine(-1.0, constant, place)


def _mul(values: Sequence[Value], place: str) -> Flow:
    flow, constant, _ = _sides(values)
    return flow.affine(constant, 0.0, place)


def _div(values: Sequence[Value], place: str) -> Flow:
    flow, constant, first = _sides(values)
    if not first or not np.all(constant):
        raise ModelError(f"{place} divides by what flows through the network, or by 0")
    return flow.affine(1 / np.asarray(constant, np.float64), 0.0, place)


def _matmul(values: Sequence[Value], place: str) -> Flow:
    flow, weights, first = _sides(values)
    if not first:
        raise ModelError(f"{place} multiplies a constant by the network's value: not a dense layer")
    return flow.dense(weights, None, place)


def _maximum(values: Sequence[Value], place: str) -> Flow:
    flow, constant, _ = _sides(values)
    floor = _number(constant, place)
    last = flow.ops[-1] if flow.ops else None
    if isinstance(last, Part) and last.name == "cap":
        return clip(replace(flow, ops=flow.ops[:-1]), floor, last.bound, place)
    if floor != 0:
        raise ModelError(f"{place} bounds values from below by {floor:g}: only 0, a relu, is known")
    return flow.activate(RELU)


def _minimum(values: Sequence[Value], place: str) -> Flow:
    flow, constant, _ = _sides(values)
    bound = _number(constant, place)
    if flow.ops and flow.ops[-1] == RELU:
        return clip(replace(flow, ops=flow.ops[:-1]), 0.0, bound, place)
    return flow.part(Part("cap", place, bound))


def clip(flow: Flow, low: float, high: float, place: str) -> Flow:
    """min(max(x, low), high), as a hard sigmoid that is scaled back."""
    if low == 0 and high == np.inf:
        return flow.activate(RELU)
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ModelError(f"{place} clips to {low:g}…{high:g}, which is no known activation")
    width = high - low
    hard = flow.activate(Activation(Kind.HARD_SIGMOID, 1 / width, -low / width))
    return hard.affine(width, low, place)


def greater(values: Sequence[Value], place: str) -> Mask:
    """A comparison of the network's value with a constant."""
    first, second = values
    if isinstance(first, Flow) and isinstance(second, np.ndarray):
        return Mask(first, _number(second, place))
    raise ModelError(f"{place} compares values in a way that is no part of a known activation")


def _log(values: Sequence[Value], place: str) -> Flow:
    flow = values[0]
    match flow.ops[-2:]:
        case (Part("exp"), Affine(scale, shift)) if (scale == 1).all() and (shift == 1).all():
            return flow.replace_last(2, SOFTPLUS)
    raise ModelError(f"{place} (log) is not part of a known activation")


def _number(constant: NDArray, place: str) -> float:
    if constant.size != 1:
        raise ModelError(f"{place} compares with {constant.size} values instead of one")
    return float(constant.ravel()[0])


def _activation(activation: Activation) -> Callable[[Sequence[Value], str], Flow]:
    return lambda values, place: values[0].activate(activation)


FLOW_OPS: dict[str, Callable[[Sequence[Value], str], Value]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "matmul": _matmul,
    "maximum": _maximum,
    "minimum": _minimum,
    "greater": greater,
    "exp": lambda values, place: values[0].part(Part("exp", place)),
    "log": _log,
    "neg": lambda values, place: values[0].affine(-1.0, 0.0, place),
    "relu": _activation(RELU),
    "sigmoid": _activation(SIGMOID),
    "tanh": _activation(Activation(Kind.TANH)),
    "softplus": _activation(SOFTPLUS),
    "swish": _activation(SWISH),
    "elu": _activation(Activation(Kind.ELU, 1.0)),
    "softmax": lambda values, place: values[0].softmax(place),
}
