"""Evaluates TorchScript's code symbolically: what happens to the one tensor that flows through it.

The code in a TorchScript file is a small subset of Python's grammar. It is parsed, never run; each
statement is either understood or refused.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import graph
from ..activations import RELU, SIGMOID, Activation, Kind
from ..errors import ModelError
from ..flow import Flow

MAX_CALLS = 10_000
MAX_DEPTH = 64


@dataclass(eq=False)
class Module:
    """An object in the file: its class and attributes."""

    kind: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Method:
    """A function of the file's code, perhaps bound to a module."""

    module: str
    owner: str
    name: str
    bound: Module | None


@dataclass(frozen=True)
class Path:
    """A dotted name that is not a value, such as torch.relu."""

    name: str


class _Input:
    """The network's input before the first layer says how wide it is."""


class _Return(Exception):  # noqa: N818
    def __init__(self, value: Any) -> None:  # noqa: ANN401
        self.value = value


def evaluate(module: Module, code: Callable[[str], str], constants: list[Any]) -> Flow:
    """What `forward` of a module computes.

    Args:
        module: The file's outermost object.
        code: Gives the source of a part of the code by its dotted name.
        constants: Tensors that the code refers to by number.
    """
    evaluator = _Evaluator(code, constants)
    owner, _, name = module.kind.rpartition(".")
    result = evaluator.call(Method(owner, name, "forward", module), [_Input()], {})
    if not isinstance(result, Flow):
        raise ModelError("forward() does not return one tensor that depends on its input")
    return result


@dataclass
class _Evaluator:
    code: Callable[[str], str]
    constants: list[Any]
    parsed: dict[str, ast.Module] = field(default_factory=dict)
    calls: int = 0
    depth: int = 0

    def call(self, method: Method, arguments: list[Any], named: dict[str, Any]) -> Any:  # noqa: ANN401
        """Evaluates a function of the file's code."""
        self.calls += 1
        self.depth += 1
        if self.calls > MAX_CALLS or self.depth > MAX_DEPTH:
            raise ModelError("the TorchScript code calls itself, or too many functions")
        definition = self._definition(method)
        parameters = definition.args.args
        if method.bound is not None:
            arguments = [method.bound, *arguments]
        scope = dict(zip((p.arg for p in parameters), arguments, strict=False))
        scope.update(named)
        defaults = definition.args.defaults
        for parameter, default in zip(
            parameters[len(parameters) - len(defaults) :], defaults, strict=True
        ):
            if parameter.arg not in scope:
                scope[parameter.arg] = self._value(default, scope)
        try:
            self._run(definition.body, scope)
        except _Return as done:
            return done.value
        finally:
            self.depth -= 1
        return None

    def _definition(self, method: Method) -> ast.FunctionDef:
        if method.module not in self.parsed:
            try:
                self.parsed[method.module] = ast.parse(self.code(method.module))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                raise ModelError(f"the TorchScript code of {method.module} is damaged") from None
        body = self.parsed[method.module].body
        if method.owner:
            owners = [n for n in body if isinstance(n, ast.ClassDef) and n.name == method.owner]
            body = owners[0].body if owners else []
        for node in body:
            if isinstance(node, ast.FunctionDef) and node.name == method.name:
                return node
        raise ModelError(f"the TorchScript code has no {method.module}.{method.name}")

    def _run(self, statements: list[ast.stmt], scope: dict[str, Any]) -> None:
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name(name)], value=value):
                    scope[name] = self._value(value, scope)
                case ast.Return(value=value):
                    raise _Return(self._value(value, scope) if value else None)
                case ast.If(test=test, body=body, orelse=orelse):
                    self._run(body if self._condition(test, scope) else orelse, scope)
                case ast.Expr(value=value):
                    self._value(value, scope)
                case ast.Pass():
                    pass
                case _:
                    raise ModelError(f"the TorchScript code has {_shown(statement)}: not a chain")

    def _condition(self, test: ast.expr, scope: dict[str, Any]) -> bool:
        value = self._value(test, scope)
        if not isinstance(value, bool):
            raise ModelError(f"the TorchScript code branches on {_shown(test)}: not a chain")
        return value

    def _value(self, node: ast.expr, scope: dict[str, Any]) -> Any:  # noqa: ANN401
        match node:
            case ast.Constant(value=value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._value(operand, scope)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self._value(item, scope) for item in items]
            case ast.Name(id=name):
                return scope[name] if name in scope else Path(name)
            case ast.Attribute(value=base, attr=name):
                return self._attribute(self._value(base, scope), name)
            case ast.Call():
                return self._called(node, scope)
        raise ModelError(f"the TorchScript code has {_shown(node)}: not a chain of layers")

    def _attribute(self, base: Any, name: str) -> Any:  # noqa: ANN401
        if isinstance(base, Path):
            if base.name == "CONSTANTS" and name[:1] == "c" and name[1:].isdigit():
                if int(name[1:]) >= len(self.constants):
                    raise ModelError(f"the file has no constant {name}")
                return self.constants[int(name[1:])]
            return Path(f"{base.name}.{name}")
        if isinstance(base, Module):
            if name in base.attributes:
                return base.attributes[name]
            owner, _, kind = base.kind.rpartition(".")
            return Method(owner, kind, name, base)
        raise ModelError(f"the TorchScript code uses .{name} of something that is no module")

    def _called(self, node: ast.Call, scope: dict[str, Any]) -> Any:  # noqa: ANN401
        function = self._value(node.func, scope)
        arguments = [self._value(argument, scope) for argument in node.args]
        named = {k.arg: self._value(k.value, scope) for k in node.keywords if k.arg}
        if isinstance(function, Method):
            return self.call(function, arguments, named)
        if not isinstance(function, Path):
            raise ModelError(f"the TorchScript code calls {_shown(node.func)}: not a function")
        if function.name == "getattr":
            return self._attribute(*arguments)
        if function.name in ("annotate", "unchecked_cast"):
            return arguments[1]
        if function.name.startswith("__torch__."):
            module, _, name = function.name.rpartition(".")
            return self.call(Method(module, "", name, None), arguments, named)
        return _operate(function.name, arguments)


