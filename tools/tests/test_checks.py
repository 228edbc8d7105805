"""The project's own checks find what they are for."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import check_dead
import check_docs
import check_graph
import check_imports
import check_release


def test_a_circle_is_found_however_long():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}
    assert check_graph.circles(graph) == [["a", "b", "c"]]
    assert check_graph.circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_folders_that_name_each_other_s_types_know_each_other(tmp_path):
    for folder, text in {
        "Upper": "struct Upper { let lower: Lower }",
        "Lower": "struct Lower {}  // not the Upper one",
    }.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "File.swift").write_text(text)
    assert check_graph.folder_graph(tmp_path) == {"Upper": {"Lower"}, "Lower": set()}
    (tmp_path / "Lower" / "File.swift").write_text("struct Lower { var upper: Upper? }")
    assert check_graph.circles(check_graph.folder_graph(tmp_path)) == [["Lower", "Upper"]]


def test_a_folder_that_knows_another_than_its_row_says_is_named():
    page = "| folder | what | knows |\n|---|---|---|\n| `A` | first | |\n| `B` | next | `A` |\n\n"
    table = check_imports.table(page, "folder")
    assert check_graph.differences({"A": set(), "B": {"A"}}, table) == []
    assert check_graph.differences({"A": {"B"}, "B": {"A"}}, table) == [
        "Architecture.md: A knows B; its row says nobody."
    ]
    missing = check_graph.differences({"A": set(), "C": set()}, table)
    assert [sentence.split(";")[0] for sentence in missing] == [
        "Architecture.md: B knows nobody",
        "Architecture.md: C knows nobody",
    ]


def test_headers_that_include_each_other_are_found(tmp_path):
    (tmp_path / "one.h").write_text('#include "two.h"\n')
    (tmp_path / "two.h").write_text('#include "one.h"\n')
    assert check_graph.circles(check_graph.include_graph(tmp_path)) == [["one.h", "two.h"]]


def test_a_page_s_table_says_what_a_target_may_import():
    page = (
        "# A page\n\n| target | what | may import |\n|---|---|---|\n"
        "| `One` | first | |\n| `Two`, `Three` | both | `One`, `Glibc` |\n"
        "| `Tests` | tests | what they test |\n\nMore `text`.\n"
    )
    both = {"One", "Glibc"}
    assert check_imports.table(page) == {"One": set(), "Two": both, "Three": both, "Tests": None}


def test_a_target_without_a_row_and_a_row_without_a_target_are_found():
    manifest = '.target(\n            name: "New",\n), .testTarget(name: "Both")'
    found = check_imports.target_problems(manifest, {"Both": None, "Gone": set()})
    assert [sentence.split(": ")[1] for sentence in found] == [
        "the table has no row for New.",
        "Gone is no target of Package.swift.",
    ]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A checkout of its own for the checks."""
    for module in (check_dead, check_docs, check_imports, check_release):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "Sources" / "One").mkdir(parents=True)
    return tmp_path


def test_an_import_is_refused_where_it_is_not_allowed_or_not_used(project):
    path = project / "Sources" / "One" / "File.swift"
    path.write_text('import Logging\nimport Histogram\n\nlet log = Logger(label: "")\n')
    problems = check_imports.file_problems([path], {"One": {"Histogram", "CBLAS"}})
    assert problems[0] == "Sources/One/File.swift:1: One may not import Logging."
    assert problems[1].endswith("One may import CBLAS, but does not.")
    (project / "bpf").mkdir()
    (project / "Sources" / "BPFPrograms").mkdir()
    (project / "Sources" / "BPFPrograms" / "Code.swift").write_text("")
    assert check_imports.unused([path]) == ["Sources/One/File.swift:2: uses nothing of Histogram."]


def test_a_declaration_that_nobody_names_is_found(project):
    source = (
        "struct Used {\n    func called() {}\n    /// alone is alone\n    func alone() {}\n"
        '    let text = "called"\n}\nlet used = Used().text; switch used { case other:\n }\n'
    )
    path = project / "Sources" / "One" / "File.swift"
    path.write_text(source)
    place = "Sources/One/File.swift"
    used = check_dead.words([place])
    found = check_dead.lonely(check_dead.SWIFT, [place], used, check_dead.Counter())
    assert found == [f"{place}: nobody uses alone."]


def test_what_a_library_offers_may_be_used_by_its_tests_alone(project):
    place = "Sources/MLSched/File.swift"
    (project / "Sources" / "MLSched").mkdir()
    (project / place).write_text("public func offered() {}\nfunc inner() {}\n")
    used, tried = check_dead.words([place]), check_dead.Counter(["offered", "inner"])
    found = check_dead.lonely(check_dead.SWIFT, [place], used, tried)
    assert found == [f"{place}: nobody uses inner."]


def test_links_and_examples_are_followed(project):
    page = project / "Page.md"
    page.write_text(
        "# A page\n\n[here](#a-page) [gone](Gone.md) [wrong](Page.md#nothing) [out](https://x.org)\n"
        "\n```swift\nlet a = 1\n```\n\n```swift\nlet b = 2\n```\n"
    )
    assert check_docs.link_problems(page) == [
        "Page.md: Gone.md leads nowhere.",
        "Page.md: Page.md#nothing names no heading there.",
    ]
    (problem,) = check_docs.example_problems(page, ["// whole\nlet a = 1\n"])
    assert problem.endswith("begins with `let b = 2`.")


def test_a_version_or_a_licence_that_differs_is_found(project):
    for place, text in {
        "CHANGELOG.md": "## [Unreleased]\n\n## [1.2.0] - 2026-01-31\n\n## [1.1.0] - 2026-01-01\n",
        "README.md": '`GPL-2.0-or-later` and `GPL-2.0`; .package(url: "u", from: "1.1.0")',
        "tools/pyproject.toml": (
            '[project]\nversion = "1.2.0"\nlicense = { text = "GPL-2.0-or-later" }\n'
        ),
        "Sources/MLSchedCLI/Version.swift": 'static let text = "1.2.0"',
        "bpf/main.bpf.c": "// SPDX-License-Identifier: GPL-2.0\n",
        "Sources/C/c.c": "/* SPDX-License-Identifier: GPL-2.0 */\n",
    }.items():
        (project / place).parent.mkdir(parents=True, exist_ok=True)
        (project / place).write_text(text)
    assert check_release.version_problems() == [
        "README.md: says 1.1.0, but the newest release in CHANGELOG.md is 1.2.0."
    ]
    assert check_release.licence_problems(["bpf/main.bpf.c", "Sources/C/c.c"]) == [
        "Sources/C/c.c:1: must say SPDX-License-Identifier: GPL-2.0-or-later."
    ]
