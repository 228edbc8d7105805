"""A network as the scheduler evaluates it: named features, then dense layers in float32."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .activations import Activation
from .errors import ModelError
from .features import Feature

MAX_FEATURES = 4096
MAX_LAYERS = 1024
MAX_WIDTH = 65536
MAX_TESTS = 65536
MAX_PROVENANCE = 65536
SELF_TEST_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Layer:
    """A dense layer: activation(x · weights + bias).

    Attributes:
        weights: (inputs, outputs), little-endian float32.
        bias: (outputs,), little-endian float32.
        activation: Applied to every output.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    activation: Activation


@dataclass(frozen=True)
class Model:
    """All that a model file holds, and what is to be said of its making.

    Attributes:
        features: One per input of the first layer, in order.
        layers: In order of evaluation.
        threshold: Migrate when the output is greater.
        provenance: Where the model comes from, for people.
        test_inputs: (tests, features), raw feature values.
        test_outputs: (tests, outputs of the last layer), as computed in float64.
        notes: What its making left out, for people; not in the file.
    """

    features: tuple[Feature, ...]
    layers: tuple[Layer, ...]
    threshold: float
    provenance: str
    test_inputs: NDArray[np.float32]
    test_outputs: NDArray[np.float32]
    notes: tuple[str, ...] = ()

    def evaluate(
        self, raw: NDArray[np.floating], precision: DTypeLike = "<f4"
    ) -> NDArray[np.floating]:
        """Evaluates the network, by default in float32 as the daemon does.

        Args:
            raw: (batch, features), raw feature values.
            precision: Of every value and operation.

        Returns:
            (batch, outputs of the last layer).
        """
        offset = np.array([f.offset for f in self.features], "<f4").astype(precision)  # (features,)
        scale = np.array([f.scale for f in self.features], "<f4").astype(precision)  # (features,)
        x = (raw.astype(precision) - offset) * scale  # (batch, features)
        for layer in self.layers:
            weights, bias = layer.weights.astype(precision), layer.bias.astype(precision)
            x = layer.activation.apply(x @ weights + bias)  # (batch, outputs)
        return x

    def self_test_error(self) -> float:
        """The worst error over the test vectors, relative to max(1, |expected|)."""
        with np.errstate(all="ignore"):
            error = np.abs(self.evaluate(self.test_inputs) - self.test_outputs)
        error = error / np.maximum(1, np.abs(self.test_outputs))
        return float(np.max(np.where(np.isfinite(error), error, np.inf)))

    def check(self) -> None:
        """Refuses a model that a file cannot hold or that fails its own test vectors.

        Raises:
            ModelError: Naming the first thing that is wrong.
        """
        _require(1 <= len(self.features) <= MAX_FEATURES, f"{len(self.features)} features")
        _require(1 <= len(self.layers) <= MAX_LAYERS, f"{len(self.layers)} layers")
        _require(np.isfinite(self.threshold), f"threshold {self.threshold}")
        check_provenance(self.provenance)
        width = len(self.features)
        for number, layer in enumerate(self.layers):
            width = _check_layer(layer, number, width)
        tests = self.test_inputs.shape[0]
        _require(1 <= tests <= MAX_TESTS, f"{tests} test vectors")
        _require(
            self.test_inputs.shape[1:] == (len(self.features),), "test inputs of another width"
        )
        _require(self.test_outputs.shape == (tests, width), "test outputs of another shape")
        for values in (self.test_inputs, self.test_outputs):
            _require(bool(np.isfinite(values).all()), "non-finite test vectors")
        error = self.self_test_error()
        if error > SELF_TEST_TOLERANCE:
            raise ModelError(
                f"float32 evaluation is {error:.3g} from the expected test outputs, more than "
                f"{SELF_TEST_TOLERANCE:g}: the model's values are too large for float32"
            )


def check_provenance(text: str) -> None:
    """Refuses a text that a model file cannot hold.

    Raises:
        ModelError: When it is too long, or holds bytes that are no text.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise ModelError("a model file cannot hold a provenance that is no text") from None
    _require(size <= MAX_PROVENANCE, f"{size} bytes of provenance")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ModelError(f"a model file cannot hold {what}")


def _check_layer(layer: Layer, number: int, width: int) -> int:
    """Checks one layer that gets `width` inputs, and returns its outputs."""
    inputs, outputs = layer.weights.shape
    if inputs != width:
        raise ModelError(f"layer {number} takes {inputs} inputs, but {width} reach it")
    _require(1 <= outputs <= MAX_WIDTH and inputs <= MAX_WIDTH, f"a {inputs}→{outputs} layer")
    if layer.bias.shape != (outputs,):
        raise ModelError(f"layer {number} has {outputs} outputs but a bias of {layer.bias.shape}")
    parameters = (layer.activation.alpha, layer.activation.beta)
    for values in (layer.weights, layer.bias, np.array(parameters)):
        if not np.isfinite(values).all():
            raise ModelError(f"layer {number} has non-finite parameters: retrain the model")
    return outputs
