"""What a source model computes, as a chain of operations from its one input to its one output.

Readers build a `Flow` by applying operations in the order in which the source does; the chain of
operations is what every format has in common, and what is folded into layers afterwards.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import SOFTMAX, Activation, Kind
from .errors import ModelError
from .guards import MAX_PARAMETERS, MAX_WIDTH, charge


@dataclass(frozen=True, eq=False)
class Dense:
    """x · weights + bias: weights (inputs, outputs), bias (outputs,), both float64."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    place: str


@dataclass(frozen=True, eq=False)
class Affine:
    """x · scale + shift per element: both (width,), float64."""

    scale: NDArray[np.float64]
    shift: NDArray[np.float64]
    place: str


@dataclass(frozen=True)
class Softmax:
    """Softmax over all values of a row."""

    place: str


@dataclass(frozen=True)
class Take:
    """One value of a row, by its number."""

    column: int
    place: str


@dataclass(frozen=True)
class Part:
    """A piece of an activation that the source computes in steps, such as the exp of a softplus.

    Attributes:
        name: `exp`, `erf`, `erfc`, or `cap` for min(x, bound).
        bound: Of a cap.
        place: Where it stands.
    """

    name: str
    place: str
    bound: float = 0.0


@dataclass(frozen=True, eq=False)
class PReLU:
    """x where positive, slope · x elsewhere: slopes (width,), float64."""

    slopes: NDArray[np.float64]
    place: str


Op = Dense | Affine | Activation | PReLU | Softmax | Take | Part

# A size that depends on the batch, wherever a source computes with shapes.
BATCH = math.nan


@dataclass(frozen=True)
class Flow:
    """A value in the middle of the chain.

    Attributes:
        ops: What has happened since the input.
        inputs: Width of the network's input.
        shape: Of one row: (width,) as a rule, () for a single value that has lost its axis.
    """

    ops: tuple[Op, ...]
    inputs: int
    shape: tuple[int, ...]

    @classmethod
    def start(cls, *shape: int) -> "Flow":
        """The input itself, of that shape but for the batch."""
        width = math.prod(shape)
        if min((1, *shape)) < 1 or width > MAX_WIDTH:
            raise ModelError(f"the input is {width} wide, 1 to {MAX_WIDTH} are possible")
        return cls((), width, shape)

    @property
    def width(self) -> int:
        """How many values a row has."""
        return math.prod(self.shape)

    def dense(self, weights: ArrayLike, bias: ArrayLike | None, place: str) -> "Flow":
        """Appends a dense layer: weights (inputs, outputs), bias (outputs,)."""
        weights = _finite(weights, f"weights of {place}")
        if weights.ndim != 2 or not 1 <= weights.shape[1] <= MAX_WIDTH:
            raise ModelError(
                f"the weights of {place} have shape {weights.shape}: expected a matrix"
            )
        if weights.size > MAX_PARAMETERS:
            raise ModelError(f"{place} has {weights.size} weights, more than {MAX_PARAMETERS}")
        if self.shape != weights.shape[:1]:
            reach = self.width if len(self.shape) == 1 else f"values of shape {self.shape}"
            raise ModelError(f"{place} takes {weights.shape[0]} inputs, but {reach} reach it")
        width = weights.shape[1]
        bias = np.zeros(width) if bias is None else _finite(bias, f"bias of {place}")
        bias = _spread(bias, (width,), f"bias of {place}")
        return self._then(Dense(weights, bias, place), (width,))

    def affine(self, scale: ArrayLike, shift: ArrayLike, place: str) -> "Flow":
        """Appends x · scale + shift, element by element."""
        scale = _spread(_finite(scale, f"scale of {place}"), self.shape, f"scale of {place}")
        shift = _spread(_finite(shift, f"shift of {place}"), self.shape, f"shift of {place}")
        if (scale == 1).all() and not shift.any():
            return self
        last = self.ops[-1] if self.ops else None
        # A bias that is added by an operation of its own belongs to the weights before it.
        if isinstance(last, Dense) and not last.bias.any() and (scale == 1).all():
            return replace(self, ops=(*self.ops[:-1], replace(last, bias=shift)))
        return self._then(Affine(scale, shift, place), self.shape)

    def activate(self, activation: Activation) -> "Flow":
        """Appends an activation function."""
        return self if activation.kind is Kind.IDENTITY else self._then(activation, self.shape)

    def prelu(self, slopes: ArrayLike, place: str) -> "Flow":
        """Appends a leaky relu with a slope for each value."""
        slopes = _spread(_finite(slopes, f"slopes of {place}"), self.shape, f"slopes of {place}")
        return self._then(PReLU(slopes, place), self.shape)

    def softmax(self, place: str, axis: int = -1) -> "Flow":
        """Appends a softmax over the values of a row; the batch is axis 0."""
        if len(self.shape) != 1 or axis not in (1, -1):
            raise ModelError(
                f"{place} is over axis {axis} of {_shown(self)} instead of the classes"
            )
        return self._then(Softmax(place), self.shape)

    def take(self, column: int, place: str, axis: int = 1, keep: bool = False) -> "Flow":
        """One value of each row, which loses its axis unless that is kept."""
        if len(self.shape) != 1 or axis not in (1, -1):
            raise ModelError(f"{place} takes a part of axis {axis} of {_shown(self)}: not a column")
        if not -self.width <= column < self.width:
            raise ModelError(f"{place} takes column {column} of {self.width}")
        shape = (1,) if keep else ()
        if self.width == 1:
            return replace(self, shape=shape)
        return self._then(Take(column % self.width, place), shape)

    def reshape(self, target: Sequence[float], place: str, batch: int | None = None) -> "Flow":
        """The same values of each row in another shape.

        Args:
            target: The whole shape: BATCH, or the batch's size where the source has fixed it, then
                the shape of a row; -1 stands for what is left.
            place: Where it stands, for messages.
            batch: The size that the source has fixed.

        Raises:
            ModelError: When values of different rows would come together.
        """
        first, rest = target[0] if len(target) else 0, [int(n) for n in target[1:] if n == n]
        whole = len(rest) == len(target) - 1
        known = math.prod(n for n in rest if n != -1)
        if whole and rest.count(-1) == 1 and first != -1 and known and self.width % known == 0:
            rest[rest.index(-1)] = self.width // known
        if whole and (first != first or first in (-1, batch)) and math.prod(rest) == self.width:
            return replace(self, shape=tuple(rest))
        sizes = ", ".join("batch" if n != n else f"{n:g}" for n in target)
        raise ModelError(f"{place} reshapes {_shown(self)} to ({sizes}), which mixes rows")

    def flatten(self, place: str, axis: int = 1) -> "Flow":
        """Axes from `axis` on made one, those before it the batch."""
        axis = axis if axis >= 0 else axis + 1 + len(self.shape)
        if axis < 1 or math.prod(self.shape[: axis - 1]) != 1:
            raise ModelError(f"{place} flattens the batch: axis {axis} of {_shown(self)}")
        return replace(self, shape=(self.width,))

    def squeeze(self, axes: Sequence[int], place: str) -> "Flow":
        """Without axes of size 1: those named, or all where none is."""
        rank = 1 + len(self.shape)
        chosen = {axis % rank for axis in axes} or set(range(1, rank))
        gone = {axis for axis in chosen if axis and self.shape[axis - 1] == 1}
        if 0 in chosen or (axes and gone != chosen):
            raise ModelError(f"{place} squeezes axes {sorted(chosen)} of {_shown(self)}")
        kept = (n for axis, n in enumerate(self.shape, 1) if axis not in gone)
        return replace(self, shape=tuple(kept))

    def unsqueeze(self, axes: Sequence[int], place: str) -> "Flow":
        """With axes of size 1 put in."""
        rank = 1 + len(self.shape) + len(axes)
        chosen = {axis % rank for axis in axes}
        if 0 in chosen or len(chosen) != len(axes):
            raise ModelError(f"{place} puts an axis before the batch")
        sizes = iter(self.shape)
        return replace(self, shape=tuple(1 if a in chosen else next(sizes) for a in range(1, rank)))

    def part(self, part: Part) -> "Flow":
        """Appends a piece of an activation, which later operations must complete."""
        return self._then(part, self.shape)

    def replace_last(self, count: int, activation: Activation) -> "Flow":
        """Puts an activation in the place of the last operations, which amount to it."""
        return replace(self, ops=self.ops[:-count]).activate(activation)

    def _then(self, op: Op, shape: tuple[int, ...]) -> "Flow":
        if len(self.ops) >= 4096:
            raise ModelError(f"the model has more than {len(self.ops)} operations")
        return Flow((*self.ops, op), self.inputs, shape)


