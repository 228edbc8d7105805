"""Which rows of a table are learnt from, which choose, and which judge."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .errors import ModelError
from .tables import Table

HELD_OUT = 0.1


@dataclass(frozen=True)
class Split:
    """A table in parts; with groups, all rows of one are in the same part.

    Attributes:
        training: What the network learns from.
        validation: What says when to stop and which threshold to take, or None.
        held_out: What nothing was chosen by.
    """

    training: Table
    validation: Table | None
    held_out: Table


def split(table: Table, random: Generator, validate: bool) -> Split:
    """Divides a table at random, 10 % held out, and 10 % to validate if that is wanted.

    Raises:
        ModelError: When a part would hold a single label, or there are too few groups.
    """
    shares = 3 if validate else 2
    parts = _by_group(table, random, shares) if table.groups is not None else None
    if parts is None:
        order = random.permutation(len(table.migrate))
        count = max(1, int(len(order) * HELD_OUT))
        parts = [order[count * n : count * (n + 1)] for n in range(shares - 1)]
        parts.append(order[count * (shares - 1) :])
    held_out, *validation, training = (table.rows(part) for part in parts)
    if training.migrate.min() == training.migrate.max():
        raise ModelError("the training split holds a single label: give more rows")
    return Split(training, validation[0] if validation else None, held_out)


def _by_group(table: Table, random: Generator, shares: int) -> list[NDArray[np.int64]]:
    """Rows of each part: whole groups until a part has its share, the rest to learn from."""
    names, number = np.unique(table.groups, return_inverse=True)
    if len(names) < shares:
        raise ModelError(f"{len(names)} groups are too few: {shares} at least, one for each part")
    groups = list(random.permutation(len(names)))
    wanted = len(number) * HELD_OUT
    parts = []
    for left in range(shares - 1, 0, -1):
        chosen = [groups.pop()]
        while len(groups) > left and np.isin(number, chosen).sum() < wanted:
            chosen.append(groups.pop())
        parts.append(np.flatnonzero(np.isin(number, chosen)))
    return [*parts, random.permutation(np.flatnonzero(np.isin(number, groups)))]
