"""What Keras layers compute, from their configurations and weights."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import composed
from ..activations import RELU, SIGMOID, Activation, Kind
from ..errors import ModelError
from ..flow import BATCH, Flow
from ..source import BFLOAT16, FLOAT16, FLOAT32
from .keras_config import Leaf, leaves, require_own

Weights = dict[str, NDArray]
SKIPPED = {
    "InputLayer", "Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "SpatialDropout1D", "ActivityRegularization", "Identity",
}  # fmt: skip
PLAIN_ACTIVATIONS = {
    "relu": RELU, "sigmoid": SIGMOID, "tanh": Activation(Kind.TANH),
    "elu": Activation(Kind.ELU, 1.0), "softplus": Activation(Kind.SOFTPLUS),
    "swish": Activation(Kind.SWISH), "silu": Activation(Kind.SWISH),
    "leaky_relu": Activation(Kind.LEAKY_RELU, 0.2), "linear": Activation(Kind.IDENTITY),
    "mish": composed.MISH, "hard_silu": composed.HARD_SWISH, "hard_swish": composed.HARD_SWISH,
}  # fmt: skip
COMPOSED: dict[str, Callable[[Flow, str], Flow]] = {
    "softmax": lambda flow, place: flow.softmax(place),
    "relu6": lambda flow, place: composed.clip(flow, 0.0, 6.0, place),
    "selu": composed.selu,
    # The activation by this name is the exact one, unlike some other libraries'.
    "gelu": lambda flow, place: composed.gelu(flow, "none", place),
    "celu": lambda flow, place: composed.celu(flow, 1.0, place),
}
# Keras 2 and 3 mean different functions by this name.
HARD_SIGMOID = {
    2: Activation(Kind.HARD_SIGMOID, 0.2, 0.5),
    3: Activation(Kind.HARD_SIGMOID, 1 / 6, 0.5),
}


def build(
    model: dict, weights: Callable[[Leaf], Weights], version: str
) -> tuple[Flow, tuple[str, ...], float]:
    """Makes a chain of a Keras model.

    Args:
        model: Its configuration, as `to_json()` has it.
        weights: Gives a layer's arrays by the names of expected().
        version: Of Keras, such as 3.15.1.

    Returns:
        The chain, notes about what was converted, and how far Keras's own outputs may differ.
    """
    major = 2 if version.startswith(("1.", "2.")) else 3
    notes: dict[str, None] = {}
    flow, bound = None, FLOAT32
    chain = leaves(model)
    for leaf in chain:
        policy = _policy(leaf)
        if policy not in ("float32", "mixed_float32"):
            notes[f"{leaf.place} computes in {policy}, the exported model in float32"] = None
            half = BFLOAT16 if "bfloat16" in policy else FLOAT16 if "float16" in policy else FLOAT32
            bound = max(bound, half)
        try:
            values = weights(leaf) if expected(leaf) else {}
            flow = flow or _start(chain, leaf, values)
            flow = _apply(flow, leaf, values, major) if flow else None
        except (KeyError, TypeError, AttributeError, ValueError):
            raise ModelError(f"{leaf.place} has a configuration that is damaged") from None
    if flow is None:
        raise ModelError("the model has no layer with weights")
    return flow, tuple(notes), bound


def expected(leaf: Leaf) -> list[str]:
    """Names of the arrays that a layer has, in Keras's order."""
    config = leaf.config
    match leaf.kind:
        case "Dense":
            return ["kernel", "bias"] if config.get("use_bias", True) else ["kernel"]
        case "BatchNormalization":
            names = ["gamma"] if config.get("scale", True) else []
            names += ["beta"] if config.get("center", True) else []
            return [*names, "moving_mean", "moving_variance"]
        case "PReLU":
            return ["alpha"]
        case "Normalization" if config.get("mean") is None:
            return ["mean", "variance", "count"]
        case _:
            return []


def _policy(leaf: Leaf) -> str:
    """The data type that a layer computes in."""
    policy = leaf.config.get("dtype") or "float32"
    if isinstance(policy, dict):
        policy = policy.get("config", {}).get("name", "float32")
    if not isinstance(policy, str) or any(word in policy for word in ("int", "float8")):
        raise ModelError(f"{leaf.place} is quantised ({policy}): export it before quantising")
    return policy


def _start(chain: list[Leaf], leaf: Leaf, values: Weights) -> Flow | None:
    """The input, as wide as an input layer says or else as the first weights are."""
    config = chain[0].config
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if shape is not None:
        if len(shape) < 2 or not all(isinstance(n, int) for n in shape[1:]):
            raise ModelError(f"the input has shape {shape}: expected (batch, features)")
        return Flow.start(*shape[1:])
    if "kernel" in values or "moving_mean" in values or "mean" in values:
        return Flow.start(next(iter(values.values())).shape[0])
    if leaf.kind not in SKIPPED and leaf.kind != "Flatten":
        raise ModelError(f"{leaf.place} comes before anything that says how wide the input is")
    return None


