"""ONNX: a graph of operators, read without its library (numbers from onnx.proto)."""

from pathlib import Path

import numpy as np

from ..classes import positive
from ..errors import ModelError
from ..flow import Flow
from ..graph import Columns, Value
from ..guards import MAX_NODES, read_file
from ..protobuf import Message
from ..source import ReadOptions, Source
from .onnx_operators import Node, apply
from .onnx_tensors import FLOATS, Tensors

DOMAINS = {"", "ai.onnx"}
LEARNT = "ai.onnx.ml"
STRINGS = 8


def read(path: Path, options: ReadOptions) -> Source:
    """Reads a model and the files beside it that hold its weights."""
    model = Message(read_file(path))
    if 7 not in model:
        raise ModelError(f"{path.name} is not a model of a known format")
    if 25 in model:
        raise ModelError("the model calls functions of its own: inline them before exporting")
    versions = {entry.text(1): entry.integer(2) for entry in model.messages(8)}
    version = versions.get("", versions.get("ai.onnx", 1))
    return _Reader(model.message(7), path.parent, version, options).read()


class _Reader:
    """Evaluates the nodes that a graph's output depends on, in order."""

    def __init__(
        self, graph_proto: Message, folder: Path, version: int, options: ReadOptions
    ) -> None:
        self._graph = graph_proto
        self._tensors = Tensors(folder)
        self._version = version
        self._options = options
        self._values: dict[str, Value] = {"": np.empty(0)}
        self._labels: list[object] | None = None

    def read(self) -> Source:
        constants = {tensor.text(8): tensor for tensor in self._graph.messages(5)}
        nodes = self._graph.messages(1)
        if len(nodes) > MAX_NODES:
            raise ModelError(f"the graph has {len(nodes)} nodes, more than {MAX_NODES}")
        inputs = [i for i in self._graph.messages(11) if i.text(1) not in constants]
        outputs = [o.text(1) for o in self._graph.messages(12) if _is_float(o)]
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelError(
                f"the graph has {len(inputs)} inputs and {len(outputs)} outputs: expected one each"
            )
        batch, shape = _shape(inputs[0])
        self._values[inputs[0].text(1)] = Flow.start(*shape)
        needed = _needed(nodes, outputs[0])
        self._read_constants(constants, nodes, needed)
        for number, message in enumerate(nodes):
            if number in needed:
                self._node(message, number, batch)
        return self._source(outputs[0])

    def _read_constants(
        self, constants: dict[str, Message], nodes: list[Message], needed: set[int]
    ) -> None:
        """Reads tensors that are used; text ones are names of classes."""
        used = {name for number in needed for name in nodes[number].texts(1)}
        for name, tensor in constants.items():
            if name in used:
                self._values[name] = self._tensors.read(tensor)
        for message in nodes:
            names = message.texts(1)
            if message.text(4) == "ArrayFeatureExtractor" and names[:1] and names[0] in constants:
                tensor = constants[names[0]]
                kind = tensor.integer(2)
                labels = tensor.texts(6) if kind == STRINGS else self._tensors.read(tensor).tolist()
                self._label(labels)

    def _label(self, labels: list[object]) -> None:
        self._labels = self._labels or labels

    def _source(self, output: str) -> Source:
        result = self._values.get(output)
        if result is None:
            raise ModelError(f"the graph's output {output!r} is computed by nothing")
        if isinstance(result, np.ndarray):
            raise ModelError(f"the graph's output {output!r} does not depend on its input")
        if not isinstance(result, Flow | Columns):
            raise ModelError(f"the graph's output {output!r} is a comparison, not a number")
        width = len(result.flows) if isinstance(result, Columns) else result.width
        chosen = self._options.output
        if self._labels and len(self._labels) == width > 1 and not self._options.library:
            chosen = positive(self._labels, self._options.positive_class)
        flow = result.choose(chosen) if isinstance(result, Columns) else result
        return Source(
            "ONNX", flow, tuple(self._tensors.notes), bound=self._tensors.bound, output=chosen
        )

    def _node(self, message: Message, number: int, batch: int | None) -> None:
        op, outputs = message.text(4), message.texts(2)
        place = f"node {message.text(3) or number} ({op})"
        if message.text(7) not in DOMAINS | {LEARNT}:
            raise ModelError(f"{place} is an operator of {message.text(7)}, which is unknown")
        missing = [name for name in message.texts(1) if name not in self._values]
        if missing:
            raise ModelError(f"{place} uses {missing[0]!r}, which nothing before it computes")
        values = [self._values[name] for name in message.texts(1)]
        attributes = {a.text(1): a for a in message.messages(5)}
        if any(6 in a or 11 in a for a in attributes.values()):
            raise ModelError(f"{place} holds a graph of its own: loops and branches are refused")
        if not outputs:
            raise ModelError(f"{place} has no output")
        more = sum(map(bool, outputs[1:]))
        node = Node(op, attributes, place, self._version, more, batch, self._tensors)
        result = apply(node, values)
        labels = node.labels()
        if labels:
            self._label(labels)
        # A classifier's first output is the label, its second has the scores.
        self._values[outputs[-1] if op == "LinearClassifier" else outputs[0]] = result


def _is_float(value: Message) -> bool:
    """Whether an output is a tensor of floats, or a map of them by class."""
    kind = value.message(2)
    return 1 not in kind or kind.message(1).integer(1) in FLOATS


def _needed(nodes: list[Message], output: str) -> set[int]:
    """Numbers of the nodes that an output depends on."""
    wanted, needed = {output}, set()
    for number in reversed(range(len(nodes))):
        if wanted & set(nodes[number].texts(2)):
            needed.add(number)
            wanted |= set(nodes[number].texts(1))
    return needed


def _shape(value: Message) -> tuple[int | None, list[int]]:
    """The batch's size where it is fixed, and the shape of a row."""
    dimensions = value.message(2).message(1).message(2).messages(1)
    sizes = [dimension.integer(1) for dimension in dimensions]
    if len(sizes) < 2 or min(sizes[1:]) < 1:
        raise ModelError(
            f"the input {value.text(1)!r} is not (batch, features) with a known number of features"
        )
    return sizes[0] or None, sizes[1:]
