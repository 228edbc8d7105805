"""Random chains by PyTorch, as TorchScript, torch.export, ONNX and state dicts."""

import copy
import math
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from mlsched_tools.architecture import parse
from mlsched_tools.source import ReadOptions

from .case import Case, inputs

warnings.simplefilter("ignore")
Random = np.random.Generator
Step = tuple[str, Callable]


def number(random: Random, low: float = 0.2, high: float = 1.5) -> float:
    return round(float(random.uniform(low, high)), 3)


class Chain(nn.Module):
    """Steps in a row, with what they need as parameters of the module."""

    def __init__(self, random: Random, steps: int, strangers: int) -> None:
        super().__init__()
        self.random = random
        self.names: list[str] = []
        self.steps: list[Callable] = []
        self.inputs = self.width = int(random.integers(3, 8))
        self.count = 0
        kinds = ["known"] * steps + ["strange"] * strangers
        random.shuffle(kinds)
        self._add(self._dense())
        for kind in kinds:
            pool = self._known() if kind == "known" else self._strange()
            self._add(pool[int(random.integers(len(pool)))]())
            if random.random() < 0.4:
                self._add(self._dense())
        self.output = None
        self._end()
        del self.random

    def _add(self, step: Step) -> None:
        self.names.append(step[0])
        self.steps.append(step[1])

    def value(self, *shape: int, low: float = -1.0) -> str:
        """A constant of the module, by its name."""
        name = f"c{self.count}"
        self.count += 1
        values = self.random.uniform(low, 1.0, shape).astype("<f4")
        self.register_buffer(name, torch.from_numpy(values))
        return name

    def _dense(self, width: int | None = None) -> Step:
        width, before = width or int(self.random.integers(2, 9)), self.width
        self.width = width
        scale = self.random.uniform(0.5, 1.2) / np.sqrt(before)
        w, b = self.value(width, before), self.value(width)
        setattr(self, w, getattr(self, w) * float(scale) * 2)
        kinds = [
            ("linear", lambda m, x: F.linear(x, getattr(m, w), getattr(m, b))),
            ("linear without bias", lambda m, x: F.linear(x, getattr(m, w))),
            ("x @ w.t() + b", lambda m, x: x @ getattr(m, w).t() + getattr(m, b)),
            ("addmm", lambda m, x: torch.addmm(getattr(m, b), x, getattr(m, w).t(), beta=0.5)),
        ]
        return kinds[int(self.random.integers(len(kinds)))]

    def _known(self) -> list[Callable[[], Step]]:
        r, w = self.random, self.width
        a, b = number(r), number(r)

        def plain(name: str, function: Callable) -> Callable[[], Step]:
            return lambda: (name, lambda m, x: function(x))

        def with_value(name: str, function: Callable, *shape: int, low: float = -1.0) -> Callable:
            def build() -> Step:
                c = self.value(*shape, low=low)
                return name, lambda m, x: function(x, getattr(m, c))

            return build

        return [
            plain("relu", torch.relu), plain("relu_", lambda x: torch.relu_(x * 1.0)),
            plain("sigmoid", torch.sigmoid), plain("tanh", torch.tanh), plain("silu", F.silu),
            plain("hardsigmoid", F.hardsigmoid), plain("relu6", F.relu6), plain("selu", F.selu),
            plain(f"leaky_relu({a})", lambda x: F.leaky_relu(x, a)),
            plain(f"elu({a})", lambda x: F.elu(x, a)), plain(f"celu({a})", lambda x: F.celu(x, a)),
            plain(f"softplus({a})", lambda x: F.softplus(x, a)), plain("gelu", F.gelu),
            plain("gelu tanh", lambda x: F.gelu(x, approximate="tanh")),
            plain("gelu by pow", lambda x: gelu_by_tanh(x, torch.pow(x, 3))),
            plain("gelu by x * x * x", lambda x: gelu_by_tanh(x, x * x * x)),
            plain("gelu by erf", lambda x: x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))),
            plain("hardswish", F.hardswish), plain("mish", F.mish),
            plain(f"hardtanh({-a},{b})", lambda x: F.hardtanh(x, -a, b)),
            plain(f"clamp({-a},{b})", lambda x: torch.clamp(x, min=-a, max=b)),
            plain("clamp(min=0)", lambda x: torch.clamp(x, min=0)),
            plain("neg", torch.neg), plain(f"* {a}", lambda x: x * a),
            plain(f"{a} - x", lambda x: a - x), plain(f"/ {a}", lambda x: x / a),
            plain(f"add alpha {a}", lambda x: torch.add(x, b, alpha=a)),
            with_value("prelu", F.prelu, w), with_value("prelu of one", F.prelu, 1),
            with_value("+ c", torch.add, w), with_value("- c", torch.sub, w),
            with_value(f"- {a} c", lambda x, c: torch.sub(x, c, alpha=a), w),
            with_value("* c", torch.mul, w), with_value("/ c", torch.div, w, low=0.3),
            with_value("c - x", lambda x, c: c - x, w), with_value("* c of one", torch.mul, 1),
            plain("flatten(1)", lambda x: torch.flatten(x, 1)),
            plain("dropout", lambda x: F.dropout(x, 0.5, False)),
            plain("view", lambda x: x.view(-1, w)),
            plain("view by size", lambda x: x.view(x.size(0), -1)),
            plain("unsqueeze, squeeze", lambda x: x.unsqueeze(1).squeeze(1)),
            self._norm,
        ]  # fmt: skip

    def _norm(self) -> Step:
        names = [self.value(self.width, low=0.3) for _ in range(4)]

        def apply(m: nn.Module, x: torch.Tensor) -> torch.Tensor:
            mean, var, gamma, beta = (getattr(m, name) for name in names)
            return F.batch_norm(x, mean, var, gamma, beta, False, 0.1, 1e-3)

        return "batch_norm", apply

    def _strange(self) -> list[Callable[[], Step]]:
        c, w = self.value(self.width), self.width
        a = number(self.random)
        return [
            lambda name=name, function=function: (name, lambda m, x: function(x))
            for name, function in {
                "sin": torch.sin, "abs": torch.abs, "square": lambda x: x * x,
                "pow": lambda x: x**2, "floor": torch.floor, "round": torch.round,
                "div floor": lambda x: torch.div(x, 0.3, rounding_mode="floor"),
                "div trunc": lambda x: torch.div(x, 0.3, rounding_mode="trunc"),
                "layer_norm": lambda x: F.layer_norm(x, (w,)), "flip": lambda x: torch.flip(x, [1]),
                "roll": lambda x: torch.roll(x, 1, 1), "sort": lambda x: torch.sort(x, 1)[0],
                "softmax": lambda x: torch.softmax(x, 1),
                "softmax over the batch": lambda x: torch.softmax(x, 0),
                "residual": lambda x: x + torch.relu(x), "gate": lambda x: x * torch.tanh(x),
                "half": lambda x: x.half().float(), "int": lambda x: x.int().float(),
                "mean": lambda x: x - x.mean(0), "cumsum": lambda x: torch.cumsum(x, 1),
                "normalize": lambda x: F.normalize(x), "softsign": F.softsign,
                "logsigmoid": F.logsigmoid, "hardshrink": F.hardshrink, "exp": torch.exp,
                "tanhshrink": F.tanhshrink, "threshold": lambda x: F.threshold(x, 0.1, 0.0),
                "threshold value": lambda x: F.threshold(x, 0.0, 0.2),
                "clamp above": lambda x: torch.clamp(x, max=a),
                "clamp below": lambda x: torch.clamp(x, min=-a),
                "where": lambda x: torch.where(x > a, x, torch.zeros_like(x)),
                "where lt": lambda x: torch.where(x < 0, x, x * a),
                "max": lambda x: torch.maximum(x, torch.tensor(a)),
                "transposed": lambda x: (x.t() * 2).t(), "in place": lambda x: stale(x),
                "outer": lambda x: x.unsqueeze(2).mul(getattr(self, c)).sum(1),
                "softplus threshold": lambda x: F.softplus(x, 1, 2),
                "rsub alpha": lambda x: torch.rsub(x, 1, alpha=a), "mish gate": mish_like,
                "rrelu": lambda x: F.rrelu(x, 0.1, 0.3, False), "glu": lambda x: doubled_glu(x),
                "addcmul": lambda x: torch.addcmul(x, x, x, value=0.1),
                "lerp": lambda x: torch.lerp(x, torch.relu(x), 0.3),
                "batch view": lambda x: x.reshape(w, -1).reshape(-1, w),
                "matmul left": lambda x: (x.t() @ x) @ torch.ones(w, w) + 0 * x.sum(),
            }.items()
        ]  # fmt: skip

    def _end(self) -> None:
        r = self.random
        if r.random() < 0.3:
            self._add(self._dense(2))
            column = int(r.integers(2))
            ends = [
                ("softmax", lambda m, x: torch.softmax(x, 1)),
                (f"softmax[:, {column}]", lambda m, x: torch.softmax(x, -1)[:, column]),
                (f"sigmoid[:, {column}]", lambda m, x: torch.sigmoid(x[:, column])),
                ("two sigmoids", lambda m, x: torch.sigmoid(x)),
            ]
            end = ends[int(r.integers(len(ends)))]
            self.output = column if end[0] == "two sigmoids" else None
            self.column = column if end[0] == "two sigmoids" else -1
            self._add(end)
            return
        self.column = -1
        self._add(self._dense(1))
        ends = [
            ("sigmoid", lambda m, x: torch.sigmoid(x)),
            ("squeeze(-1)", lambda m, x: torch.sigmoid(x).squeeze(-1)),
            ("squeeze()", lambda m, x: torch.sigmoid(x.squeeze())),
            ("view(-1)", lambda m, x: torch.sigmoid(x.view(-1))),
            ("flatten()", lambda m, x: torch.sigmoid(x).flatten()),
            ("[:, 0]", lambda m, x: torch.sigmoid(x)[:, 0]),
            ("[..., 0]", lambda m, x: torch.sigmoid(x[..., 0])),
            ("reshape(-1, 1)", lambda m, x: torch.sigmoid(x).reshape(-1, 1)),
            ("1 - sigmoid", lambda m, x: 1 - torch.sigmoid(x)),
        ]
        self._add(ends[int(r.integers(len(ends)))])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for step in self.steps:
            x = step(self, x)
        return x


