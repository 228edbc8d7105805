"""The network as an ONNX file, for the peers that read one."""

from pathlib import Path

from .network import Network

# Read by every runtime since 2021, and enough for what the network needs.
OPSET = 13
IR_VERSION = 8


def write(network: Network, path: Path, batch: int | str = "batch") -> None:
    """Writes Gemm, Relu and Sigmoid from `x` to `y`, for one batch size or, by a name, for any."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, initializers, name = [], [], "x"
    for number, (weights, bias) in enumerate(network.layers):
        parameters = [f"w{number}", f"b{number}"]
        initializers.append(numpy_helper.from_array(weights, parameters[0]))
        initializers.append(numpy_helper.from_array(bias, parameters[1]))
        nodes.append(helper.make_node("Gemm", [name, *parameters], [f"sum{number}"]))
        ends = number == len(network.layers) - 1
        name = "y" if ends else f"h{number}"
        nodes.append(helper.make_node("Sigmoid" if ends else "Relu", [f"sum{number}"], [name]))
    width = network.tests.shape[1]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, width])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 1])]
    graph = helper.make_graph(nodes, "mlp", inputs, outputs, initializers)
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=IR_VERSION)
    path.write_bytes(model.SerializeToString())
