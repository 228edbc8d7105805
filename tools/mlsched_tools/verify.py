"""Runs a source in its own runtime, where that is installed, and compares."""

import importlib
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .activations import Activation
from .architecture import SOFTMAX
from .assemble import network_inputs, raw_inputs
from .errors import ModelError
from .features import Feature
from .formats import recognise, tensors
from .model import Model
from .source import ReadOptions, Source

SAMPLES = 10_000
SEED = 3
# float32 loses more digits the larger the values in between are. How many, the exported model's own
# evaluation in float32 shows; another order of the same sums may lose a few times as much.
ROUNDING = 4

Batch = NDArray[np.float32]
Runner = Callable[[Path, ReadOptions, Batch], NDArray]


def verify(
    path: Path, options: ReadOptions, source: Source, given: tuple[Feature, ...], model: Model
) -> float:
    """The largest absolute difference between the exported model and the source's own runtime.

    Args:
        path: The source.
        options: How it was read.
        source: What was read.
        given: What feeds the source's inputs, before anything was folded into it.
        model: What it became.

    Raises:
        ModelError: When the runtime is missing, or the difference is above the source's bound.
    """
    kind = recognise(path)
    if kind in ("keras_h5", "keras_zip"):
        # Keras 3 loads most files of Keras 2, and computes some layers differently.
        kind = "keras2" if source.format.startswith("Keras 2") else "keras3"
    if kind not in RUNNERS:
        raise ModelError(f"{path}: a {source.format} has no runtime of its own to verify against")
    raw = raw_inputs(given, SAMPLES, np.random.default_rng(SEED))
    inputs = network_inputs(given, raw).astype("<f4")  # (samples, inputs)
    theirs = _run(kind, path, options, inputs)  # (samples, outputs)
    if options.softmax:
        theirs = np.exp(theirs - theirs.max(axis=1, keepdims=True))
        theirs /= theirs.sum(axis=1, keepdims=True)
    if not options.library:
        one = source.output is None or theirs.shape[1] == 1
        theirs = theirs[:, -1 if one else source.output, None]
    padding = len(model.features) - raw.shape[1]
    raw = np.pad(raw, ((0, 0), (0, padding)))
    ours, exact = model.evaluate(raw), model.evaluate(raw, "<f8")  # (samples, outputs)
    if ours.shape[1] != theirs.shape[1]:
        raise ModelError(f"{path}: its own runtime gives {theirs.shape[1]} outputs")
    ours = ours[: len(theirs)]
    difference = float(np.abs(ours - theirs).max())
    bound = max(source.bound, ROUNDING * float(np.abs(ours - exact[: len(theirs)]).max()))
    if not difference <= bound:
        raise ModelError(
            f"{path}: its own runtime computes up to {difference:.3g} differently, more than the "
            f"{bound:.3g} that its rounding explains"
        )
    return difference


def _run(kind: str, path: Path, options: ReadOptions, inputs: Batch) -> NDArray[np.float64]:
    """What the source's own runtime computes, (samples, outputs)."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return np.asarray(RUNNERS[kind](path, options, inputs), np.float64).reshape(
                len(inputs), -1
            )
    except ModelError:
        raise
    except Exception as error:  # a foreign runtime raises whatever it likes
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise ModelError(f"{path}: its own runtime cannot run it ({reason})") from None


def _need(*names: str) -> ModuleType:
    """The first of some modules that is installed."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise ModelError(f"--verify needs {names[0]}: pip install {names[0].split('.')[0]}")


