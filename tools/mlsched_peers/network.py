"""The network that every peer evaluates, the rows that it gets, and what must come out."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mlsched_tools import mlw
from mlsched_tools.activations import Kind
from mlsched_tools.errors import ModelError

from .errors import UsageError

# As the daemon allows a model's own test vectors to differ.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Network:
    """ReLU layers that end in one sigmoid.

    Attributes:
        layers: Weights (inputs, outputs) and bias (outputs,) of each layer, float32.
        tests: (tests, inputs), the model's own test vectors, scaled already.
    """

    layers: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]
    tests: NDArray[np.float32]

    @staticmethod
    def load(path: Path) -> "Network":
        """Reads a model file.

        Raises:
            UsageError: When there is none, or the peers are not written for what it holds.
        """
        try:
            model = mlw.read(path)
        except ModelError as error:
            raise UsageError(str(error)) from None
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from None
        kinds = [layer.activation.kind for layer in model.layers]
        if kinds[:-1] != [Kind.RELU] * (len(kinds) - 1) or kinds[-1] != Kind.SIGMOID:
            raise UsageError(f"{path} has other activations than ReLU and one sigmoid at its end")
        if model.layers[-1].bias.shape != (1,):
            raise UsageError(f"{path} has more than one output; the peers compute one")
        offset = np.array([f.offset for f in model.features], "<f4")  # (inputs,)
        scale = np.array([f.scale for f in model.features], "<f4")  # (inputs,)
        layers = tuple((layer.weights, layer.bias) for layer in model.layers)
        return Network(layers, (model.test_inputs - offset) * scale)

    def rows(self, count: int) -> NDArray[np.float32]:
        """(count, inputs), contiguous: the test vectors again and again, as `mlsched bench` has."""
        times = -(-count // len(self.tests))
        return np.ascontiguousarray(np.tile(self.tests, (times, 1))[:count])

    def expected(self, count: int) -> NDArray[np.float64]:
        """(count,): the outputs for these rows, every operation in float64."""
        x = self.tests.astype("<f8")  # (tests, inputs)
        for weights, bias in self.layers[:-1]:
            x = np.maximum(x @ weights.astype("<f8") + bias.astype("<f8"), 0)  # (tests, outputs)
        weights, bias = self.layers[-1]
        outputs = 1 / (1 + np.exp(-(x @ weights.astype("<f8") + bias.astype("<f8"))))  # (tests, 1)
        return np.resize(outputs[:, 0], count)

    def error(self, outputs: NDArray[np.float32]) -> float:
        """The largest absolute difference from what is expected; infinite for a NaN."""
        difference = np.abs(outputs.astype("<f8") - self.expected(len(outputs)))  # (rows,)
        return float(np.max(np.where(np.isfinite(difference), difference, np.inf)))

    def write_plain(self, path: Path, rows: int) -> None:
        """Writes the file that c/driver.c reads: counts as int32, then floats, little-endian."""
        parts = [struct.pack("<ii", len(self.layers), rows)]
        for weights, bias in self.layers:
            parts += [struct.pack("<ii", *weights.shape), weights.tobytes(), bias.tobytes()]
        path.write_bytes(b"".join([*parts, self.rows(rows).tobytes()]))
