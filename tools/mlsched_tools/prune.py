"""Leaving out of a network what computes nothing: negligible values and dead units.

Training with an L2 penalty shrinks the weights of units that nobody needs towards zero, and float32
holds them as subnormals, each of which costs some CPUs a hundred cycles.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .fold import Wide
from .guards import charge

# Far below what float32 shows beside any value that a network computes with.
NEGLIGIBLE = 2.0**-100
# The least positive float32 that is not subnormal.
SMALLEST_NORMAL = 2.0**-126
# How far outputs may move in float64, relative to max(1, |output|).
BOUND = 1e-12


@dataclass(frozen=True)
class Pruning:
    """What is left of a network.

    Attributes:
        layers: Without subnormal values and dead units.
        values: Weights and biases that became 0.
        units: Units that were left out.
        limit: Values below it became 0.
        difference: How far outputs moved in float64, relative to max(1, |output|).
    """

    layers: list[Wide]
    values: int
    units: int
    limit: float
    difference: float

    def notes(self) -> tuple[str, ...]:
        """What was done, a sentence for people, or nothing."""
        if not self.values and not self.units:
            return ()
        return (
            f"left out {self.units} dead units and {self.values} values below {self.limit:.2g}; "
            f"outputs differ by at most {self.difference:.2g}",
        )


def prune(layers: list[Wide], inputs: NDArray[np.float64]) -> Pruning:
    """Sets negligible values to 0 and drops units that no input reaches or that nothing reads.

    Args:
        layers: The network in float64.
        inputs: (batch, inputs of the network), on which outputs have to stay within `BOUND`.

    Raises:
        ModelError: When outputs depend on values that are subnormal in float32.
    """
    # Each limit that is tried makes a copy, in which dead units make another.
    charge(4 * sum(layer.weights.nbytes for layer in layers), "network without dead units")
    expected = _evaluate(layers, inputs)
    for limit in (NEGLIGIBLE, SMALLEST_NORMAL):
        pruned = _without_dead_units([_flush(layer, limit) for layer in layers])
        moved = np.abs(_evaluate(pruned, inputs) - expected) / np.maximum(1, np.abs(expected))
        if (difference := float(moved.max())) <= BOUND:
            units = _units(layers) - _units(pruned)
            return Pruning(pruned, _negligible(layers, limit), units, limit, difference)
    raise ModelError(
        f"outputs depend on weights below {SMALLEST_NORMAL:.2g}, where float32 loses digits: "
        "scale the layers"
    )


def _evaluate(layers: list[Wide], inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    x = inputs  # (batch, width)
    with np.errstate(over="ignore"):
        for layer in layers:
            x = layer.activation.apply(x @ layer.weights + layer.bias)
    return x


def _flush(layer: Wide, limit: float) -> Wide:
    weights, bias = (
        np.where(np.abs(values) < limit, 0, values) for values in (layer.weights, layer.bias)
    )
    return replace(layer, weights=weights, bias=bias)


def _without_dead_units(layers: list[Wide]) -> list[Wide]:
    layers = list(layers)
    # Forwards, since what a constant unit feeds may be constant in turn; then backwards.
    for index in range(len(layers) - 1):
        reached = layers[index].weights.any(axis=0)
        layers[index : index + 2] = _keep(reached, *layers[index : index + 2])
    for index in reversed(range(len(layers) - 1)):
        read = layers[index + 1].weights.any(axis=1)
        layers[index : index + 2] = _keep(read, *layers[index : index + 2])
    return layers


def _keep(kept: NDArray[np.bool_], layer: Wide, reader: Wide) -> tuple[Wide, Wide]:
    """Drops the other units; what they give, a constant or unread, goes into the reader's bias."""
    if not kept.any():
        kept[0] = True  # a layer has at least one unit
    constants = layer.activation.apply(layer.bias[~kept])
    bias = reader.bias + constants @ reader.weights[~kept]
    return (
        replace(layer, weights=layer.weights[:, kept], bias=layer.bias[kept]),
        replace(reader, weights=reader.weights[kept], bias=bias),
    )


def _units(layers: list[Wide]) -> int:
    return sum(layer.bias.size for layer in layers)


def _negligible(layers: list[Wide], limit: float) -> int:
    arrays = [values for layer in layers for values in (layer.weights, layer.bias)]
    return sum(int(((values != 0) & (np.abs(values) < limit)).sum()) for values in arrays)
