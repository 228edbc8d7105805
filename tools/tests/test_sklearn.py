"""scikit-learn's estimators, as it computes them itself."""

import pickle

import numpy as np
import pytest

from mlsched_tools import formats
from mlsched_tools.errors import ModelError
from mlsched_tools.flow import evaluate
from mlsched_tools.formats import sklearn
from mlsched_tools.source import ReadOptions

linear_model = pytest.importorskip("sklearn.linear_model")
ROWS = np.random.default_rng(1).normal(size=(300, 5))
CLASSES = np.digitize(ROWS[:, 0] - ROWS[:, 1], [-0.7, 0.7])


class LogisticRegression(linear_model.LogisticRegression):
    """A stranger of the same name."""

    def predict_proba(self, rows):
        return super().predict_proba(rows) ** 2


def read(path, estimator, **options):
    path.write_bytes(pickle.dumps(estimator))
    return formats.read(path, ReadOptions(trust_pickle=True, **options))


def test_three_classes_are_a_softmax_for_an_embedder(tmp_path):
    estimator = linear_model.LogisticRegression().fit(ROWS, CLASSES)
    flow = read(tmp_path / "m", estimator, library=True).flow
    assert np.abs(evaluate(flow.ops, ROWS) - estimator.predict_proba(ROWS)).max() < 1e-12


def test_a_stranger_s_class_is_refused_whatever_it_is_called(tmp_path):
    estimator = LogisticRegression().fit(ROWS, CLASSES > 0)
    with pytest.raises(ModelError, match=r"test_sklearn.LogisticRegression is a step"):
        read(tmp_path / "m", estimator, positive_class="True")


@pytest.mark.parametrize(
    ("chosen", "solver"), [("ovr", "lbfgs"), ("auto", "liblinear"), ("deprecated", "liblinear")]
)
def test_a_model_for_each_class_is_no_softmax(chosen, solver):
    """As scikit-learn up to 1.7 stored it."""

    class Stored:
        kind = "LogisticRegression"

        def get(self, name):
            coefficients = {"coef_": np.ones((3, 5)), "intercept_": np.zeros(3)}
            return {**coefficients, "n_features_in_": 5, "multi_class": chosen, "solver": solver}[
                name
            ]

    with pytest.raises(ModelError, match="fits a model for each of 3 classes"):
        sklearn.build(Stored(), ReadOptions(library=True))
