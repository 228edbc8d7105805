"""Writes the networks of this folder with answers that numpy computed in float64.

Run it from anywhere with numpy and `tools/` installed (`pip install ./tools`); the same bytes
come out each time. Swift must agree within 2e-6 · max(1, |answer|): sums of at most 40 products
of order 1 carry an error of about 40 · 2⁻²⁴ = 2.4e-6 at the very worst and a tenth of it as a
rule, and no activation here amplifies it.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

from mlsched_tools import mlw
from mlsched_tools.activations import Activation, Kind
from mlsched_tools.features import Feature
from mlsched_tools.model import Layer, Model

VECTORS = 33

# The definitions, in float64 and apart from those of the tools.
FUNCTIONS = {
    "identity": (Activation(Kind.IDENTITY), lambda x: x),
    "relu": (Activation(Kind.RELU), lambda x: x * (x > 0)),
    "sigmoid": (Activation(Kind.SIGMOID), lambda x: 1 / (1 + np.exp(-x))),
    "tanh": (Activation(Kind.TANH), lambda x: np.sinh(x) / np.cosh(x)),
    "leaky_relu": (Activation(Kind.LEAKY_RELU, 0.125), lambda x: np.maximum(x, x / 8)),
    "elu": (Activation(Kind.ELU, 0.75), lambda x: np.where(x > 0, x, 0.75 * (np.exp(x) - 1))),
    "softplus": (Activation(Kind.SOFTPLUS), lambda x: np.log(1 + np.exp(x))),
    "swish": (Activation(Kind.SWISH), lambda x: x / (1 + np.exp(-x))),
    "hard_sigmoid": (
        Activation(Kind.HARD_SIGMOID, 0.25, 0.5),
        lambda x: np.clip(x / 4 + 0.5, 0, 1),
    ),
}


def golden(name: str, widths: list[int], seed: int) -> Model:
    """A network with one activation throughout and scaled features."""
    random = np.random.default_rng(seed)
    activation, function = FUNCTIONS[name]
    features = tuple(
        Feature(f"input_{i}", "steps of 1/8", float(i) / 4, 0.5 + i / 8) for i in range(widths[0])
    )
    inputs = random.integers(-16, 17, (VECTORS, widths[0])).astype("<f4") / 8  # (vectors, features)
    offset = np.array([f.offset for f in features])  # (features,)
    scale = np.array([f.scale for f in features])  # (features,)
    x = (inputs.astype("<f8") - offset) * scale  # (vectors, features)
    layers = []
    for rows, columns in pairwise(widths):
        weights = (random.standard_normal((rows, columns)) / np.sqrt(rows)).astype("<f4")
        bias = (random.standard_normal(columns) / 4).astype("<f4")  # (outputs,)
        x = function(x @ weights.astype("<f8") + bias.astype("<f8"))  # (vectors, outputs)
        layers.append(Layer(weights, bias, activation))
    return Model(features, tuple(layers), 0.5, f"golden: {name}", inputs, x.astype("<f4"))


def main() -> int:
    """Writes all files."""
    folder = Path(__file__).parent
    for seed, name in enumerate(FUNCTIONS):
        mlw.write(folder / f"{name}.mlw", golden(name, [7, 20, 40, 3], seed))
    mlw.write(folder / "wide.mlw", golden("relu", [10, 64, 64, 1], 99))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
