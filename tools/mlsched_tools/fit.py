"""Fitting a network to labelled states."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import RELU, SIGMOID
from .assemble import network_inputs
from .errors import ModelError
from .features import PADDING, UNITS, Feature
from .fold import Wide, narrow
from .model import Model
from .prune import prune
from .tables import Table

# Network input = (raw − offset) · scale. Counts keep small numbers apart, where one CPU matters.
NORMALISATION = {
    "cpu": (0.0, 1 / 1024),
    "cpu_idle": (0.0, 1 / 8),
    "cpu_not_idle": (0.0, 1 / 256),
    "src_dom_load": (0.5, 4.0),
    "dst_dom_load": (0.5, 4.0),
}
HELD_OUT = 0.1
BATCH = 256
# The parameters of the last epochs are averaged, which takes the noise of the last steps out.
AVERAGED = 0.3
TESTS = 64


@dataclass(frozen=True)
class Options:
    """What a user may choose about a fit.

    Attributes:
        hidden: Width of each hidden layer.
        seed: Of the split, the initial weights and the order of the batches.
        epochs: Passes over the training split.
        stay_weight: Weight of samples labelled stay.
        migrate_weight: Weight of samples labelled migrate.
        migration_penalty: Further weight of samples whose label says that migrating is needless.
        pad_to: Inputs of the network, the rest of them zero.
    """

    hidden: tuple[int, ...]
    seed: int
    epochs: int
    stay_weight: float
    migrate_weight: float
    migration_penalty: float
    pad_to: int


@dataclass(frozen=True)
class Fit:
    """A fitted model and the samples that it has not seen.

    Attributes:
        model: Complete, with test vectors.
        held_out: The rest of the table.
    """

    model: Model
    held_out: Table


def fit(table: Table, options: Options, provenance: str) -> Fit:
    """Fits a network of relu layers and a sigmoid output; the same input gives the same bytes."""
    random = np.random.default_rng(options.seed)
    order = random.permutation(len(table.migrate))
    count = max(1, int(len(order) * HELD_OUT))
    held_out = Table(table.features, table.states[order[:count]], table.migrate[order[:count]])
    states, migrate = table.states[order[count:]], table.migrate[order[count:]]
    if migrate.min() == migrate.max():
        raise ModelError("the training split holds a single label: give more rows")
    features = tuple(Feature(name, UNITS[name], *NORMALISATION[name]) for name in table.features)
    parameters = _optimise(_normalise(states, features), migrate, options)
    padding = options.pad_to - len(features)
    tests = np.pad(held_out.states[:TESTS], ((0, 0), (0, padding)))  # (tests, inputs)
    padded = (*features, *(PADDING for _ in range(padding)))
    pruning = prune(_layers(parameters, padding), network_inputs(padded, tests))
    layers = tuple(narrow(layer, number) for number, layer in enumerate(pruning.layers))
    empty = np.empty((len(tests), 1), "<f4")
    model = Model(padded, layers, 0.5, provenance, tests, empty)
    expected = model.evaluate(tests, "<f8").astype("<f4")  # (tests, 1)
    return Fit(replace(model, test_outputs=expected, notes=pruning.notes()), held_out)


def _normalise(states: NDArray[np.float32], features: tuple[Feature, ...]) -> NDArray[np.float64]:
    offset = np.array([feature.offset for feature in features])
    scale = np.array([feature.scale for feature in features])
    return (states - offset) * scale  # (samples, features)


def _weights(migrate: NDArray[np.int8], options: Options) -> NDArray[np.float64]:
    """The weight of each sample, (samples,), 1 on average."""
    stay = options.stay_weight * (1 + options.migration_penalty)
    weights = np.where(migrate == 1, options.migrate_weight, stay)
    return weights / weights.mean()


def _optimise(
    inputs: NDArray[np.float64], migrate: NDArray[np.int8], options: Options
) -> list[NDArray[np.float64]]:
    """Kernels and then biases, each (inputs, outputs) or (outputs,), averaged over epochs."""
    try:
        from sklearn.neural_network import MLPClassifier
        from tqdm import trange
    except ImportError as error:
        raise ModelError(f"training needs {error.name}: pip install './tools[train]'") from None
    network = MLPClassifier(
        options.hidden,
        random_state=options.seed,
        batch_size=min(BATCH, len(inputs)),
        alpha=1e-5,
    )
    weights = _weights(migrate, options)
    total: list[NDArray[np.float64]] = []
    first = options.epochs - max(1, int(options.epochs * AVERAGED))
    # disable=None: no bar unless standard error is a terminal.
    for epoch in trange(options.epochs, unit="epoch", disable=None, leave=False):
        network.partial_fit(inputs, migrate, sample_weight=weights, classes=[0, 1])
        if epoch >= first:
            now = [*network.coefs_, *network.intercepts_]
            total = [a + b for a, b in zip(total, now, strict=True)] if total else now
    return [values / (options.epochs - first) for values in total]


def _layers(parameters: list[NDArray[np.float64]], padding: int) -> list[Wide]:
    depth = len(parameters) // 2
    kernels, biases = parameters[:depth], parameters[depth:]
    kernels[0] = np.pad(kernels[0], ((0, padding), (0, 0)))  # (inputs, outputs)
    activations = [RELU] * (depth - 1) + [SIGMOID]
    return [Wide(*layer) for layer in zip(kernels, biases, activations, strict=True)]
