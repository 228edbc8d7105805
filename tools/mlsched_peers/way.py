"""What a peer that is called from Python provides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Way:
    """One batch, evaluated in one way.

    Attributes:
        name: What results call it; empty where a peer has one way only.
        call: Evaluates the batch, and returns when the outputs are there.
        outputs: The outputs of the last call, (rows,) or (rows, 1).
    """

    name: str
    call: Callable[[], object]
    outputs: Callable[[], ArrayLike]

    @staticmethod
    def returning(name: str, call: Callable[[], ArrayLike]) -> "Way":
        """A way whose call returns the outputs."""
        return Way(name, call, call)


class Peer(Protocol):
    """A library with the network loaded; a module's `open_peer` makes one."""

    version: str

    def ways(self, rows: NDArray[np.float32]) -> list[Way]:
        """The ways to evaluate these rows, (rows, inputs); the fastest of them is measured."""