def _operate(name: str, arguments: list[Any]) -> Any:  # noqa: ANN401
    """Applies one of PyTorch's own functions."""
    short = name.removeprefix("torch.")
    # A trailing underscore marks PyTorch's in-place variants.
    short = short if short.endswith("__") else short.removesuffix("_")
    place = f"{name}()"
    try:
        if short in COMPARISONS:
            return COMPARISONS[short](*arguments)
        if short in SHAPES and isinstance(arguments[0], Flow | _Input):
            return 2
        if short == "linear":
            return _linear(*arguments, place)
        if short == "addmm":
            bias, flow, weights = arguments[:3]
            return _started(flow, np.shape(weights)[0]).dense(weights, bias, place)
        if short in SKIPPED:
            return _skipped(short, arguments, place)
        if short in OPERATORS and isinstance(arguments[0], Flow):
            return OPERATORS[short](arguments, place)
        if short in ARITHMETIC:
            return _arithmetic(short, arguments, place)
    except (IndexError, TypeError, ValueError, KeyError, AttributeError):
        raise ModelError(f"{place} has arguments that do not fit it") from None
    raise ModelError(f"{place} is a function that a chain of dense layers cannot hold")


def _started(value: Any, width: int) -> Flow:  # noqa: ANN401
    return Flow.start(width) if isinstance(value, _Input) else value


def _linear(flow: Any, weights: Any, bias: Any, place: str) -> Flow:  # noqa: ANN401
    weights = np.asarray(weights)
    return _started(flow, weights.shape[1]).dense(weights.T, bias, place)


def _skipped(short: str, arguments: list[Any], place: str) -> Any:  # noqa: ANN401
    """Functions that do nothing at inference to a tensor (batch, features)."""
    if short in ("dropout", "alpha_dropout", "feature_dropout") and arguments[2] is not False:
        raise ModelError(f"{place} is active: call model.eval() before saving")
    if short == "flatten" and arguments[1:2] != [1]:
        raise ModelError(f"{place} flattens the batch")
    return arguments[0]


