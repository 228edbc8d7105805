#!/usr/bin/env python3
"""Checks that the project says one version and, file by file, the licence that is meant."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

USER_SPACE = "GPL-2.0-or-later"
KERNEL = "GPL-2.0"
SPDX = re.compile(r"SPDX-License-Identifier: ([^\s*]+)")


def project() -> dict[str, str]:
    """Returns the version and the licence that the Python tools declare."""
    table = tomllib.loads((ROOT / "tools/pyproject.toml").read_text())["project"]
    return {"version": table["version"], "licence": table["license"]["text"]}


def version_problems() -> list[str]:
    """Returns a sentence for each place whose version is not that of the newest release."""
    changelog = (ROOT / "CHANGELOG.md").read_text()
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)
    if not releases:
        return ["CHANGELOG.md: no release has a heading such as `## [0.1.0] - 2026-11-24`."]
    program = (ROOT / "Sources/MLSchedCLI/Version.swift").read_text()
    readme = (ROOT / "README.md").read_text()
    said = {
        "Sources/MLSchedCLI/Version.swift": re.search(r'text = "([^"]+)"', program),
        "tools/pyproject.toml": re.match("(.*)", project()["version"]),
        "README.md": re.search(r'\.package\(url: "[^"]+", from: "([^"]+)"\)', readme),
    }
    return [
        f"{place}: says {match and match[1]}, but the newest release in CHANGELOG.md is "
        f"{releases[0]}."
        for place, match in said.items()
        if not match or match[1] != releases[0]
    ]


def licence_of(path: str) -> str:
    """Returns the licence of a file: BPF programs have the kernel's, all else is user space."""
    return KERNEL if path.startswith("bpf/") or ".bpf." in Path(path).name else USER_SPACE


def licence_problems(paths: list[str]) -> list[str]:
    """Returns a sentence for each C file without its licence and each text with another one."""
    found = []
    for path in paths:
        first = (ROOT / path).read_text().partition("\n")[0]
        match = SPDX.search(first)
        if not match or match[1] != licence_of(path):
            found.append(f"{path}:1: must say SPDX-License-Identifier: {licence_of(path)}.")
    if project()["licence"] != USER_SPACE:
        found.append(f"tools/pyproject.toml: the licence must be {USER_SPACE}.")
    readme = (ROOT / "README.md").read_text()
    found += [
        f"README.md: does not name the licence {licence}."
        for licence in (USER_SPACE, KERNEL)
        if f"`{licence}`" not in readme
    ]
    return found


def c_files() -> list[str]:
    """Returns the paths of all C files and headers, whether committed yet or not."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.c", "*.h"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for path in listing.stdout.split() if (ROOT / path).exists()]


def main() -> int:
    """Checks all, prints what is wrong, and returns 1 if anything is."""
    paths = c_files()
    found = version_problems() + licence_problems(paths)
    print(
        "\n".join(found) if found else f"One version, and {len(paths)} C files say their licence."
    )
    return 1 if found or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