def stale(x: torch.Tensor) -> torch.Tensor:
    y = x * 1.0
    z = torch.relu(y)
    y.mul_(2.0)
    return z + y


def gelu_by_tanh(x: torch.Tensor, cube: torch.Tensor) -> torch.Tensor:
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * cube)))


def mish_like(x: torch.Tensor) -> torch.Tensor:
    return x * torch.tanh(F.softplus(x * 1.1))


def doubled_glu(x: torch.Tensor) -> torch.Tensor:
    return F.glu(torch.cat([x, x], 1), 1)


FORMATS = ("trace", "trace", "trace", "script.onnx", "export", "dynamo.onnx")


def make(random: Random, folder: Path) -> Case | None:
    """A random chain in a random format; None where PyTorch itself cannot write it."""
    if random.random() < 0.1:
        return state_dict(random, folder)
    strangers = int(random.random() < 0.4)
    model = Chain(random, int(random.integers(0, 6)), strangers).eval()
    kind = str(random.choice(FORMATS))
    rows = inputs(random, model.inputs)
    example = torch.from_numpy(rows[:3])
    path = folder / kind
    try:
        with torch.no_grad():
            expected = copy.deepcopy(model).double()(torch.from_numpy(rows).double()).numpy()
            _write(model, kind, example, path)
    except Exception:  # the library's own limits are not looked for
        return None
    if kind.endswith("onnx"):
        expected = _as_written(path, rows, expected)
    if not np.isfinite(expected).all() or expected.shape[0] != len(rows):
        return None
    outputs = expected.reshape(len(rows), -1)[:, model.column]
    options = ReadOptions(output=model.output)
    known = not strangers
    return Case(path, options, rows, outputs, known, f"{kind}: {', '.join(model.names)}")


