"""TensorFlow SavedModel folders, read without TensorFlow.

The default signature's graph is evaluated symbolically, through the functions that it calls. Which
variable of the checkpoint a handle stands for is taken from the graph that restores it.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import graph
from ..activations import Activation, Kind
from ..errors import ModelError
from ..flow import Flow
from ..graph import Value
from ..guards import MAX_NODES, MAX_PARAMETERS, read_file
from ..protobuf import Message
from ..source import ReadOptions, Source
from ..tensorbundle import DTYPES, Bundle

SIMPLE = {
    "BiasAdd": "add", "Add": "add", "AddV2": "add", "Sub": "sub", "Mul": "mul", "RealDiv": "div",
    "Div": "div", "Relu": "relu", "Elu": "elu", "Sigmoid": "sigmoid", "Tanh": "tanh",
    "Softplus": "softplus", "Softmax": "softmax", "Rsqrt": "rsqrt", "Sqrt": "sqrt", "Neg": "neg",
    "Exp": "exp", "Log": "log", "Maximum": "maximum", "Minimum": "minimum", "Greater": "greater",
    "Square": "square", "Reciprocal": "reciprocal",
}  # fmt: skip
SKIPPED = {"Identity", "IdentityN", "StopGradient", "ReadVariableOp", "Cast", "Snapshot"}
CALLS = {"PartitionedCall", "StatefulPartitionedCall"}
FLOATS = {1, 2}
MAX_DEPTH = 64
MAX_CALLS = 10_000
STORED = {1: (5, 4, "<f4"), 2: (6, 8, "<f8")}


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
class _Model:
    """Everything of a SavedModel that evaluation needs."""

    functions: dict[str, Message]
    bundle: Bundle | None
    keys: dict[str, str] = field(default_factory=dict)
    calls: int = 0


def read(path: Path, options: ReadOptions) -> Source:
    """Reads the signature `serving_default`, or the only one there is."""
    meta_graphs = Message(read_file(path / "saved_model.pb")).messages(2)
    if len(meta_graphs) != 1:
        raise ModelError(f"saved_model.pb holds {len(meta_graphs)} graphs: one is due")
    definition = meta_graphs[0].message(2)
    functions = {f.message(1).text(1): f for f in definition.message(2).messages(1)}
    prefix = path / "variables" / "variables"
    stored = prefix.with_name("variables.index").exists()
    model = _Model(functions, Bundle(prefix) if stored else None)
    outer = Scope(_nodes(definition.messages(1)), {})
    model.keys = _checkpoint_keys(outer, functions)
    source, target = _signature(meta_graphs[0])
    name = _split(source[0])[0]
    outer.values[name] = [Flow.start(_width(source[1], source[0]))]
    result = _Evaluator(model).value(outer, target)
    if not isinstance(result, Flow):
        raise ModelError("the signature's output does not depend on its input")
    return Source("TensorFlow SavedModel", result)


def _nodes(messages: list[Message]) -> dict[str, Message]:
    if len(messages) > MAX_NODES:
        raise ModelError(f"a graph has {len(messages)} nodes, more than {MAX_NODES}")
    return {node.text(1): node for node in messages}


def _signature(meta_graph: Message) -> tuple[tuple[str, Message], str]:
    """The input tensor with its shape, and the output tensor."""
    signatures = {entry.text(1): entry.message(2) for entry in meta_graph.messages(5)}
    signatures.pop("__saved_model_init_op", None)
    if not signatures:
        raise ModelError("the model has no signature: save it with one for serving")
    chosen = signatures.get("serving_default") or next(iter(signatures.values()))
    inputs, outputs = chosen.messages(1), chosen.messages(2)
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelError(
            f"the signature has {len(inputs)} inputs and {len(outputs)} outputs: one of each is due"
        )
    source = inputs[0].message(2)
    return (source.text(1), source.message(3)), outputs[0].message(2).text(1)


def _width(shape: Message, name: str) -> int:
    dimensions = [dimension.integer(1) for dimension in shape.messages(2)]
    if len(dimensions) != 2 or dimensions[1] < 1:
        raise ModelError(f"the input {name} has shape {dimensions}: (batch, features) is due")
    return dimensions[1]


def _checkpoint_keys(outer: Scope, functions: dict[str, Message]) -> dict[str, str]:
    """The checkpoint's key of each variable, from the function that restores them."""
    keys: dict[str, str] = {}
    for node in outer.nodes.values():
        function = functions.get(_called(node)) if node.text(2) in CALLS else None
        if function is None:
            continue
        body = _nodes(function.messages(3))
        restores = [n for n in body.values() if n.text(2) == "RestoreV2"]
        if len(restores) != 1:
            continue
        arguments = [argument.text(1) for argument in function.message(1).messages(2)]
        handles = dict(zip(arguments, _data_inputs(node), strict=False))
        names = _strings(body, _data_inputs(restores[0])[1])
        for assign in body.values():
            if assign.text(2) == "AssignVariableOp":
                argument, value = _data_inputs(assign)[:2]
                index = _restored(body, value)
                if argument in handles and index is not None and index < len(names):
                    keys[_split(handles[argument])[0]] = names[index]
    return keys


def _strings(body: dict[str, Message], name: str) -> list[str]:
    node = body.get(_split(name)[0])
    return _attributes(node)["value"].message(8).texts(8) if node else []


def _restored(body: dict[str, Message], name: str) -> int | None:
    """Which output of RestoreV2 a value is, behind any number of identities."""
    for _ in range(MAX_DEPTH):
        node_name, index = _split(name)
        node = body.get(node_name)
        if node is None:
            return None
        if node.text(2) == "RestoreV2":
            return index
        name = _data_inputs(node)[0]
    return None


