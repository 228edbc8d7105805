"""JAX, compiled with the weights as constants."""

import jax
import numpy as np
from jax import numpy as jnp
from numpy.typing import NDArray

from ..network import Network
from ..way import Way


class JaxPeer:
    """One function, compiled ahead for the shape of each batch."""

    version = jax.__version__

    def __init__(self, network: Network) -> None:
        jax.config.update("jax_platforms", "cpu")
        self._layers = [
            (jnp.asarray(weights), jnp.asarray(bias)) for weights, bias in network.layers
        ]

    def _evaluate(self, x: jax.Array) -> jax.Array:
        for weights, bias in self._layers[:-1]:
            x = jax.nn.relu(x @ weights + bias)  # (rows, outputs)
        weights, bias = self._layers[-1]
        return jax.nn.sigmoid(x @ weights + bias)  # (rows, 1)

    def ways(self, rows: NDArray[np.float32]) -> list[Way]:
        """The compiled function by jit's own dispatch, and called ahead of it."""
        x = jax.device_put(rows)
        jitted = jax.jit(self._evaluate)
        ahead = jitted.lower(x).compile()
        return [
            Way.returning("jit", lambda: jitted(x).block_until_ready()),
            Way.returning("compiled ahead", lambda: ahead(x).block_until_ready()),
        ]


open_peer = JaxPeer
