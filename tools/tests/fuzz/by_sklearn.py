"""Random pipelines by scikit-learn, as skops files and through skl2onnx."""

import warnings
from pathlib import Path

import numpy as np
import skl2onnx
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PolynomialFeatures,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

from mlsched_tools.source import ReadOptions

from .case import Case, inputs

warnings.simplefilter("ignore")
LABELS = ([0, 1], [False, True], ["stay", "migrate"], ["migrate", "stay"], [-1, 1])
SCALERS = (StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler)
STRANGE = (PolynomialFeatures, PowerTransformer)


def make(random: np.random.Generator, folder: Path) -> Case | None:
    """A random classifier in a random format."""
    rows = inputs(random, int(random.integers(2, 7)))
    yes = rows @ random.normal(size=rows.shape[1]) > 0
    labels = np.array(LABELS[int(random.integers(len(LABELS)))])
    steps = [scaler() for scaler in random.choice(SCALERS, int(random.integers(0, 3)))]
    strange = random.random() < 0.2
    if strange:
        steps.append(STRANGE[int(random.integers(2))]())
    seed = int(random.integers(1 << 30))
    if random.random() < 0.3:
        steps.append(LogisticRegression())
    else:
        hidden = tuple(int(n) for n in random.integers(2, 9, int(random.integers(1, 4))))
        activation = str(random.choice(["relu", "tanh", "logistic", "identity"]))
        steps.append(MLPClassifier(hidden, activation=activation, max_iter=3, random_state=seed))
    model = make_pipeline(*steps).fit(rows, labels[yes.astype(int)])
    positive = next(i for i, c in enumerate(model.classes_) if str(c) in ("1", "True", "migrate"))
    outputs = model.predict_proba(rows.astype("<f8"))[:, positive]
    kind = str(random.choice(["skops", "onnx", "zipmap.onnx"]))
    path = folder / kind
    try:
        if kind == "skops":
            skops.io.dump(model, path)
        else:
            zipmap = {id(model): {"zipmap": kind == "zipmap.onnx"}}
            path.write_bytes(skl2onnx.to_onnx(model, rows[:1], options=zipmap).SerializeToString())
    except Exception:  # skl2onnx's own limits are not looked for
        return None
    what = f"{kind}: {', '.join(type(s).__name__ for s in steps)}, {model.classes_.tolist()}"
    return Case(path, ReadOptions(), rows, outputs, not strange, what)
