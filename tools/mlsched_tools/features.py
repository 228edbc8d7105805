"""What the scheduler can feed to a model, and how a model's inputs name it."""

import math
import re
from dataclasses import dataclass

from . import abi
from .errors import ModelError

UNITS = {line.name: line.unit for line in abi.FEATURES}
# What decision tables know, and what a model is fed with unless it says otherwise.
SCHEMA = tuple(UNITS)[: abi.PATTERN_FEATURES]
# What the scheduler's own network has, of which those without a feature are zero.
INPUTS = 10
ZERO = "zero"
NAME = re.compile(r"[a-z0-9_]{1,24}\Z")


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


def parse(text: str, free: bool = False) -> tuple[Feature, ...]:
    """Reads `--features`: `NAME[:OFFSET:SCALE][*COUNT],…`, one item an input, in order.

    Args:
        text: What the user gave.
        free: Whether any name will do, rather than those that the scheduler can feed.

    Raises:
        ModelError: When a name is unknown or comes twice, or a number is not one.
    """
    features: list[Feature] = []
    for item in text.split(","):
        body, _, count = item.strip().partition("*")
        features += [_item(body, item, free)] * _count(count, item)
    names = [feature.name for feature in features if feature.name != ZERO]
    for name in names:
        if names.count(name) > 1:
            raise ModelError(f"--features names {name} twice: one live value feeds one input")
    return tuple(features)


def default(inputs: int) -> tuple[Feature, ...]:
    """The schema's features, and zeros up to the network's width.

    Raises:
        ModelError: When the network has fewer inputs than the schema, or more than the scheduler's,
            so that the caller has to choose.
    """
    if inputs > INPUTS:
        raise ModelError(
            f"the model has {inputs} inputs, more than the scheduler's {INPUTS}: say by --features "
            f"what feeds each, such as {','.join(SCHEMA)},zero*{inputs - len(SCHEMA)}"
        )
    if inputs < len(SCHEMA):
        raise ModelError(
            f"the model has {inputs} inputs: say by --features which of {', '.join(SCHEMA)} feeds "
            "each"
        )
    live = tuple(Feature(name, UNITS[name]) for name in SCHEMA)
    return live + (PADDING,) * (inputs - len(live))


def _item(body: str, item: str, free: bool) -> Feature:
    name, *numbers = body.split(":")
    if name == ZERO and not numbers:
        return PADDING
    if free and not NAME.match(name):
        raise ModelError(f"--features: {name!r} is no name of up to 24 of a-z, 0-9 and _")
    if not free and name not in UNITS:
        raise ModelError(f"--features: {name!r} is none of {', '.join(UNITS)} and zero")
    if len(numbers) not in (0, 2):
        raise ModelError(f"--features: {item!r} is not NAME or NAME:OFFSET:SCALE")
    try:
        offset, scale = (float(number) for number in numbers or ("0", "1"))
    except ValueError:
        raise ModelError(f"--features: {item!r} has an offset or scale that is no number") from None
    if not (math.isfinite(offset) and math.isfinite(scale)):
        raise ModelError(f"--features: {item!r} has an offset or scale that is not finite")
    return Feature(name, UNITS.get(name, ""), offset, scale)


def _count(text: str, item: str) -> int:
    if not text:
        return 1
    if not text.isdigit() or not 1 <= int(text) <= 4096 or not item.strip().startswith(ZERO):
        raise ModelError(f"--features: {item!r} repeats something other than zero, 1 to 4096 times")
    return int(text)
