"""`python -m mlsched_tools.dataset`: labels over a family of machines, workloads and costs.

Four folders come out: `train`, and three that hold out what training never sees: `families` of
workloads, `machines` of other shapes, and `costs` of another table. Each holds a Parquet file for
each workload and machine.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .errors import ModelError, reports_errors
from .labels import convert

HORIZON_MS = 5
FUTURES = 8
# Time of a run: long where candidates are rare, short where events are many.
SECONDS = {"spinners": 2.0, "realtime": 2.0, "phases": 2.0, "groups": 0.1}
USUAL_SECONDS = 0.4
# Labels of large machines, and of tasks that run for microseconds, take long: there are fewer.
DEAR = {"groups": 8}
MOST_CPUS = {"groups": 16}
USUAL_CPUS = 16
POLICIES = ("heuristic", "always", "cost")


@dataclass(frozen=True)
class Machine:
    """A machine to simulate, of equal parts."""

    cpus: int
    llcs: int
    nodes: int = 1
    smt: int = 1

    @property
    def name(self) -> str:
        """As files are called."""
        return f"{self.cpus}-{self.llcs}-{self.nodes}-{self.smt}"

    def arguments(self) -> list[str]:
        """As the command takes it."""
        return [
            f"--cpus={self.cpus}", f"--llcs={self.llcs}", f"--nodes={self.nodes}",
            f"--smt={self.smt}",
        ]  # fmt: skip


SEEN_FAMILIES = ("spinners", "groups", "build", "realtime", "mix")
NEW_FAMILIES = ("web", "messengers", "phases")
SEEN_MACHINES = (
    Machine(4, 2), Machine(8, 2), Machine(16, 2, smt=2), Machine(16, 4), Machine(32, 4, nodes=2),
    Machine(64, 8, nodes=2, smt=2),
)  # fmt: skip
NEW_MACHINES = (Machine(12, 3), Machine(24, 2, smt=2), Machine(48, 6, nodes=2))
SEEN_COSTS = ("assumed 1", "assumed 0.25", "assumed 4")
NEW_COSTS = ("published 1",)


@dataclass(frozen=True)
class Batch:
    """Runs of one kind, whose labels come into one file.

    Attributes:
        part: The folder.
        workload: A family.
        machine: Where.
        costs: Tables and factors.
        seeds: The first, and how many.
    """

    part: str
    workload: str
    machine: Machine
    costs: tuple[str, ...]
    seeds: tuple[int, int]


def plan(seeds: int) -> Iterator[Batch]:
    """All batches, with so many seeds for each workload, machine, costs and policy.

    No two of them have a seed in common, so that no load that was varied by one comes twice.
    """
    parts = (
        ("train", SEEN_FAMILIES, SEEN_MACHINES, SEEN_COSTS),
        ("families", NEW_FAMILIES, SEEN_MACHINES, SEEN_COSTS[:1]),
        ("machines", SEEN_FAMILIES, NEW_MACHINES, SEEN_COSTS[:1]),
        ("costs", SEEN_FAMILIES, SEEN_MACHINES, NEW_COSTS),
    )
    first = 1
    for part, workloads, machines, costs in parts:
        for workload in workloads:
            for machine in machines:
                if machine.cpus > MOST_CPUS.get(workload, machine.cpus):
                    continue
                yield Batch(part, workload, machine, costs, (first, seeds))
                first += seeds * len(costs) * len(POLICIES)


def label(program: Path, batch: Batch, labels: int, into: Path) -> int:
    """Makes the labels of a batch, about so many a run, and returns how many rows there are."""
    folder = into / batch.part / batch.workload
    folder.mkdir(parents=True, exist_ok=True)
    seed, seeds = batch.seeds
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "labels.csv"
        with whole.open("wb") as file:
            for costs in batch.costs:
                for policy in POLICIES:
                    part = Path(scratch) / "part.csv"
                    table, factor = costs.split()
                    _label(program, batch, [
                        f"--cost-table={table}", f"--costs={factor}", f"--policy={policy}",
                        f"--seed={seed}", f"--seeds={seeds}", "--vary",
                        f"--seconds={SECONDS.get(batch.workload, USUAL_SECONDS)}",
                    ], labels, part)  # fmt: skip
                    with part.open("rb") as rows:
                        header = rows.readline()
                        file.write(b"" if file.tell() else header)
                        shutil.copyfileobj(rows, file)
                    seed += seeds
        return convert(whole, folder / f"{batch.machine.name}.parquet")


def _label(program: Path, batch: Batch, options: list[str], labels: int, into: Path) -> None:
    """One command: looks how many candidates there are, then labels a part of them."""
    common = [str(program), "simulate", batch.workload, *batch.machine.arguments(), *options]
    consulted = json.loads(_output([*common, "--json"]))["consulted"]["median"]
    wanted = labels / DEAR.get(batch.workload, 1) / max(1, batch.machine.cpus / USUAL_CPUS)
    every = max(1, round(consulted / wanted))
    _output([
        *common, f"--labels={into}", f"--every={every}", f"--horizon={HORIZON_MS}",
        f"--futures={FUTURES}",
    ])  # fmt: skip


def _output(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise ModelError(f"{' '.join(command)}: {result.stderr.strip()}")
    return result.stdout


@reports_errors
def main() -> int:
    """Makes the whole dataset and says how many rows each part has."""
    parser = argparse.ArgumentParser(prog="python -m mlsched_tools.dataset", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to make")
    parser.add_argument("--program", type=Path, default=Path("mlsched"), help="mlsched")
    parser.add_argument("--seeds", type=int, default=2, help="runs of each kind (2)")
    parser.add_argument("--labels", type=int, default=60, help="labels a run, about (60)")
    parser.add_argument("--jobs", type=int, default=2, help="commands at a time (2)")
    options = parser.parse_args()
    if options.output.exists():
        raise ModelError(f"{options.output} is there already: move it away, or name another folder")
    rows: dict[str, int] = {}
    batches = list(plan(options.seeds))
    with ThreadPoolExecutor(options.jobs) as pool:
        counts = pool.map(
            lambda batch: label(options.program, batch, options.labels, options.output), batches
        )
        for batch, count in zip(batches, counts, strict=True):
            rows[batch.part] = rows.get(batch.part, 0) + count
    for part, count in rows.items():
        print(f"{options.output / part}: {count // FUTURES} labels")
    return 0


if __name__ == "__main__":
    sys.exit(main())
