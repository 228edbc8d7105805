"""The benchmark page's section on speed, from the results of one run."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from .board import Board
from .errors import UsageError
from .lines import INSIDE, NAME, OURS, PRIMARY, Result, figures, quartiles
from .units import percent, short, time

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
WAKE_UP = "wake-up alone"
PLOT = "peers.svg"
# What a page has room for; the table of mlsched's own figures has every size.
COLUMNS = (1, 32, 1024, 65536)
COMMANDS = """\
```sh
tools/setup --peers
swift build -c release --static-swift-stdlib --product mlsched
tools/bench_peers --all DIR     # as root, for what needs BPF
tools/bench_readme DIR
```"""


def replaced(page: str, section: str) -> str:
    """The page with another section between the marks.

    Raises:
        UsageError: When the marks are not there, once each and in order.
    """
    parts = re.split(f"({re.escape(BEGIN)}|{re.escape(END)})", page)
    if parts[1::2] != [BEGIN, END]:
        raise UsageError(f"the page needs {BEGIN} and {END} once each, for what goes between")
    return f"{parts[0]}{BEGIN}\n{section}\n{END}{parts[4]}"


def section(results: list[Result], elsewhere: Sequence[list[Result]] = ()) -> str:
    """Everything between the marks.

    Args:
        results: The published run.
        elsewhere: Runs on other machines, of which the peers are shown.

    Raises:
        UsageError: When there is nothing of the peers.
    """
    board = _board(results)
    others = {
        name: [result for result in results if result["section"] == name]
        for name in ("roundtrip", "lookup", "start")
    }
    parts = [where(board.first(NAME)), peers(board), f"![Time of a sample]({PLOT})", own(board)]
    parts += [round_trip(others["roundtrip"])] if others["roundtrip"] else []
    parts += [lookup(others["lookup"])] if others["lookup"] else []
    parts += [start(others["start"])] if others["start"] else []
    for run in elsewhere:
        other = _board(run)
        parts += [
            f"On another machine: {_lower(where(other.first(NAME)))}",
            peers(other, explained=False),
        ]
    return "\n\n".join([*parts, f"Made by these commands:\n\n{COMMANDS}"])


def _board(results: list[Result]) -> Board:
    board = Board(results)
    if NAME not in board.subjects or set(board.subjects) <= set(OURS):
        raise UsageError("there are no peers among the results; measure with tools/bench_peers")
    return board


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def where(result: Result) -> str:
    """With what, on what and when."""
    environment = result["environment"]
    blas = " ".join(environment["blas"].split()[:2])
    day = datetime.fromtimestamp(environment["began"], UTC)
    forced = environment["blasVariables"]
    vectors = environment.get("vectors")
    fit = f" (the CPU has {vectors})" if vectors else ""
    sentence = (
        f"Measured on {day.day} {day:%B %Y} on one core of {environment['machine']} with "
        f"{environment['cpus']} CPUs, {environment['kernel']}, {blas} with its kernels for "
        f"{environment['blasCore']}{fit}, mlsched {environment['version']}, model "
        f"`{environment['model'][:12]}`."
    )
    if forced:
        return f"{sentence} {' and '.join(forced)} forced OpenBLAS."
    if environment.get("blasIsNarrow"):
        return f"{sentence} OpenBLAS fell back to these: it does not know the processor."
    return sentence


def peers(board: Board, *, explained: bool = True) -> str:
    """The table of everybody, as a rule with what its cells mean."""
    batches = [batch for batch in COLUMNS if batch in board.batches] or board.batches
    rows = [["", *(f"batch {batch:,}" for batch in batches), "mlsched is"]]
    for subject in board.subjects:
        cells = [_cell(board, subject, batch) for batch in batches]
        verdict = "" if subject in OURS else board.verdict(subject)
        rows.append([_described(board, subject), *cells, verdict])
    if not explained:
        return _table(rows)
    rounds = len(board.first(NAME)["rounds"])
    return (
        "The same network and rows, one thread, each program in a process of its own, all of them "
        f"in turns on one CPU; medians of {rounds} rounds. A cell has the time of a call, then its "
        "ratio to the best peer's at that size, then to the time that the arithmetic, or the "
        "weights from the first cache, take at the core's peak rates. mlsched alone scales the "
        "features too; the others get them scaled. The last column is about all sizes measured, "
        f"and calls the same what differs by less than the quartiles of the rounds.{_inside(board)}"
        f"\n\n{_table(rows)}"
    )


def own(board: Board) -> str:
    """The figures of mlsched's own benchmark."""
    rows = [["batch", "a call", "±", "p50", "p99", "p99.9", "a sample", "samples/s", "GFLOP/s"]]
    rows[0] += ["of the peak", "each waiting for the last"]
    for batch in board.batches:
        result = board.result(NAME, batch)
        if result is None:
            continue
        values = figures(result)
        chained = values.get("chained_ns")
        row = [f"{batch:,}", time(values[PRIMARY]), _spread(result)]
        row += [_time(values, name) for name in ("p50_ns", "p99_ns", "p999_ns")]
        row += [time(values["ns_per_sample"]), f"{values['samples_per_s'] / 1e6:.1f} M"]
        row += [short(values["gflops"]), percent(values["peak_share"])]
        rows.append([*row, "" if chained is None else time(chained)])
    return (
        "mlsched alone. Percentiles are of calls timed one by one; ± is half the distance between "
        f"the quartiles of the rounds.\n\n{_table(rows)}"
    )


