"""LiteRT, TensorFlow Lite's successor: its interpreter and its compiled model, with XNNPACK.

From Python, because the library in the package exports no C function of the interpreter, and its C
call of a compiled model takes 1.0 µs for one row where this interpreter takes 0.85 µs.
"""

from importlib import metadata

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from .. import tflite_file
from ..network import Network
from ..way import Way


class LiteRTPeer:
    """One flatbuffer for each batch, since XNNPACK prepares for a shape."""

    version = metadata.version("ai-edge-litert")

    def __init__(self, network: Network) -> None:
        self._network = network

    def ways(self, rows: NDArray[np.float32]) -> list[Way]:
        """Both ways to run the flatbuffer, inputs in place."""
        model = tflite_file.encode(self._network, len(rows))
        return [self._interpreter(model, rows), self._compiled(model, rows)]

    def _interpreter(self, model: bytes, rows: NDArray[np.float32]) -> Way:
        interpreter = Interpreter(model_content=model, num_threads=1)
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], rows)
        output = interpreter.get_output_details()[0]["index"]
        return Way("interpreter", interpreter.invoke, lambda: interpreter.get_tensor(output))

    def _compiled(self, model: bytes, rows: NDArray[np.float32]) -> Way:
        compiled = CompiledModel.from_buffer(model)
        inputs, outputs = compiled.create_input_buffers(0), compiled.create_output_buffers(0)
        inputs[0].write(rows)
        return Way(
            "compiled model",
            lambda: compiled.run_by_index(0, inputs, outputs),
            lambda: outputs[0].read(len(rows), np.float32),
        )


open_peer = LiteRTPeer
