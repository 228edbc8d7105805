"""The network as a TensorFlow Lite flatbuffer."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from .network import Network

VERSION = 3
IDENTIFIER = b"TFL3"


class _Builder:
    """Tensors with their buffers; buffer 0 is empty by the format's rule."""

    def __init__(self) -> None:
        self.buffers = [schema.BufferT()]
        self.tensors: list[schema.TensorT] = []

    def tensor(self, name: str, shape: tuple[int, ...]) -> int:
        """The number of a tensor that is computed."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), schema.TensorType.FLOAT32
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, name: str, values: NDArray[np.float32]) -> int:
        """The number of a tensor that the file holds."""
        number = self.tensor(name, values.shape)
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.astype("<f4").tobytes(), np.uint8)
        self.tensors[number].buffer = len(self.buffers)
        self.buffers.append(buffer)
        return number


def encode(network: Network, batch: int) -> bytes:
    """FULLY_CONNECTED for each layer, ReLU inside of it, then LOGISTIC; for one batch size."""
    builder = _Builder()
    x = first = builder.tensor("x", (batch, network.tests.shape[1]))
    operators = []
    for number, (weights, bias) in enumerate(network.layers):
        last = number == len(network.layers) - 1
        parameters = [
            builder.constant(f"w{number}", np.ascontiguousarray(weights.T)),  # (outputs, inputs)
            builder.constant(f"b{number}", bias),
        ]
        sums = builder.tensor(f"h{number}", (batch, bias.size))
        operators.append(_fully_connected([x, *parameters], sums, relu=not last))
        x = sums
    y = builder.tensor("y", (batch, 1))
    operators.append(_operator(1, [x], y))
    return _pack(builder, operators, first, y)


def _operator(code: int, inputs: list[int], output: int) -> schema.OperatorT:
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, [output]
    return operator


def _fully_connected(inputs: list[int], output: int, *, relu: bool) -> schema.OperatorT:
    operator = _operator(0, inputs, output)
    operator.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    operator.builtinOptions = schema.FullyConnectedOptionsT()
    kinds = schema.ActivationFunctionType
    operator.builtinOptions.fusedActivationFunction = kinds.RELU if relu else kinds.NONE
    return operator


def _pack(builder: _Builder, operators: list[schema.OperatorT], x: int, y: int) -> bytes:
    codes = []
    for builtin in (schema.BuiltinOperator.FULLY_CONNECTED, schema.BuiltinOperator.LOGISTIC):
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = builtin
        codes.append(code)
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = builder.tensors, operators
    graph.inputs, graph.outputs = [x], [y]
    model = schema.ModelT()
    model.version, model.operatorCodes = VERSION, codes
    model.subgraphs, model.buffers = [graph], builder.buffers
    packer = flatbuffers.Builder(1 << 16)
    packer.Finish(model.Pack(packer), file_identifier=IDENTIFIER)
    return bytes(packer.Output())
