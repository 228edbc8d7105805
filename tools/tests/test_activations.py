"""Activation functions against their definitions, at points where naive forms overflow."""

import math

import numpy as np
import pytest

from mlsched_tools.activations import Activation, Kind

POINTS = (-800.0, -3.0, -0.5, 0.0, 0.5, 3.0, 800.0)


def logistic(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


DEFINITIONS = {
    Kind.IDENTITY: lambda x: x,
    Kind.RELU: lambda x: max(x, 0.0),
    Kind.SIGMOID: logistic,
    Kind.TANH: math.tanh,
    Kind.LEAKY_RELU: lambda x: x if x >= 0 else 0.3 * x,
    Kind.ELU: lambda x: x if x >= 0 else 0.3 * (math.exp(x) - 1),
    Kind.SOFTPLUS: lambda x: x if x > 700 else math.log(1 + math.exp(x)),
    Kind.SWISH: lambda x: x * logistic(x),
    Kind.GELU: lambda x: x / 2 * (1 + math.erf(x / math.sqrt(2))),
    Kind.GELU_TANH: lambda x: (
        x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    ),
    Kind.HARD_SWISH: lambda x: x * min(max(0.3 * x + 0.25, 0.0), 1.0),
    Kind.MISH: lambda x: x * math.tanh(x if x > 700 else math.log(1 + math.exp(x))),
    Kind.HARD_SIGMOID: lambda x: min(max(0.3 * x + 0.25, 0.0), 1.0),
}


@pytest.mark.parametrize("kind", list(DEFINITIONS))
def test_values_are_those_of_the_definition(kind):
    with np.errstate(all="raise", under="ignore"):
        values = Activation(kind, 0.3, 0.25).apply(np.array(POINTS))
        single = Activation(kind, 0.3, 0.25).apply(np.array(POINTS, "<f4"))
    assert single.dtype == np.float32
    expected = [DEFINITIONS[kind](x) for x in POINTS]
    assert np.allclose(values, expected, rtol=1e-12, atol=1e-300)
    assert np.allclose(single, expected, rtol=1e-6, atol=1e-30)


def test_a_softmax_is_over_a_row():
    values = Activation(Kind.SOFTMAX).apply(np.array([[1000.0, 1000.0, -1000.0], [0.0, 1.0, 2.0]]))
    powers = [math.exp(x) for x in range(3)]
    assert np.allclose(values, [[0.5, 0.5, 0.0], np.array(powers) / sum(powers)], rtol=1e-12)
    assert set(Kind) - set(DEFINITIONS) == {Kind.SOFTMAX}
