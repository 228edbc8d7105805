"""The activation functions that a model file can name, in any float precision."""

import math
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
    # Since version 2 of the format:
    GELU = 9
    GELU_TANH = 10
    HARD_SWISH = 11
    MISH = 12
    # Over a row; the last layer alone may have it.
    SOFTMAX = 13


LAST_OF_VERSION_1 = Kind.HARD_SIGMOID
USES_ALPHA = frozenset({Kind.LEAKY_RELU, Kind.ELU, Kind.HARD_SIGMOID, Kind.HARD_SWISH})
USES_BETA = frozenset({Kind.HARD_SIGMOID, Kind.HARD_SWISH})
# Hendrycks and Gimpel, 2016, arXiv:1606.08415.
GELU_CUBIC = 0.044715


@dataclass(frozen=True)
class Activation:
    """An activation with its parameters, which are 0 where the function has none.

    Attributes:
        kind: The function.
        alpha: Slope of leaky_relu, hard_sigmoid and hard_swish, scale of elu's negative part.
        beta: Offset of hard_sigmoid, clip(alpha·x + beta, 0, 1), and hard_swish, x times that.
    """

    kind: Kind
    alpha: float = 0.0
    beta: float = 0.0

    @property
    def name(self) -> str:
        """The lower-case name, such as `leaky_relu`."""
        return self.kind.name.lower()

    def apply(self, x: NDArray[np.floating]) -> NDArray[np.floating]:
        """Evaluates the function on (batch, width), in the precision of `x`."""
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
            case Kind.GELU:
                # By the complement, which keeps its digits where 1 + erf loses them.
                tail = _ERFC(-x.astype(np.float64) * math.sqrt(0.5)).astype(np.float64)
                return (0.5 * x * tail).astype(x.dtype)
            case Kind.GELU_TANH:
                cube = x + x.dtype.type(GELU_CUBIC) * x * x * x
                return x * sigmoid(x.dtype.type(2 * math.sqrt(2 / math.pi)) * cube)
            case Kind.HARD_SWISH:
                return x * np.clip(alpha * x + beta, 0 * one, one)
            case Kind.SOFTMAX:
                powers = np.exp(x - x.max(axis=-1, keepdims=True))
                return powers / powers.sum(axis=-1, keepdims=True)
            case Kind.MISH:
                return x * np.tanh(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))


def erf(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """The error function, which NumPy does not have, in the precision of `x`."""
    return _ERF(x).astype(x.dtype) if np.ndim(x) else np.asarray(math.erf(float(x)), x.dtype)


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """The logistic function, without overflow for large negative values."""
    small = np.exp(-np.abs(x))
    one = x.dtype.type(1)
    return np.where(x >= 0, one, small) / (one + small)


_ERF = np.frompyfunc(math.erf, 1, 1)
_ERFC = np.frompyfunc(math.erfc, 1, 1)
IDENTITY = Activation(Kind.IDENTITY)
RELU = Activation(Kind.RELU)
SIGMOID = Activation(Kind.SIGMOID)
SOFTMAX = Activation(Kind.SOFTMAX)
