"""Evaluates a TensorFlow graph symbolically, through the functions that it calls."""

from dataclasses import dataclass, field

from .. import graph
from ..errors import ModelError
from ..flow import Flow
from ..graph import Value
from ..guards import MAX_NODES
from ..protobuf import Message
from ..tensorbundle import Bundle
from .tf_operators import FLOATS, OPERATORS, SIMPLE, SKIPPED, matmul, tensor

CALLS = {"PartitionedCall", "StatefulPartitionedCall"}
MAX_DEPTH = 64
MAX_CALLS = 10_000


@dataclass(frozen=True)
class Handle:
    """A variable, by the name of its node in the outermost graph."""

    name: str


@dataclass
class Scope:
    """A graph or the body of a function while it is evaluated."""

    nodes: dict[str, Message]
    values: dict[str, list]
    depth: int = 0


@dataclass
class GraphModel:
    """Everything of a SavedModel that evaluation needs."""

    functions: dict[str, Message]
    bundle: Bundle | None
    keys: dict[str, str] = field(default_factory=dict)
    calls: int = 0


class Evaluator:
    """Evaluates what a tensor depends on, without recursing along the chain of layers."""

    def __init__(self, model: GraphModel) -> None:
        self._model = model

    def value(self, scope: Scope, target: str) -> Value | Handle:
        """A tensor's value, such as that of `dense/Relu:activations:0`."""
        name, index = split(target)
        waiting = [name]
        started: set[str] = set()
        while waiting:
            current = waiting[-1]
            if current in scope.values:
                waiting.pop()
                continue
            node = scope.nodes.get(current)
            if node is None:
                raise ModelError(f"the graph uses {current!r}, which it does not hold")
            needed = [split(i)[0] for i in data_inputs(node)]
            missing = [n for n in needed if n not in scope.values]
            if not missing:
                scope.values[current] = self._evaluate(scope, node)
                waiting.pop()
            elif current in started:
                raise ModelError(f"node {current} depends on itself: recurrences are refused")
            else:
                started.add(current)
                waiting += missing
        outputs = scope.values[name]
        if index >= len(outputs):
            raise ModelError(f"node {name} has no output {index}")
        return outputs[index]

    def _evaluate(self, scope: Scope, node: Message) -> list:
        op = node.text(2)
        place = f"node {node.text(1)} ({op})"
        values = []
        for item in data_inputs(node):
            name, index = split(item)
            if index >= len(scope.values[name]):
                raise ModelError(f"{place} uses output {index} of {name}, which has none")
            values.append(scope.values[name][index])
        try:
            if op in CALLS:
                return self._call(node, values, scope.depth, place)
            return [*self._apply(op, node, values, place)]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise ModelError(f"{place} is damaged or has operands that do not fit it") from None

    def _apply(self, op: str, node: Message, values: list, place: str) -> list:
        if op == "VarHandleOp":
            return [Handle(node.text(1))]
        attributes = attributes_of(node)
        if (
            op == "Cast"
            and isinstance(values[0], Flow)
            and not {attributes[name].integer(6) for name in ("SrcT", "DstT")} <= FLOATS
        ):
            raise ModelError(f"{place} casts the network's value to a type that is no float")
        if op in SKIPPED:
            return [self._read(value) for value in values]
        if op == "Const":
            return [tensor(attributes["value"].message(8), place)]
        if op == "MatMul":
            return [matmul(values, attributes, place)]
        if op in SIMPLE:
            return [graph.compute(SIMPLE[op], values, place)]
        if op in OPERATORS:
            return [OPERATORS[op](values, attributes, place)]
        raise ModelError(f"{place} is an operator that a chain of dense layers cannot hold")

    def _read(self, value: Value | Handle) -> Value:
        if not isinstance(value, Handle):
            return value
        key = self._model.keys.get(value.name)
        if key is None or self._model.bundle is None:
            raise ModelError(f"variable {value.name} is not restored from the checkpoint")
        return self._model.bundle.array(key)

    def _call(self, node: Message, values: list, depth: int, place: str) -> list:
        """Outputs of a function, in the order of its signature."""
        function = self._model.functions.get(called(node))
        self._model.calls += 1
        if function is None or depth > MAX_DEPTH or self._model.calls > MAX_CALLS:
            raise ModelError(f"{place} calls a function that is missing, or itself")
        signature = function.message(1)
        arguments = [argument.text(1) for argument in signature.messages(2)]
        inner = Scope(nodes_of(function.messages(3)), {}, depth + 1)
        inner.values = {n: [v] for n, v in zip(arguments, values, strict=True)}
        returned = {entry.text(1): entry.text(2) for entry in function.messages(4)}
        outputs = [output.text(1) for output in signature.messages(3)]
        return [self.value(inner, returned[output]) for output in outputs]


def nodes_of(messages: list[Message]) -> dict[str, Message]:
    """Nodes by name."""
    if len(messages) > MAX_NODES:
        raise ModelError(f"a graph has {len(messages)} nodes, more than {MAX_NODES}")
    return {node.text(1): node for node in messages}


def attributes_of(node: Message) -> dict[str, Message]:
    """Attributes of a node by name."""
    return {entry.text(1): entry.message(2) for entry in node.messages(5)}


def called(node: Message) -> str:
    """The function that a node calls."""
    function = attributes_of(node).get("f")
    return function.message(10).text(1) if function else ""


def data_inputs(node: Message) -> list[str]:
    """The tensors that a node takes, without what it only waits for."""
    return [name for name in node.texts(3) if not name.startswith("^")]


def split(tensor: str) -> tuple[str, int]:
    """Node and output number of `node`, `node:1` or `node:output:1`."""
    parts = tensor.split(":")
    return parts[0], int(parts[-1]) if len(parts) > 1 and parts[-1].isdigit() else 0
