"""Every file of bpf/ uses each header that it includes, and none includes itself."""

import re
from pathlib import Path

import pytest

BPF = Path(__file__).resolve().parents[2] / "bpf"
FILES = sorted(path.name for path in BPF.glob("*.[ch]"))
INCLUDE = re.compile(r'^#include "(.+)"$', re.MULTILINE)
# Text in which a name is not used: comments and strings.
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"', re.DOTALL)
WORD = re.compile(r"[A-Za-z_]\w*")
# What a file defines: macros, functions, types, members of X lists and enums, and variables.
DEFINITIONS = [
    re.compile(r"^#define (\w+)", re.MULTILINE),
    re.compile(r"^(?:\w[\w \t*\n]*?[ \t*\n])(\w+)\([^;{}]*\)(?:\s*KFUNC;|\s*\{)", re.MULTILINE),
    re.compile(r"^(?:struct|enum) (\w+)", re.MULTILINE),
    re.compile(r"^typedef \w+ (\w+);", re.MULTILINE),
    re.compile(r"^\} (\w+) SEC\(", re.MULTILINE),
    re.compile(r"^(?:MLS_TUNABLE|volatile|u\d+|s\d+)[\w ]* (\w+)[^;(\n]*;", re.MULTILINE),
    re.compile(r"^\t((?:NR_)?MLS_\w+)(?:,| =)", re.MULTILINE),
]
# Counters are made from lists: MLS_ and the first member of an X(…).
LISTED = re.compile(r"^\tX\((\w+),", re.MULTILINE)
# The same in every program, or only ever named through another of its own file.
COMMON = {"KFUNC", "SEC"}


def text(name: str) -> str:
    """A file without comments and strings, includes excepted."""
    return (BPF / name).read_text()


def includes(name: str) -> list[str]:
    """The project's own headers that a file includes."""
    return INCLUDE.findall(text(name))


def code(name: str) -> str:
    """What a file says apart from its comments, strings and includes."""
    return NOISE.sub("", INCLUDE.sub("", text(name)))


def defined(name: str) -> set[str]:
    """The names that a file defines."""
    body = code(name)
    names = {match for pattern in DEFINITIONS for match in pattern.findall(body)}
    names |= {f"MLS_{symbol}" for symbol in LISTED.findall(body)}
    guard = re.match(r"\s*#ifndef (\w+)", body)
    return names - COMMON - ({guard[1]} if guard else set())


def used(name: str) -> set[str]:
    """The names that a file uses."""
    return set(WORD.findall(code(name)))


def reached(name: str, path: tuple[str, ...] = ()) -> set[str]:
    """All headers below a file; fails on a circle."""
    assert name not in path, f"a circle of includes: {' → '.join([*path, name])}"
    below = set(includes(name))
    return below.union(*(reached(header, (*path, name)) for header in below))


@pytest.mark.parametrize("name", FILES)
def test_no_file_includes_itself(name: str) -> None:
    """Headers build on each other in one direction."""
    reached(name)


@pytest.mark.parametrize("name", FILES)
def test_every_include_is_used(name: str) -> None:
    """A header that is included defines something that the file names."""
    idle = [header for header in includes(name) if not defined(header) & used(name)]
    assert not idle, f"{name} includes {', '.join(idle)} and names nothing of it"


def test_the_check_sees_definitions() -> None:
    """What the patterns find of each kind, so that a change of style does not blind them."""
    assert {"queue_insert", "queue_take", "cpu_dsq", "MLS_CPU_QUEUES"} <= defined("queue.bpf.h")
    assert {"mls_slice_ns", "cpu_domain"} <= defined("config.bpf.h")
    assert {"MLS_STOLEN", "mls_control"} & defined("mlsched.h") == {"mls_control"}
    assert {"MLS_DISPATCH_STOLEN", "MLS_CONSULTED", "MLS_STAY"} <= defined("mlsched.h")
    assert {"domains", "domain_lookup"} <= defined("domain_load.bpf.h")
    assert {"scx_bpf_kick_cpu", "dsq_insert", "bpf_cpumask_create"} <= defined("kernel.bpf.h")
    assert {"u64", "task_struct"} <= defined("types.bpf.h")
