"""OpenVINO's Python API: a model compiled for each batch, its tensors set once."""

import tempfile
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from .. import onnx_file
from ..network import Network
from ..way import Way

# Without the hint a processor that has bfloat16 computes in it, which is another network.
SETTINGS = {
    "PERFORMANCE_HINT": "LATENCY",
    "INFERENCE_PRECISION_HINT": "f32",
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": 1,
}


class OpenVINOPeer:
    """The ONNX file, compiled for the processor."""

    version = ov.__version__.split("-")[0]

    def __init__(self, network: Network) -> None:
        self._core = ov.Core()
        # A tensor that shares an array's memory does not keep it.
        self._kept: list[NDArray[np.float32]] = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.onnx"
            onnx_file.write(network, path)
            self._model = self._core.read_model(path)

    def ways(self, rows: NDArray[np.float32]) -> list[Way]:
        """Inference with all tensors in place."""
        model = self._model.clone()
        model.reshape(list(rows.shape))
        request = self._core.compile_model(model, "CPU", SETTINGS).create_infer_request()
        request.set_input_tensor(ov.Tensor(rows, shared_memory=True))
        outputs = np.empty((len(rows), 1), "<f4")
        self._kept += [rows, outputs]
        request.set_output_tensor(ov.Tensor(outputs, shared_memory=True))

        def start_and_wait() -> None:
            request.start_async()
            request.wait()

        return [
            Way("infer", request.infer, lambda: outputs),
            Way("start_async, wait", start_and_wait, lambda: outputs),
        ]


open_peer = OpenVINOPeer