def _apply(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    if leaf.kind in SKIPPED:
        return flow
    if leaf.kind not in LAYERS:
        raise ModelError(f"{leaf.place} is a layer that a chain of dense layers cannot hold")
    return LAYERS[leaf.kind](flow, leaf, values, major)


def _activate(flow: Flow, function: Any, leaf: Leaf, major: int) -> Flow:  # noqa: ANN401
    """Applies an activation given by name, by a serialised function or by a layer."""
    if isinstance(function, dict):
        require_own(function, f"the activation of {leaf.place}")
        if function.get("class_name") in LAYERS:
            inner = Leaf(function["class_name"], function["config"], leaf.name, (), "")
            return _apply(flow, inner, {}, major)
        function = function.get("config", function.get("class_name"))
    if function is None:
        return flow
    if isinstance(function, str) and function in COMPOSED:
        return COMPOSED[function](flow, leaf.place)
    if function == "hard_sigmoid":
        return flow.activate(HARD_SIGMOID[major])
    if not isinstance(function, str) or function not in PLAIN_ACTIVATIONS:
        raise ModelError(f"{leaf.place} has the activation {function!r}, which is unknown")
    return flow.activate(PLAIN_ACTIVATIONS[function])


def _dense(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    flow = flow.dense(values["kernel"], values.get("bias"), leaf.place)
    return _activate(flow, leaf.config.get("activation"), leaf, major)


def _activation(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    return _activate(flow, leaf.config["activation"], leaf, major)


def _relu(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    config = leaf.config
    slope, maximum = float(config.get("negative_slope") or 0), config.get("max_value")
    if config.get("threshold") or (slope and maximum is not None):
        raise ModelError(f"{leaf.place} has a threshold or two slopes and a maximum")
    if maximum is not None:
        return composed.clip(flow, 0.0, float(maximum), leaf.place)
    return flow.activate(Activation(Kind.LEAKY_RELU, slope) if slope else RELU)


def _leaky_relu(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    slope = leaf.config.get("negative_slope", leaf.config.get("alpha"))
    return flow.activate(Activation(Kind.LEAKY_RELU, float(slope)))


def _elu(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    return flow.activate(Activation(Kind.ELU, float(leaf.config["alpha"])))


def _softmax(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    _require_last_axis(flow, leaf)
    return flow.softmax(leaf.place)


def _prelu(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    return composed.prelu(flow, values["alpha"], leaf.place)


def _flatten(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    return flow.flatten(leaf.place)


def _reshape(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    return flow.reshape([BATCH, *leaf.config["target_shape"]], leaf.place)


def _rescaling(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    return flow.affine(leaf.config["scale"], leaf.config.get("offset", 0.0), leaf.place)


def _normalization(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    _require_last_axis(flow, leaf)
    if not values:
        values = {"mean": leaf.config["mean"], "variance": leaf.config["variance"]}
    mean = np.asarray(values["mean"], np.float64)
    variance = np.asarray(values["variance"], np.float64)
    if not (variance >= 0).all():
        raise ModelError(f"{leaf.place} has a variance that is negative or not a number")
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    if leaf.config.get("invert"):
        return flow.affine(deviation, mean, leaf.place)
    return flow.affine(1 / deviation, -mean / deviation, leaf.place)


def _batch_normalization(flow: Flow, leaf: Leaf, values: Weights, major: int) -> Flow:
    _require_last_axis(flow, leaf)
    mean, variance = values["moving_mean"], values["moving_variance"]
    gamma = values.get("gamma", np.ones_like(mean))
    beta = values.get("beta", np.zeros_like(mean))
    parts = (gamma, beta, mean, variance)
    return composed.batch_norm(flow, parts, float(leaf.config["epsilon"]), leaf.place)


def _require_last_axis(flow: Flow, leaf: Leaf) -> None:
    axis = leaf.config.get("axis", -1)
    axes = axis if isinstance(axis, list) else [axis]
    if len(flow.shape) != 1 or any(a not in (-1, 1, None) for a in axes):
        raise ModelError(f"{leaf.place} works on axis {axis} instead of the features")


LAYERS: dict[str, Callable[[Flow, Leaf, Weights, int], Flow]] = {
    "Dense": _dense,
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "PReLU": _prelu,
    "Softmax": _softmax,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Rescaling": _rescaling,
    "Normalization": _normalization,
    "BatchNormalization": _batch_normalization,
}
