"""Fitting a network to labelled states."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .activations import RELU, SIGMOID, Activation, Kind
from .assemble import network_inputs
from .errors import ModelError
from .features import PADDING, UNITS, Feature
from .fold import Wide, narrow
from .model import Model
from .prune import prune
from .split import Split, split
from .tables import Table
from .threshold import best_threshold

# Network input = (raw − offset) · scale. Counts keep small numbers apart, where one CPU matters.
NORMALISATION = {
    "cpu": (0.0, 1 / 1024),
    "cpu_idle": (0.0, 1 / 8),
    "cpu_not_idle": (0.0, 1 / 256),
    "src_dom_load": (0.5, 4.0),
    "dst_dom_load": (0.5, 4.0),
    "footprint": (10.0, 0.25),
    "waited": (6.0, 0.25),
    "weight": (6.66, 0.5),
    "src_wait": (6.0, 0.25),
    "dst_wait": (6.0, 0.25),
}
ACTIVATIONS = {"relu": RELU, "tanh": Activation(Kind.TANH), "logistic": SIGMOID}
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
        activation: Of the hidden layers, a name in ACTIVATIONS.
        learning_rate: The step that Adam begins with.
        batch: Samples of a step.
        alpha: Of the L2 penalty.
        patience: Epochs without a better validation loss after which to stop, or None.
        migration_cost: What a needless migration costs, a missed one being 1, or None.
    """

    hidden: tuple[int, ...]
    seed: int
    epochs: int
    stay_weight: float
    migrate_weight: float
    migration_penalty: float
    pad_to: int
    activation: str = "relu"
    learning_rate: float = 1e-3
    batch: int = 256
    alpha: float = 1e-5
    patience: int | None = None
    migration_cost: float | None = None


@dataclass(frozen=True)
class Fit:
    """A fitted model and the samples that it has not seen.

    Attributes:
        model: Complete, with test vectors.
        held_out: Rows by which nothing was chosen.
        curve: Of each epoch the loss on what was learnt, and on what validates.
    """

    model: Model
    held_out: Table
    curve: list[dict[str, float]]


def fit(table: Table, options: Options, provenance: str) -> Fit:
    """Fits a network with a sigmoid output; the same input gives the same bytes."""
    validate = options.patience is not None or options.migration_cost is not None
    parts = split(table, np.random.default_rng(options.seed), validate)
    features = tuple(Feature(name, UNITS[name], *NORMALISATION[name]) for name in table.features)
    optimiser = _Optimiser(parts, features, options)
    parameters = optimiser.run()
    padding = options.pad_to - len(features)
    tests = np.pad(parts.held_out.states[:TESTS], ((0, 0), (0, padding)))  # (tests, inputs)
    padded = (*features, *(PADDING for _ in range(padding)))
    wide = _layers(parameters, padding, ACTIVATIONS[options.activation])
    pruning = prune(wide, network_inputs(padded, tests))
    layers = tuple(narrow(layer, number) for number, layer in enumerate(pruning.layers))
    empty = np.empty((len(tests), 1), "<f4")
    model = Model(padded, layers, 0.5, provenance, tests, empty, pruning.notes())
    model = replace(model, test_outputs=model.evaluate(tests, "<f8").astype("<f4"))  # (tests, 1)
    if options.migration_cost is not None and parts.validation is not None:
        scores = scores_of(model, parts.validation)
        threshold = best_threshold(scores, parts.validation.migrate, options.migration_cost)
        model = replace(model, threshold=threshold)
    return Fit(model, parts.held_out, optimiser.curve)


def scores_of(model: Model, table: Table) -> NDArray[np.float32]:
    """What a model says of a table's rows, (rows,)."""
    padding = len(model.features) - table.states.shape[1]
    return model.evaluate(np.pad(table.states, ((0, 0), (0, padding))))[:, 0]


def _normalise(states: NDArray[np.float32], features: tuple[Feature, ...]) -> NDArray[np.float64]:
    offset = np.array([feature.offset for feature in features])
    scale = np.array([feature.scale for feature in features])
    return (states - offset) * scale  # (samples, features)


def _weights(table: Table, options: Options) -> NDArray[np.float64]:
    """The weight of each sample, (samples,), 1 on average."""
    stay = options.stay_weight * (1 + options.migration_penalty)
    weights = np.where(table.migrate == 1, options.migrate_weight, stay)
    if table.weights is not None:
        weights = weights * table.weights
    if not weights.any():
        raise ModelError("the weights of all rows to learn from are 0")
    return weights / weights.mean()


class _Optimiser:
    """Goes through the training split epoch by epoch."""

    def __init__(self, parts: Split, features: tuple[Feature, ...], options: Options) -> None:
        try:
            from sklearn.neural_network import MLPClassifier
        except ImportError as error:
            raise ModelError(f"training needs {error.name}: pip install './tools[train]'") from None
        self._options = options
        self._inputs = _normalise(parts.training.states, features)
        self._labels = parts.training.migrate
        self._weights = _weights(parts.training, options)
        self._validation = parts.validation and (
            _normalise(parts.validation.states, features),
            parts.validation.migrate,
        )
        self._network = MLPClassifier(
            options.hidden,
            activation=options.activation,
            random_state=options.seed,
            batch_size=min(options.batch, len(self._inputs)),
            alpha=options.alpha,
            learning_rate_init=options.learning_rate,
        )
        self.curve: list[dict[str, float]] = []

    def run(self) -> list[NDArray[np.float64]]:
        """Kernels and then biases, each (inputs, outputs) or (outputs,).

        They are those of the epoch that validated best, or else an average of the last ones.
        """
        try:
            from tqdm import trange
        except ImportError as error:
            raise ModelError(f"training needs {error.name}: pip install './tools[train]'") from None
        epochs, patience = self._options.epochs, self._options.patience
        averaged = max(1, int(epochs * AVERAGED))
        total: list[NDArray[np.float64]] = []
        best, best_epoch = np.inf, 0
        # disable=None: no bar unless standard error is a terminal.
        for epoch in trange(epochs, unit="epoch", disable=None, leave=False):
            loss = self._epoch()
            now = [*self._network.coefs_, *self._network.intercepts_]
            if patience is not None:
                if loss < best:
                    best, best_epoch, total = loss, epoch, [values.copy() for values in now]
                if epoch - best_epoch >= patience:
                    break
            elif epoch >= epochs - averaged:
                total = [a + b for a, b in zip(total, now, strict=True)] if total else now
        if not total:
            raise ModelError("the training diverged: give a smaller --learning-rate")
        return total if patience is not None else [values / averaged for values in total]

    def _epoch(self) -> float:
        """One pass; the loss by which it is judged."""
        self._network.partial_fit(
            self._inputs, self._labels, sample_weight=self._weights, classes=[0, 1]
        )
        losses = {"training": round(float(self._network.loss_), 6)}
        if self._validation:
            from sklearn.metrics import log_loss

            states, labels = self._validation
            scores = self._network.predict_proba(states)[:, 1]
            losses["validation"] = round(float(log_loss(labels, scores, labels=[0, 1])), 6)
        self.curve.append(losses)
        return losses.get("validation", losses["training"])


def _layers(parameters: list[NDArray[np.float64]], padding: int, hidden: Activation) -> list[Wide]:
    depth = len(parameters) // 2
    kernels, biases = parameters[:depth], parameters[depth:]
    kernels[0] = np.pad(kernels[0], ((0, padding), (0, 0)))  # (inputs, outputs)
    activations = [hidden] * (depth - 1) + [SIGMOID]
    return [Wide(*layer) for layer in zip(kernels, biases, activations, strict=True)]
