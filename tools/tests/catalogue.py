"""The fixtures that each format's own library has made."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mlsched_tools import architecture, formats
from mlsched_tools.assemble import Choices
from mlsched_tools.features import PADDING, Feature
from mlsched_tools.source import ReadOptions, Source

FOLDER = Path(__file__).parent / "fixtures"
sys.path.insert(0, str(FOLDER))

from networks import inputs  # noqa: E402

NAMES = ("cpu", "cpu_idle", "cpu_not_idle", "src_dom_load", "dst_dom_load")
_sources: dict[str, Source] = {}


@dataclass(frozen=True)
class Fixture:
    """A model file, what its library says about it, and how to read it."""

    name: str
    record: dict

    @property
    def path(self) -> Path:
        return FOLDER / self.name

    @property
    def tolerance(self) -> float:
        return self.record.get("tolerance", 2e-6)

    @property
    def options(self) -> ReadOptions:
        text = self.record.get("architecture")
        if text and text.endswith(".json"):
            text = str(FOLDER / text)
        given = architecture.parse(text) if text else None
        return ReadOptions(given, self.record.get("trust_pickle", False))

    def read(self) -> Source:
        """The same source every time, since reading Keras files starts a process."""
        if self.name not in _sources:
            _sources[self.name] = formats.read(self.path, self.options)
        return _sources[self.name]

    def choices(self, width: int) -> Choices:
        """Raw values go to the network as they are."""
        features = tuple(Feature(name) for name in NAMES) + (PADDING,) * (width - len(NAMES))
        return Choices(features, self.record.get("threshold"), None, "a fixture")

    def inputs(self, width: int) -> NDArray[np.float32]:
        """(samples, width), what the outputs belong to."""
        return inputs(width)

    def outputs(self) -> NDArray[np.float32]:
        """(samples,), by the format's own library."""
        return np.load(FOLDER / self.record["outputs"])


FIXTURES = [
    Fixture(name, record)
    for name, record in json.loads((FOLDER / "fixtures.json").read_text()).items()
]
PLAIN = [fixture for fixture in FIXTURES if fixture.record["network"] == "plain"]
FILES = [fixture for fixture in FIXTURES if fixture.path.is_file()]
