"""Command line of tools/bench_readme."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from . import lines, readme
from .errors import UsageError
from .lines import Result

ROOT = Path(__file__).resolve().parents[2]
# What `tools/bench_peers --all` leaves; the first and the last are kept.
RUN = "bench.jsonl"
# Runs on other machines, published before.
ELSEWHERE = "bench-*.jsonl"
PEERS = "peers.jsonl"
PLOT = "peers.svg"
PAGE = Path("Sources/MLPInference/MLPInference.docc/Benchmarks.md")
DESCRIPTION = """\
Writes the benchmark page's tables from the results of one run.

With DIR, which `tools/bench_peers --all DIR` has filled, that run becomes the published one: its
results without curves go to tools/plots/bench.jsonl and its plot beside the page. Without it the
tables are written from what is there. Nothing else of the page is changed. Runs on other machines
stay beside it as bench-NAME.jsonl; the page shows what their peers took.
"""
EPILOG = "Exit status: 0; 1 when --check finds a difference; 2 for wrong files."


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="tools/bench_readme",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("run", nargs="?", type=Path, metavar="DIR", help="the run to publish")
    add("--check", action="store_true", help="change nothing; say whether the page matches")
    add("--page", type=Path, default=ROOT / PAGE, metavar="FILE", help=f"({PAGE})")
    add("--published", type=Path, default=ROOT / "tools" / "plots", metavar="DIR",
        help="where the published run is kept (tools/plots)")  # fmt: skip
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    options = parser().parse_args(arguments)
    try:
        return run(options)
    except UsageError as error:
        print(f"tools/bench_readme: {error}", file=sys.stderr)
    except OSError as error:
        print(f"tools/bench_readme: {error.filename}: {error.strerror}", file=sys.stderr)
    return 2


def run(options: argparse.Namespace) -> int:
    """Publishes, writes or checks; whatever is wrong is found before anything is written."""
    if options.run is not None and options.check:
        raise UsageError("--check is about the published run; leave DIR out")
    kept = options.published / RUN
    results = lines.read(kept) if options.run is None else merged(options.run)
    try:
        old = options.page.read_text()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{options.page} cannot be read; is it there, and a text?") from None
    elsewhere = [lines.read(path) for path in sorted(options.published.glob(ELSEWHERE))]
    new = readme.replaced(old, readme.section(results, elsewhere))
    if options.check:
        return check(options, same=old == new)
    if options.run is not None:
        options.published.mkdir(parents=True, exist_ok=True)
        kept.write_text(lines.text(results))
        shutil.copyfile(options.run / PLOT, options.page.parent / PLOT)
    options.page.write_text(new)
    return 0


def merged(run: Path) -> list[Result]:
    """What the page is made from: inference beside the peers, the rest from mlsched alone.

    Raises:
        UsageError: When the files are no run.
    """
    beside = lines.read(run / PEERS)
    alone = [line for line in lines.read(run / RUN) if line["section"] != "inference"]
    differing = differences(beside + alone)
    if differing:
        raise UsageError(f"{run} is not of one run: its results differ in {', '.join(differing)}")
    if not (run / PLOT).is_file():
        raise UsageError(f"{run / PLOT} is not there; tools/bench_peers --all draws it")
    return [lines.compact(line) for line in beside + alone]


def differences(results: list[Result]) -> list[str]:
    """In what the environments differ, other than the time."""
    first = results[0]["environment"]
    names = [name for name in first if name != "began"]
    return [
        name for name in names if any(line["environment"][name] != first[name] for line in results)
    ]


def check(options: argparse.Namespace, *, same: bool) -> int:
    """Says what does not match."""
    plot = options.page.parent / PLOT
    if not plot.is_file():
        print(f"{plot} is not there, and the page shows it", file=sys.stderr)
        return 1
    if not same:
        print(
            f"{options.page} does not match {options.published / RUN}; tools/bench_readme "
            "writes it again",
            file=sys.stderr,
        )
        return 1
    return 0
