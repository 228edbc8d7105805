"""Folding: whatever the order of the operations, the layers compute the same."""

import numpy as np
import pytest

from mlsched_tools.activations import RELU, SIGMOID, Activation, Kind
from mlsched_tools.assemble import Choices, assemble
from mlsched_tools.errors import ModelError
from mlsched_tools.features import PADDING, Feature
from mlsched_tools.flow import BATCH, Flow, evaluate
from mlsched_tools.fold import fold
from mlsched_tools.source import Source

FIVE = tuple(
    Feature(name, "", offset, scale)
    for name, offset, scale in (
        ("cpu", 3.0, 0.05),
        ("cpu_idle", 0.0, 0.1),
        ("cpu_not_idle", 2.0, 0.0),
        ("src_dom_load", 0.5, 2.0),
        ("dst_dom_load", 0.5, -2.0),
    )
)


def random_flow(random: np.random.Generator) -> Flow:
    """A chain of operations in any order that ends with one sigmoid."""
    flow = Flow.start(5)
    for _ in range(int(random.integers(1, 9))):
        match random.integers(0, 3):
            case 0:
                width = int(random.integers(1, 7))
                weights = random.normal(0, 0.7, (flow.width, width))
                flow = flow.dense(weights, random.normal(0, 0.3, width), "d")
            case 1:
                scale = random.choice([0.0, -1.5, 0.5, 1.0], flow.width)
                flow = flow.affine(scale, random.normal(0, 0.3, flow.width), "a")
            case 2:
                kind = Kind(int(random.integers(1, 9)))
                flow = flow.activate(Activation(kind, 0.25, 0.5))
    return flow.dense(random.normal(0, 0.5, (flow.width, 1)), None, "o").activate(SIGMOID)


@pytest.mark.parametrize("seed", range(60))
def test_layers_compute_what_the_operations_do(seed):
    random = np.random.default_rng(seed)
    flow = random_flow(random)
    features = (*(f for f in FIVE if f.name != "cpu_not_idle"), PADDING)
    model = assemble(Source("test", flow), Choices(features=features))
    raw = np.pad(random.uniform(0, 1, (100, 4)), ((0, 0), (0, 1))).astype("<f4")
    offset = np.array([f.offset for f in features])
    scale = np.array([f.scale for f in features])
    expected = evaluate(flow.ops, (raw.astype("<f8") - offset) * scale)
    assert np.abs(model.evaluate(raw) - expected).max() < 2e-6


def test_a_batch_norm_between_layers_makes_no_layer_of_its_own():
    flow = Flow.start(2).dense(np.eye(2), None, "a").affine([2.0, 3.0], [1.0, 1.0], "n")
    flow = flow.activate(RELU).affine([0.5, 0.5], [0.0, 1.0], "n").dense([[1.0], [2.0]], [0.5], "b")
    leading, layers = fold(flow)
    assert leading is None
    assert np.array_equal(layers[0].weights, [[2, 0], [0, 3]])
    assert np.array_equal(layers[1].weights, [[0.5], [1.0]])
    assert np.array_equal(layers[1].bias, [2.5])


def test_a_scaled_input_goes_into_the_features():
    flow = Flow.start(5).affine([2.0] * 5, [-1.0] * 5, "n").dense(np.ones((5, 1)), None, "d")
    features = tuple(Feature(f.name, "", 1.0, 0.5) for f in FIVE)
    model = assemble(Source("test", flow.activate(SIGMOID)), Choices(features=features))
    # (raw − 1) · 0.5 · 2 − 1 = raw − 2
    assert {(f.offset, f.scale) for f in model.features} == {(2.0, 1.0)}


@pytest.mark.parametrize(("column", "sign"), [(1, 1), (0, -1)])
def test_one_of_two_classes_is_the_sigmoid_of_a_difference(column, sign):
    flow = Flow.start(5).dense(np.arange(10.0).reshape(5, 2) / 10, [0.25, -0.5], "d").softmax("s")
    model = assemble(Source("test", flow.take(column, "t")), Choices())
    assert np.allclose(model.layers[0].weights, sign * 0.1)
    assert model.layers[0].bias == [sign * -0.75]
    assert (model.layers[0].activation, model.threshold) == (SIGMOID, 0.5)


def test_what_is_left_of_a_probability_is_one_too():
    flow = Flow.start(5).dense(np.ones((5, 1)), [0.25], "d").activate(SIGMOID)
    model = assemble(Source("test", flow.affine(-1.0, 1.0, "a")), Choices())
    assert [layer.activation for layer in model.layers] == [SIGMOID]
    assert (model.layers[0].weights == -1).all()


