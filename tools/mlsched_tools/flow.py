"""What a source model computes, as a chain of operations from its one input to its one output.

Readers build a `Flow` by applying operations in the order in which the source does; the chain of
operations is what every format has in common, and what is folded into layers afterwards.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .activations import Activation, Kind
from .errors import ModelError
from .guards import MAX_PARAMETERS, MAX_WIDTH


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


@dataclass(frozen=True, eq=False)
class SecondOfSoftmax:
    """Softmax over two classes, of which the second one's probability is the output."""

    place: str


@dataclass(frozen=True)
class Part:
    """A piece of an activation that the source computes in steps, such as the exp of a softplus.

    Attributes:
        name: `exp`, or `cap` for min(x, bound).
        bound: Of a cap.
        place: Where it stands.
    """

    name: str
    place: str
    bound: float = 0.0


Op = Dense | Affine | Activation | SecondOfSoftmax | Part


@dataclass(frozen=True)
class Flow:
    """A value in the middle of the chain.

    Attributes:
        ops: What has happened since the input.
        inputs: Width of the network's input.
        width: Width of this value.
    """

    ops: tuple[Op, ...]
    inputs: int
    width: int

    @classmethod
    def start(cls, width: int) -> "Flow":
        """The input itself, `width` wide."""
        if not 1 <= width <= MAX_WIDTH:
            raise ModelError(f"the input is {width} wide, 1 to {MAX_WIDTH} are possible")
        return cls((), width, width)

    def dense(self, weights: ArrayLike, bias: ArrayLike | None, place: str) -> "Flow":
        """Appends a dense layer: weights (inputs, outputs), bias (outputs,)."""
        weights = _finite(weights, f"weights of {place}")
        if weights.ndim != 2 or not 1 <= weights.shape[1] <= MAX_WIDTH:
            raise ModelError(f"the weights of {place} have shape {weights.shape}: a matrix is due")
        if weights.size > MAX_PARAMETERS:
            raise ModelError(f"{place} has {weights.size} weights, more than {MAX_PARAMETERS}")
        if weights.shape[0] != self.width:
            raise ModelError(f"{place} takes {weights.shape[0]} inputs, but {self.width} reach it")
        width = weights.shape[1]
        bias = np.zeros(width) if bias is None else _finite(bias, f"bias of {place}")
        return self._then(Dense(weights, _vector(bias, width, f"bias of {place}"), place), width)

    def affine(self, scale: ArrayLike, shift: ArrayLike, place: str) -> "Flow":
        """Appends x · scale + shift, element by element."""
        scale = _vector(_finite(scale, f"scale of {place}"), self.width, f"scale of {place}")
        shift = _vector(_finite(shift, f"shift of {place}"), self.width, f"shift of {place}")
        if (scale == 1).all() and not shift.any():
            return self
        last = self.ops[-1] if self.ops else None
        # A bias that is added by an operation of its own belongs to the weights before it.
        if isinstance(last, Dense) and not last.bias.any() and (scale == 1).all():
            return replace(self, ops=(*self.ops[:-1], replace(last, bias=shift)))
        return self._then(Affine(scale, shift, place), self.width)

    def activate(self, activation: Activation) -> "Flow":
        """Appends an activation function."""
        return self if activation.kind is Kind.IDENTITY else self._then(activation, self.width)

    def softmax(self, place: str) -> "Flow":
        """Appends a softmax over two classes and takes the second."""
        if self.width != 2:
            raise ModelError(
                f"{place} is a softmax over {self.width} classes: only one over two, stay and "
                "migrate, can become one output"
            )
        return self._then(SecondOfSoftmax(place), 1)

    def part(self, part: Part) -> "Flow":
        """Appends a piece of an activation, which later operations must complete."""
        return self._then(part, self.width)

    def replace_last(self, count: int, activation: Activation) -> "Flow":
        """Puts an activation in the place of the last operations, which amount to it."""
        return replace(self, ops=self.ops[:-count]).activate(activation)

    def _then(self, op: Op, width: int) -> "Flow":
        if len(self.ops) >= 4096:
            raise ModelError(f"the model has more than {len(self.ops)} operations")
        return Flow((*self.ops, op), self.inputs, width)


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
                case SecondOfSoftmax():
                    e = np.exp(x - x.max(axis=1, keepdims=True))
                    x = e[:, 1:] / e.sum(axis=1, keepdims=True)
                case Part(name, place):
                    raise ModelError(f"{place} ({name}) is not part of a known activation")
    return x


def _finite(values: ArrayLike, what: str) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise ModelError(f"the {what} are of type {array.dtype}, which is not a number")
    with np.errstate(invalid="ignore"):
        array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ModelError(f"the {what} are not finite: the training diverged")
    return array


def _vector(values: NDArray[np.float64], width: int, what: str) -> NDArray[np.float64]:
    """One value per element, from one for all or from (1, …, width)."""
    if values.size == 1:
        return np.full(width, values.ravel()[0])
    if values.size != width or values.shape[-1] != width:
        raise ModelError(f"the {what} has shape {values.shape}, but {width} values are due")
    return values.reshape(width)