def _as_written(path: Path, rows: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """What a graph computes: PyTorch's older exporter leaves a softplus's threshold out of it."""
    session = onnxruntime.InferenceSession(path)
    outputs = session.run(None, {session.get_inputs()[0].name: rows})[0]
    exact = outputs.shape == expected.shape and np.abs(outputs - expected).max() < 1e-5
    return expected if exact else outputs


def _write(model: nn.Module, kind: str, example: torch.Tensor, path: Path) -> None:
    if kind == "trace":
        torch.jit.trace(model, example, check_trace=False).save(path)
    elif kind == "export":
        shapes = ({0: torch.export.Dim("n")},)
        torch.export.save(torch.export.export(model, (example,), dynamic_shapes=shapes), path)
    elif kind == "script.onnx":
        torch.onnx.export(
            model, (example,), path, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "n"}},
            opset_version=17,
        )  # fmt: skip
    else:
        torch.onnx.export(
            model, (example,), path, dynamo=True, external_data=False, verbose=False,
            dynamic_shapes=({0: "n"},),
        )  # fmt: skip


def state_dict(random: Random, folder: Path) -> Case:
    """Weights alone, whose names do or do not say in which order they come."""
    depth = int(random.integers(2, 6))
    widths = [int(n) for n in random.integers(3, 6, depth)] + [1]
    layers = [nn.Linear(a, b) for a, b in pairwise(widths)]
    words = ["in", "alpha", "mid", "beta", "out", "zeta"]
    random.shuffle(words)
    numbered = random.random() < 0.5
    named = [(f"fc{n}" if numbered else words[n], layer) for n, layer in enumerate(layers)]
    stored = [named[i] for i in random.permutation(len(named))]
    state = {f"{n}.{k}": v for n, layer in stored for k, v in layer.state_dict().items()}
    torch.save(state, folder / "state.pt")
    rows = inputs(random, layers[0].in_features)
    x = torch.from_numpy(rows).double()
    for n, layer in enumerate(layers):
        x = copy.deepcopy(layer).double()(x)
        x = torch.sigmoid(x) if n == len(layers) - 1 else torch.relu(x)
    steps = ",".join(["relu"] * (len(layers) - 1) + ["sigmoid"])
    outputs = x.detach().numpy()[:, 0]
    options = ReadOptions(architecture=parse(steps))
    what = f"state dict {widths}, {[n for n, _ in stored]}"
    return Case(folder / "state.pt", options, rows, outputs, numbered, what)
