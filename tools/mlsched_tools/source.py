"""What a reader of a format takes and gives."""

from dataclasses import dataclass, field

from .architecture import Architecture
from .features import Feature
from .flow import Flow


@dataclass(frozen=True)
class ReadOptions:
    """What a user says about a source that the source itself cannot.

    Attributes:
        architecture: Layers and activations of a file that holds weights alone.
        trust_pickle: Whether a pickle, which can run any code, may be loaded.
    """

    architecture: Architecture | None = None
    trust_pickle: bool = False


@dataclass(frozen=True)
class Source:
    """A model as its own format describes it.

    Attributes:
        format: Its format's name, for people.
        flow: What it computes.
        notes: What was converted or left out, for people.
        features: What feeds its inputs, if it says.
        threshold: Its decision threshold, if it says.
        provenance: Where it comes from, if it says.
        lossy: Whether its own runtime computes in less than float32, so that results differ.
    """

    format: str
    flow: Flow
    notes: tuple[str, ...] = field(default=())
    features: tuple[Feature, ...] | None = None
    threshold: float | None = None
    provenance: str | None = None
    lossy: bool = False
