"""Operations of a source's graph on constants and on the one value that flows through it.

A value is a constant, the flow, or a comparison of the flow with a constant; formats map their own
operators to the ones below.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import RELU, SIGMOID, Activation, Kind, erf
from .composed import HARD_SWISH, MISH, SOFTPLUS, SWISH, clip
from .errors import ModelError
from .flow import Affine, Flow, Part
from .guards import charge
from .written_out import Mask, join, power, same, select


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
    "power": np.power,
    "erf": erf,
}
BINARY = {"add", "sub", "mul", "div", "matmul", "maximum", "minimum", "power", "greater"}


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
        return join(op, values[0], values[1], place)
    if op not in FLOW_OPS:
        raise ModelError(f"{place} ({op}) cannot be applied to what flows through the network")
    return FLOW_OPS[op](values, place)


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


def _power(values: Sequence[Value], place: str) -> Flow:
    flow, constant, first = _sides(values)
    if not first:
        raise ModelError(f"{place} raises a constant to the network's value")
    return power(flow, _number(constant, place), place)


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
        raise ModelError(f"{place} takes one number, not {constant.size}")
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
    "power": _power,
    "square": lambda values, place: power(values[0], 2, place),
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
