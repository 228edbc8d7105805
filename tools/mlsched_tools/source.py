"""What a reader of a format takes and gives."""

from dataclasses import dataclass, field

from .architecture import Architecture
from .features import Feature
from .flow import Flow

# How far outputs may differ from those of the source's own runtime, by what that computes in.
FLOAT32 = 2e-6
INT16 = 1e-3
FLOAT16 = 5e-3
BFLOAT16 = 4e-2
INT8 = 0.1


@dataclass(frozen=True)
class ReadOptions:
    """What a user says about a source that the source itself cannot.

    Attributes:
        architecture: Layers and activations of a file that holds weights alone.
        trust_pickle: Whether a pickle, which can run any code, may be loaded.
        order: The layers of a file that holds weights alone, by name.
        positive_class: The class label that means migrate.
        output: The number of the output that means migrate, where there are several.
        softmax: Whether outputs that are logits get a softmax.
        library: Whether the model is for an embedder, who wants all outputs as they are.
    """

    architecture: Architecture | None = None
    trust_pickle: bool = False
    order: tuple[str, ...] | None = None
    positive_class: str | None = None
    output: int | None = None
    softmax: bool = False
    library: bool = False


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
        bound: How far its own runtime may differ, since it computes in less than float32.
        order: Its layers by name, where that order was not the file's to say.
        output: The number of the output that means migrate, where it says.
    """

    format: str
    flow: Flow
    notes: tuple[str, ...] = field(default=())
    features: tuple[Feature, ...] | None = None
    threshold: float | None = None
    provenance: str | None = None
    bound: float = FLOAT32
    order: tuple[str, ...] = ()
    output: int | None = None
