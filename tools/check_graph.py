#!/usr/bin/env python3
"""Draws who knows whom, between targets, folders of the daemon and BPF headers; fails on circles.

What a folder of the daemon knows is what the architecture page's table says.

That every include in bpf/ is used is what tests/test_bpf_includes.py looks at.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

from check_imports import PAGE, imports, swift_files, table, target_of  # noqa: E402

Graph = dict[str, set[str]]

COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
SWIFT_TYPE = re.compile(r"\b(?:struct|class|enum|protocol|actor|typealias)\s+([A-Z]\w*)")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
WORD = re.compile(r"\w+")


def code(text: str) -> str:
    """Returns C or Swift without comments and strings, but with included names."""
    return COMMENT.sub(lambda match: match[0] if match[0].startswith('"') else " ", text)


def target_graph() -> Graph:
    """Returns which of the package's own targets each target imports."""
    files = [path for path in swift_files() if not path.is_relative_to(ROOT / "Tests")]
    own = set(table(PAGE.read_text()))
    graph: Graph = {target: set() for target in {target_of(path) for path in files}}
    for path in files:
        graph[target_of(path)] |= {module for _, module in imports(path)} & own
    return graph


def folder_graph(target: Path) -> Graph:
    """Returns which folders of a target name a type that is declared in another one.

    A type is known by its name; a member that an extension adds to it is not followed.
    """
    texts: dict[str, str] = defaultdict(str)
    for path in sorted(target.rglob("*.swift")):
        texts[path.relative_to(target).parts[0]] += code(path.read_text())
    declared = {folder: set(SWIFT_TYPE.findall(text)) for folder, text in texts.items()}
    graph: Graph = {}
    for folder, text in texts.items():
        words = set(WORD.findall(text)) - declared[folder]
        graph[folder] = {other for other in texts if other != folder and words & declared[other]}
    return graph


def include_graph(folder: Path) -> Graph:
    """Returns which headers of the folder each of its files includes."""
    return {
        path.name: {Path(name).name for name in INCLUDE.findall(path.read_text())}
        for path in sorted(folder.glob("*.[ch]"))
    }


def circles(graph: Graph) -> list[list[str]]:
    """Returns a circle for each group of nodes that reach each other."""
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> None:
        if node in path:
            circle = path[path.index(node) :]
            if not any(set(circle) & set(other) for other in found):
                found.append(circle)
            return
        if node in done:
            return
        for other in sorted(graph.get(node, ())):
            visit(other, [*path, node])
        done.add(node)

    for node in sorted(graph):
        visit(node, [])
    return found


def differences(graph: Graph, table: Mapping[str, set[str] | None]) -> list[str]:
    """Returns a sentence for each node whose row in the page's table is another, or missing."""
    return [
        f"{PAGE.name}: {node} knows {', '.join(sorted(graph.get(node, ()))) or 'nobody'}; "
        f"its row says {', '.join(sorted(table.get(node) or ())) or 'nobody'}."
        for node in sorted({*graph, *table})
        if node not in graph or node not in table or graph[node] != table[node]
    ]


def drawing(title: str, graph: Graph) -> str:
    """Returns the graph as lines, those that know nobody first."""
    lines = [title]
    rest = dict(graph)
    while rest:
        level = [node for node, known in rest.items() if known.isdisjoint(rest)] or list(rest)
        for node in sorted(level):
            known = ", ".join(sorted(graph[node]))
            lines.append(f"  {node} → {known}" if known else f"  {node}")
            del rest[node]
    return "\n".join(lines)


def main() -> int:
    """Draws with --draw; prints what is wrong, and returns 1 if anything is."""
    parser = argparse.ArgumentParser(prog="tools/check_graph.py", description=__doc__)
    parser.add_argument("--draw", action="store_true", help="print the graphs")
    options = parser.parse_args()
    graphs = {
        "Targets": target_graph(),
        "Folders of SchedDaemon": folder_graph(ROOT / "Sources/SchedDaemon"),
        "Files of bpf": include_graph(ROOT / "bpf"),
    }
    if options.draw:
        print("\n\n".join(drawing(title, graph) for title, graph in graphs.items()))
    found = [
        f"{title}: circle {' → '.join([*circle, circle[0]])}."
        for title, graph in graphs.items()
        for circle in circles(graph)
    ]
    found += differences(graphs["Folders of SchedDaemon"], table(PAGE.read_text(), "folder"))
    print("\n".join(found) if found else "No circle.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
