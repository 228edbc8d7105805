"""Keras model configurations: a chain of layers out of Sequential and Functional models."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import ModelError
from ..guards import MAX_LAYERS

MODELS = ("Sequential", "Functional", "Model")
# Modules whose classes are Keras's own; a class of the same name may stand in any other.
OWN = re.compile(r"(tf_)?keras(\.|\Z)|tensorflow\.(python\.)?keras(\.|\Z)")
MAX_DEPTH = 16


@dataclass(frozen=True)
class Leaf:
    """A layer that is no model itself.

    Attributes:
        kind: Its class.
        config: Its own configuration.
        name: Its own name.
        path: Its place in Keras 3's weight store, named by class and counted per class.
        outer: The top-level layer that it belongs to, its own name where it is not nested.
    """

    kind: str
    config: dict
    name: str
    path: tuple[str, ...]
    outer: str

    @property
    def place(self) -> str:
        """How messages call the layer."""
        return f"layer {self.name} ({self.kind})"


def leaves(model: dict) -> list[Leaf]:
    """The layers of a model in order of evaluation, models within it taken apart.

    Raises:
        ModelError: When it is not a single chain.
    """
    try:
        found = list(_walk(model, (), "", 0))
    except (KeyError, TypeError, AttributeError, IndexError, ValueError):
        raise ModelError("the Keras configuration is damaged") from None
    if len(found) > MAX_LAYERS:
        raise ModelError(f"the model has {len(found)} layers, more than {MAX_LAYERS}")
    return found


def require_own(item: dict, place: str) -> None:
    """Refuses a class or function that is not Keras's own, whatever it is called.

    Keras 3 stores the module of a class, and the name under which a stranger's was registered.
    """
    kind, registered = item.get("class_name"), item.get("registered_name")
    module = item.get("module", "keras")
    if registered not in (None, kind) or module is None or not OWN.match(str(module)):
        name = item.get("config") if kind == "function" else registered or kind
        raise ModelError(
            f"{place} is {name} of {module or 'a module of its own'}, not a layer or "
            "function of Keras: its code is not in the file"
        )


def _walk(model: dict, path: tuple[str, ...], outer: str, depth: int) -> Iterator[Leaf]:
    kind, config = model["class_name"], model["config"]
    if kind not in MODELS:
        raise ModelError(f"the model is of class {kind}: only Sequential and Functional are known")
    require_own(model, "the model")
    if depth > MAX_DEPTH:
        raise ModelError(f"models are nested more than {MAX_DEPTH} deep")
    layers = config["layers"] if isinstance(config, dict) else config
    if len(layers) > MAX_LAYERS:
        raise ModelError(f"the model has {len(layers)} layers, more than {MAX_LAYERS}")
    stored = _stored_names(layers)
    in_order = layers if kind == "Sequential" else _chain(config)
    for layer in in_order:
        name = layer["config"].get("name") if isinstance(layer["config"], dict) else None
        name = str(name or layer.get("name") or layer["class_name"])
        place = (*path, "layers", stored[id(layer)])
        if layer["class_name"] in MODELS:
            yield from _walk(layer, place, outer or name, depth + 1)
        else:
            require_own(layer, f"layer {name}")
            yield Leaf(layer["class_name"], layer["config"], name, place, outer or name)


def _stored_names(layers: list[dict]) -> dict[int, str]:
    """Keras 3 stores layers as `dense`, `dense_1`, …: by class, counted in the listed order."""
    counts: dict[str, int] = {}
    names = {}
    for layer in layers:
        snake = _snake(layer["class_name"])
        count = counts.get(snake, 0)
        counts[snake] = count + 1
        names[id(layer)] = f"{snake}_{count}" if count else snake
    return names


def _snake(name: str) -> str:
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _chain(config: dict) -> list[dict]:
    """The layers of a functional model from its one input to its one output."""
    sources, sinks = _ends(config["input_layers"]), _ends(config["output_layers"])
    if len(sources) != 1 or len(sinks) != 1:
        raise ModelError(
            f"the model has {len(sources)} inputs and {len(sinks)} outputs: expected one each"
        )
    layers = {layer["name"]: layer for layer in config["layers"]}
    after: dict[str, str] = {}
    for name, layer in layers.items():
        for parent in _parents(layer):
            if parent in after:
                raise ModelError(
                    f"layers {after[parent]} and {name} both use the output of {parent}: only a "
                    "chain of layers can be exported"
                )
            after[parent] = name
    chain = [sources[0]]
    while chain[-1] != sinks[0]:
        if chain[-1] not in after or len(chain) > len(layers):
            raise ModelError(f"nothing leads from layer {chain[-1]} to the model's output")
        chain.append(after[chain[-1]])
    return [layers[name] for name in chain]


def _ends(value: list) -> list[str]:
    """Names of input or output layers; a single one is not always in a list of its own."""
    if value and isinstance(value[0], str):
        return [value[0]]
    return [item[0] for item in value]


def _parents(layer: dict) -> list[str]:
    """The layers whose outputs a layer takes: none for an input, one in a chain."""
    nodes = layer["inbound_nodes"]
    place = f"layer {layer['name']} ({layer['class_name']})"
    if len(nodes) > 1:
        raise ModelError(f"{place} is used {len(nodes)} times: only a chain can be exported")
    if not nodes:
        return []
    if isinstance(nodes[0], dict):
        histories = list(_histories(nodes[0]["args"], 0))
        arguments = nodes[0].get("kwargs") or {}
        histories += list(_histories(list(arguments.values()), 0))
    else:
        items = nodes[0] if isinstance(nodes[0][0], list) else [nodes[0]]
        histories = [item[0] for item in items]
        arguments = items[0][3] if len(items[0]) > 3 else {}
    if arguments.get("training"):
        raise ModelError(f"{place} is called with training=True, so it acts at inference too")
    if len(histories) != 1:
        raise ModelError(f"{place} takes {len(histories)} inputs: only a chain can be exported")
    return [str(histories[0])]


def _histories(value: Any, depth: int) -> Iterator[str]:  # noqa: ANN401
    """Names in the `keras_history` of every tensor among the arguments."""
    if depth > MAX_DEPTH:
        raise ModelError("the arguments of a layer are nested too deeply")
    if isinstance(value, list):
        for item in value:
            yield from _histories(item, depth + 1)
    elif isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield value["config"]["keras_history"][0]
