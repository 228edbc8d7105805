"""Two models on the same inputs."""

from dataclasses import asdict, dataclass

import numpy as np

from .assemble import raw_inputs
from .errors import ModelError
from .features import ZERO
from .model import Model

SAMPLES = 10_000
SEED = 2


@dataclass(frozen=True)
class Difference:
    """How far two models are apart.

    Attributes:
        inputs: How many were compared.
        maximum: Largest absolute difference of the outputs.
        mean: Mean absolute difference.
        flips: How many decisions differ.
    """

    inputs: int
    maximum: float
    mean: float
    flips: int

    def as_json(self) -> dict:
        """The fields as JSON takes them."""
        return asdict(self)

    def text(self) -> str:
        """One line for a terminal."""
        return (
            f"{self.inputs} inputs: largest difference {self.maximum:.3g}, "
            f"mean {self.mean:.3g}, {self.flips} decisions differ"
        )


def compare(first: Model, second: Model) -> Difference:
    """Evaluates both in float32, as the daemon does.

    Raises:
        ModelError: When they are not fed by the same features.
    """
    names = [[f.name for f in m.features if f.name != ZERO] for m in (first, second)]
    if sorted(names[0]) != sorted(names[1]):
        raise ModelError(f"the models are fed by {', '.join(names[0])} and {', '.join(names[1])}")
    live = tuple(f for f in first.features if f.name != ZERO)
    raw = raw_inputs(live, SAMPLES, np.random.default_rng(SEED))
    columns = {f.name: raw[:, i] for i, f in enumerate(live)} | {ZERO: np.zeros(SAMPLES, "<f4")}
    outputs, decisions = [], []
    for model in (first, second):
        inputs = np.stack([columns[f.name] for f in model.features], axis=1)  # (batch, features)
        outputs.append(model.evaluate(inputs).astype(np.float64))  # (batch, outputs)
        decisions.append(outputs[-1][:, 0] > model.threshold)
    if outputs[0].shape != outputs[1].shape:
        raise ModelError("the models have different numbers of outputs")
    apart = np.abs(outputs[0] - outputs[1])
    return Difference(
        SAMPLES,
        float(apart.max()),
        float(apart.mean()),
        int((decisions[0] != decisions[1]).sum()),
    )
