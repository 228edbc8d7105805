"""TensorFlow SavedModel folders, read without TensorFlow.

The default signature's graph is evaluated symbolically. Which variable of the checkpoint a handle
stands for is taken from the graph that restores it.
"""

from pathlib import Path

from ..errors import ModelError
from ..flow import Flow
from ..guards import read_file
from ..protobuf import Message
from ..source import ReadOptions, Source
from ..tensorbundle import Bundle
from .tf_graph import (
    CALLS,
    MAX_DEPTH,
    Evaluator,
    GraphModel,
    Scope,
    attributes_of,
    called,
    data_inputs,
    nodes_of,
    split,
)


def read(path: Path, options: ReadOptions) -> Source:
    """Reads the signature `serving_default`, or the only one there is."""
    meta_graphs = Message(read_file(path / "saved_model.pb")).messages(2)
    if len(meta_graphs) != 1:
        raise ModelError(f"saved_model.pb holds {len(meta_graphs)} graphs: expected one")
    definition = meta_graphs[0].message(2)
    functions = {f.message(1).text(1): f for f in definition.message(2).messages(1)}
    prefix = path / "variables" / "variables"
    stored = prefix.with_name("variables.index").exists()
    model = GraphModel(functions, Bundle(prefix) if stored else None)
    outer = Scope(nodes_of(definition.messages(1)), {})
    model.keys = _checkpoint_keys(outer, functions)
    source, target = _signature(meta_graphs[0])
    name = split(source[0])[0]
    outer.values[name] = [Flow.start(*_shape(source[1], source[0]))]
    result = Evaluator(model).value(outer, target)
    if not isinstance(result, Flow):
        raise ModelError("the signature's output does not depend on its input")
    return Source("TensorFlow SavedModel", result)


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
            f"the signature has {len(inputs)} inputs and {len(outputs)} outputs: expected one each"
        )
    source = inputs[0].message(2)
    return (source.text(1), source.message(3)), outputs[0].message(2).text(1)


def _shape(shape: Message, name: str) -> list[int]:
    """The shape of a row of the input."""
    dimensions = [dimension.integer(1) for dimension in shape.messages(2)]
    if len(dimensions) < 2 or min(dimensions[1:]) < 1:
        raise ModelError(f"the input {name} has shape {dimensions}: expected (batch, features)")
    return dimensions[1:]


def _checkpoint_keys(outer: Scope, functions: dict[str, Message]) -> dict[str, str]:
    """The checkpoint's key of each variable, from the function that restores them."""
    keys: dict[str, str] = {}
    for node in outer.nodes.values():
        function = functions.get(called(node)) if node.text(2) in CALLS else None
        if function is None:
            continue
        body = nodes_of(function.messages(3))
        restores = [n for n in body.values() if n.text(2) == "RestoreV2"]
        if len(restores) != 1:
            continue
        arguments = [argument.text(1) for argument in function.message(1).messages(2)]
        handles = dict(zip(arguments, data_inputs(node), strict=False))
        names = _strings(body, data_inputs(restores[0])[1])
        for assign in body.values():
            if assign.text(2) == "AssignVariableOp":
                argument, value = data_inputs(assign)[:2]
                index = _restored(body, value)
                if argument in handles and index is not None and index < len(names):
                    keys[split(handles[argument])[0]] = names[index]
    return keys


def _strings(body: dict[str, Message], name: str) -> list[str]:
    node = body.get(split(name)[0])
    return attributes_of(node)["value"].message(8).texts(8) if node else []


def _restored(body: dict[str, Message], name: str) -> int | None:
    """Which output of RestoreV2 a value is, behind any number of identities."""
    for _ in range(MAX_DEPTH):
        node_name, index = split(name)
        node = body.get(node_name)
        if node is None:
            return None
        if node.text(2) == "RestoreV2":
            return index
        name = data_inputs(node)[0]
    return None
