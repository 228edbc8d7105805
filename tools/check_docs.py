#!/usr/bin/env python3
"""Checks the pages: their links lead somewhere, and their Swift is in a file that is compiled."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = Path("Tests")
LONGEST_README = 200

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def pages() -> list[Path]:
    """Returns the Markdown files that are, or may become, part of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / path for path in listing.stdout.split() if (ROOT / path).is_file()]


def anchors(page: str) -> set[str]:
    """Returns the anchors that a code host gives the headings of a page."""
    texts = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(page)]
    return {text.replace(" ", "-") for text in texts}


def link_problems(page: Path) -> list[str]:
    """Returns a sentence for every relative link that leads nowhere."""
    found = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        path, _, anchor = link.partition("#")
        if "://" in link or path.startswith("doc:"):
            continue
        target = page if not path else page.parent / path
        if not target.exists():
            found.append(f"{page.relative_to(ROOT)}: {link} leads nowhere.")
        elif anchor and anchor not in anchors(target.read_text()):
            found.append(f"{page.relative_to(ROOT)}: {link} names no heading there.")
    return found


def flush(text: str) -> str:
    """Returns a text without the indentation of its lines."""
    return "\n".join(line.strip() for line in text.splitlines())


def example_problems(page: Path, examples: list[str]) -> list[str]:
    """Returns a sentence for every piece of Swift that none of the examples contains."""
    pieces = [body for language, body in FENCE.findall(page.read_text()) if language == "swift"]
    return [
        f"{page.relative_to(ROOT)}: no Swift file in {EXAMPLES} has the example that "
        f"begins with `{piece.splitlines()[0]}`."
        for piece in pieces
        # A line for a manifest is no program; tools/check_release.py looks at it.
        if not piece.startswith(".package(")
        and not any(flush(piece) in flush(text) for text in examples)
    ]


def main() -> int:
    """Checks all, prints what is wrong, and returns 1 if anything is."""
    examples = [path.read_text() for path in (ROOT / EXAMPLES).rglob("*.swift")]
    found = []
    for page in pages():
        found += link_problems(page) + example_problems(page, examples)
    lines = len((ROOT / "README.md").read_text().splitlines())
    if lines >= LONGEST_README:
        found.append(f"README.md: {lines} lines; the details belong on a page of a catalogue.")
    print("\n".join(found) if found else f"{len(pages())} pages lead somewhere and compile.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
