"""skops files: a JSON tree of objects and the arrays it names, read as data alone."""

import json
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..guards import Archive, parse_json
from ..source import ReadOptions, Source
from . import npz, sklearn

MAX_DEPTH = 64
# Nodes may refer to others twice, which may refer to others twice, ….
MAX_VALUES = 1 << 18


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a scikit-learn network or pipeline; no object of the file is ever created."""
    archive = Archive(path)
    schema = parse_json(archive.read("schema.json"), "schema.json")
    store = _Store(archive)
    store.index(schema, 0)
    flow, number = sklearn.build(_Node(schema, store), options)
    return Source("scikit-learn skops", flow, tuple(store.notes), output=number)


class _Store:
    """The file's arrays, and the nodes that others refer to."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._nodes: dict[int, dict] = {}
        self._values = 0
        self.notes: dict[str, None] = {}

    def index(self, node: Any, depth: int) -> None:  # noqa: ANN401
        if depth > 4 * MAX_DEPTH:
            raise ModelError("the skops schema is nested too deeply")
        if isinstance(node, dict):
            if isinstance(node.get("__id__"), int) and node.get("__loader__") != "CachedNode":
                self._nodes.setdefault(node["__id__"], node)
            for value in node.values():
                self.index(value, depth + 1)
        elif isinstance(node, list):
            for value in node:
                self.index(value, depth + 1)

    def value(self, node: Any, depth: int = 0) -> Any:  # noqa: ANN401
        """What a node stands for, objects as nodes themselves."""
        if depth > MAX_DEPTH:
            raise ModelError("the skops schema is nested too deeply")
        self._values += 1
        if self._values > MAX_VALUES:
            raise ModelError(f"the skops schema unfolds to more than {MAX_VALUES} values")
        loader = node.get("__loader__") if isinstance(node, dict) else None
        if loader == "CachedNode":
            return self.value(self._nodes.get(node.get("__id__")), depth + 1)
        content = node.get("content") if loader else None
        match loader:
            case "JsonNode":
                return _json(content)
            case "NdArrayNode" if node.get("type") == "numpy":
                return self._array(str(node.get("file")))
            case "ListNode" | "TupleNode" if isinstance(content, list):
                return [self.value(item, depth + 1) for item in content]
            case "DictNode" if isinstance(content, dict):
                return {k: self.value(v, depth + 1) for k, v in content.items()}
            case "ObjectNode":
                return _Node(node, self)
        return None

    def _array(self, name: str) -> Any:  # noqa: ANN401
        values = npz.array(self._archive.read(name), name)
        if values.dtype.kind == "f" and values.dtype.itemsize != 4:
            self.notes[f"weights converted from {values.dtype} to float32"] = None
        return values if values.ndim else values[()]


class _Node:
    """An object of the file as an estimator."""

    def __init__(self, node: dict, store: _Store) -> None:
        self._node = node
        self._store = store

    @property
    def kind(self) -> str:
        return sklearn.kind(str(self._node.get("__module__")), str(self._node.get("__class__")))

    def get(self, name: str) -> Any:  # noqa: ANN401
        content = self._node.get("content")
        attributes = content.get("content") if isinstance(content, dict) else None
        if not isinstance(attributes, dict):
            raise ModelError(f"the object {self.kind} of the skops file is damaged")
        return self._store.value(attributes.get(name))


def _json(text: Any) -> Any:  # noqa: ANN401
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise ModelError("a value of the skops schema is damaged") from None
