"""PyTorch in inference mode: traced and frozen, and as it is.

torch.compile is left out: it takes half a minute for a batch size, and its calls take longer.
"""

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ..network import Network
from ..way import Way


class TorchPeer:
    """A sequence of Linear, ReLU and Sigmoid."""

    version = torch.__version__

    def __init__(self, network: Network) -> None:
        torch.set_num_threads(1)
        torch.set_num_interop_threads(1)
        # For the whole process: entering the mode at every call would cost as much as a layer.
        self._mode = torch.inference_mode()
        self._mode.__enter__()
        parts: list[nn.Module] = []
        for weights, bias in network.layers:
            linear = nn.Linear(*weights.shape)
            linear.weight = nn.Parameter(torch.tensor(weights.T), requires_grad=False)
            linear.bias = nn.Parameter(torch.tensor(bias), requires_grad=False)
            parts += [linear, nn.ReLU()]
        self._module = nn.Sequential(*parts[:-1], nn.Sigmoid()).eval()

    def ways(self, rows: NDArray[np.float32]) -> list[Way]:
        """The frozen trace, and the module itself."""
        x = torch.from_numpy(rows)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            traced = torch.jit.optimize_for_inference(torch.jit.trace(self._module, x))
        return [
            Way.returning("jit", lambda: traced(x)),
            Way.returning("eager", lambda: self._module(x)),
        ]


open_peer = TorchPeer
