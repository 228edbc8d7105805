#!/usr/bin/env python3
"""Checks that every Swift file imports only what its module may: the layers of the design.

The compiler's own import check misses modules that come with another target's dependencies.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# What each module may import. Foundation is in none that is part of `mlsched` or of the libraries:
# it costs 2 ms of every start and 10 MB; the command line parses JSON with its small half.
SYSTEM = {"Glibc", "Synchronization"}
LIBRARIES = {"CMLSchedABI", "MLPInference", "MLSched", "BPFRuntime", "BPFPrograms"}
SERVICES = {"Histogram", "Logging", "ServiceLifecycle", "SystemPackage", "UnixSignals"}
ALLOWED: dict[str, set[str]] = {
    "MLPInference": {"CBLAS", *SYSTEM},
    "MLSched": {"CMLSchedABI", "MLPInference", *SYSTEM},
    "BPFRuntime": {"CLibBPF", *SYSTEM},
    "BPFEmbed": SYSTEM,
    "BPFPrograms": {"BPFRuntime"},
    "CompileBPF": {"Foundation", "PackagePlugin"},
    "DefaultWeights": {"MLPInference"},
    "SchedDaemon": {*LIBRARIES, *SERVICES, *SYSTEM},
    "SchedBench": {
        "CReferenceMLP",
        "CSchedBench",
        "FoundationEssentials",
        "SchedDaemon",
        *LIBRARIES,
        *SERVICES,
        *SYSTEM,
    },
    "MLSchedCLI": {
        "ArgumentParser",
        "DefaultWeights",
        "FoundationEssentials",
        "SchedBench",
        "SchedDaemon",
        *LIBRARIES,
        *SERVICES,
        *SYSTEM,
    },
}
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"
)


def module_of(path: Path) -> str:
    """Returns the module that a Swift file belongs to, from the layout of the package."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "weights":
        return "DefaultWeights"
    return parts[2] if parts[1] == "Plugins" else parts[1]


def problems(path: Path) -> list[str]:
    """Returns a sentence for every import in the file that its module may not have."""
    module = module_of(path)
    place = path.relative_to(ROOT)
    if module not in ALLOWED:
        return [f"{place}: the module {module} is not in the table of {Path(__file__).name}."]
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        match = IMPORT.match(line)
        if match and match[1] not in ALLOWED[module]:
            found.append(f"{place}:{number}: {module} may not import {match[1]}.")
    return found


def main() -> int:
    """Checks all sources, prints what is wrong, and returns 1 if anything is."""
    files = [
        *sorted((ROOT / "Sources").rglob("*.swift")),
        *sorted((ROOT / "weights").glob("*.swift")),
    ]
    found = [problem for path in files for problem in problems(path)]
    print("\n".join(found) if found else f"{len(files)} Swift files import what they may.")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
