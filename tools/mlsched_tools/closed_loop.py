"""Policies at work: whole simulated runs, paired by their seeds."""

import json
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .dataset import Machine
from .errors import ModelError
from .regret import interval

# What a run is told by, as `mlsched simulate --json` names it.
FIGURES = ("work", "waited", "refill", "transfer", "tail_wait", "across")


@dataclass(frozen=True)
class Setting:
    """What runs, where, and what moving costs there."""

    workload: str
    machine: Machine
    costs: str


@dataclass(frozen=True)
class Compared:
    """A policy against another one on the same seeds; each with 5 % and 95 % over the runs.

    Attributes:
        work: Change of the work that was done, %.
        delay: Change of waiting and refill per work, geometric mean, %.
        tail: Change of the wake-up delay that 99 of 100 do not exceed, geometric mean, %.
        across: Moves between domains a second.
        worst: The least change of work in any run, %.
        runs: How many.
    """

    work: tuple[float, float, float]
    delay: tuple[float, float, float]
    tail: tuple[float, float, float]
    across: float
    worst: float
    runs: int


def run(
    program: Path,
    settings: Sequence[Setting],
    policies: Sequence[str],
    seeds: range,
    seconds: float,
    jobs: int,
) -> NDArray[np.float64]:
    """Runs everything: (settings × seeds, policies, figures)."""
    cases = [(setting, seed) for setting in settings for seed in seeds]

    def case(setting: Setting, seed: int) -> list[list[float]]:
        table, factor = setting.costs.split()
        command = [
            str(program), "simulate", setting.workload, *setting.machine.arguments(), "--json",
            f"--cost-table={table}", f"--costs={factor}", f"--policy={','.join(policies)}",
            f"--seed={seed}", "--seeds=1", f"--seconds={seconds}", "--vary",
        ]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise ModelError(f"{' '.join(command)}: {result.stderr.strip()}")
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        return [[row[figure]["median"] for figure in FIGURES] for row in rows]

    with ThreadPoolExecutor(jobs) as pool:
        return np.array(list(pool.map(lambda args: case(*args), cases)))


def compare(
    figures: NDArray[np.float64], policy: int, base: int, seconds: float, seed: int = 1
) -> Compared:
    """Compares two policies over all runs in which something ran; they are paired."""
    figures = figures[(figures[:, :, FIGURES.index("work")] > 0).all(axis=1)]
    one, other = (dict(zip(FIGURES, figures[:, index].T, strict=True)) for index in (policy, base))
    work = 100 * (one["work"] / other["work"] - 1)

    def delay(row: dict[str, NDArray]) -> NDArray[np.float64]:
        # Seconds and milliseconds; a hundredth of a millisecond a second, that none divides by 0.
        lost = row["waited"] + (row["refill"] + row["transfer"]) / 1000
        return (lost + 1e-5) / row["work"]

    def tail(row: dict[str, NDArray]) -> NDArray[np.float64]:
        return row["tail_wait"] + 0.1  # ms

    def ratio(part: NDArray[np.float64]) -> tuple[float, float, float]:
        middle, low, high = interval(np.log(part), np.mean, seed)
        return tuple(100 * (float(np.exp(value)) - 1) for value in (middle, low, high))

    return Compared(
        interval(work, np.mean, seed),
        ratio(delay(one) / delay(other)),
        ratio(tail(one) / tail(other)),
        float(one["across"].mean() / seconds),
        float(work.min()),
        len(work),
    )
