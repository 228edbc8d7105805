"""Evaluates TorchScript's code symbolically: what happens to the one tensor that flows through it.

The code in a TorchScript file is a small subset of Python's grammar. It is parsed, never run; each
statement is either understood or refused.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..errors import ModelError
from ..flow import Flow
from ..guards import charge
from .torch_functions import Input, operate

MAX_CALLS = 10_000
MAX_STEPS = 200_000
# Python's syntax trees take this many times the text.
EXPANSION = 100
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
    result = evaluator.call(Method(owner, name, "forward", module), [Input()], {})
    if not isinstance(result, Flow):
        raise ModelError("forward() does not return one tensor that depends on its input")
    return result


@dataclass
class _Evaluator:
    code: Callable[[str], str]
    constants: list[Any]
    parsed: dict[str, ast.Module] = field(default_factory=dict)
    overwritten: list[Flow] = field(default_factory=list)
    calls: int = 0
    depth: int = 0
    steps: int = 0

    def call(self, method: Method, arguments: list[Any], named: dict[str, Any]) -> Any:  # noqa: ANN401
        """Evaluates a function of the file's code."""
        self.calls += 1
        self.depth += 1
        if self.calls > MAX_CALLS or self.depth > MAX_DEPTH:
            raise ModelError("the TorchScript code calls itself, or too many functions")
        definition = self._definition(method)
        if method.bound is not None:
            arguments = [method.bound, *arguments]
        scope = self._scope(definition, arguments, named)
        try:
            self._run(definition.body, scope)
        except _Return as done:
            return done.value
        finally:
            self.depth -= 1
        return None

    def _scope(
        self, definition: ast.FunctionDef, arguments: list[Any], named: dict[str, Any]
    ) -> dict[str, Any]:
        """A function's parameters with what a call and their defaults give them."""
        parameters = [parameter.arg for parameter in definition.args.args]
        defaults = definition.args.defaults
        scope: dict[str, Any] = {}
        for name, default in zip(
            parameters[len(parameters) - len(defaults) :], defaults, strict=True
        ):
            scope[name] = self._value(default, scope)
        given = dict(zip(parameters, arguments, strict=False)) | named
        scope |= given
        if len(given) != len(arguments) + len(named) or set(scope) != set(parameters):
            raise ModelError(f"the TorchScript code calls {definition.name}() with other arguments")
        return scope

    def _definition(self, method: Method) -> ast.FunctionDef:
        if method.module not in self.parsed:
            code = self.code(method.module)
            charge(EXPANSION * len(code), f"TorchScript code of {method.module}")
            try:
                self.parsed[method.module] = ast.parse(code)
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
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise ModelError(f"the TorchScript code runs for more than {MAX_STEPS} statements")
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
                value = self._value(operand, scope)
                if isinstance(value, int | float):
                    return -value
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
        if any(keyword.arg is None for keyword in node.keywords):
            raise ModelError(f"the TorchScript code has {_shown(node)}: not a chain of layers")
        named = {k.arg: self._value(k.value, scope) for k in node.keywords}
        if isinstance(function, Method):
            return self.call(function, arguments, named)
        if not isinstance(function, Path):
            raise ModelError(f"the TorchScript code calls {_shown(node.func)}: not a function")
        if function.name in ("getattr", "annotate", "unchecked_cast"):
            if named or len(arguments) != 2:
                raise ModelError(f"the TorchScript code has {_shown(node)}, which is damaged")
            return self._attribute(*arguments) if function.name == "getattr" else arguments[1]
        if function.name.startswith("__torch__."):
            module, _, name = function.name.rpartition(".")
            return self.call(Method(module, "", name, None), arguments, named)
        return self._operate(function.name, arguments, named)

    def _operate(self, name: str, arguments: list[Any], named: dict[str, Any]) -> Any:  # noqa: ANN401
        """PyTorch's own functions, of which some overwrite the tensor that they are given."""
        for value in (*arguments, *named.values()):
            if any(value is flow for flow in self.overwritten):
                raise ModelError(f"{name}() uses a value that was overwritten in place before")
        result = operate(name, arguments, named)
        if name.endswith("_") and not name.endswith("__") and arguments:
            if not isinstance(arguments[0], Flow):
                raise ModelError(f"{name}() overwrites a value that is not the network's")
            if result is not arguments[0]:
                self.overwritten.append(arguments[0])
        return result


def _shown(node: ast.AST) -> str:
    try:
        return repr(ast.unparse(node).splitlines()[0][:60])
    except (RecursionError, IndexError, ValueError):
        return "something nested too deeply"
