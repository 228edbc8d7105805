"""Named arrays without a graph: the common end of state dicts, safetensors and npz."""

import re

import numpy as np
from numpy.typing import NDArray

from ..architecture import SOFTMAX, Architecture, Step
from ..errors import ModelError
from ..flow import Flow

# A PyTorch `weight` is (outputs, inputs), a Keras or Flax `kernel` is (inputs, outputs).
KINDS = ("weight", "kernel", "bias")


def chain(
    arrays: dict[str, NDArray], architecture: Architecture | None, natural_order: bool
) -> Flow:
    """Makes a chain of dense layers of arrays called `<layer>.weight`, `.kernel` and `.bias`.

    Args:
        arrays: By name, in the file's order.
        architecture: Names the activations, and the layers where their order is not the file's.
        natural_order: Sort the layers by name, numbers as numbers, since the file has no order.

    Raises:
        ModelError: When activations are not known, or an array fits no dense layer.
    """
    layers = _group(arrays)
    if architecture is None or architecture.steps is None:
        raise ModelError(
            "the file holds no activations: name them by --architecture, such as "
            + ",".join(["relu"] * (len(layers) - 1) + ["sigmoid"])
        )
    order = sorted(layers, key=natural) if natural_order else list(layers)
    flow = None
    for name, step in _ordered(order, architecture.steps):
        weights, bias = _dense(name, layers[name])
        flow = flow or Flow.start(weights.shape[0])
        flow = flow.dense(weights, bias, f"layer {name}")
        if step.activation == SOFTMAX:
            flow = flow.softmax(f"layer {name}")
        else:
            flow = flow.activate(step.activation)
    return flow


def _group(arrays: dict[str, NDArray]) -> dict[str, dict[str, NDArray]]:
    layers: dict[str, dict[str, NDArray]] = {}
    for name, array in arrays.items():
        layer, _, kind = name.replace("/", ".").rpartition(".")
        if kind not in KINDS:
            raise ModelError(
                f"array {name!r} belongs to no dense layer: export the model with its graph, "
                "such as ONNX"
            )
        layers.setdefault(layer, {})[kind] = array
    if not layers:
        raise ModelError("the file holds no weights")
    return layers


def _ordered(order: list[str], steps: tuple[Step, ...]) -> list[tuple[str, Step]]:
    if len(order) != len(steps):
        raise ModelError(f"--architecture names {len(steps)} layers, the file has {len(order)}")
    named = [step.name for step in steps if step.name]
    if not named:
        return list(zip(order, steps, strict=True))
    if sorted(named) != sorted(order):
        raise ModelError(f"--architecture must name each layer once: {', '.join(order)}")
    return [(step.name or "", step) for step in steps]


def _dense(name: str, parts: dict[str, NDArray]) -> tuple[NDArray, NDArray | None]:
    """Weights (inputs, outputs) and bias (outputs,) of a layer."""
    if ("weight" in parts) == ("kernel" in parts):
        raise ModelError(f"layer {name} has no weights, or two: it is not a dense layer")
    weights = parts["weight"].T if "weight" in parts else parts["kernel"]
    if weights.ndim != 2:
        raise ModelError(
            f"layer {name} has weights of shape {weights.shape[::-1]}: only dense layers, whose "
            "weights are matrices, can be exported"
        )
    bias = parts.get("bias")
    if bias is not None and bias.shape != (weights.shape[1],):
        raise ModelError(f"layer {name} has {weights.shape[1]} outputs and a bias {bias.shape}")
    return np.ascontiguousarray(weights), bias


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names with the numbers in them as numbers."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
