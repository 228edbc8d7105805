"""What follows from the times of all rounds: a result for each subject and batch."""

from collections.abc import Sequence
from statistics import median

from .lines import INSIDE, NAME, OURS, PRIMARY, Result, figures, quartiles
from .rounds import Measured
from .session import Session

# Of one round's figures these are not summed up by their median.
LARGEST = ("max_ns", "peak_gflops", "peak_l1_gbytes_per_s")


def results(
    measured: Measured, sessions: list[Session], interfaces: dict[str, str]
) -> list[Result]:
    """A result for each subject and batch, mlsched first."""
    lines: list[Result] = []
    environment = next(iter(measured.ours.values()))[0][NAME]["environment"]
    for batch in measured.ours:
        rounds = measured.ours[batch]
        own = [name for name in OURS if name in rounds[0]]
        calls = {name: [figures(run[name])[PRIMARY] for run in rounds] for name in own}
        calls |= {
            s.name: measured.times[s.name, batch]
            for s in sessions
            if (s.name, batch) in measured.times
        }
        common = _common(rounds, calls, batch)
        for name, times in calls.items():
            line = _result(name, times, batch, common[name], environment)
            lines.append(line)
            session = next((s for s in sessions if s.name == name), None)
            if session is None:
                line["figures"] = _summed(rounds, name) | line["figures"]
                line["version"] = line["environment"]["version"]
                continue
            line["figures"]["error"] = session.error
            line["version"] = session.version
            line["interface"] = interfaces[name]
            if session.ways.get(batch):
                line["way"] = session.ways[batch]
            if name == INSIDE and INSIDE in rounds[0]:
                inside = [figures(run[INSIDE])[PRIMARY] for run in rounds]
                line["figures"]["ns_per_call_inside"] = median(inside)
                line["figures"]["ratio_to_inside"] = paired(times, inside)[0]
    return sorted(lines, key=lambda line: line["subject"] not in OURS)


def paired(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float]:
    """The ratio within each round: its median and its quartiles."""
    ratios = [a / b for a, b in zip(first, second, strict=True)]
    return median(ratios), *quartiles(ratios)


def _common(
    rounds: list[dict[str, Result]], calls: dict[str, list[float]], batch: int
) -> dict[str, dict[str, float]]:
    """What follows from the times of a call alone, for each subject."""
    # The core does at most what it did in its fastest probe.
    floor = min(figures(run[NAME])["floor_ns"] for run in rounds)
    others = [name for name in calls if name not in OURS]
    best = min(others, key=lambda name: median(calls[name]), default=None)
    common = {}
    for name, times in calls.items():
        call = median(times)
        ratio, low, high = paired(times, calls[NAME])
        common[name] = {
            "batch": batch,
            PRIMARY: call,
            "ns_per_sample": call / batch,
            "samples_per_s": 1e9 * batch / call,
            "floor_ns": floor,
            "times_floor": call / floor,
            "ratio_to_mlsched": ratio,
            "ratio_to_mlsched_low": low,
            "ratio_to_mlsched_high": high,
        }
        if best is not None:
            common[name]["ratio_to_best_peer"] = paired(times, calls[best])[0]
    return common


def _summed(rounds: list[dict[str, Result]], name: str) -> dict[str, float]:
    """The figures of mlsched's own runs, each summed up over the rounds."""
    every = [figures(run[name]) for run in rounds]
    summed = {}
    for figure in set.intersection(*(set(one) for one in every)):
        values = [one[figure] for one in every]
        summed[figure] = max(values) if figure in LARGEST else median(values)
    summed["calls"] = sum(one["calls"] for one in every)
    return summed


def _result(
    name: str, times: list[float], batch: int, common: dict[str, float], environment: object
) -> Result:
    return {
        "section": "inference",
        "name": f"batch {batch}",
        "subject": name,
        "primary": PRIMARY,
        "rounds": times,
        "figures": common,
        "curve": [],
        "environment": environment,
    }
