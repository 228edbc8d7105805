"""Named arrays without a graph: the common end of state dicts, safetensors and npz."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import composed
from ..architecture import SOFTMAX, Step
from ..errors import ModelError
from ..flow import Flow
from ..source import ReadOptions
from .layer_order import Sized, determine

# A PyTorch `weight` is (outputs, inputs), a Keras or Flax `kernel` is (inputs, outputs).
DENSE = {"weight", "kernel", "bias"}
NORM = {"weight", "bias", "running_mean", "running_var"}
COUNTER = "num_batches_tracked"
# PyTorch's default, which a state dict does not hold.
EPSILON = 1e-5


@dataclass(frozen=True)
class Chain:
    """What named arrays compute: the chain, its layers' names in order, and notes for people."""

    flow: Flow
    order: tuple[str, ...]
    notes: tuple[str, ...]


def chain(arrays: dict[str, NDArray], options: ReadOptions) -> Chain:
    """Makes a chain of arrays called `<layer>.weight`, `.kernel`, `.bias`, `.running_mean`, ….

    Args:
        arrays: By name.
        options: The architecture names each layer's activation, the order their sequence.

    Raises:
        ModelError: When activations or the order are not known, or an array fits no dense layer.
    """
    layers = _group(arrays)
    steps = options.architecture.steps if options.architecture else None
    if steps is None:
        raise ModelError(
            "the file holds no activations: name that of each layer by --architecture, such as "
            + ",".join(_likely(layers))
        )
    order = _order(layers, steps, options.order)
    flow = None
    for name, step in zip(order, steps, strict=True):
        flow = _apply(flow, name, layers[name])
        if step.activation == SOFTMAX:
            flow = flow.softmax(f"layer {name}")
        else:
            flow = flow.activate(step.activation)
    notes = tuple(
        f"batch normalisation {name} taken with an epsilon of {EPSILON:g}, which the file lacks"
        for name in order
        if "running_mean" in layers[name]
    )
    return Chain(flow, order, notes)


def _likely(layers: dict[str, dict[str, NDArray]]) -> list[str]:
    """Activations as most networks have them: none before a normalisation, a sigmoid at the end."""
    following = ["running_mean" in parts for parts in layers.values()][1:]
    return [*("identity" if normalises else "relu" for normalises in following), "sigmoid"]


def _group(arrays: dict[str, NDArray]) -> dict[str, dict[str, NDArray]]:
    layers: dict[str, dict[str, NDArray]] = {}
    for name, array in arrays.items():
        layer, _, kind = name.replace("/", ".").rpartition(".")
        if kind not in DENSE | NORM | {COUNTER}:
            raise ModelError(
                f"array {name!r} belongs to no dense layer: export the model with its graph, "
                "such as ONNX"
            )
        if array.dtype.kind in "iub" and kind != COUNTER:
            raise ModelError(
                f"array {name!r} holds integers, which mean nothing without their scales: export "
                "the model before it was quantised"
            )
        layers.setdefault(layer, {})[kind] = array
    if not layers:
        raise ModelError("the file holds no weights")
    for parts in layers.values():
        parts.pop(COUNTER, None)
    return {name: _checked(name, parts) for name, parts in layers.items()}


def _checked(name: str, parts: dict[str, NDArray]) -> dict[str, NDArray]:
    """The parts of a layer, a dense one's weights as `kernel` (inputs, outputs)."""
    if "running_mean" in parts or "running_var" in parts:
        shapes = {array.shape for array in parts.values()}
        if not {"running_mean", "running_var"} <= set(parts) <= NORM or len(shapes) != 1:
            raise ModelError(f"layer {name} is a batch normalisation whose arrays do not fit")
        if len(shapes.pop()) != 1:
            raise ModelError(f"layer {name} normalises something other than a row of values")
        return parts
    if ("weight" in parts) == ("kernel" in parts):
        raise ModelError(f"layer {name} has no weights, or two: it is not a dense layer")
    weights = parts["weight"].T if "weight" in parts else parts["kernel"]
    if weights.ndim != 2:
        raise ModelError(
            f"layer {name} has weights of shape {weights.shape[::-1]}: only dense layers, whose "
            "weights are matrices, and batch normalisations can be exported"
        )
    bias = parts.get("bias")
    if bias is not None and bias.shape != (weights.shape[1],):
        raise ModelError(f"layer {name} has {weights.shape[1]} outputs and a bias {bias.shape}")
    return {"kernel": weights} if bias is None else {"kernel": weights, "bias": bias}


def _order(
    layers: dict[str, dict[str, NDArray]], steps: tuple[Step, ...], given: tuple[str, ...] | None
) -> tuple[str, ...]:
    named = tuple(step.name for step in steps if step.name)
    if given or named:
        option, chosen = ("--order", given) if given else ("--architecture", named)
        if given and named and given != named:
            raise ModelError("--order and --architecture name the layers in different orders")
        if sorted(chosen) != sorted(layers):
            raise ModelError(f"{option} must name each layer once: {', '.join(layers)}")
    else:
        chosen = determine({name: _size(parts) for name, parts in layers.items()})
    if len(chosen) != len(steps):
        raise ModelError(
            f"--architecture names {len(steps)} layers, the file has {len(layers)}: "
            + ", ".join(f"{name} {_size(layers[name])}" for name in chosen or layers)
        )
    return chosen


def _size(parts: dict[str, NDArray]) -> Sized:
    if "kernel" in parts:
        return Sized(*parts["kernel"].shape)
    return Sized(len(parts["running_mean"]), len(parts["running_mean"]), normalises=True)


def _apply(flow: Flow | None, name: str, parts: dict[str, NDArray]) -> Flow:
    place = f"layer {name}"
    flow = flow or Flow.start(_size(parts).inputs)
    if "kernel" in parts:
        return flow.dense(parts["kernel"], parts.get("bias"), place)
    mean, variance = parts["running_mean"], parts["running_var"]
    gamma, beta = parts.get("weight", np.ones_like(mean)), parts.get("bias", np.zeros_like(mean))
    return composed.batch_norm(flow, (gamma, beta, mean, variance), EPSILON, place)
