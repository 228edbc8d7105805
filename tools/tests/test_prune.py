"""Pruning: no subnormal and no dead unit is left, and outputs stay what they were."""

import numpy as np
import pytest

from mlsched_tools.activations import RELU, SIGMOID, Activation, Kind
from mlsched_tools.errors import ModelError
from mlsched_tools.fold import Wide, narrow
from mlsched_tools.prune import BOUND, SMALLEST_NORMAL, prune

SOFTPLUS = Activation(Kind.SOFTPLUS)
INPUTS = np.random.default_rng(7).normal(0, 1, (50, 3))  # (batch, inputs)


def network(random: np.random.Generator, activation: Activation = RELU) -> list[Wide]:
    """3 → 6 → 5 → 1."""
    shapes = [(3, 6, activation), (6, 5, activation), (5, 1, SIGMOID)]
    return [
        Wide(random.normal(0, 1, (rows, columns)), random.normal(0, 1, columns), function)
        for rows, columns, function in shapes
    ]


def outputs(layers: list[Wide]) -> np.ndarray:
    x = INPUTS
    for layer in layers:
        x = layer.activation.apply(x @ layer.weights + layer.bias)
    return x


def widths(layers: list[Wide]) -> list[int]:
    return [layer.bias.size for layer in layers]


def test_a_network_in_use_is_left_as_it_is():
    layers = network(np.random.default_rng(1))
    pruning = prune(layers, INPUTS)
    for kept, given in zip(pruning.layers, layers, strict=True):
        assert np.array_equal(kept.weights, given.weights)
        assert np.array_equal(kept.bias, given.bias)
    assert (pruning.notes(), pruning.difference) == ((), 0)


@pytest.mark.parametrize("activation", [RELU, SIGMOID, SOFTPLUS], ids=lambda a: a.name)
def test_a_unit_that_no_input_reaches_goes_into_the_next_bias(activation):
    layers = network(np.random.default_rng(2), activation)
    layers[0].weights[:, [1, 4]] = 0
    expected = outputs(layers)
    pruning = prune(layers, INPUTS)
    assert widths(pruning.layers) == [4, 5, 1]
    assert np.abs(outputs(pruning.layers) - expected).max() <= BOUND


def test_units_that_nothing_reads_go_and_so_does_what_fed_them_alone():
    layers = network(np.random.default_rng(3))
    layers[2].weights[2] = 0
    layers[1].weights[5, [0, 1, 3, 4]] = 0  # unit 5 is read by the dead unit 2 alone
    expected = outputs(layers)
    pruning = prune(layers, INPUTS)
    assert widths(pruning.layers) == [5, 4, 1]
    assert pruning.units == 2
    assert np.array_equal(outputs(pruning.layers), expected)


def test_what_a_constant_unit_feeds_alone_is_constant_too():
    layers = network(np.random.default_rng(4), SOFTPLUS)
    layers[0].weights[:, 0] = 0
    layers[1].weights[1:, 3] = 0  # fed by the constant unit 0 alone
    expected = outputs(layers)
    pruning = prune(layers, INPUTS)
    assert widths(pruning.layers) == [5, 4, 1]
    assert np.abs(outputs(pruning.layers) - expected).max() <= BOUND


def test_values_that_float32_would_hold_as_subnormals_become_zero():
    layers = network(np.random.default_rng(5))
    layers[1].weights[::2] *= 1e-39
    layers[0].bias[3] = -1e-44
    pruning = prune(layers, INPUTS)
    assert pruning.values == 16
    for number, layer in enumerate(pruning.layers):
        exported = narrow(layer, number)
        for values in (exported.weights, exported.bias):
            assert np.all((values == 0) | (np.abs(values) >= np.float32(SMALLEST_NORMAL)))
    assert "3 dead units and 16 values below 7.9e-31" in pruning.notes()[0]


def test_small_values_that_matter_are_kept():
    layers = network(np.random.default_rng(6))
    layers[0] = Wide(layers[0].weights * 1e-34, layers[0].bias * 1e-34, RELU)
    layers[1] = Wide(layers[1].weights * 1e34, layers[1].bias, RELU)
    pruning = prune(layers, INPUTS)
    assert (pruning.values, pruning.units, pruning.limit) == (0, 0, SMALLEST_NORMAL)


def test_outputs_that_depend_on_subnormals_are_refused():
    layers = network(np.random.default_rng(6))
    layers[0] = Wide(layers[0].weights * 1e-41, layers[0].bias * 1e-41, RELU)
    layers[1] = Wide(layers[1].weights * 1e37, np.zeros(5), RELU)
    layers[2] = Wide(layers[2].weights * 1e4, layers[2].bias, SIGMOID)
    with pytest.raises(ModelError, match="scale the layers"):
        prune(layers, INPUTS)


def test_a_network_of_zeros_keeps_one_unit_a_layer_and_its_output():
    layers = [Wide(np.zeros_like(w.weights), w.bias, SOFTPLUS) for w in network(np.random)]
    expected = outputs(layers)
    pruning = prune(layers, INPUTS)
    assert widths(pruning.layers) == [1, 1, 1]
    assert np.abs(outputs(pruning.layers) - expected).max() <= BOUND
