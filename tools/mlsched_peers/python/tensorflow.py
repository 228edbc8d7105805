"""TensorFlow: a graph function, and one compiled by XLA."""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..network import Network
from ..way import Way


class TensorFlowPeer:
    """One function, traced for the shape of each batch."""

    version = tf.__version__

    def __init__(self, network: Network) -> None:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self._layers = [
            (tf.constant(weights), tf.constant(bias)) for weights, bias in network.layers
        ]

    def _evaluate(self, x: tf.Tensor) -> tf.Tensor:
        for weights, bias in self._layers[:-1]:
            x = tf.nn.relu(tf.nn.bias_add(tf.matmul(x, weights), bias))  # (rows, outputs)
        weights, bias = self._layers[-1]
        return tf.nn.sigmoid(tf.nn.bias_add(tf.matmul(x, weights), bias))  # (rows, 1)

    def ways(self, rows: NDArray[np.float32]) -> list[Way]:
        """Both functions."""
        x = tf.constant(rows)
        return [
            self._way("graph function", x, compiled=False),
            self._way("XLA", x, compiled=True),
        ]

    def _way(self, name: str, x: tf.Tensor, *, compiled: bool) -> Way:
        function = tf.function(self._evaluate, jit_compile=compiled)
        concrete = function.get_concrete_function(x)
        # What a call of the concrete function returns is there already on a CPU.
        return Way.returning(name, lambda: concrete(x))


open_peer = TensorFlowPeer
