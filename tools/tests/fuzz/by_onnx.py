"""Random ONNX graphs, written byte by byte and computed by NumPy: what needs no library."""

import math
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mlsched_tools.source import ReadOptions

from .case import Case, inputs

Random = np.random.Generator
FLOAT, INTEGER = 1, 7
# Steps that a chain of dense layers cannot hold, or that ONNX's definition makes something else of.
STRANGE = (
    "Sin", "Abs", "square", "softmax inside", "residual", "Floor", "Cast int", "unknown attribute",
)  # fmt: skip


def varint(value: int) -> bytes:
    data = b""
    value %= 1 << 64
    while value >= 0x80:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


def message(*fields: tuple[int, object]) -> bytes:
    """A protocol buffer: field numbers, each with an integer, a float, text or bytes."""
    data = b""
    for number, value in fields:
        if isinstance(value, float):
            data += varint(number << 3 | 5) + struct.pack("<f", value)
        elif isinstance(value, int):
            data += varint(number << 3) + varint(value)
        else:
            value = value.encode() if isinstance(value, str) else value
            data += varint(number << 3 | 2) + varint(len(value)) + value
    return data


class Graph:
    """Nodes and constants, with what they compute."""

    def __init__(self, random: Random, rows: np.ndarray) -> None:
        self.random = random
        self.value = rows.astype("<f8")  # (ROWS, width)
        self.name = "x"
        self.parts: list[tuple[int, bytes]] = []
        self.names: list[str] = []
        self.count = 0

    def constant(self, values: np.ndarray) -> str:
        self.count += 1
        name = f"c{self.count}"
        kind = FLOAT if values.dtype.kind == "f" else INTEGER
        values = values.astype("<f4" if kind == FLOAT else "<i8")
        shape = [(1, n) for n in values.shape]
        self.parts.append((5, message(*shape, (2, kind), (8, name), (9, values.tobytes()))))
        return name

    def node(self, op: str, operands: list[str], **attributes: float | int) -> str:
        """Appends a node and returns the name of its result."""
        self.count += 1
        name = f"v{self.count}"
        encoded = [
            (5, message((1, k), (2 if isinstance(v, float) else 3, v)))
            for k, v in attributes.items()
        ]
        names = [(1, operand) for operand in operands]
        self.parts.append((1, message(*names, (2, name), (4, op), *encoded)))
        self.names.append(op)
        return name

    def then(self, value: np.ndarray, op: str, *more: str, **attributes: float | int) -> None:
        """Applies an operator to the value that flows, of which NumPy computes the result."""
        self.name = self.node(op, [self.name, *more], **attributes)
        self.value = value


def f4(random: Random, *shape: int, low: float = -1.0) -> np.ndarray:
    return random.uniform(low, 1.0, shape).astype("<f4")


def dense(graph: Graph, width: int) -> None:
    r, x = graph.random, graph.value
    w, b = f4(r, x.shape[1], width), f4(r, width)
    kind = r.integers(3)
    if kind == 0:
        alpha = round(float(r.uniform(0.5, 1.5)), 2)
        value = np.float32(alpha) * (x @ w.astype("<f8")) + b
        names = graph.constant(np.ascontiguousarray(w.T)), graph.constant(b)
        graph.then(value, "Gemm", *names, alpha=alpha, transB=1)
        return
    graph.then(x @ w.astype("<f8"), "MatMul", graph.constant(w))
    if kind == 1:
        graph.then(graph.value + b, "Add", graph.constant(b))


def activation(graph: Graph) -> None:
    r, x = graph.random, graph.value
    a = float(np.float32(r.uniform(0.1, 0.9)))
    erfc = np.vectorize(math.erfc, otypes=[float])
    softplus = np.logaddexp(0, x)
    pool: list[tuple[Callable[[], np.ndarray], str, dict]] = [
        (lambda: np.maximum(x, 0), "Relu", {}), (lambda: 1 / (1 + np.exp(-x)), "Sigmoid", {}),
        (lambda: np.tanh(x), "Tanh", {}), (lambda: softplus, "Softplus", {}),
        (lambda: np.where(x < 0, a * x, x), "LeakyRelu", {"alpha": a}),
        (lambda: np.where(x < 0, a * np.expm1(np.minimum(x, 0)), x), "Elu", {"alpha": a}),
        (lambda: np.where(x < 0, a * np.expm1(np.minimum(x, 0) / a), x), "Celu", {"alpha": a}),
        (lambda: np.clip(a * x + 0.5, 0, 1), "HardSigmoid", {"alpha": a, "beta": 0.5}),
        (lambda: x * np.clip(x / 6 + 0.5, 0, 1), "HardSwish", {}),
        (lambda: x * np.tanh(softplus), "Mish", {}),
        (lambda: x / 2 * erfc(-x / math.sqrt(2)), "Gelu", {}), (lambda: -x, "Neg", {}),
    ]  # fmt: skip
    compute, op, attributes = pool[int(r.integers(len(pool)))]
    graph.then(compute(), op, **attributes)


