"""Activations that a source writes as several operators: what they are, and what is none."""

import math

import numpy as np
import pytest

from mlsched_tools.activations import Kind
from mlsched_tools.errors import ModelError
from mlsched_tools.flow import Flow, evaluate
from mlsched_tools.graph import Value, compute

INNER = math.sqrt(2 / math.pi)
ROWS = np.random.default_rng(1).normal(0, 2, (500, 3))


def start() -> Flow:
    return Flow.start(3).dense(np.eye(3), np.array([0.1, -0.2, 0.3]), "layer")


def of(op: str, *values: object) -> Value:
    numbers = (v if isinstance(v, Flow) else np.asarray(v, "<f4") for v in values)
    return compute(op, list(numbers), op)


def gelu(
    x: Flow, cube: Flow, cubic: float = 0.044715, inner: float = INNER, one: float = 1
) -> Flow:
    """0.5 · x · (one + tanh(inner · (x + cubic · cube)))."""
    curve = of("tanh", of("mul", of("add", x, of("mul", cube, cubic)), inner))
    return of("mul", of("mul", x, 0.5), of("add", curve, one))


def squared(x: Flow) -> Flow:
    return of("mul", x, x)


CUBES = {
    "x³": lambda x: of("power", x, 3.0),
    "x · x · x": lambda x: of("mul", squared(x), x),
    "x · x²": lambda x: of("mul", x, of("power", x, 2.0)),
    "x · square(x)": lambda x: of("mul", x, of("square", x)),
}


@pytest.mark.parametrize("cube", CUBES)
def test_a_gelu_by_tanh_is_known_however_its_cube_is_written(cube):
    x = start()
    flow = gelu(x, CUBES[cube](x))
    assert flow.ops[1].kind is Kind.GELU_TANH
    h = evaluate(x.ops, ROWS)
    expected = 0.5 * h * (1 + np.tanh(INNER * (h + 0.044715 * h**3)))
    assert np.abs(evaluate(flow.ops, ROWS) - expected).max() < 1e-12


def test_a_gelu_of_a_value_that_was_scaled_is_known():
    x = of("mul", start(), 3.0)
    flow = gelu(x, of("power", x, 3.0))
    h = evaluate(x.ops, ROWS)
    expected = 0.5 * h * (1 + np.tanh(INNER * (h + 0.044715 * h**3)))
    assert np.abs(evaluate(flow.ops, ROWS) - expected).max() < 1e-12


@pytest.mark.parametrize(
    "make",
    [
        lambda x: of("mul", x, x),
        lambda x: of("power", x, 3.0),
        lambda x: of("add", x, of("mul", of("power", x, 3.0), 0.044715)),
        lambda x: gelu(x, of("power", x, 2.0)),
        lambda x: gelu(x, of("power", x, 3.0), cubic=0.0447),
        lambda x: gelu(x, of("power", x, 3.0), inner=0.8),
        lambda x: gelu(x, of("power", x, 3.0), one=0.9),
        lambda x: gelu(x, of("power", of("mul", x, 2.0), 3.0)),
        lambda x: of("power", x, 4.0),
        lambda x: of("power", 2.0, x),
        lambda x: of("mul", x, of("tanh", x)),
    ],
)
def test_what_only_looks_like_a_gelu_is_refused(make):
    with pytest.raises(ModelError):
        evaluate(make(start()).ops, ROWS)
