"""What a file that holds weights alone does not say: its layers and their activations."""

from dataclasses import dataclass
from pathlib import Path

from .activations import USES_ALPHA, Activation, Kind
from .errors import ModelError
from .guards import JSON_EXPANSION, MAX_LAYERS, charge, parse_json, read_file

# What has parameters, or is over a row instead of an element.
NEITHER = USES_ALPHA | {Kind.SOFTMAX}
PLAIN = {kind.name.lower(): Activation(kind) for kind in Kind if kind not in NEITHER}
PLAIN |= {
    "linear": Activation(Kind.IDENTITY),
    "silu": Activation(Kind.SWISH),
    "hard_swish": Activation(Kind.HARD_SWISH, 1 / 6, 0.5),
}
SOFTMAX = "softmax"


@dataclass(frozen=True)
class Step:
    """A dense layer: the name of its weights, if given, and its activation or `softmax`."""

    name: str | None
    activation: Activation | str


@dataclass(frozen=True)
class Architecture:
    """Either of two descriptions.

    Attributes:
        steps: Dense layers in order.
        keras: A Keras model as its `to_json()` writes it.
    """

    steps: tuple[Step, ...] | None = None
    keras: dict | None = None


def parse(text: str) -> Architecture:
    """Reads `--architecture`: the path of a Keras JSON file, or `[NAME:]ACTIVATION,…`.

    An activation with a parameter is written `leaky_relu(0.01)`, `elu(1)` or
    `hard_sigmoid(0.2,0.5)`.

    Raises:
        ModelError: When it is neither.
    """
    path = Path(text)
    if path.suffix == ".json" or path.exists():
        data = read_file(path)
        charge(JSON_EXPANSION * len(data), path.name)
        return Architecture(keras=parse_json(data, path.name))
    steps = tuple(_step(item) for item in _split(text))
    if not 1 <= len(steps) <= MAX_LAYERS:
        raise ModelError(
            f"--architecture names {len(steps)} layers, 1 to {MAX_LAYERS} are possible"
        )
    return Architecture(steps=steps)


def activation(name: str, parameters: tuple[float, ...] = ()) -> Activation | str:
    """An activation or `softmax` by its name and parameters, as users write it.

    Raises:
        ModelError: When the name is unknown or the parameters do not fit it.
    """
    if name == SOFTMAX and not parameters:
        return SOFTMAX
    if name in PLAIN and not parameters:
        return PLAIN[name]
    takes = {"leaky_relu": 1, "elu": 1, "hard_sigmoid": 2}
    if takes.get(name) == len(parameters):
        return Activation(Kind[name.upper()], *parameters)
    known = ", ".join([*PLAIN, SOFTMAX, "leaky_relu(SLOPE)", "elu(ALPHA)", "hard_sigmoid(A,B)"])
    raise ModelError(f"activation {name!r} is unknown or lacks parameters: there are {known}")


def _split(text: str) -> list[str]:
    """Splits at commas outside of parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _step(item: str) -> Step:
    name, _, function = item.rpartition(":")
    function, _, rest = function.partition("(")
    try:
        parameters = tuple(float(part) for part in rest.rstrip(")").split(",") if part.strip())
    except ValueError:
        raise ModelError(f"--architecture: {item!r} has a parameter that is no number") from None
    return Step(name or None, activation(function.strip(), parameters))