def _keras(module: str) -> Runner:
    def run(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
        keras = _need(module)
        if options.architecture and options.architecture.keras:
            model = keras.models.model_from_json(json.dumps(options.architecture.keras))
            model.load_weights(path)
        else:
            model = keras.models.load_model(path, compile=False)
        shaped = inputs.reshape(-1, *model.input_shape[1:])
        return np.asarray(model(shaped, training=False))

    return run


def _savedmodel(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    tensorflow = _need("tensorflow")
    signature = tensorflow.saved_model.load(str(path)).signatures["serving_default"]
    name = next(iter(signature.structured_input_signature[1]))
    return next(iter(signature(**{name: tensorflow.constant(inputs)}).values())).numpy()


def _tflite(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    module = _need("ai_edge_litert.interpreter", "tensorflow.lite")
    interpreter = module.Interpreter(str(path))
    entry = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(entry, inputs.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(entry, inputs)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def _onnx(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    session = _need("onnxruntime").InferenceSession(path)
    entry = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else -1 for size in entry.shape]
    # Where the graph fixes the batch's size, as many rows at a time.
    fixed = shape[0] if shape[0] > 0 else len(inputs)
    inputs = inputs[: len(inputs) // fixed * fixed].reshape(-1, fixed, *shape[1:])
    return np.concatenate([_scores(session.run(None, {entry.name: part})) for part in inputs])


def _scores(results: list) -> NDArray:
    """The output of floats among several; a classifier's may be a list of scores by class."""
    for result in results:
        if isinstance(result, list):
            return np.array([list(row.values()) for row in result])
        if result.dtype.kind == "f":
            return result.reshape(len(result), -1) if result.ndim else result
    raise ModelError("its own runtime gives no output of floats")


def _torch(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    torch = _need("torch")
    if options.architecture is None:
        with torch.no_grad():
            return torch.jit.load(path).eval()(torch.from_numpy(inputs)).numpy()
    state = torch.load(path, weights_only=True)
    for key in ("state_dict", "model_state_dict", "model", "module", "net"):
        state = state.get(key, state) if isinstance(state.get(key), dict) else state
    return _layers(torch, state, options, inputs)


def _torch_export(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    torch = _need("torch")
    with torch.no_grad():
        return torch.export.load(path).module()(torch.from_numpy(inputs)).numpy()


def _safetensors(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    torch = _need("torch")
    state = _need("safetensors.torch").load_file(path)
    return _layers(torch, state, options, inputs)


def _layers(torch: ModuleType, state: dict, options: ReadOptions, inputs: Batch) -> NDArray:
    """Layers by PyTorch's own functions."""
    functional = torch.nn.functional
    arrays = {name: value.float().numpy() for name, value in state.items() if value.ndim}
    order = tensors.chain(arrays, options).order
    x = torch.from_numpy(inputs)
    for layer, step in zip(order, options.architecture.steps, strict=True):
        parts = {kind: state.get(f"{layer}.{kind}") for kind in tensors.DENSE | tensors.NORM}
        parts = {kind: None if part is None else part.float() for kind, part in parts.items()}
        if parts["running_mean"] is None:
            x = functional.linear(x, parts["weight"], parts["bias"])
        else:
            names = ("running_mean", "running_var", "weight", "bias")
            x = functional.batch_norm(x, *(parts[name] for name in names), eps=tensors.EPSILON)
        x = _activate(torch, x, step.activation)
    return x.numpy()


def _activate(torch: ModuleType, x: Any, activation: Activation | str) -> Any:  # noqa: ANN401
    functional = torch.nn.functional
    if activation == SOFTMAX:
        return torch.softmax(x, 1)
    special = {
        "identity": lambda v: v,
        "swish": functional.silu,
        "leaky_relu": lambda v: functional.leaky_relu(v, activation.alpha),
        "elu": lambda v: functional.elu(v, activation.alpha),
        "hard_sigmoid": lambda v: torch.clamp(activation.alpha * v + activation.beta, 0, 1),
        "hard_swish": lambda v: v * torch.clamp(activation.alpha * v + activation.beta, 0, 1),
        "gelu_tanh": lambda v: functional.gelu(v, approximate="tanh"),
    }
    return special.get(activation.name, getattr(functional, activation.name, None))(x)


def _sklearn(model: object, inputs: Batch) -> NDArray:
    if hasattr(model, "predict_proba"):
        return model.predict_proba(inputs)
    return model.predict(inputs)


def _skops(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    skops = _need("skops.io")
    # Parts of scikit-learn that skops does not list yet; anything else it goes on refusing.
    types = skops.get_untrusted_types(file=path)
    known = [name for name in types if name.startswith("sklearn.")]
    return _sklearn(skops.load(path, trusted=known), inputs)


def _pickled(path: Path, options: ReadOptions, inputs: Batch) -> NDArray:
    return _sklearn(_need("joblib").load(path), inputs)


RUNNERS: dict[str, Runner] = {
    "keras2": _keras("tf_keras"),
    "keras3": _keras("keras"),
    "savedmodel": _savedmodel,
    "tflite": _tflite,
    "onnx": _onnx,
    "torch": _torch,
    "torch_export": _torch_export,
    "safetensors": _safetensors,
    "skops": _skops,
    "pickled": _pickled,
}
