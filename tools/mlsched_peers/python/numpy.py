"""numpy, every array allocated once."""

import numpy as np
from numpy.typing import NDArray

from ..network import Network
from ..way import Way


class NumpyPeer:
    """Matrix products into arrays that are kept."""

    version = np.__version__

    def __init__(self, network: Network) -> None:
        self._layers = network.layers

    def ways(self, rows: NDArray[np.float32]) -> list[Way]:
        """One way."""
        sums = [np.empty((len(rows), bias.size), "<f4") for _, bias in self._layers]
        hidden = list(zip(self._layers[:-1], sums[:-1], strict=True))
        (last_weights, last_bias), y = self._layers[-1], sums[-1]

        def call() -> NDArray[np.float32]:
            x = rows
            for (weights, bias), z in hidden:
                np.matmul(x, weights, out=z)
                np.add(z, bias, out=z)
                np.maximum(z, 0, out=z)
                x = z
            np.matmul(x, last_weights, out=y)
            np.add(y, last_bias, out=y)
            np.negative(y, out=y)
            np.exp(y, out=y)
            np.add(y, 1, out=y)
            return np.reciprocal(y, out=y)

        return [Way.returning("", call)]


open_peer = NumpyPeer
