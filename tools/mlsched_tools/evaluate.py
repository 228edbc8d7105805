"""`python -m mlsched_tools.evaluate`: what a model is worth, as a page of tables.

By labels of workloads, machines and costs that training never saw, and by whole simulated runs.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from .errors import reports_errors
from .train import PINNED

PRICE_US = 20.0
SEEDS = 20
SECONDS = 0.5
FIRST_SEED = 1_000_000  # far from those of labels
BASE = "heuristic"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mlsched_tools.evaluate", description=__doc__)
    parser.add_argument("--program", type=Path, default=Path("mlsched"), help="mlsched")
    parser.add_argument(
        "--labels", type=Path, required=True, help="folder of mlsched_tools.dataset"
    )
    parser.add_argument("--model", type=Path, required=True, help="model file to judge")
    parser.add_argument("--rules", type=Path, required=True, help="model file of five features")
    parser.add_argument("--price", type=float, default=PRICE_US, help=f"of training ({PRICE_US})")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"runs of each setting ({SEEDS})")
    parser.add_argument("--jobs", type=int, default=2, help="commands at a time (2)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="page to write")
    return parser


@reports_errors
def main() -> int:
    """Measures everything and writes the page."""
    options = _parser().parse_args()
    # Before anything imports numpy, which reads these once.
    os.environ.update(PINNED if platform.machine() == "x86_64" else {})
    from .files import write_atomically

    text = "\n".join([*_by_labels(options), "", *_at_work(options)]).strip()
    template = (Path(__file__).parent / "worth.md").read_text()
    write_atomically(options.output, template.replace("{tables}", text).encode())
    print(f"wrote {options.output}")
    return 0


def _by_labels(options: argparse.Namespace) -> Iterator[str]:
    from . import mlw, outcomes, rivals
    from .fit import Options
    from .regret import difference, worth

    model = mlw.read(options.model)
    hidden = tuple(layer.weights.shape[1] for layer in model.layers[:-1])
    chosen = Options(hidden, 1, 30, 1.0, 1.0, 0.0, len(outcomes.NAMES))
    train = outcomes.read(options.labels / "train")
    policies = rivals.rules() | {
        "rules.mlw": rivals.by_model(mlw.read(options.rules), tenths=True),
        **rivals.simpler(train, options.price),
        "the model": rivals.by_model(model),
    }
    less = rivals.told_less(train, chosen, options.price)
    less["labels shuffled"] = rivals.learnt(rivals.shuffled(train, 1), chosen, options.price)
    leak = rivals.learnt(rivals.leaking(train, True, 1), chosen, options.price)
    parts = {"train": train} | {
        part: outcomes.read(options.labels / part) for part in ("families", "machines", "costs")
    }
    for table, others in (("policies", policies), ("told less", less)):
        yield f"### By labels: {table}\n"
        yield from _heading(["", *(f"{name} ({len(part)})" for name, part in parts.items())])
        worths = {
            name: worth(part, {n: p(part) for n, p in others.items()}, policies[BASE](part))
            for name, part in parts.items()
        }
        for row in worths["train"]:
            yield _line([row, *(_share(worths[name][row]) for name in parts)])
        yield ""
    yield "### By labels: the model against the cost rule, and a planted leak\n"
    yield from _heading(["", *parts])
    against = {
        name: difference(part, policies["the model"](part), policies["cost"](part))
        for name, part in parts.items()
    }
    yield _line(["model − cost, µs a label", *(_interval(against[name]) for name in parts)])
    told = {name: rivals.leaking(part, name == "train", 2) for name, part in parts.items()}
    leaks = {
        name: worth(part, {"leak": leak(part)}, policies[BASE](parts[name]))["leak"]
        for name, part in told.items()
    }
    yield _line(["told the future in training", *(_share(leaks[name]) for name in parts)])


def _at_work(options: argparse.Namespace) -> Iterator[str]:
    from . import closed_loop
    from .dataset import NEW_FAMILIES, NEW_MACHINES, SEEN_FAMILIES, SEEN_MACHINES

    policies = ["heuristic", "cost", "always", "never", f"model={options.rules}",
                f"model={options.model}"]  # fmt: skip
    names = ["heuristic", "cost", "always", "never", "rules.mlw", "the model"]
    seen = SEEN_MACHINES[1:4]
    kinds = {
        "unseen workloads, costs × ¼": (NEW_FAMILIES, seen, "assumed 0.25"),
        "unseen workloads": (NEW_FAMILIES, seen, "assumed 1"),
        "unseen workloads, costs × 4": (NEW_FAMILIES, seen, "assumed 4"),
        "unseen machines": (SEEN_FAMILIES, NEW_MACHINES[:2], "assumed 1"),
    }
    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    for kind, (workloads, machines, costs) in kinds.items():
        settings = [closed_loop.Setting(w, m, costs) for w in workloads for m in machines]
        figures = closed_loop.run(options.program, settings, policies, seeds, SECONDS, options.jobs)
        yield f"### At work: {kind} ({len(figures)} runs)\n"
        yield from _heading([
            "against the heuristic", "work %", "waiting and refill %", "p99 wake-up %",
            "moves across a second", "worst run, work %",
        ])  # fmt: skip
        for index, name in enumerate(names):
            yield _row(name, closed_loop.compare(figures, index, 0, SECONDS))
        yield _row("the model against cost", closed_loop.compare(figures, 5, 1, SECONDS))
        yield ""


def _row(name: str, row: "object") -> str:
    cells = [_interval(row.work, 2), _interval(row.delay), _interval(row.tail)]
    return _line([name, *cells, f"{row.across:,.0f}", f"{row.worst:+.1f}"])


def _heading(cells: list[str]) -> list[str]:
    return [_line(cells), "|" + "---|" * len(cells)]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _share(one: "object") -> str:
    share = f"{100 * one.share:.0f} % [{100 * one.low:.0f}, {100 * one.high:.0f}]"
    return f"{share}; {100 * one.migrates:.0f} % yes"


def _interval(values: tuple[float, float, float], digits: int = 1) -> str:
    middle, low, high = (f"{value:+.{digits}f}" for value in values)
    return f"{middle} [{low}, {high}]"


if __name__ == "__main__":
    sys.exit(main())