def _shown(flow: Flow) -> str:
    return f"({', '.join(('batch', *map(str, flow.shape)))})"


def evaluate(ops: tuple[Op, ...], inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Evaluates a chain as the source wrote it, in float64 and without folding anything.

    Args:
        ops: From the input to the output.
        inputs: (batch, inputs of the network).

    Returns:
        (batch, outputs).
    """
    x = inputs  # (batch, width)
    with np.errstate(over="ignore"):
        for op in ops:
            match op:
                case Dense(weights, bias):
                    x = x @ weights + bias
                case Affine(scale, shift):
                    x = x * scale + shift
                case Activation():
                    x = op.apply(x)
                case PReLU(slopes):
                    x = np.where(x >= 0, x, slopes * x)
                case Softmax():
                    x = SOFTMAX.apply(x)
                case Take(column):
                    x = x[:, column : column + 1]
                case Part(name, place):
                    raise ModelError(f"{place} ({name}) is not part of a known activation")
    return x


def _finite(values: ArrayLike, what: str) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise ModelError(f"the {what} are of type {array.dtype}, which is not a number")
    charge(9 * array.size, what)
    with np.errstate(invalid="ignore"):
        array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ModelError(f"the {what} are not finite: the training diverged")
    return array


def _spread(values: NDArray[np.float64], shape: tuple[int, ...], what: str) -> NDArray[np.float64]:
    """One value per element of a row, from an array that broadcasts to (batch, *shape)."""
    # One more axis than a row has would be the batch's; with two the result has another rank.
    row = values[0] if values.ndim == 1 + len(shape) and len(values) == 1 else values
    try:
        return np.ascontiguousarray(np.broadcast_to(row, shape)).reshape(-1)
    except ValueError:
        expected = " × ".join(map(str, shape)) or "1"
        raise ModelError(f"the {what} has shape {values.shape}, but expected {expected}") from None
