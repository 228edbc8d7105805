#!/usr/bin/env python3
"""Checks that no declaration stands alone: a name that occurs once is used by nobody.

A name that several declarations share is not told apart, so some dead ones are missed; what is
named here is dead. Uses in tests count only for what is offered to others: the libraries' public
and package declarations, and the BPF programs.
"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
PYTHON_COMMENT = re.compile(r'"""(?:.*?)"""|#[^\n]*', re.DOTALL)
WORD = re.compile(r"[A-Za-z_]\w*")
# What the simulator has in the place of libbpf's headers, for whatever the programs may call.
STAND_INS = "Sources/CSchedSim/standin/"
# Libraries whose public declarations are for others, and where what others do with them is tried.
OFFERED = ("Sources/MLPInference/", "Sources/MLSched/")
# Called by a protocol, the runtime or a framework, never by name; what only takes up room; and the
# ends of enumerations.
EXEMPT = re.compile(
    "main|run|validate|configuration|encode|description|debugDescription|makeIterator|next|hash|"
    "intValue|stringValue|allValueStrings|defaultValueDescription|createBuildCommands|formatter|MLSchedCommand|"
    # An enumeration and a struct have at least one member, needed or not.
    r"SCX_EXIT_NONE|cancelled|_GNU_SOURCE|reserved\w*|padding\w*|NR_\w+|__\w+__|do_\w+|visit_\w+"
)


class Language(NamedTuple):
    """How to find what a language declares."""

    suffixes: tuple[str, ...]
    comment: re.Pattern[str]
    declarations: tuple[re.Pattern[str], ...]


SWIFT = Language(
    (".swift",),
    COMMENT,
    (
        re.compile(
            r"^[ ]*((?:@\w+(?:\([^)]*\))?\s+|[a-z]+(?:\(set\))?\s+)*?)"
            r"(?:func|var|let|struct|enum|class|protocol|actor|typealias)\s+(\w+)",
            re.MULTILINE,
        ),
        # An enumeration's, not a switch's, whose line ends with a colon.
        re.compile(r"^[ ]*()case ([a-z]\w*)(?![^\n]*:\s*$)(?=\s*(?:$|=|\(|,))", re.MULTILINE),
    ),
)
C = Language(
    (".c", ".h"),
    COMMENT,
    (
        re.compile(r"^()#define (\w+)", re.MULTILINE),
        re.compile(r"^(?!return|else)()\w[\w\s*]*?[\s*](\w+)\([^;{]*\)[^;{=]*[;{]", re.MULTILINE),
        re.compile(r"^()(?:struct|union) (\w+) \{", re.MULTILINE),
        re.compile(r"^\t()(?!return|goto)(?:\w+ )+\**(\w+)(?:\[\w*\])?;", re.MULTILINE),
        re.compile(r"^\t()([A-Z]\w+)(?: = [^,\n]+)?,", re.MULTILINE),
    ),
)
PYTHON = Language(
    (".py",),
    PYTHON_COMMENT,
    (
        re.compile(r"^ *()(?:def|class) (\w+)", re.MULTILINE),
        re.compile(r"^()([A-Z_]+)(?:: [^=\n]+)? = ", re.MULTILINE),
    ),
)


def files(*patterns: str) -> list[str]:
    """Returns the paths of files that are, or may become, part of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [path for path in listing.stdout.split() if (ROOT / path).is_file()]


def code(path: str) -> str:
    """Returns a file without comments; anything that is no text has no words."""
    text = (ROOT / path).read_text(errors="ignore")
    first = text.partition("\n")[0]
    is_python = path.endswith(".py") or (first.startswith("#!") and "python" in first)
    return (PYTHON_COMMENT if is_python else COMMENT).sub(" ", text)


def words(paths: Iterable[str]) -> Counter[str]:
    """Returns how often each word occurs."""
    return Counter(word for path in paths for word in WORD.findall(code(path)))


def lonely(
    language: Language, paths: list[str], used: Counter[str], tried: Counter[str]
) -> list[str]:
    """Returns a sentence for every declaration whose name occurs nowhere else."""
    found = []
    for path in paths:
        text = code(path)
        for pattern in language.declarations:
            for match in pattern.finditer(text):
                modifiers, name = match[1], match[2]
                is_program = 'SEC("' in text[max(0, match.start() - 32) : match.end()]
                is_shown = "public" in modifiers or "package" in modifiers
                is_offered = is_program or (path.startswith(OFFERED) and is_shown)
                if used[name] > 1 or EXEMPT.fullmatch(name) or (is_offered and tried[name]):
                    continue
                found.append(f"{path}: nobody uses {name}.")
    return found


def main() -> int:
    """Checks all, prints what is wrong, and returns 1 if anything is."""
    sources = files("Sources", "bpf", "weights/*.swift", "Package.swift")
    program = words(path for path in sources if path.endswith((".swift", ".c", ".h")))
    tried = words(files("Tests"))
    python = [path for path in files("tools") if not path.startswith("tools/tests/")]
    tools = words(python)
    found = []
    for language, used in ((SWIFT, program), (C, program), (PYTHON, tools)):
        group = python if language is PYTHON else sources
        paths = [path for path in group if path.endswith(language.suffixes)]
        paths = [path for path in paths if not path.startswith(STAND_INS)]
        found += lonely(language, paths, used, tried)
    print("\n".join(sorted(set(found))) if found else "Every declaration is used by somebody.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