def round_trip(results: Sequence[Result]) -> str:
    """From a request in the kernel to the decision."""
    rows = [["requests", "p50", "p99", "p99.9", "±", "wake-up alone", "batch", "decisions/s"]]
    rows[0] += ["lost", "dropped", "of one CPU"]
    alone = {result["name"]: result for result in results if result["subject"] == WAKE_UP}
    for result in results:
        if result["subject"] != NAME:
            continue
        values = figures(result)
        row = [result["name"], *(_time(values, name) for name in ("p50_ns", "p99_ns", "p999_ns"))]
        row += [_spread(result), _wake_up(alone.get(result["name"])), short(values["mean_batch"])]
        row.append(f"{values['decisions_per_s']:,.0f}")
        row += [f"{values['lost']:,.0f}", f"{values['dropped']:,.0f}"]
        rows.append([*row, percent(values["processor_share"])])
    return (
        "From the time stamp of a request in the kernel to its decision in the map, requests sent "
        "on a schedule that does not wait for answers, from the daemon's own CPU or from another; "
        "saturated is as fast as they can be sent. Below 100,000 a second the daemon sleeps "
        "between two requests: beside it stands what waking a thread from an eventfd takes here, "
        f"with nothing of mlsched about it.\n\n{_table(rows)}"
    )


def lookup(results: Sequence[Result]) -> str:
    """The scheduler's part, inside BPF."""
    rows = [["inside BPF", "time", "±", "by the kernel's statistics"]]
    for result in results:
        values = figures(result)
        outside = _time(values, "by_statistics_ns")
        rows.append([_of(result), time(values["ns"]), _spread(result), outside])
    return (
        "What a task costs the kernel, by `BPF_PROG_TEST_RUN` and by `BPF_ENABLE_STATS`, an empty "
        f"program subtracted:\n\n{_table(rows)}"
    )


def start(results: Sequence[Result]) -> str:
    """From nothing to the first decision."""
    rows = [["start", "time", "±", "resident", "at most", "the program"]]
    for result in results:
        values = figures(result)
        sizes = [("resident_kib", 1024), ("peak_kib", 1024), ("binary_bytes", 1)]
        row = [_of(result), time(values["ns"]), _spread(result)]
        for name, unit in sizes:
            row.append(f"{values[name] * unit / 2**20:.1f} MiB" if name in values else "")
        rows.append(row)
    return _table(rows)


def _cell(board: Board, subject: str, batch: int) -> str:
    call = board.figure(subject, batch, PRIMARY)
    if call is None:
        return ""
    ratios = [board.figure(subject, batch, name) for name in ("ratio_to_best_peer", "times_floor")]
    return " · ".join([time(call), *(short(ratio) for ratio in ratios if ratio is not None)])


def _described(board: Board, subject: str) -> str:
    result = board.first(subject)
    if subject in OURS:
        return f"**{NAME}**" if subject == NAME else f"{NAME}, the {subject.split()[-1]} kernel"
    # OpenBLAS lists its build options after its version.
    version = " ".join(str(result.get("version", "")).split()[:2])
    on = " " if version[:1].isdigit() else " on "
    found = [board.result(subject, batch) for batch in board.batches]
    ways = dict.fromkeys(str(one["way"]) for one in found if one is not None and "way" in one)
    by_way = f": {' or '.join(ways)}" if ways else ""
    return f"{subject}{on}{version}, {result.get('interface', '')}{by_way}"


def _inside(board: Board) -> str:
    ratios = [board.figure(INSIDE, batch, "ratio_to_inside") for batch in board.batches]
    known = [abs(ratio - 1) for ratio in ratios if ratio is not None]
    if not known:
        return ""
    return (
        f" `{INSIDE}` is a program of its own; the same C inside `mlsched bench` was measured "
        f"within {percent(max(known))} of it at every size."
    )


def _spread(result: Result) -> str:
    low, high = quartiles(result["rounds"])
    middle = figures(result)[str(result["primary"])]
    return percent((high - low) / (2 * middle)) if middle else ""


def _wake_up(result: Result | None) -> str:
    return "" if result is None else time(figures(result)["p50_ns"])


def _time(values: dict[str, float], name: str) -> str:
    # What could not be told is left out, as percentiles with fewer than ten values beyond them.
    return time(values[name]) if name in values else ""


def _of(result: Result) -> str:
    return str(result["name"])


def _table(rows: list[list[object]]) -> str:
    head, *body = [f"| {' | '.join(map(str, row))} |" for row in rows]
    sides = "|".join(["---"] + ["---:"] * (len(rows[0]) - 1))
    if rows[0][-1] == "mlsched is":
        sides = sides.removesuffix(":")
    return "\n".join([head, f"|{sides}|", *body])
