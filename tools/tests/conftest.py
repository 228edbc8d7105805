"""Models and folders that several suites use."""

import os
from pathlib import Path

import numpy as np
import pytest

from mlsched_tools.activations import RELU, SIGMOID
from mlsched_tools.features import PADDING, Feature
from mlsched_tools.model import Layer, Model

REPOSITORY = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="10,000 damaged files of each format and an hour of random models for each library; "
        "otherwise a few hundred and 15 s",
    )


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def mlsched(repository: Path) -> Path:
    """The program: $MLSCHED, or what `swift build` has left."""
    builds = [repository / ".build" / kind / "mlsched" for kind in ("release", "debug")]
    candidates = [Path(os.environ["MLSCHED"])] if "MLSCHED" in os.environ else builds
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    if os.environ.get("MLSCHED_REQUIRED") == "1":
        pytest.fail(f"MLSCHED_REQUIRED is set, but there is no {candidates[0]}")
    pytest.skip("mlsched is not built: swift build, or set MLSCHED")


@pytest.fixture
def small_model() -> Model:
    """3 → 4 → 1, one input of it padding."""
    random = np.random.default_rng(7)
    layers = (
        Layer(random.normal(size=(3, 4)).astype("<f4"), np.arange(4, dtype="<f4"), RELU),
        Layer(random.normal(size=(4, 1)).astype("<f4"), np.ones(1, "<f4"), SIGMOID),
    )
    features = (Feature("cpu", "index", 1.0, 0.5), Feature("cpu_idle", "CPUs"), PADDING)
    inputs = random.uniform(0, 4, (5, 3)).astype("<f4")
    model = Model(features, layers, 0.5, "made by hand", inputs, np.empty((5, 1), "<f4"))
    expected = model.evaluate(inputs, "<f8").astype("<f4")
    return Model(features, layers, 0.5, "made by hand", inputs, expected)
