"""What a maker of random models gives, and how it is judged."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlsched_tools import formats
from mlsched_tools.assemble import Choices, assemble
from mlsched_tools.errors import ModelError
from mlsched_tools.features import Feature
from mlsched_tools.flow import evaluate
from mlsched_tools.source import ReadOptions

ROWS = 200


@dataclass(frozen=True)
class Case:
    """A model file.

    Attributes:
        path: The file or folder.
        options: How to read it.
        inputs: (ROWS, inputs), float32.
        outputs: (ROWS,), what its own library computes, in float64 where it can.
        known: Whether all of its operators are ones that are accepted.
        what: Its operators, for people.
    """

    path: Path
    options: ReadOptions
    inputs: np.ndarray
    outputs: np.ndarray
    known: bool
    what: str


def judge(case: Case) -> str:
    """What came of a case: `equal`, `refused`, or for what reason it is a fault."""
    try:
        source = formats.read(case.path, case.options)
        features = tuple(Feature(f"f{n}") for n in range(source.flow.inputs))
        outputs = evaluate(source.flow.ops, case.inputs.astype("<f8"))[:, 0]
        model = assemble(source, Choices(features, threshold=0.5))
    except ModelError as error:
        return f"FAULT: refused: {error}" if case.known else "refused"
    except Exception as error:  # anything else is what is looked for
        return f"FAULT: {type(error).__name__}: {error}"
    found = float(np.abs(outputs - case.outputs).max())
    float32 = float(np.abs(model.evaluate(case.inputs)[:, 0] - case.outputs).max())
    if not found <= source.bound:
        return f"FAULT: off by {found:.3g}"
    if not float32 <= source.bound + 1e-5:
        return f"FAULT: off by {float32:.3g} in float32"
    return "equal"


def inputs(random: np.random.Generator, width: int) -> np.ndarray:
    """(ROWS, width), standard normal."""
    return random.normal(size=(ROWS, width)).astype("<f4")
