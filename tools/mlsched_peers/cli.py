"""Command line of tools/bench_peers."""

import argparse
import importlib.util
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import lines as files
from . import plot, results, table
from .board import Board
from .catalogue import PEERS, Entry
from .errors import INSTALL, MissingError, PeerError, UsageError
from .lines import Result
from .network import Network
from .ours import Ours
from .progress import Progress
from .rounds import Measured, measure
from .session import FORCING, Session
from .workspace import ROOT, Workspace

BATCHES = [1, 2, 4, 8, 16, 32, 64, 128, 1024, 65536]
LARGEST_BATCH = 65536
PROGRAM = ROOT / ".build" / "release" / "mlsched"
DESCRIPTION = """\
Measures one network in mlsched and in other programs that could evaluate it.

Each peer runs in a process of its own, on one CPU and with one thread, through the fastest public
interface it has, and gets rows that are scaled already. First it proves that its outputs are
within 1e-5 of a float64 reference; one that is not is refused. Then every subject is measured once
a round for each batch, the subjects next to each other, so that what slows the machine down slows
all of them: ratios are taken within a round, and their median over the rounds is given. Calls
follow each other without a pause; a round's time of a call is the median over blocks of calls.
mlsched is measured by `mlsched bench` in its turn, by its own rule and by each of its kernels.
Every program finds out by itself what the CPU has, unless --openblas-core is given.

Peers that are not installed are named; `tools/setup --peers` installs all of them.
"""
EPILOG = (
    "Exit status: 0; 1 when mlsched's own benchmark broke; 2 for wrong files or values; 130 when "
    "interrupted."
)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="tools/bench_peers",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    default = ",".join(map(str, BATCHES))
    add("--batch", type=_batches, default=BATCHES, metavar="SIZES", help=f"batch sizes ({default})")
    add("--rounds", type=_positive, default=20, metavar="N", help="repetitions (20)")
    add("--milliseconds", type=_positive, default=15, metavar="N",
        help="for a peer and batch in a round; more where a call takes longer (15)")  # fmt: skip
    add("--cpu", type=int, metavar="CPU", help="CPU to measure on (the last one allowed)")
    add("--only", type=_names, default=None, metavar="PEERS", help="some peers, comma-separated")
    add("--model", type=Path, default=ROOT / "weights" / "default.mlw", metavar="FILE",
        help="the network (weights/default.mlw)")  # fmt: skip
    add("--mlsched", type=Path, default=PROGRAM, metavar="FILE",
        help="the program (this checkout's release build)")  # fmt: skip
    add("--openblas-core", metavar="CORE",
        help="force OpenBLAS's kernels, as Prescott, in everybody who has one")  # fmt: skip
    add("--json", type=Path, metavar="FILE", help="write results as `mlsched bench --json` does")
    add("--plot", type=Path, metavar="DIR", help=f"write {plot.FILE} into this directory")
    add("--all", type=Path, metavar="DIR",
        help="what tools/bench_readme takes: bench.jsonl of a whole `mlsched bench`, peers.jsonl "
        f"and {plot.FILE}, into this directory")  # fmt: skip
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    options = parser().parse_args(arguments)
    progress = Progress()
    try:
        return run(options, progress)
    except UsageError as error:
        progress.say(str(error))
        return 2
    except PeerError as error:
        progress.say(str(error))
        return 1
    except KeyboardInterrupt:
        progress.say("interrupted")
        return 130


def run(options: argparse.Namespace, progress: Progress) -> int:
    """Measures, prints and writes."""
    cpu = _cpu(options.cpu)
    if not os.access(options.mlsched, os.X_OK):
        raise UsageError(
            f"{options.mlsched} is no program; build it with `swift build -c release --product "
            "mlsched`, or name another with --mlsched"
        )
    network = Network.load(options.model)
    json_file, plot_folder = options.json, options.plot
    if options.all is not None:
        json_file, plot_folder = options.all / "peers.jsonl", options.all
    if plot_folder is not None and importlib.util.find_spec("matplotlib") is None:
        raise UsageError(f"a plot needs matplotlib; {INSTALL} installs it")
    for folder in (options.all, json_file and json_file.parent, plot_folder):
        _make(folder)
    for name in [name for name in FORCING if name in os.environ]:
        progress.say(f"{name} is left out of the environment of what is measured")
    ours = Ours(options.mlsched, options.model, cpu, options.openblas_core)
    if options.all is not None:
        progress.say("mlsched bench, every section")
        _write(options.all / "bench.jsonl", ours.everything())
    lines = _inference(options, cpu, ours, network, progress)
    board = Board(lines)
    print(table.text(board))
    if json_file is not None:
        _write(json_file, lines)
    if plot_folder is not None:
        progress.say(f"{plot.write(board, plot_folder)} is drawn")
    return 0


def _inference(
    options: argparse.Namespace, cpu: int, ours: Ours, network: Network, progress: Progress
) -> list[Result]:
    entries = [peer for peer in PEERS if options.only is None or peer.name in options.only]
    with tempfile.TemporaryDirectory(prefix="mlsched-peers-") as folder:
        workspace = Workspace(Path(folder), options.model.resolve(), network, options.batch)
        sessions: list[Session] = []
        try:
            for entry in entries:
                session = start(
                    entry, workspace, options.batch, cpu, progress, options.openblas_core
                )
                if session is not None:
                    sessions.append(session)
            measured: Measured = measure(
                ours, sessions, options.batch, options.rounds, options.milliseconds * 1_000_000,
                progress,
            )  # fmt: skip
        finally:
            for session in sessions:
                session.close()
    interfaces = {entry.name: entry.interface for entry in entries}
    return results.results(measured, sessions, interfaces)


def start(
    entry: Entry,
    workspace: Workspace,
    batches: list[int],
    cpu: int,
    progress: Progress,
    core: str | None = None,
) -> Session | None:
    """A peer that has proved its outputs; None, with a line that says why, when there is none."""
    progress.step(f"starting {entry.name}")
    session = None
    try:
        session = Session(entry.name, entry.command(workspace), cpu, core)
        for batch in batches:
            progress.step(f"checking {entry.name}: batch {batch}")
            session.check(workspace.network, batch)
    except MissingError as install:
        progress.say(f"{entry.name} is not installed; {install} installs it")
        return None
    except PeerError as error:
        progress.say(f"{entry.name} is refused: {error}")
        if session is not None:
            session.close()
        return None
    return session


def _cpu(wanted: int | None) -> int:
    allowed = sorted(os.sched_getaffinity(0))
    if wanted is not None and wanted not in allowed:
        raise UsageError(f"this process may not run on CPU {wanted}; it may on {allowed}")
    return allowed[-1] if wanted is None else wanted


def _make(folder: Path | None) -> None:
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from None


def _write(path: Path, lines: list[Result]) -> None:
    try:
        path.write_text(files.text(lines))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _batches(text: str) -> list[int]:
    parts = text.split(",")
    sizes = [int(part) for part in parts if part.isdecimal()]
    known = len(sizes) == len(parts) == len(set(sizes))
    if not known or not all(1 <= size <= LARGEST_BATCH for size in sizes):
        raise argparse.ArgumentTypeError(f"{text!r} are not different sizes from 1 to 65536")
    return sizes


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 1 to 1000")
    return int(text)


def _names(text: str) -> list[str]:
    names = text.split(",")
    known = [peer.name for peer in PEERS]
    if not set(names) <= set(known):
        raise argparse.ArgumentTypeError(f"{text}: the peers are {', '.join(known)}")
    return names
