"""Reads the machine's own apt sources, in both styles, to learn where its mirror is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A binary repository: `uri` serves `suites`, signed by `signed_by` (empty: as usual)."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""

    def for_suites(self, suites: list[str]) -> str:
        """Returns a one-line-style source list for the same mirror and other suites."""
        options = f" [signed-by={self.signed_by}]" if self.signed_by else ""
        return "".join(f"deb{options} {self.uri} {suite} main\n" for suite in suites)


def parse_list(text: str) -> Iterator[Source]:
    """Yields the sources of a one-line-style file."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^]]*)]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if not match:
            continue
        options = dict(option.split("=", 1) for option in (match[1] or "").split() if "=" in option)
        components = tuple(match[4].split())
        yield Source(match[2], (match[3],), components, options.get("signed-by", ""))


def parse_deb822(text: str) -> Iterator[Source]:
    """Yields the sources of a deb822-style file; keys inlined in it are left to apt's default."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    for stanza in re.split(r"\n\s*\n", text):
        fields = {
            match[1].lower(): " ".join(match[2].split())
            for match in re.finditer(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", stanza, re.MULTILINE)
        }
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes") == "no":
            continue
        signed_by = fields.get("signed-by", "")
        for uri in fields.get("uris", "").split():
            yield Source(
                uri,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                signed_by if signed_by.startswith("/") else "",
            )


def machine_sources(root: Path = Path("/etc/apt")) -> Iterator[Source]:
    """Yields every enabled binary source of the machine."""
    files = [root / "sources.list", *sorted((root / "sources.list.d").glob("*"))]
    for path in files:
        if path.suffix == ".list" and path.is_file():
            yield from parse_list(path.read_text())
        elif path.suffix == ".sources" and path.is_file():
            yield from parse_deb822(path.read_text())


def distribution_mirror(codename: str, root: Path = Path("/etc/apt")) -> Source | None:
    """Returns the source of the distribution itself: of the suite `codename` with `main`."""
    for source in machine_sources(root):
        if (
            codename in source.suites
            and "main" in source.components
            and not source.uri.startswith("cdrom")
        ):
            return source
    return None
