"""Keras HDF5 files: whole models, weights by layer name, and Keras 3's weight store."""

import re
from collections.abc import Callable
from pathlib import Path

from ..errors import ModelError
from ..guards import JSON_EXPANSION, charge, parse_json
from ..hdf5 import Group, load
from ..source import ReadOptions, Source
from .keras_config import Leaf
from .keras_layers import Weights, build, expected


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a whole model, or weights together with the model that --architecture names."""
    file = load(path)
    text = file.attribute("model_config")
    given = options.architecture.keras if options.architecture else None
    if text is None and given is None:
        raise ModelError(
            "the file holds weights alone: give --architecture MODEL.json, as Keras's to_json() "
            "writes it"
        )
    charge(JSON_EXPANSION * len(text or ""), "model's configuration")
    model = given or parse_json(str(text).encode(), "the model's configuration")
    version = file.attribute("keras_version") or model.get("keras_version") or "3"
    flow, notes, bound = build(model, _reader(file), str(version))
    return Source(f"Keras {str(version).split('.')[0]} HDF5", flow, notes, bound=bound)


def _reader(file: Group) -> Callable[[Leaf], Weights]:
    by_name = file.group("model_weights") or file
    if by_name.attribute("layer_names") is not None:
        return lambda leaf: _by_name(by_name, leaf)
    return lambda leaf: from_store(file, leaf)


def _by_name(weights: Group, leaf: Leaf) -> Weights:
    """Weights in a group called as the layer, of which each name ends in kernel, bias, ….

    Keras 2 writes dense/kernel:0, Keras 3 dense/kernel; both may add a counter. A model within the
    model is a single group, in which a weight's name has its layer's before it.
    """
    group = weights.group(leaf.outer)
    if group is None:
        raise ModelError(f"the file has no weights of {leaf.place}")
    names = {}
    for name in group.texts("weight_names"):
        *above, last = name.split("/")
        if leaf.outer != leaf.name and above[-1:] != [leaf.name]:
            continue
        short = re.sub(r"(_\d+)?(:0)?\Z", "", last)
        if short in names:
            raise ModelError(f"the file has two layers {leaf.name}: save the model as .keras")
        names[short] = name
    if sorted(names) != sorted(expected(leaf)):
        raise ModelError(f"{leaf.place} has the weights {', '.join(names) or 'none'}")
    return {short: group.array(name) for short, name in names.items()}


def from_store(file: Group, leaf: Leaf) -> Weights:
    """Weights as Keras 3 stores them: numbered, in a group named by class and count."""
    group = file.group(*leaf.path, "vars")
    if group is None:
        older = ["_layer_checkpoint_dependencies" if p == "layers" else p for p in leaf.path]
        group = file.group(*older, "vars")
    if group is None:
        raise ModelError(f"the file has no weights of {leaf.place} at {'/'.join(leaf.path)}")
    names = expected(leaf)
    if sorted(group.names()) != sorted(str(n) for n in range(len(names))):
        raise ModelError(f"{leaf.place} has {len(group.names())} arrays instead of {len(names)}")
    return {name: group.array(str(number)) for number, name in enumerate(names)}
