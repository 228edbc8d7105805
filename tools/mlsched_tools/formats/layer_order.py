"""In which order layers follow each other, where a file holds them by name alone.

The order in which they were defined, stored or would be sorted is not that in which they are
called. What says something are widths, for each layer takes what the one before gives, and numbers
in names that are the same otherwise (`fc1`, `fc2`; `net.0`, `net.2`). Where both leave more than
one order, the user has to name it.
"""

import re
from dataclasses import dataclass, field

from ..errors import ModelError

# Steps of the search for a second order; real models need a few for each layer.
MAX_STEPS = 20_000
SHOWN = 12


@dataclass(frozen=True)
class Sized:
    """How wide a layer's input and output are."""

    inputs: int
    outputs: int
    normalises: bool = False

    def __str__(self) -> str:
        kind = "normalises " if self.normalises else ""
        return f"({kind}{self.inputs}→{self.outputs})"


@dataclass
class _Search:
    """Looks for orders that widths and numbers allow, until it has found two."""

    layers: dict[str, Sized]
    earlier: dict[str, str | None]
    found: list[tuple[str, ...]] = field(default_factory=list)
    steps: int = 0

    def run(self) -> None:
        # Depth first, on a stack of its own: chains may be longer than Python's.
        stack: list[tuple[str, ...]] = [()]
        while stack and len(self.found) < 2 and self.steps < MAX_STEPS:
            self.steps += 1
            begun = stack.pop()
            if len(begun) == len(self.layers):
                self.found.append(begun)
                continue
            used = set(begun)
            stack += [
                (*begun, name)
                for name, layer in self.layers.items()
                if name not in used
                and (not begun or self.layers[begun[-1]].outputs == layer.inputs)
                and (self.earlier[name] is None or self.earlier[name] in used)
            ]


def determine(layers: dict[str, Sized]) -> tuple[str, ...]:
    """The one order that the layers' widths and the numbers in their names allow.

    Raises:
        ModelError: When there is none, or more than one.
    """
    search = _Search(layers, _earlier(list(layers)))
    search.run()
    if len(search.found) == 1 and search.steps < MAX_STEPS:
        return search.found[0]
    listed = [f"{name} {layer}" for name, layer in layers.items()]
    if len(listed) > SHOWN:
        listed = [*listed[:SHOWN], f"{len(listed) - SHOWN} more"]
    if not search.found:
        raise ModelError(
            f"the layers fit each other in no order of their numbers: {', '.join(listed)}"
        )
    raise ModelError(
        "neither the widths nor the names of the layers say in which order they are called: name "
        f"them all, in order, by --order: {', '.join(listed)}"
    )


def _earlier(names: list[str]) -> dict[str, str | None]:
    """For each name the one that is the same but for the next smaller numbers."""
    alike: dict[str, list[tuple[list[int], str]]] = {}
    for name in names:
        numbers = [int(part) for part in re.findall(r"[0-9]{1,18}", name)]
        alike.setdefault(re.sub(r"[0-9]{1,18}", "#", name), []).append((numbers, name))
    earlier: dict[str, str | None] = {}
    for group in alike.values():
        before = None
        for _, name in sorted(group):
            earlier[name] = before
            before = name
    return earlier
