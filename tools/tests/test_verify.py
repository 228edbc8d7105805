"""--verify: the source in its own runtime, where that is installed."""

import numpy as np
import pytest
from catalogue import FIXTURES, FOLDER

from mlsched_tools import features, verify
from mlsched_tools.assemble import Choices, assemble
from mlsched_tools.errors import ModelError
from mlsched_tools.export import main

ONNX = str(FOLDER / "gemm.onnx")


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda f: f.name)
def test_the_runtime_computes_the_same(fixture):
    if fixture.path.suffix == ".npz":
        pytest.skip("npz has no runtime of its own")
    source = fixture.read()
    fed = features.default(source.flow.inputs)
    model = assemble(source, Choices(threshold=fixture.record.get("threshold")))
    try:
        found = verify.verify(fixture.path, fixture.options, source, fed, model)
    except ModelError as error:
        if "--verify needs" in str(error):
            pytest.skip(str(error))
        raise
    assert found <= source.bound


def runtime(monkeypatch, run):
    monkeypatch.setitem(verify.RUNNERS, "onnx", run)


def test_a_runtime_that_disagrees_stops_the_export(monkeypatch, tmp_path, capsys):
    runtime(monkeypatch, lambda path, options, inputs: np.full(len(inputs), 0.25))
    assert main([ONNX, "-o", str(tmp_path / "m.mlw"), "--verify"]) == 2
    assert "differently, more than the 2e-06" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_quantised_source_has_a_bound_too(monkeypatch, tmp_path, capsys):
    """Rounding to 8 bits explains a tenth, not nine of them."""
    int8 = str(FOLDER / "plain.int8.tflite")
    monkeypatch.setitem(verify.RUNNERS, "tflite", lambda path, options, inputs: inputs[:, :1] + 9)
    assert main([int8, "-o", str(tmp_path / "m.mlw"), "--verify"]) == 2
    assert "more than the 0.1 that its rounding explains" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_large_values_may_lose_more_digits(monkeypatch, tmp_path, capsys):
    """As much as float32 loses of them, and no more."""
    weights = np.array([[3000.0, -3000.0, 0.0, 2000.0, -2500.0]], "<f4")
    np.savez(tmp_path / "m.npz", **{"0.weight": weights, "activations": np.array(["sigmoid"])})
    for difference, status in ((3e-6, 0), (1e-3, 2)):

        def run(path, options, inputs, off=difference):
            x = inputs.astype("<f8") @ weights[0].astype("<f8")
            return 1 / (1 + np.exp(-np.clip(x, -700, 700))) + off

        monkeypatch.setitem(verify.RUNNERS, "npz", run)
        arguments = [str(tmp_path / "m.npz"), "-o", str(tmp_path / "m.mlw"), "--verify"]
        assert main(arguments) == status, capsys.readouterr().err


def test_a_runtime_that_fails_stops_the_export(monkeypatch, tmp_path, capsys):
    def fail(*_: object) -> None:
        raise RuntimeError("no such kernel\nand more")

    runtime(monkeypatch, fail)
    assert main([ONNX, "-o", str(tmp_path / "m.mlw"), "--verify"]) == 2
    assert "cannot run it (no such kernel)" in capsys.readouterr().err


def test_a_missing_runtime_is_named(monkeypatch, tmp_path, capsys):
    runtime(monkeypatch, lambda *_: verify._need("runtime_that_nobody_has"))
    assert main([ONNX, "-o", str(tmp_path / "m.mlw"), "--verify"]) == 2
    assert "--verify needs runtime_that_nobody_has" in capsys.readouterr().err


def test_the_inputs_that_are_compared_are_those_of_the_features(monkeypatch, tmp_path, capsys):
    """The runtime sees what the features make of raw values, the export the raw values."""
    seen = []

    def run(path, options, inputs):
        seen.append(inputs)
        source = next(f for f in FIXTURES if f.name == "gemm.onnx").read()
        model = assemble(source, Choices())
        return model.evaluate(inputs)

    runtime(monkeypatch, run)
    names = "cpu:0:0.5,cpu_idle,cpu_not_idle,src_dom_load:0.5:1,dst_dom_load"
    arguments = [ONNX, "-o", str(tmp_path / "m.mlw"), "--verify", "--features", names]
    assert main([*arguments, "--pad-to", "10"]) == 0
    assert "differs by at most" in capsys.readouterr().out
    assert seen[0].shape == (10_000, 5)
    assert seen[0][:, 3].min() == -0.5
    assert seen[0][:, 0].max() <= 32
