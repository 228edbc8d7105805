"""Which class of a classifier means migrate."""

from collections.abc import Sequence

from .errors import ModelError

# Two labels of which the second says yes, in the notations that libraries store them in.
YES = ({"0": 0, "1": 1}, {"-1": 0, "1": 1}, {"false": 0, "true": 1}, {"stay": 0, "migrate": 1})
BOTH = 2


def positive(labels: Sequence[object], given: str | None) -> int:
    """The number of the class that means migrate, among a classifier's labels.

    Args:
        labels: In the order of the classifier's outputs.
        given: What `--positive-class` says.

    Raises:
        ModelError: When it cannot be told, or no class is called so.
    """
    names = [_name(label) for label in labels]
    if given is not None:
        if names.count(given) != 1:
            raise ModelError(f"--positive-class {given}: the classes are {', '.join(names)}")
        return names.index(given)
    lower = [name.lower() for name in names]
    if len(names) == BOTH:
        for known in YES:
            if set(lower) == set(known):
                return lower.index(next(name for name, yes in known.items() if yes))
        if lower.count("migrate") == 1:
            return lower.index("migrate")
    raise ModelError(
        f"the classes are {', '.join(names)}: say by --positive-class which of them means migrate"
    )


def _name(label: object) -> str:
    """A label as people write it: 1 for a 1.0."""
    if isinstance(label, bytes):
        return label.decode("utf-8", "replace")
    text = str(label)
    return text.removesuffix(".0") if isinstance(label, float) else text
