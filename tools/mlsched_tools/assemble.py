"""From what a reader understood to a complete model file, with proof that it says the same."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .activations import Kind
from .errors import ModelError
from .features import PADDING, ZERO, Feature, default
from .flow import evaluate
from .fold import fold, narrow, normalise
from .model import MAX_FEATURES, Layer, Model
from .prune import prune
from .source import Source

TESTS = 64
SEED = 1
# Raw values of the test vectors are those of machines of up to this many CPUs.
MAX_CPUS = 64
PROBABILITIES = (Kind.SIGMOID, Kind.HARD_SIGMOID)


@dataclass(frozen=True)
class Choices:
    """What the user decides about the exported model.

    Attributes:
        features: What feeds each input, instead of what the source says or the schema.
        threshold: Migrate when the output is greater.
        pad_to: Inputs to fill up to with zeros.
        provenance: Text for people.
        library: Whether an embedder asks, who may have any features and outputs.
    """

    features: tuple[Feature, ...] | None = None
    threshold: float | None = None
    pad_to: int | None = None
    provenance: str | None = None
    library: bool = False


def assemble(source: Source, choices: Choices) -> Model:
    """Folds a source into layers, without dead units, and adds features, threshold and tests.

    The expected outputs of the test vectors come from the source's own operations in float64,
    none of them folded.

    Raises:
        ModelError: When the model cannot answer the scheduler's question, or a choice is missing.
    """
    flow = source.flow
    if flow.width != 1 and not choices.library:
        raise ModelError(f"the model has {flow.width} outputs: one is due, or a softmax over two")
    given = fed_by(source, choices)
    if len(given) != flow.inputs:
        raise ModelError(f"--features names {len(given)} inputs, the model has {flow.inputs}")
    leading, wide = fold(flow)
    features = normalise(given, leading)
    raw = raw_inputs(given, TESTS, np.random.default_rng(SEED))
    pruning = prune(wide, network_inputs(features, raw))
    layers = tuple(narrow(layer, number) for number, layer in enumerate(pruning.layers))
    expected = evaluate(flow.ops, network_inputs(given, raw)).astype("<f4")  # (tests, 1)
    threshold = _threshold(choices, source, layers)
    provenance = choices.provenance or source.provenance or source.format
    model = Model(features, layers, threshold, provenance, raw, expected, pruning.notes())
    if choices.pad_to is not None:
        model = _pad(model, choices.pad_to)
    model.check()
    return model


def raw_inputs(features: tuple[Feature, ...], count: int, random: Generator) -> NDArray[np.float32]:
    """Raw feature values as a machine could have them, (count, features)."""
    cpus = random.integers(1, MAX_CPUS + 1, count)
    idle = random.integers(0, cpus + 1)
    values = {
        "cpu": random.integers(0, cpus),
        "cpu_idle": idle,
        "cpu_not_idle": cpus - idle,
        "src_dom_load": random.integers(0, 11, count) / 10,
        "dst_dom_load": random.integers(0, 11, count) / 10,
        ZERO: np.zeros(count),
    }
    # A name that a later schema brings has a range that is not known here.
    other = random.random(count)
    return np.stack([values.get(f.name, other) for f in features], axis=1).astype("<f4")


def network_inputs(features: tuple[Feature, ...], raw: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the features make of raw values, (batch, inputs), in float64."""
    offset = np.array([feature.offset for feature in features])
    scale = np.array([feature.scale for feature in features])
    return (raw.astype(np.float64) - offset) * scale


def fed_by(source: Source, choices: Choices) -> tuple[Feature, ...]:
    """What feeds the source's inputs: as the user says, or the source, or by default."""
    if choices.features or source.features:
        return choices.features or source.features or ()
    inputs = source.flow.inputs
    if choices.library:
        return tuple(Feature(f"input_{number}") for number in range(inputs))
    return default(inputs)


def _threshold(choices: Choices, source: Source, layers: tuple[Layer, ...]) -> float:
    threshold = choices.threshold if choices.threshold is not None else source.threshold
    if threshold is not None:
        return threshold
    last = layers[-1].activation
    if last.kind in PROBABILITIES or choices.library:
        return 0.5
    raise ModelError(
        f"the output is {last.name}, not a probability: say by --threshold above what it means "
        "migrate, such as 0 for a logit"
    )


def _pad(model: Model, inputs: int) -> Model:
    """The same model with zeros for further inputs."""
    missing = inputs - len(model.features)
    if missing < 0:
        raise ModelError(f"the model has {len(model.features)} inputs, more than --pad-to {inputs}")
    if inputs > MAX_FEATURES:
        raise ModelError(f"--pad-to {inputs}: a model has at most {MAX_FEATURES} inputs")
    first = model.layers[0]
    weights = np.pad(first.weights, ((0, missing), (0, 0)))  # (inputs, outputs)
    return replace(
        model,
        features=model.features + (PADDING,) * missing,
        layers=(replace(first, weights=weights), *model.layers[1:]),
        test_inputs=np.pad(model.test_inputs, ((0, 0), (0, missing))),
    )
