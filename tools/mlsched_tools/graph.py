"""Operations of a source's graph on constants and on the one value that flows through it.

A value is a constant, the flow, or a comparison of the flow with a constant; formats map their own
operators to the ones below. Activations that converters write as several operators (a softplus as
log(exp(x) + 1), an elu as a choice by sign) are recognised here, once for all formats.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import RELU, SIGMOID, Activation, Kind, erf
from .errors import ModelError
from .flow import Affine, Dense, Flow, Op, Part
from .guards import charge

SOFTPLUS = Activation(Kind.SOFTPLUS)
SWISH = Activation(Kind.SWISH)
GELU = Activation(Kind.GELU)
GELU_TANH = Activation(Kind.GELU_TANH)
MISH = Activation(Kind.MISH)
HARD_SWISH = Activation(Kind.HARD_SWISH, 1 / 6, 0.5)
# Klambauer and others, 2017, arXiv:1706.02515.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
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


@dataclass(frozen=True)
class Columns:
    """Single values that stand side by side in one result."""

    flows: tuple[Flow, ...]

    def choose(self, number: int | None) -> Flow:
        """One of them: the one asked for, or the second of p and its complement 1 − p."""
        if number is None and len(self.flows) == 2:
            stay, migrate = self.flows
            match stay.ops[len(migrate.ops) :]:
                case (Affine(scale, shift),) if (scale == -1).all() and (shift == 1).all():
                    if stay.ops[: len(migrate.ops)] == migrate.ops:
                        return migrate
        if number is None or not 0 <= number < len(self.flows):
            raise ModelError(several_outputs(len(self.flows), number))
        return self.flows[number]


Constant = NDArray
Value = Constant | Flow | Mask | Masked | Columns

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
    "erf": erf,
}
BINARY = {"add", "sub", "mul", "div", "matmul", "maximum", "minimum", "greater"}


def compute(op: str, values: Sequence[Value], place: str) -> Value:
    """Applies an operator to values.

    Args:
        op: Its name in CONSTANT_OPS or in FLOW_OPS.
        values: Its operands.
        place: Where it stands, for messages.

    Raises:
        ModelError: When the result is neither a constant nor one chain of layers.
    """
    if len(values) != 1 + (op in BINARY):
        raise ModelError(f"{place} ({op}) has {len(values)} operands")
    if all(isinstance(value, np.ndarray) for value in values):
        return _constant(op, values, place)
    if any(isinstance(value, Columns) for value in values):
        raise ModelError(f"{place} ({op}) goes on from values that were put side by side")
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
    flows = isinstance(yes, Flow) and isinstance(no, Flow)
    if isinstance(mask, Mask) and flows:
        if _linear_softplus(mask, yes, no):
            return no
        scaled = _scaled_elu(mask, yes, no, place)
        if scaled is not None:
            return scaled
    if isinstance(mask, Mask) and isinstance(yes, Flow) and mask.bound >= 0:
        yes = _where_positive(yes, mask.flow)
    if isinstance(mask, Mask) and isinstance(yes, Flow) and same(mask.flow, yes):
        if isinstance(no, Flow) and no.ops[: len(yes.ops)] == yes.ops:
            rest = no.ops[len(yes.ops) :]
            activation = _chosen(mask.bound, rest)
            if activation:
                return yes.activate(activation)
            if mask.bound == 0 and len(rest) == 1 and _slopes(rest[0]):
                return yes.prelu(rest[0].scale.reshape(yes.shape), place)
        elif isinstance(no, np.ndarray) and mask.bound == 0 and not no.any():
            return yes.activate(RELU)
    raise ModelError(f"{place} chooses between values in a way that is no known activation")


def _slopes(op: Op) -> bool:
    return isinstance(op, Affine) and not op.shift.any()


def _scaled_elu(mask: Mask, yes: Flow, no: Flow, place: str) -> Flow | None:
    """What s · x where positive and k · (exp(x) − 1) elsewhere is, such as a selu."""
    base = mask.flow
    if (
        mask.bound != 0
        or yes.ops[: len(base.ops)] != base.ops
        or no.ops[: len(base.ops)] != base.ops
    ):
        return None
    match _merged(yes.ops[len(base.ops) :]), _merged(no.ops[len(base.ops) :]):
        case (() | (Affine(),)) as positive, (Part("exp"), Affine(scale, shift)) if (
            not np.ptp(scale) and (shift == -scale).all()
        ):
            factor = _uniform(positive[0]) if positive else 1.0
            if factor:
                elu = base.activate(Activation(Kind.ELU, float(scale[0]) / factor))
                return elu.affine(factor, 0.0, place)
    return None


def _linear_softplus(mask: Mask, yes: Flow, no: Flow) -> bool:
    """Whether x replaces softplus(b · x) / b where b · x is so large that they are equal."""
    match no.ops[len(mask.flow.ops) :]:
        case (Activation(Kind.SOFTPLUS), Affine() as after):
            before = mask.flow.ops[len(yes.ops) :]
            factors = [_uniform(op) for op in (*before, after) if isinstance(op, Affine)]
            return (
                mask.bound >= SOFTPLUS_LINEAR
                and len(before) == 1
                and len(factors) == 2
                and None not in factors
                and abs(math.prod(factors) - 1) < 1e-6
                and no.ops[: len(mask.flow.ops)] == mask.flow.ops
                and mask.flow.ops[: len(yes.ops)] == yes.ops
            )
    return False


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
    try:
        size, work = _cost(op, [np.shape(value) for value in values])
        charge(8 * (size + sum(map(np.size, values))), f"constant of {place}", work)
        with np.errstate(all="ignore"):
            arrays = [np.asarray(value, np.float64) for value in values]
            return np.asarray(CONSTANT_OPS[op](*arrays))
    except (ValueError, TypeError):
        raise ModelError(f"{place} ({op}) has operands of shapes that do not fit") from None


def _cost(op: str, shapes: Sequence[tuple[int, ...]]) -> tuple[int, int]:
    """Values in an operator's result, and multiplications for them."""
    if op != "matmul":
        size = math.prod(np.broadcast_shapes(*shapes))
        return size, size
    first, second = shapes
    rows, columns = first[-2:-1] or (1,), second[-1:] if len(second) > 1 else (1,)
    size = math.prod((*np.broadcast_shapes(first[:-2], second[:-2]), *rows, *columns))
    return size, size * first[-1]


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
    """Two values of the chain that make an activation, such as x · sigmoid(x)."""
    if op == "mul":
        for value, gate in ((first, second), (second, first)):
            joined = _gated(value, 1.0, gate, place)
            last = value.ops[-1] if value.ops else None
            factor = _uniform(last) if isinstance(last, Affine) else None
            if joined is None and factor:
                joined = _gated(replace(value, ops=value.ops[:-1]), factor, gate, place)
            if joined is not None:
                return joined
    if op == "add":
        for positive, negative in ((first, second), (second, first)):
            slopes = _halves(positive, negative)
            if slopes is not None:
                base = replace(positive, ops=positive.ops[:-1])
                return base.prelu(slopes.reshape(base.shape), place)
    raise ModelError(f"{place} ({op}) joins two branches: only a chain of layers can be exported")


