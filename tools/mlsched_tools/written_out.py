"""Activations that sources write as several operators, recognised once for all formats.

A swish may be x · sigmoid(x), an elu a choice by sign, a gelu a polynomial in a hyperbolic tangent.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import GELU_CUBIC, RELU, Activation, Kind
from .composed import GELU, GELU_TANH, MISH, SOFTPLUS, SOFTPLUS_LINEAR, SWISH, swish
from .errors import ModelError
from .flow import Affine, Dense, Flow, Op, Part

GELU_INNER = math.sqrt(2 / math.pi)


@dataclass(frozen=True)
class Mask:
    """Where `flow` is greater than `bound`, or where it is not."""

    flow: Flow
    bound: float
    greater: bool = True


def select(mask: object, yes: object, no: object, place: str) -> Flow:
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


def join(op: str, first: Flow, second: Flow, place: str) -> Flow:
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
        for value, other in ((first, second), (second, first)):
            slopes, cubic = _halves(value, other), _with_cube(value, other, place)
            if slopes is not None:
                base = replace(value, ops=value.ops[:-1])
                return base.prelu(slopes.reshape(base.shape), place)
            if cubic is not None:
                return cubic
    raise ModelError(f"{place} ({op}) joins two branches: only a chain of layers can be exported")


def power(value: Flow, exponent: float, place: str) -> Flow:
    """A square or cube, which a gelu by a hyperbolic tangent is made of and nothing else."""
    if exponent not in (2, 3):
        raise ModelError(
            f"{place} raises the network's value to {exponent:g}: not a known activation"
        )
    return value.part(Part("square" if exponent == 2 else "cube", place))


def _with_cube(value: Flow, other: Flow, place: str) -> Flow | None:
    """What x + k · x³ is for the k of a gelu, where two values are these terms."""
    match _since(value, other):
        case (Part("cube"), Affine() as factor) if _is_near(_uniform(factor), GELU_CUBIC):
            return value.part(Part("cubic", place))
    return None


def _is_near(number: float | None, expected: float) -> bool:
    """Whether a factor is what a float32 stores of an activation's constant."""
    return number is not None and abs(number - expected) < 1e-6 * abs(expected)


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
    return None if affine.shift.any() else _alike(affine.scale)


def _alike(values: NDArray[np.float64]) -> float | None:
    """The value that all of them have, or None."""
    return float(values[0]) if (values == values[0]).all() else None


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


def _gelu_by_tanh(value: Flow, factor: float, rest: tuple[Op, ...], place: str) -> Flow | None:
    """A product that leads to x · (1 + tanh(√(2/π) · (x + k · x³))), or is it: twice a gelu."""
    match rest:
        case ():
            return power(value, 2, place).affine(factor, 0.0, place)
        case (Part("square"), *after) if all(
            isinstance(op, Affine) and _uniform(op) for op in after
        ):
            factor *= math.prod(map(_uniform, after))
            return power(value, 3, place).affine(factor, 0.0, place)
        case (Part("square"), Affine(scale, shift)) if (shift == 1).all() and _is_near(
            _alike(scale), GELU_CUBIC
        ):
            return value.part(Part("cubic", place)).affine(factor, 0.0, place)
        case (Part("cubic"), Affine() as inner, Activation(Kind.TANH), Affine(scale, shift)) if (
            _is_near(_uniform(inner), GELU_INNER) and (scale == shift).all() and _alike(scale)
        ):
            return value.activate(GELU_TANH).affine(2 * factor * scale[0], 0.0, place)
        case (Part("cubic"), Affine() as inner, Activation(Kind.SIGMOID)) if _is_near(
            _uniform(inner), 2 * GELU_INNER
        ):
            return value.activate(GELU_TANH).affine(factor, 0.0, place)
    return None


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
        case (Affine() as inner, Part("erfc")) if _is_near(_uniform(inner), -math.sqrt(0.5)):
            # And so is x · erfc(−x / √2).
            return value.activate(GELU).affine(2 * factor, 0.0, place)
        case (Affine() as inner, Part("erf"), Affine(scale, shift)) if (
            _is_near(_uniform(inner), math.sqrt(0.5)) and (scale == shift).all() and _alike(scale)
        ):
            # x · (1 + erf(x / √2)) is twice a gelu.
            return value.activate(GELU).affine(2 * factor * scale[0], 0.0, place)
    if rest is None:
        return None
    by_tanh = _gelu_by_tanh(value, factor, rest, place)
    if by_tanh is not None:
        return by_tanh
    position = next((i for i, op in enumerate(rest[:2]) if _is_hard_sigmoid(op)), None)
    if position is not None:
        return _hard_gated(value, factor, rest, position, place)
    return None
