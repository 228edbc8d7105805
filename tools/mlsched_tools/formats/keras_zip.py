"""Keras `.keras` files: a zip of config.json and an HDF5 store of weights."""

from pathlib import Path

from ..guards import Archive, parse_json
from ..hdf5 import load
from ..source import ReadOptions, Source
from .keras_h5 import from_store
from .keras_layers import build


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a model as Keras 2.12 and later save it."""
    archive = Archive(path)
    model = parse_json(archive.read("config.json"), "config.json")
    metadata = {}
    if "metadata.json" in archive.names:
        metadata = parse_json(archive.read("metadata.json"), "metadata.json")
    version = str(metadata.get("keras_version", "3"))
    file = load(archive.read("model.weights.h5"))
    flow, notes, bound = build(model, lambda leaf: from_store(file, leaf), version)
    return Source(f"Keras {version.split('.')[0]} .keras", flow, notes, bound=bound)