def _batch_norm(arguments: list[Any], place: str) -> Flow:
    flow, gamma, beta, mean, variance, training = arguments[:6]
    if training is not False or mean is None:
        raise ModelError(f"{place} is in training mode: call model.eval() before saving")
    gamma = np.ones_like(mean) if gamma is None else gamma
    beta = np.zeros_like(mean) if beta is None else beta
    return graph.batch_norm(flow, (gamma, beta, mean, variance), float(arguments[7]), place)


def _softmax(arguments: list[Any], place: str) -> Flow:
    if arguments[1] not in (1, -1):
        raise ModelError(f"{place} is over the batch instead of the classes")
    return arguments[0].softmax(place)


def _softplus(arguments: list[Any], place: str) -> Flow:
    # Above the threshold PyTorch returns x, from which a softplus no longer differs in float32.
    if [*arguments[1:2], 1.0][0] != 1 or [*arguments[2:3], 20.0][0] < graph.SOFTPLUS_LINEAR:
        raise ModelError(f"{place} has a beta or a threshold of its own")
    return arguments[0].activate(graph.SOFTPLUS)


def _elu(arguments: list[Any], place: str) -> Flow:
    alpha, scale, input_scale = [*map(float, arguments[1:4]), 1.0, 1.0, 1.0][:3]
    if (scale, input_scale) != (1.0, 1.0):
        raise ModelError(f"{place} is scaled")
    return arguments[0].activate(Activation(Kind.ELU, alpha))


def _arithmetic(short: str, arguments: list[Any], place: str) -> Any:  # noqa: ANN401
    """Sums and products of the tensor with constants, and x · sigmoid(x)."""
    first, second = arguments[:2]
    if short in ("add", "sub") and len(arguments) > 2 and arguments[2] != 1:
        raise ModelError(f"{place} scales its second argument")
    values = []
    for value, other in ((first, second), (second, first)):
        if isinstance(value, _Input):
            value = Flow.start(np.shape(other)[-1])
        values.append(value if isinstance(value, Flow) else np.asarray(value, np.float64))
    return graph.compute(short, values, place)


def _clamp(arguments: list[Any], place: str) -> Flow:
    low, high = [*arguments[1:3], None, None][:2]
    low = -np.inf if low is None else float(low)
    return graph.clip(arguments[0], low, np.inf if high is None else float(high), place)


def _plain(activation: Activation) -> Callable[[list[Any], str], Flow]:
    return lambda arguments, place: arguments[0].activate(activation)


COMPARISONS: dict[str, Callable[..., Any]] = {
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "__is__": lambda a, b: a is b,
    "__isnot__": lambda a, b: a is not b,
    "__not__": lambda a: not a,
}
SHAPES = {"dim"}
SKIPPED = {"dropout", "alpha_dropout", "feature_dropout", "flatten", "contiguous", "detach"}
ARITHMETIC = {"add", "sub", "mul", "div", "matmul"}
OPERATORS: dict[str, Callable[[list[Any], str], Flow]] = {
    "relu": _plain(RELU),
    "sigmoid": _plain(SIGMOID),
    "tanh": _plain(Activation(Kind.TANH)),
    "silu": _plain(graph.SWISH),
    "hardsigmoid": _plain(Activation(Kind.HARD_SIGMOID, 1 / 6, 0.5)),
    "leaky_relu": lambda arguments, place: arguments[0].activate(
        Activation(Kind.LEAKY_RELU, float([*arguments[1:2], 0.01][0]))
    ),
    "elu": _elu,
    "softplus": _softplus,
    "softmax": _softmax,
    "batch_norm": _batch_norm,
    "relu6": lambda arguments, place: graph.clip(arguments[0], 0.0, 6.0, place),
    "hardtanh": _clamp,
    "clamp": _clamp,
}


def _shown(node: ast.AST) -> str:
    try:
        return repr(ast.unparse(node).splitlines()[0][:60])
    except (RecursionError, IndexError, ValueError):
        return "something nested too deeply"
