"""Random chains by Keras, as .keras, .h5, SavedModel and TensorFlow Lite files."""

import os
import shutil
from pathlib import Path

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from mlsched_tools.source import ReadOptions

from .case import Case, inputs

layers = keras.layers
FORMATS = ("keras", "keras", "h5", "savedmodel", "tflite")
ACTIVATIONS = (
    "relu", "sigmoid", "tanh", "elu", "softplus", "silu", "leaky_relu", "linear", "hard_sigmoid",
    "relu6", "selu", "gelu", "hard_silu", "mish",
)  # fmt: skip
STRANGE_ACTIVATIONS = ("softsign", "exponential", "log_sigmoid", "hard_tanh", "squareplus", "glu")


def _known(random: np.random.Generator) -> keras.Layer:
    a = round(float(random.uniform(0.1, 1.5)), 3)
    pool = [
        lambda: layers.Dense(
            int(random.integers(2, 9)),
            activation=str(random.choice(ACTIVATIONS)),
            use_bias=bool(random.integers(2)),
            bias_initializer="random_normal",
        ),
        lambda: layers.LeakyReLU(negative_slope=a),
        lambda: layers.ELU(alpha=a),
        lambda: layers.ReLU(max_value=6.0),
        lambda: layers.ReLU(negative_slope=a),
        lambda: layers.PReLU("random_normal"),
        lambda: layers.BatchNormalization(
            beta_initializer="random_normal", moving_mean_initializer="random_normal"
        ),
        lambda: layers.Rescaling(a, offset=0.3),
        lambda: layers.Dropout(0.3),
        lambda: layers.Flatten(),
        lambda: layers.Activation(str(random.choice(ACTIVATIONS))),
    ]
    return pool[int(random.integers(len(pool)))]()


def _strange(random: np.random.Generator) -> keras.Layer:
    pool = [
        lambda: layers.LayerNormalization(),
        lambda: layers.UnitNormalization(),
        lambda: layers.ReLU(threshold=0.5),
        lambda: layers.Softmax(),
        lambda: layers.RepeatVector(2),
        lambda: layers.Activation(str(random.choice(STRANGE_ACTIVATIONS))),
        lambda: layers.Lambda(lambda x: x * x),
        lambda: layers.Dense(3, dtype="float16"),
        lambda: layers.Dense(3, dtype="mixed_bfloat16"),
    ]
    return pool[int(random.integers(len(pool)))]()


def make(random: np.random.Generator, folder: Path) -> Case | None:
    """A random chain in a random format."""
    keras.utils.set_random_seed(int(random.integers(1 << 30)))
    width = int(random.integers(2, 8))
    strange = random.random() < 0.35
    middle = [_known(random) for _ in range(int(random.integers(1, 6)))]
    if strange:
        middle.insert(int(random.integers(len(middle) + 1)), _strange(random))
    two = random.random() < 0.3
    end = [layers.Dense(2 if two else 1, activation="softmax" if two else "sigmoid")]
    first = layers.Dense(int(random.integers(2, 9)), bias_initializer="random_normal")
    kind = str(random.choice(FORMATS))
    path = folder / kind if kind in ("savedmodel", "tflite") else folder / f"m.{kind}"
    rows = inputs(random, width)
    try:
        model = keras.Sequential([layers.Input((width,)), first, *middle, *end])
        outputs = np.asarray(model(rows)).reshape(len(rows), -1)[:, -1]
        _write(model, kind, path)
    except Exception:  # the library's own limits are not looked for
        return None
    names = [
        f"{type(layer).__name__}({getattr(getattr(layer, 'activation', None), '__name__', '')}) "
        f"{layer.dtype_policy.name}"
        for layer in model.layers
    ]
    # TensorFlow writes these as operators that are no part of a known activation.
    known = not strange and np.isfinite(outputs).all()
    return Case(path, ReadOptions(), rows, outputs, known, f"{kind}: {', '.join(names)}")


def _write(model: keras.Model, kind: str, path: Path) -> None:
    if kind == "savedmodel":
        shutil.rmtree(path, ignore_errors=True)
        model.export(path, verbose=False)
    elif kind == "tflite":
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        path.write_bytes(converter.convert())
    else:
        model.save(path)
