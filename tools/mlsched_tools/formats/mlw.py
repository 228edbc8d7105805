"""An existing model file, to be given other features, another threshold or provenance."""

from pathlib import Path

import numpy as np

from .. import mlw
from ..flow import Flow
from ..source import ReadOptions, Source


def read(path: Path, options: ReadOptions) -> Source:
    """Reads the layers; features, threshold and provenance come along."""
    model = mlw.read(path)
    flow = Flow.start(len(model.features))
    for number, layer in enumerate(model.layers):
        weights, bias = layer.weights.astype(np.float64), layer.bias.astype(np.float64)
        flow = flow.dense(weights, bias, f"layer {number}").activate(layer.activation)
    return Source(
        "mlsched model file",
        flow,
        features=model.features,
        threshold=model.threshold,
        provenance=model.provenance,
    )
