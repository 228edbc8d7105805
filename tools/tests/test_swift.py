"""The daemon's own code on every fixture: what the exporter writes, `mlsched predict` evaluates."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from catalogue import FIXTURES, NAMES
from networks import CASES, case_inputs
from test_cases import EXACT, RIGHT

from mlsched_tools import formats, mlw
from mlsched_tools.assemble import Choices, assemble
from mlsched_tools.features import Feature
from mlsched_tools.source import FLOAT32


def predict(mlsched: Path, model: Path, inputs: np.ndarray) -> np.ndarray:
    rows = "".join(",".join(map(repr, row)) + "\n" for row in inputs.tolist())
    result = subprocess.run(
        [mlsched, "predict", "--raw", "--model", model],
        input=rows,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return np.array([float(line) for line in result.stdout.splitlines()])


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda f: f.name)
def test_the_daemon_computes_what_the_library_does(mlsched, fixture, tmp_path):
    source = fixture.read()
    model = assemble(source, fixture.choices(source.flow.inputs))
    mlw.write(tmp_path / "m.mlw", model)
    outputs = predict(mlsched, tmp_path / "m.mlw", fixture.inputs(source.flow.inputs))
    assert outputs.shape == (10_000,)
    assert np.abs(outputs - fixture.outputs()).max() <= fixture.tolerance


@pytest.mark.parametrize(
    "name", [n for n in EXACT if n.startswith(("activations", "bare", "turned", "written"))]
)
def test_the_daemon_computes_a_case_as_its_library_does(mlsched, name, tmp_path):
    """Functions of format version 2 among them."""
    options, column = EXACT[name]
    source = formats.read(CASES / name, options)
    features = tuple(Feature(feature) for feature in NAMES)
    mlw.write(tmp_path / "m.mlw", assemble(source, Choices(features, None, None, "a case")))
    outputs = predict(mlsched, tmp_path / "m.mlw", case_inputs(source.flow.inputs))
    assert np.abs(outputs - RIGHT[name][:, column]).max() <= FLOAT32
