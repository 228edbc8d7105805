"""Turning a chain of operations into dense layers and the normalisation of the raw features."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import IDENTITY, RELU, SIGMOID, Activation, Kind
from .errors import ModelError
from .features import Feature
from .flow import Affine, Dense, Flow, Op, Part, SecondOfSoftmax
from .model import Layer

# Activations that change nothing when they are applied to their own result.
IDEMPOTENT = (RELU,)


@dataclass(frozen=True)
class Wide:
    """A layer in float64: weights (inputs, outputs), bias (outputs,)."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    activation: Activation


@dataclass
class _Folding:
    """Layers so far, and an affine operation that waits for the dense layer after it."""

    width: int
    layers: list[Wide]
    pending: Affine | None = None

    def append(self, op: Op) -> None:
        match op:
            case Dense(weights, bias):
                if self.pending:
                    bias = bias + self.pending.shift @ weights
                    weights = self.pending.scale[:, None] * weights
                    self.pending = None
                self.layers.append(Wide(weights, bias, IDENTITY))
            case Affine():
                self._affine(op)
            case Activation():
                self._activate(op)
            case SecondOfSoftmax():
                self._softmax()
            case Part(name, place):
                raise ModelError(f"{place} ({name}) is not part of a known activation")

    def _affine(self, op: Affine) -> None:
        if self.pending:
            self.pending = _compose(self.pending, op)
        elif self._open():
            last = self.layers[-1]
            weights, bias = last.weights * op.scale, last.bias * op.scale + op.shift
            self.layers[-1] = replace(last, weights=weights, bias=bias)
        else:
            self.pending = op

    def _activate(self, activation: Activation) -> None:
        last = self.layers[-1].activation if self.layers and not self.pending else None
        if last == activation and activation in IDEMPOTENT:
            return
        self._close_pending()
        self.layers[-1] = replace(self.layers[-1], activation=activation)

    def _softmax(self) -> None:
        """Of two classes' softmax the second is the sigmoid of the difference."""
        self._close_pending()
        last = self.layers[-1]
        weights = last.weights[:, 1:] - last.weights[:, :1]  # (inputs, 1)
        self.layers[-1] = Wide(weights, last.bias[1:] - last.bias[:1], SIGMOID)

    def _open(self) -> bool:
        return bool(self.layers) and self.layers[-1].activation.kind is Kind.IDENTITY

    def _close_pending(self) -> None:
        """Makes sure that the last layer has no activation yet and nothing is pending."""
        if self._open() and not self.pending:
            return
        width = self.layers[-1].weights.shape[1] if self.layers else self.width
        affine = self.pending or Affine(np.ones(width), np.zeros(width), "")
        self.layers.append(Wide(np.diag(affine.scale), affine.shift, IDENTITY))
        self.pending = None

    def finish(self) -> None:
        if self.pending or not self.layers:
            self._close_pending()


def fold(flow: Flow) -> tuple[Affine | None, list[Wide]]:
    """Folds everything that is not a dense layer or an activation into its neighbours.

    Returns:
        What happens to the inputs before the first layer, if anything, and the layers.
    """
    leading = None
    ops = list(flow.ops)
    while ops and isinstance(ops[0], Affine):
        leading = _compose(leading, ops.pop(0)) if leading else ops.pop(0)
    folding = _Folding(flow.inputs, [])
    if leading and not leading.scale.all():
        # A constant input cannot be a scaled feature; the first layer takes it into its bias.
        folding.append(leading)
        leading = None
    if not any(isinstance(op, Dense) for op in ops):
        raise ModelError("the model has no dense layer, so there is nothing to export")
    for op in ops:
        folding.append(op)
    folding.finish()
    return leading, folding.layers


def narrow(layer: Wide, number: int) -> Layer:
    """The layer in float32.

    Raises:
        ModelError: When a value is too large for float32.
    """
    # Adding 0 makes -0 a 0, so that the same network has the same bytes from every source.
    with np.errstate(over="ignore"):
        weights, bias = ((values + 0.0).astype("<f4") for values in (layer.weights, layer.bias))
    for values in (weights, bias):
        if not np.isfinite(values).all():
            raise ModelError(f"layer {number} has values too large for float32")
    return Layer(weights, bias, layer.activation)


def normalise(features: tuple[Feature, ...], leading: Affine | None) -> tuple[Feature, ...]:
    """Puts what happens to the inputs first into the features' own offset and scale."""
    if leading is None:
        return features
    return tuple(
        _normalised(feature, float(scale), float(shift))
        for feature, scale, shift in zip(features, leading.scale, leading.shift, strict=True)
    )


def _normalised(feature: Feature, scale: float, shift: float) -> Feature:
    """(raw − offset) · s · scale + shift, written as (raw − offset') · scale'."""
    both = feature.scale * scale
    if both != 0:
        return replace(feature, offset=feature.offset - shift / both, scale=both)
    constant = shift - feature.offset * both
    if constant == 0:
        return replace(feature, offset=0.0, scale=0.0)
    if feature.name == "zero":
        # Raw is always 0 here: (0 + 1) · constant.
        return replace(feature, offset=-1.0, scale=constant)
    raise ModelError(
        f"feature {feature.name} is scaled by 0 but has an effect of {constant:g}: name it `zero`"
    )


def _compose(first: Affine, second: Affine) -> Affine:
    shift = first.shift * second.scale + second.shift
    return Affine(first.scale * second.scale, shift, second.place)
