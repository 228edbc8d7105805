"""A reader of pickles that runs nothing.

Unpickling calls whatever functions a file names. This reader knows the few instructions with which
data are written, builds plain values from them, and leaves what would be a call as a description of
it, for the caller to understand or refuse.
"""

import pickletools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .errors import ModelError
from .guards import charge

MAX_INSTRUCTIONS = 2_000_000
# What a value takes in Python, and how many are counted at once.
INSTRUCTION, COUNTED = 150, 4096
VALUES = {
    "BININT", "BININT1", "BININT2", "LONG1", "LONG4", "INT", "LONG", "BINFLOAT", "FLOAT",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "UNICODE", "SHORT_BINBYTES", "BINBYTES",
    "SHORT_BINSTRING", "BINSTRING", "STRING",
}  # fmt: skip
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}


@dataclass(frozen=True)
class Global:
    """The name of a class or function, `module name` joined by a dot."""

    name: str


@dataclass(eq=False)
class Call:
    """A call that was not made: an object built by `function` and then given `state`."""

    function: Any
    arguments: Any
    state: Any = None


@dataclass(frozen=True)
class Persistent:
    """A reference to something outside of the pickle."""

    key: Any


@dataclass
class _Machine:
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def since_mark(self) -> list[Any]:
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items


def load(data: bytes) -> Any:  # noqa: ANN401
    """The value that a pickle holds, with Call, Global and Persistent in place of live objects.

    Raises:
        ModelError: When it is damaged or uses an instruction that plain data do not need.
    """
    machine = _Machine()
    try:
        for name, argument in _instructions(data):
            if name == "STOP":
                return machine.stack.pop()
            _step(machine, name, argument)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
        pass
    raise ModelError("the pickle is damaged")


def _instructions(data: bytes) -> Iterator[tuple[str, Any]]:
    for number, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        if number % COUNTED == 0:
            charge(COUNTED * INSTRUCTION, "values of the pickle")
        if number > MAX_INSTRUCTIONS:
            raise ModelError(f"the pickle has more than {MAX_INSTRUCTIONS} instructions")
        yield opcode.name, argument


def _step(machine: _Machine, name: str, argument: Any) -> None:  # noqa: ANN401
    stack = machine.stack
    if name in VALUES:
        stack.append(argument)
    elif name in CONSTANTS:
        stack.append(CONSTANTS[name])
    elif name in _OPERATIONS:
        _OPERATIONS[name](machine, argument)
    elif name not in ("PROTO", "FRAME"):
        raise ModelError(f"the pickle uses {name}, which data do not need")


def _put(machine: _Machine, index: int) -> None:
    machine.memo[index] = machine.stack[-1]


def _tuple(count: int) -> Any:  # noqa: ANN401
    def build(machine: _Machine, _: Any) -> None:  # noqa: ANN401
        items = tuple(machine.stack[-count:])
        if len(items) != count:
            raise IndexError
        del machine.stack[-count:]
        machine.stack.append(items)

    return build


def _set_items(machine: _Machine, items: list[Any]) -> None:
    target = machine.stack[-1]
    # A dict subclass arrives as the call that would make it, such as collections.OrderedDict().
    if isinstance(target, Call):
        target.state = target.state if isinstance(target.state, dict) else {}
        target = target.state
    for key, value in zip(items[::2], items[1::2], strict=True):
        target[key] = value


def _append(machine: _Machine, items: list[Any]) -> None:
    target = machine.stack[-1]
    if not isinstance(target, list):
        raise TypeError
    target.extend(items)


def _call(machine: _Machine, _: Any) -> None:  # noqa: ANN401
    arguments = machine.stack.pop()
    machine.stack[-1] = Call(machine.stack[-1], arguments)


def _build(machine: _Machine, _: Any) -> None:  # noqa: ANN401
    state = machine.stack.pop()
    target = machine.stack[-1]
    # What a dict subclass carries beside its items is of no interest.
    if isinstance(target, Call) and not isinstance(target.state, dict):
        target.state = state


def _stack_global(machine: _Machine, _: Any) -> None:  # noqa: ANN401
    name = machine.stack.pop()
    machine.stack[-1] = Global(f"{machine.stack[-1]}.{name}")


def _replace(machine: _Machine, value: Any) -> None:  # noqa: ANN401
    machine.stack[-1] = value


_OPERATIONS: dict[str, Any] = {
    "GLOBAL": lambda m, a: m.stack.append(Global(a.replace(" ", "."))),
    "STACK_GLOBAL": _stack_global,
    "MARK": lambda m, a: m.marks.append(len(m.stack)),
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "PUT": _put,
    "MEMOIZE": lambda m, a: _put(m, len(m.memo)),
    "BINGET": lambda m, a: m.stack.append(m.memo[a]),
    "LONG_BINGET": lambda m, a: m.stack.append(m.memo[a]),
    "GET": lambda m, a: m.stack.append(m.memo[a]),
    "EMPTY_TUPLE": lambda m, a: m.stack.append(()),
    "EMPTY_LIST": lambda m, a: m.stack.append([]),
    "EMPTY_DICT": lambda m, a: m.stack.append({}),
    "TUPLE": lambda m, a: m.stack.append(tuple(m.since_mark())),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "APPEND": lambda m, a: _append(m, [m.stack.pop()]),
    "APPENDS": lambda m, a: _append(m, m.since_mark()),
    "SETITEM": lambda m, a: _set_items(m, [m.stack.pop(-2), m.stack.pop()]),
    "SETITEMS": lambda m, a: _set_items(m, m.since_mark()),
    "REDUCE": _call,
    "NEWOBJ": _call,
    "BUILD": _build,
    "BINPERSID": lambda m, a: _replace(m, Persistent(m.stack[-1])),
}
