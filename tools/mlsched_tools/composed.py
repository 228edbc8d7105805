"""Functions made of the activations that a file can hold and of scales and shifts around them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .activations import RELU, Activation, Kind
from .errors import ModelError
from .flow import Flow

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


def batch_norm(flow: Flow, parts: Sequence[NDArray], epsilon: float, place: str) -> Flow:
    """Inference-mode batch normalisation by gamma, beta, mean and variance."""
    gamma, beta, mean, variance = (np.asarray(part, np.float64) for part in parts)
    if not (variance + epsilon > 0).all():
        raise ModelError(f"{place} has a variance that is not positive")
    scale = gamma / np.sqrt(variance + epsilon)
    return flow.affine(scale, beta - mean * scale, place)


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


def selu(flow: Flow, place: str) -> Flow:
    """An elu of a fixed alpha that is scaled."""
    return flow.activate(Activation(Kind.ELU, SELU_ALPHA)).affine(SELU_SCALE, 0.0, place)


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