def arithmetic(graph: Graph) -> None:
    r, x = graph.random, graph.value
    op = str(r.choice(["Add", "Sub", "Mul", "Div", "rSub", "PRelu", "Clip"]))
    c = f4(r, *([] if r.random() < 0.3 else [x.shape[1]]), low=0.3 if op == "Div" else -1.0)
    if op == "rSub":
        name = graph.node("Sub", [graph.constant(c), graph.name])
        graph.name, graph.value = name, c - x
    elif op == "PRelu":
        graph.then(np.where(x < 0, c * x, x), op, graph.constant(c))
    elif op == "Clip":
        low, high = f4(r, low=0.0) - np.float32(2), f4(r, low=0.2)
        names = [graph.constant(np.asarray(v)) for v in (low, high)]
        graph.then(np.clip(x, low, high), op, *names)
    else:
        function = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}[op]
        graph.then(function(x, c.astype("<f8")), op, graph.constant(c))


def shape(graph: Graph) -> None:
    """Axes put in and taken out again, and columns that are all."""
    r, width = graph.random, graph.value.shape[1]
    match r.integers(4):
        case 0:
            graph.then(graph.value, "Flatten", axis=1)
        case 1:
            graph.then(graph.value, "Unsqueeze", graph.constant(np.array([1])))
            graph.then(graph.value, "Squeeze", graph.constant(np.array([1])))
        case 2:
            graph.then(graph.value, "Reshape", graph.constant(np.array([-1, width])))
        case 3:
            bounds = [graph.constant(np.array([n])) for n in (0, 1 << 40, 1)]
            graph.then(graph.value, "Slice", *bounds)


def strange(graph: Graph) -> None:
    r, x = graph.random, graph.value
    match str(r.choice(STRANGE)):
        case "square":
            graph.then(x * x, "Mul", graph.name)
        case "residual":
            before = graph.name
            graph.then(np.maximum(x, 0), "Relu")
            graph.then(x + graph.value, "Add", before)
        case "softmax inside":
            powers = np.exp(x)
            graph.then(powers / powers.sum(1, keepdims=True), "Softmax", axis=1)
        case "Cast int":
            graph.then(np.trunc(x), "Cast", to=INTEGER)
            graph.then(graph.value, "Cast", to=FLOAT)
        case "unknown attribute":
            graph.then(np.tanh(x), "Tanh", curve=2)
        case op:
            graph.then({"Sin": np.sin, "Abs": np.abs, "Floor": np.floor}[op](x), op)


def end(graph: Graph) -> None:
    r = graph.random
    if r.random() < 0.3:
        dense(graph, 2)
        powers = np.exp(graph.value - graph.value.max(1, keepdims=True))
        graph.then(powers / powers.sum(1, keepdims=True), "Softmax", axis=1)
        if r.random() < 0.5:
            column = int(r.integers(2))
            graph.then(graph.value[:, column], "Gather", graph.constant(np.array(column)), axis=1)
        return
    dense(graph, 1)
    graph.then(1 / (1 + np.exp(-graph.value)), "Sigmoid")
    match r.integers(3):
        case 0:
            graph.then(graph.value, "Squeeze", graph.constant(np.array([1])))
        case 1:
            graph.then(graph.value, "Reshape", graph.constant(np.array([-1])))


def make(random: Random, folder: Path) -> Case | None:
    """A random graph; None where its values overflow."""
    width = int(random.integers(2, 8))
    rows = inputs(random, width)
    graph = Graph(random, rows)
    dense(graph, int(random.integers(2, 8)))
    odd = random.random() < 0.35
    for _ in range(int(random.integers(0, 6))):
        step = (activation, activation, arithmetic, shape)[int(random.integers(4))]
        step(graph)
        if random.random() < 0.4:
            dense(graph, int(random.integers(2, 8)))
    if odd:
        strange(graph)
    end(graph)
    if not np.isfinite(graph.value).all():
        return None
    dims = message((1, message((2, "n"))), (1, message((1, width))))
    entry = message((1, "x"), (2, message((1, message((1, 1), (2, dims))))))
    body = message(*graph.parts, (11, entry), (12, message((1, graph.name))))
    path = folder / "graph.onnx"
    path.write_bytes(message((1, 8), (7, body), (8, message((1, ""), (2, 20)))))
    outputs = graph.value.reshape(len(rows), -1)[:, -1]
    return Case(path, ReadOptions(), rows, outputs, not odd, ", ".join(graph.names))