def _halves(positive: Flow, negative: Flow) -> NDArray | None:
    """The slopes of relu(x) − slope · relu(−x), where two values are these halves."""
    base = positive.ops[:-1]
    if not positive.ops or positive.ops[-1] != RELU or negative.ops[: len(base)] != base:
        return None
    match negative.ops[len(base) :]:
        case (Affine() as turn, Activation(Kind.RELU), Affine(scale, shift)):
            return -scale if _uniform(turn) == -1 and not shift.any() else None
    return None


def _since(value: Flow, gate: Flow) -> tuple[Op, ...] | None:
    """What was done to a value to get another one, or None."""
    count = len(value.ops)
    if gate.shape != value.shape:
        return None
    if gate.ops[:count] == value.ops:
        return _merged(gate.ops[count:])
    # A shift right after weights without a bias has become their bias.
    if count and len(gate.ops) >= count and gate.ops[: count - 1] == value.ops[:-1]:
        first, second = value.ops[-1], gate.ops[count - 1]
        dense = isinstance(first, Dense) and isinstance(second, Dense)
        if dense and first.weights is second.weights:
            shift = Affine(np.ones(value.width), second.bias - first.bias, second.place)
            return _merged((shift, *gate.ops[count:]))
    return None


def _merged(ops: tuple[Op, ...]) -> tuple[Op, ...]:
    """The same operations with those that scale and shift in a row made one."""
    merged: list[Op] = []
    for op in ops:
        last = merged[-1] if merged else None
        if isinstance(op, Affine) and isinstance(last, Affine):
            shift = last.shift * op.scale + op.shift
            merged[-1] = Affine(last.scale * op.scale, shift, op.place)
        else:
            merged.append(op)
    return tuple(merged)


