#!/usr/bin/env python3
"""Checks that every Swift file imports only what its target may, and nothing that it does not use.

The table is that of the architecture page. The compiler's own import check misses modules that
come with another target's dependencies, and it has none for imports that are not used.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "Sources/MLSched/MLSched.docc/Architecture.md"
# Open to all, as the page says above its table.
SYSTEM = {"Glibc", "Synchronization"}
ANYTHING = "what they test"
TARGET = re.compile(
    r"\.(?:target|executableTarget|testTarget|systemLibrary|plugin)\(\s*name: \"(\w+)\""
)
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"
)
# What a file that needs a module of others' has to name at least one of.
OTHERS = {
    "ArgumentParser": r"Parsable|ArgumentHelp|ExpressibleByArgument|ExitCode|ValidationError",
    "CBLAS": r"blas_|Cblas",
    "CLibBPF": r"bpf_|btf_|libbpf_|BPF_|epoll|eventfd|EPOLL|EFD_|ring_buffer",
    "Histogram": r"Histogram|valueAtPercentile|totalCount|maxRecorded|\.max\b",
    "Logging": r"Logger|LogHandler|logger|\.log\(",
    "ServiceLifecycle": r"Service|GracefulShutdown",
    "SystemPackage": r"FileDescriptor|FilePath|Errno|writeAll|closeAfter",
    "Synchronization": r"Atomic|Mutex|atomicMemoryFence",
    "Testing": r"@Test|#expect|#require|SourceLocation|Confirmation",
    "UnixSignals": r"sigint|sigterm|sighup|UnixSignal",
}
PUBLIC = re.compile(
    r"(?:public|package)\s+(?:[a-z]+(?:\(set\))?\s+)*?"
    r"(?:func|var|let|struct|enum|class|protocol|actor|typealias|case)\s+(\w+)"
)
DECLARED = re.compile(r"\b(?:func|var|let|struct|enum|class|protocol|actor|typealias)\s+(\w+)")
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def table(page: str, what: str = "target") -> dict[str, set[str] | None]:
    """Returns what each target, or folder, of the page's table may know; None for anything."""
    rows = page.partition(f"| {what} |")[2].partition("\n\n")[0].splitlines()[2:]
    allowed: dict[str, set[str] | None] = {}
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        modules = (
            None if cells[-1].rstrip(" |") == ANYTHING else set(re.findall("`(\\w+)`", cells[-1]))
        )
        for target in re.findall("`(\\w+)`", cells[0]):
            allowed[target] = modules
    return allowed


def target_of(path: Path) -> str:
    """Returns the target that a Swift file belongs to, from the layout of the package."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "weights":
        return "DefaultWeights"
    return parts[2] if parts[1] == "Plugins" else parts[1]


def imports(path: Path) -> list[tuple[int, str]]:
    """Returns the imported modules of a file, each with the number of its line."""
    lines = enumerate(path.read_text().splitlines(), start=1)
    return [(number, match[1]) for number, line in lines if (match := IMPORT.match(line))]


def file_problems(files: list[Path], allowed: dict[str, set[str] | None]) -> list[str]:
    """Returns a sentence for every import that a file may not have, or that no file has."""
    found = []
    unused = {target: set(modules or ()) for target, modules in allowed.items()}
    for path in files:
        target, place = target_of(path), path.relative_to(ROOT)
        for number, module in imports(path):
            modules = allowed.get(target, set())
            unused.get(target, set()).discard(module)
            if modules is not None and module not in modules | SYSTEM:
                found.append(f"{place}:{number}: {target} may not import {module}.")
    found += [
        f"{PAGE.name}: {target} may import {', '.join(sorted(modules))}, but does not."
        for target, modules in unused.items()
        if modules
    ]
    return found


def offered() -> dict[str, set[str]]:
    """Returns the names that each of the package's modules offers to those that import it.

    A C module offers every word of the headers that its own one includes; a name with `@` before
    it is a module as its tests see it.
    """
    names: dict[str, set[str]] = {}
    for path in swift_files():
        text = path.read_text()
        found = PUBLIC.findall(text)
        if "public extension" in text or "public protocol" in text or "public enum" in text:
            found += re.findall(r"(?:func|var|case)\s+(\w+)", text)
        names.setdefault(target_of(path), set()).update(found)
        # What a test may see by `@testable`.
        names.setdefault("@" + target_of(path), set()).update(DECLARED.findall(text))
    # The build makes an accessor of each BPF program.
    names["BPFPrograms"] |= {path.name.partition(".")[0] for path in ROOT.rglob("bpf/*.bpf.c")}
    for header in ROOT.glob("*/*/include/*.h"):
        texts = [header, *sorted((ROOT / "bpf").glob("*.h"))] if "ABI" in header.name else [header]
        words = {word for path in texts for word in re.findall(r"\w+", path.read_text())}
        names.setdefault(header.parts[-3], set()).update(words)
    return names


def unused(files: list[Path]) -> list[str]:
    """Returns a sentence for every import of whose module the file uses no name."""
    names, found = offered(), []
    for path in files:
        lines = [line for line in path.read_text().splitlines() if not IMPORT.match(line)]
        text = COMMENT.sub(" ", "\n".join(lines))
        words = set(re.findall(r"\w+", text))
        source = path.read_text().splitlines()
        for number, module in imports(path):
            offer = f"@{module}" if source[number - 1].startswith("@testable") else module
            is_used = (
                re.search(OTHERS[module], text)
                if module in OTHERS
                else offer not in names or words & names[offer]
            )
            if not is_used:
                found.append(f"{path.relative_to(ROOT)}:{number}: uses nothing of {module}.")
    return found


def target_problems(manifest: str, allowed: dict[str, set[str] | None]) -> list[str]:
    """Returns a sentence for every target that is not both in the package and on the page."""
    targets = set(TARGET.findall(manifest))
    return [f"{PAGE.name}: the table has no row for {name}." for name in targets - set(allowed)] + [
        f"{PAGE.name}: {name} is no target of Package.swift." for name in set(allowed) - targets
    ]


def swift_files() -> list[Path]:
    """Returns the Swift files of all targets; the consumer is a package of its own."""
    folders = [ROOT / name for name in ("Sources", "Tests", "weights")]
    files = [path for folder in folders for path in sorted(folder.rglob("*.swift"))]
    return [path for path in files if target_of(path) != "Consumer"]


def main() -> int:
    """Checks all, prints what is wrong, and returns 1 if anything is."""
    allowed = table(PAGE.read_text())
    files = swift_files()
    found = target_problems((ROOT / "Package.swift").read_text(), allowed)
    found += file_problems(files, allowed) + unused(files)
    print("\n".join(sorted(found)) if found else f"{len(files)} Swift files import what they may.")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
