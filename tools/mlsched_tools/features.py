"""What the scheduler can feed to a model, and how a model's inputs name it."""

from dataclasses import dataclass

UNITS = {
    "cpu": "index",
    "cpu_idle": "CPUs",
    "cpu_not_idle": "CPUs",
    "src_dom_load": "0-1",
    "dst_dom_load": "0-1",
}
SCHEMA = tuple(UNITS)
ZERO = "zero"


@dataclass(frozen=True)
class Feature:
    """One input of a network: (raw − offset) · scale of a named raw value.

    Attributes:
        name: A name of the schema, or `zero` for an input whose raw value is always 0.
        unit: Unit of the raw value, for people.
        offset: Subtracted from the raw value.
        scale: Multiplied with the difference; may be 0.
    """

    name: str
    unit: str = ""
    offset: float = 0.0
    scale: float = 1.0


PADDING = Feature(ZERO, "", 0.0, 0.0)
