"""Turning a chain of operations into dense layers and the normalisation of the raw features."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import IDENTITY, RELU, SIGMOID, SOFTMAX, Activation, Kind
from .errors import ModelError
from .features import Feature
from .flow import Affine, Dense, Flow, Op, Part, PReLU, Softmax, Take
from .guards import charge
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
    # Slopes of a prelu, whose halves relu(x) and relu(−x) the next layer adds up.
    halves: NDArray[np.float64] | None = None
    softmax: Softmax | None = None

    def append(self, op: Op) -> None:
        if self.softmax and not isinstance(op, Take):
            raise ModelError(f"{self.softmax.place} is a softmax before further operations")
        match op:
            case Dense(weights, bias):
                self._dense(weights, bias)
            case Affine():
                self._affine(op)
            case Activation():
                self._activate(op)
            case PReLU(slopes):
                self._prelu(slopes)
            case Softmax():
                self.softmax = op
            case Take(column):
                self._take(column)
            case Part(name, place):
                raise ModelError(f"{place} ({name}) is not part of a known activation")

    def _dense(self, weights: NDArray[np.float64], bias: NDArray[np.float64]) -> None:
        charge(3 * weights.nbytes, "weights of a layer")
        if self.pending:
            bias = bias + self.pending.shift @ weights
            weights = self.pending.scale[:, None] * weights
            self.pending = None
        if self.halves is not None:
            weights = np.concatenate([weights, -self.halves[:, None] * weights])
            self.halves = None
        self.layers.append(Wide(weights, bias, IDENTITY))

    def _prelu(self, slopes: NDArray[np.float64]) -> None:
        """relu(x) − slope · relu(−x): twice as many units, so that each has a plain relu."""
        self._close_pending()
        last = self.layers[-1]
        charge(2 * last.weights.nbytes, "weights before a prelu")
        weights = np.concatenate([last.weights, -last.weights], axis=1)
        self.layers[-1] = Wide(weights, np.concatenate([last.bias, -last.bias]), RELU)
        self.halves = slopes

    def _affine(self, op: Affine) -> None:
        if self.pending:
            self.pending = _compose(self.pending, op)
        elif self._open():
            last = self.layers[-1]
            charge(last.weights.nbytes, "weights before " + op.place)
            weights, bias = last.weights * op.scale, last.bias * op.scale + op.shift
            self.layers[-1] = replace(last, weights=weights, bias=bias)
        elif self._complements(op):
            last = self.layers[-1]
            self.layers[-1] = replace(last, weights=-last.weights, bias=-last.bias)
        else:
            self.pending = op

    def _complements(self, op: Affine) -> bool:
        """Whether it makes 1 − sigmoid(x), which is sigmoid(−x)."""
        probability = self.layers and self.halves is None and self.layers[-1].activation == SIGMOID
        return bool(probability) and (op.scale == -1).all() and (op.shift == 1).all()

    def _activate(self, activation: Activation) -> None:
        plain = self.layers and not self.pending and self.halves is None
        last = self.layers[-1].activation if plain else None
        if last == activation and activation in IDEMPOTENT:
            return
        self._close_pending()
        self.layers[-1] = replace(self.layers[-1], activation=activation)

    def _take(self, column: int) -> None:
        """A column of the layer before; a probability of two is the sigmoid of a difference."""
        softmax, self.softmax = self.softmax, None
        if softmax or self.pending or self.halves is not None or not self.layers:
            self._close_pending()
        last = self.layers[-1]
        weights, bias = last.weights[:, column, None], last.bias[column, None]  # (inputs, 1), (1,)
        if softmax is None:
            self.layers[-1] = Wide(weights, bias, last.activation)
            return
        if len(last.bias) != 2:
            raise ModelError(
                f"{softmax.place} is a softmax over {len(last.bias)} classes: only one over two, "
                "stay and migrate, can become one output"
            )
        weights = weights - last.weights[:, 1 - column, None]
        self.layers[-1] = Wide(weights, bias - last.bias[1 - column, None], SIGMOID)

    def _open(self) -> bool:
        return bool(self.layers) and self.layers[-1].activation.kind is Kind.IDENTITY

    def _close_pending(self) -> None:
        """Makes sure that the last layer has no activation yet and nothing is pending."""
        if self._open() and not self.pending:
            return
        width = self._width()
        affine = self.pending or Affine(np.ones(width), np.zeros(width), "")
        charge(8 * width * width, f"layer that scales {width} values")
        self.pending = None
        self._dense(np.diag(affine.scale), affine.shift)

    def _width(self) -> int:
        if self.halves is not None:
            return len(self.halves)
        return self.layers[-1].weights.shape[1] if self.layers else self.width

    def finish(self) -> None:
        if self.softmax:
            self._close_pending()
            self.layers[-1] = replace(self.layers[-1], activation=SOFTMAX)
        if self.pending or self.halves is not None or not self.layers:
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
    charge(2 * layer.weights.nbytes, f"weights of layer {number} in float32")
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