class _Evaluator:
    """Evaluates what a tensor depends on, without recursing along the chain of layers."""

    def __init__(self, model: _Model) -> None:
        self._model = model

    def value(self, scope: Scope, target: str) -> Value | Handle:
        """A tensor's value, such as that of `dense/Relu:activations:0`."""
        name, index = _split(target)
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
            needed = [_split(i)[0] for i in _data_inputs(node)]
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
        for item in _data_inputs(node):
            name, index = _split(item)
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
        attributes = _attributes(node)
        if (
            op == "Cast"
            and isinstance(values[0], Flow)
            and attributes["DstT"].integer(6) not in FLOATS
        ):
            raise ModelError(f"{place} casts the network's value to a type that is no float")
        if op in SKIPPED:
            return [self._read(value) for value in values]
        if op == "Const":
            return [_tensor(attributes["value"].message(8), place)]
        if op == "MatMul":
            return [_matmul(values, attributes, place)]
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
        function = self._model.functions.get(_called(node))
        self._model.calls += 1
        if function is None or depth > MAX_DEPTH or self._model.calls > MAX_CALLS:
            raise ModelError(f"{place} calls a function that is missing, or itself")
        signature = function.message(1)
        arguments = [argument.text(1) for argument in signature.messages(2)]
        inner = Scope(_nodes(function.messages(3)), {}, depth + 1)
        inner.values = {n: [v] for n, v in zip(arguments, values, strict=True)}
        returned = {entry.text(1): entry.text(2) for entry in function.messages(4)}
        outputs = [output.text(1) for output in signature.messages(3)]
        return [self.value(inner, returned[output]) for output in outputs]


def _attributes(node: Message) -> dict[str, Message]:
    return {entry.text(1): entry.message(2) for entry in node.messages(5)}


def _called(node: Message) -> str:
    function = _attributes(node).get("f")
    return function.message(10).text(1) if function else ""


def _data_inputs(node: Message) -> list[str]:
    return [name for name in node.texts(3) if not name.startswith("^")]


def _split(tensor: str) -> tuple[str, int]:
    """Node and output number of `node`, `node:1` or `node:output:1`."""
    parts = tensor.split(":")
    return parts[0], int(parts[-1]) if len(parts) > 1 and parts[-1].isdigit() else 0


def _tensor(tensor: Message, place: str) -> NDArray:
    kind = tensor.integer(1)
    shape = tuple(dimension.integer(1) for dimension in tensor.message(2).messages(2))
    if kind not in DTYPES or kind == 14:
        return np.array(math.nan)
    count = math.prod(shape)
    if min((0, *shape)) < 0 or count > MAX_PARAMETERS:
        raise ModelError(f"{place} promises the shape {shape}")
    dtype = np.dtype("<" + DTYPES[kind])
    if 4 in tensor:
        return np.frombuffer(tensor.blob(4), dtype).reshape(shape)
    if kind in STORED:
        number, size, stored = STORED[kind]
        values = np.frombuffer(tensor.packed(number, size), stored)
    else:
        values = np.array(tensor.integers(10 if kind == 9 else 7), dtype)
    # A tensor of equal values is stored as one of them; one of zeros may be stored as none.
    values = values if len(values) else np.zeros(1, dtype)
    missing = count - len(values)
    return np.concatenate([values, np.repeat(values[-1:], max(0, missing))])[:count].reshape(shape)


def _matmul(values: list, attributes: dict[str, Message], place: str) -> Value:
    turned = [n in attributes and attributes[n].integer(5) for n in ("transpose_a", "transpose_b")]
    if turned[0]:
        raise ModelError(f"{place} transposes what flows through the network")
    weights = values[1].T if turned[1] else values[1]
    return graph.compute("matmul", [values[0], weights], place)


def _reshape(values: list, attributes: dict[str, Message], place: str) -> Value:
    shape = np.ravel(values[1])
    if isinstance(values[0], Flow):
        if len(shape) == 2 and shape[1] in (-1, values[0].width):
            return values[0]
        raise ModelError(f"{place} reshapes what flows through the network")
    return np.reshape(values[0], [int(n) for n in shape])


def _shape(values: list, attributes: dict[str, Message], place: str) -> NDArray:
    """The batch's size is not known: not a number."""
    flows = isinstance(values[0], Flow)
    return np.array([math.nan, values[0].width] if flows else np.shape(values[0]))


def _strided_slice(values: list, attributes: dict[str, Message], place: str) -> NDArray:
    start = int(np.ravel(values[1])[0])
    return np.asarray(values[0])[start]


def _leaky_relu(values: list, attributes: dict[str, Message], place: str) -> Flow:
    slope = attributes["alpha"].float32(4) if "alpha" in attributes else 0.2
    return values[0].activate(Activation(Kind.LEAKY_RELU, slope))


OPERATORS = {
    "Reshape": _reshape,
    "Shape": _shape,
    "StridedSlice": _strided_slice,
    "Pack": lambda values, attributes, place: np.stack(values),
    "LeakyRelu": _leaky_relu,
    "Relu6": lambda values, attributes, place: graph.clip(values[0], 0.0, 6.0, place),
    "Select": lambda values, attributes, place: graph.select(*values, place),
    "SelectV2": lambda values, attributes, place: graph.select(*values, place),
    "ExpandDims": lambda values, attributes, place: np.expand_dims(
        values[0], int(np.ravel(values[1])[0])
    ),
}
