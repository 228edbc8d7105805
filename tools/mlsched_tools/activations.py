"""The activation functions that a model file can name, in any float precision."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Kind(IntEnum):
    """An activation function's number in the file."""

    IDENTITY = 0
    RELU = 1
    SIGMOID = 2
    TANH = 3
    LEAKY_RELU = 4
    ELU = 5
    SOFTPLUS = 6
    SWISH = 7
    HARD_SIGMOID = 8


USES_ALPHA = frozenset({Kind.LEAKY_RELU, Kind.ELU, Kind.HARD_SIGMOID})
USES_BETA = frozenset({Kind.HARD_SIGMOID})


@dataclass(frozen=True)
class Activation:
    """An activation with its parameters, which are 0 where the function has none.

    Attributes:
        kind: The function.
        alpha: Slope of leaky_relu and hard_sigmoid, scale of elu's negative part.
        beta: Offset of hard_sigmoid: clip(alpha·x + beta, 0, 1).
    """

    kind: Kind
    alpha: float = 0.0
    beta: float = 0.0

    @property
    def name(self) -> str:
        """The lower-case name, such as `leaky_relu`."""
        return self.kind.name.lower()

    def apply(self, x: NDArray[np.floating]) -> NDArray[np.floating]:
        """Evaluates the function element by element, in the precision of `x`."""
        one = x.dtype.type(1)
        alpha, beta = x.dtype.type(self.alpha), x.dtype.type(self.beta)
        match self.kind:
            case Kind.IDENTITY:
                return x
            case Kind.RELU:
                return np.maximum(x, 0)
            case Kind.SIGMOID:
                return sigmoid(x)
            case Kind.TANH:
                return np.tanh(x)
            case Kind.LEAKY_RELU:
                return np.where(x >= 0, x, alpha * x)
            case Kind.ELU:
                return np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))
            case Kind.SOFTPLUS:
                return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
            case Kind.SWISH:
                return x * sigmoid(x)
            case Kind.HARD_SIGMOID:
                return np.clip(alpha * x + beta, 0 * one, one)


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """The logistic function, without overflow for large negative values."""
    small = np.exp(-np.abs(x))
    one = x.dtype.type(1)
    return np.where(x >= 0, one, small) / (one + small)


IDENTITY = Activation(Kind.IDENTITY)
RELU = Activation(Kind.RELU)
SIGMOID = Activation(Kind.SIGMOID)