def _uniform(affine: Affine) -> float | None:
    """The factor of an operation that does nothing but multiply all values by one."""
    same = (affine.scale == affine.scale[0]).all() and not affine.shift.any()
    return float(affine.scale[0]) if same else None


def _is_hard_sigmoid(op: Op) -> bool:
    return isinstance(op, Activation) and op.kind is Kind.HARD_SIGMOID


def _hard_gated(
    value: Flow, factor: float, rest: tuple[Op, ...], position: int, place: str
) -> Flow | None:
    """A product of x and a hard sigmoid, with one scale and shift before it and scales after it."""
    slope, offset = 1.0, 0.0
    for op in rest[:position]:
        if not isinstance(op, Affine) or np.ptp(op.scale) or np.ptp(op.shift):
            return None
        slope, offset = float(op.scale[0]), float(op.shift[0])
    for op in rest[position + 1 :]:
        scale = _uniform(op) if isinstance(op, Affine) else None
        if scale is None:
            return None
        factor *= scale
    alpha, beta = rest[position].alpha, rest[position].beta
    hard_swish = Activation(Kind.HARD_SWISH, alpha * slope, alpha * offset + beta)
    return value.activate(hard_swish).affine(factor, 0.0, place)


def _gated(value: Flow, factor: float, gate: Flow, place: str) -> Flow | None:
    """What factor · x · gate(x) is, where the gate makes it an activation of x."""
    rest = _since(value, gate)
    match rest:
        case (Activation(Kind.SIGMOID),):
            return value.activate(SWISH).affine(factor, 0.0, place)
        case (Affine() as inner, Activation(Kind.SIGMOID)) if _uniform(inner):
            return swish(value, _uniform(inner), place).affine(factor, 0.0, place)
        case (Activation(Kind.SOFTPLUS), Activation(Kind.TANH)):
            return value.activate(MISH).affine(factor, 0.0, place)
        case (Affine() as inner, Part("erfc")) if (
            abs((_uniform(inner) or 0) + math.sqrt(0.5)) < 1e-6
        ):
            # And so is x · erfc(−x / √2).
            return value.activate(GELU).affine(2 * factor, 0.0, place)
        case (Affine() as inner, Part("erf"), Affine(scale, shift)) if (
            abs((_uniform(inner) or 0) - math.sqrt(0.5)) < 1e-6
            and (scale == shift).all()
            and (scale == scale[0]).all()
        ):
            # x · (1 + erf(x / √2)) is twice a gelu.
            return value.activate(GELU).affine(2 * factor * scale[0], 0.0, place)
    if rest is None:
        return None
    position = next((i for i, op in enumerate(rest[:2]) if _is_hard_sigmoid(op)), None)
    if position is not None:
        return _hard_gated(value, factor, rest, position, place)
    return None


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


def softplus(flow: Flow, beta: float, place: str) -> Flow:
    """log(1 + exp(beta · x)) / beta."""
    if not beta > 0:
        raise ModelError(f"{place} has a beta of {beta:g}, which is not positive")
    return flow.affine(beta, 0.0, place).activate(SOFTPLUS).affine(1 / beta, 0.0, place)


def celu(flow: Flow, alpha: float, place: str) -> Flow:
    """An elu that is smooth at 0: alpha · (exp(x / alpha) − 1) where x is negative."""
    if not alpha > 0:
        raise ModelError(f"{place} has an alpha of {alpha:g}, which is not positive")
    unit = flow.affine(1 / alpha, 0.0, place).activate(Activation(Kind.ELU, 1.0))
    return unit.affine(alpha, 0.0, place)