def test_slopes_of_each_value_become_twice_as_many_units():
    random = np.random.default_rng(3)
    flow = Flow.start(5).dense(random.normal(size=(5, 4)), random.normal(size=4), "d")
    flow = flow.prelu([0.1, -0.2, 0.3, 0.7], "p").affine(2.0, 1.0, "a")
    flow = flow.dense(random.normal(size=(4, 1)), None, "e").activate(SIGMOID)
    model = assemble(Source("test", flow), Choices())
    assert [layer.weights.shape for layer in model.layers] == [(5, 8), (8, 1)]
    assert np.allclose(model.evaluate(model.test_inputs, "<f8"), model.test_outputs, atol=1e-6)


def reshaped(*target: float, start: tuple[int, ...] = (2, 3)) -> tuple[int, ...]:
    return Flow.start(*start).reshape(target, "r").shape


def test_a_row_may_take_any_shape_of_its_own_values():
    assert reshaped(BATCH, 6) == reshaped(-1, 6) == reshaped(BATCH, -1) == (6,)
    assert reshaped(BATCH, 3, -1) == (3, 2)
    assert reshaped(-1, start=(1,)) == ()
    assert Flow.start(1, 2, 4).flatten("f", 2).shape == (8,)
    assert Flow.start(1).squeeze([-1], "s").unsqueeze([1], "u").shape == (1,)


@pytest.mark.parametrize("target", [(-1,), (6,), (1, 6), (BATCH, 5), (-1, 3), (3, -1), (-1, -1)])
def test_values_of_different_rows_never_come_together(target):
    with pytest.raises(ModelError, match="mixes rows"):
        reshaped(*target)


def test_a_value_without_its_axis_is_no_row_for_a_dense_layer():
    flat = Flow.start(1).reshape([-1], "r")
    with pytest.raises(ModelError, match="takes 1 inputs, but values of shape"):
        flat.dense([[1.0]], None, "d")
    with pytest.raises(ModelError, match="has shape"):
        flat.affine(1.0, [[1.0, 2.0]], "a")


def softmax_of(classes: int) -> Flow:
    return Flow.start(2).dense(np.ones((2, classes)), None, "d").softmax("s")


def refusal(flow: Flow, **choices: object) -> str:
    with pytest.raises(ModelError) as caught:
        assemble(Source("test", flow), Choices(**choices))
    return str(caught.value)


def test_what_cannot_answer_the_question_is_refused():
    dense = Flow.start(5).dense(np.ones((5, 1)), None, "d")
    assert "say by --threshold" in refusal(dense)
    assert "2 outputs" in refusal(Flow.start(5).dense(np.ones((5, 2)), None, "d"))
    assert "no dense layer" in refusal(Flow.start(1).activate(SIGMOID), features=FIVE[:1])
    narrow = Flow.start(4).dense(np.ones((4, 1)), None, "d").activate(SIGMOID)
    assert "say by --features" in refusal(narrow)
    assert "names 5 inputs" in refusal(narrow, features=FIVE)
    assert "more than --pad-to 4" in refusal(dense.activate(SIGMOID), pad_to=4)
    huge = Flow.start(5).dense(np.full((5, 1), 1e39), None, "d").activate(SIGMOID)
    assert "too large for float32" in refusal(huge)
    shifted = Flow.start(5).affine([2.0] * 5, [1.0] * 5, "n").dense(np.ones((5, 1)), None, "d")
    assert "name it `zero`" in refusal(shifted.activate(SIGMOID), features=FIVE)


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (lambda: Flow.start(0), "0 wide"),
        (lambda: Flow.start(3).dense(np.ones((2, 1)), None, "d"), "takes 2 inputs, but 3 reach"),
        (lambda: Flow.start(2).dense(np.ones((2, 2, 2)), None, "d"), "expected a matrix"),
        (lambda: Flow.start(2).dense(np.ones((2, 0)), None, "d"), "expected a matrix"),
        (lambda: Flow.start(2).dense(np.ones((2, 2)), np.ones(3), "d"), "expected 2"),
        (lambda: Flow.start(1).dense([[np.nan]], None, "d"), "weights of d are not finite"),
        (lambda: Flow.start(1).dense([[1.0]], [np.inf], "d"), "bias of d are not finite"),
        (lambda: Flow.start(1).dense(np.array([["x"]]), None, "d"), "not a number"),
        (lambda: fold(softmax_of(3).take(1, "t")), "softmax over 3 classes"),
        (lambda: fold(softmax_of(2).affine(2.0, 0.0, "a")), "before further operations"),
        (lambda: Flow.start(3).take(3, "t"), "column 3 of 3"),
    ],
)
def test_a_wrong_operation_is_named(build, complaint):
    with pytest.raises(ModelError, match=complaint):
        build()


def test_ten_thousand_layers_are_refused():
    flow = Flow.start(1)
    with pytest.raises(ModelError, match="more than"):
        for _ in range(10_000):
            flow = flow.dense([[1.0]], None, "d").activate(RELU)
