"""Every format: the library's own outputs, the same weights, and no library needed to read it."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from catalogue import FIXTURES, PLAIN

from mlsched_tools import formats, mlw
from mlsched_tools.assemble import assemble

LIBRARIES = ("tensorflow", "keras", "tf_keras", "torch", "onnx", "onnxruntime", "safetensors")
LIBRARIES += ("sklearn", "skops", "ai_edge_litert", "joblib")


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda f: f.name)
def test_the_exported_model_computes_what_the_library_does(fixture):
    if fixture.name.endswith(".pickle"):
        pytest.importorskip("sklearn")
    source = fixture.read()
    model = assemble(source, fixture.choices(source.flow.inputs))
    outputs = model.evaluate(fixture.inputs(source.flow.inputs))[:, 0]
    assert np.abs(outputs - fixture.outputs()).max() <= fixture.tolerance
    assert np.ptp(outputs) > 0.05  # a constant would agree with nothing but itself


def test_the_same_network_has_the_same_bytes_from_every_format():
    files = {}
    for fixture in PLAIN:
        source = fixture.read()
        files[fixture.name] = mlw.encode(assemble(source, fixture.choices(source.flow.inputs)))
    assert len(files) >= 25
    assert len({formats.recognise(fixture.path) for fixture in PLAIN}) == 10
    assert len(set(files.values())) == 1


@pytest.mark.parametrize("network", ["rich", "rich-torch"])
def test_a_model_with_every_layer_folds_to_its_seven_dense_ones(network):
    names = ["leaky_relu", "elu", "softplus", "swish", "hard_sigmoid", "tanh", "sigmoid"]
    for fixture in FIXTURES:
        if fixture.record["network"] == network:
            source = fixture.read()
            model = assemble(source, fixture.choices(source.flow.inputs))
            assert [layer.activation.name for layer in model.layers] == names
            assert model.layers[0].activation.alpha == pytest.approx(0.15)
            assert model.layers[1].activation.alpha == pytest.approx(0.7)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda f: f.name)
def test_a_format_is_recognised_by_content_and_not_by_name(fixture, tmp_path):
    copy = tmp_path / "model.bin"
    if fixture.path.is_dir():
        shutil.copytree(fixture.path, copy)
    else:
        shutil.copy(fixture.path, copy)
    assert formats.recognise(copy) == formats.recognise(fixture.path)


def test_reading_needs_no_machine_learning_library_and_takes_under_a_second(repository):
    script = f"""
import os, sys
sys.path[:0] = [{str(repository / "tools")!r}, {str(repository / "tools/tests")!r}]
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {LIBRARIES!r}:
            raise ImportError(f"{{name}} is not to be used")
sys.meta_path.insert(0, Absent())
from catalogue import FIXTURES
for fixture in FIXTURES:
    if not fixture.name.endswith(".pickle"):
        start = os.times()
        fixture.read()
        print(fixture.name, sum(os.times()[:4]) - sum(start[:4]))
"""
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    # Processor time, that of the child that reads HDF5 included: others may be at work here.
    times = [float(line.split()[1]) for line in result.stdout.splitlines()]
    assert len(times) == len(FIXTURES) - 1
    assert max(times) < 1