def swish(flow: Flow, beta: float, place: str) -> Flow:
    """A swish whose gate is sigmoid(beta · x)."""
    if beta == 0:
        raise ModelError(f"{place} has a beta of 0")
    return flow.affine(beta, 0.0, place).activate(SWISH).affine(1 / beta, 0.0, place)


def gelu(flow: Flow, approximate: str, place: str) -> Flow:
    """A gelu by the error function (`none`) or by a hyperbolic tangent (`tanh`)."""
    if approximate not in ("none", "tanh"):
        raise ModelError(f"{place} approximates by {approximate!r}, which is unknown")
    return flow.activate(GELU if approximate == "none" else GELU_TANH)


def prelu(flow: Flow, slopes: NDArray, place: str) -> Flow:
    """A relu that leaves slope · x of what is negative, with one slope or one for each value."""
    slopes = np.asarray(slopes, np.float64)
    if slopes.size == 1:
        return flow.activate(Activation(Kind.LEAKY_RELU, float(slopes.ravel()[0])))
    return flow.prelu(slopes, place)


def columns(values: Sequence[Value], axis: int, place: str) -> Value:
    """Single values of the chain put side by side, which only an output may be."""
    if len(values) == 1:
        return values[0]
    if not all(isinstance(v, Flow) and v.shape == (1,) for v in values) or axis not in (1, -1):
        raise ModelError(f"{place} joins branches: only a chain of layers can be exported")
    return Columns(tuple(values))


def strided_slice(
    value: Value, bounds: Sequence[NDArray], masks: Sequence[int], place: str
) -> Value:
    """TensorFlow's `value[begin:end:step, …]`.

    Args:
        value: What is sliced.
        bounds: Begin, end and step of each axis.
        masks: Bits of axes: begin and end that do not count, ellipsis, new and lost axes.
        place: Where it stands, for messages.
    """
    begins, ends, steps = ([int(n) for n in np.ravel(bound)] for bound in bounds)
    no_begin, no_end, ellipsis, new, lost = masks
    if ellipsis or new or len(begins) > value_rank(value):
        raise ModelError(f"{place} slices in a way that is not known")
    index: list[slice | int] = []
    for axis, (begin, end, step) in enumerate(zip(begins, ends, steps, strict=True)):
        bit = 1 << axis
        part = slice(None if no_begin & bit else begin, None if no_end & bit else end, step)
        index.append(begin if lost & bit else part)
    return _indexed(value, index, place)


def value_rank(value: Value) -> int:
    """How many axes a constant or the flow has, the batch's included."""
    return 1 + len(value.shape) if isinstance(value, Flow) else np.ndim(value)


def _indexed(value: Value, index: list[slice | int], place: str) -> Value:
    if isinstance(value, np.ndarray):
        return np.asarray(value[tuple(index)])
    kept = [i for i in index[1:] if i != slice(None, None, 1)]
    if index[:1] != [slice(None, None, 1)] or len(value.shape) != 1 or len(kept) > 1:
        raise ModelError(f"{place} takes a part of the network's value that is no column")
    if not kept:
        return value
    if isinstance(kept[0], int):
        return value.take(kept[0], place)
    chosen = range(value.width)[kept[0]]
    if chosen == range(value.width):
        return value
    if len(chosen) != 1:
        raise ModelError(f"{place} takes {len(chosen)} columns of the network's value")
    return value.take(chosen[0], place, keep=True)


def several_outputs(count: int, number: int | None) -> str:
    """Why an output has to be chosen, or cannot be."""
    if number is not None:
        return f"--output-number {number}: the model has outputs 0 to {count - 1}"
    return (
        f"the model has {count} outputs: say by --output-number which of 0 to {count - 1} means "
        "migrate, and by --softmax where they are logits"
    )


def selu(flow: Flow, place: str) -> Flow:
    """An elu of a fixed alpha that is scaled."""
    return flow.activate(Activation(Kind.ELU, SELU_ALPHA)).affine(SELU_SCALE, 0.0, place)


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
    "mish": _activation(MISH),
    "hard_swish": _activation(HARD_SWISH),
    "erf": lambda values, place: values[0].part(Part("erf", place)),
    "erfc": lambda values, place: values[0].part(Part("erfc", place)),
    "elu": _activation(Activation(Kind.ELU, 1.0)),
    "softmax": lambda values, place: values[0].softmax(place),
}
