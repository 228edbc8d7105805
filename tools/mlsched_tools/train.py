"""mlsched-train: fits a network to labelled states and writes a model file."""

import argparse
import hashlib
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ModelError, reports_errors

if TYPE_CHECKING:
    from .fit import Fit
    from .model import Model
    from .tables import Table

# Sums come out the same on every x86-64 machine with AVX2 when they are done in the same order.
PINNED = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
SAMPLES = 400_000
SURVEYED_CPUS = (2, 8, 64, 256, 1024)
NETWORK_INPUTS = 10


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _weights(text: str) -> tuple[float, float]:
    stay, migrate = (float(part) for part in text.split(","))
    return stay, migrate


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlsched-train",
        description="Fit a network to labelled states and write a model file and a JSON report.",
        epilog="The same input, options and library versions give the same bytes.",
    )
    parser.add_argument(
        "table",
        nargs="?",
        type=Path,
        help="CSV, Parquet or npz with features and a column `migrate` of 0 and 1; without it, "
        "states are drawn as the scheduler sees them and labelled by its rules",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="model file to write")
    parser.add_argument("--hidden", type=_numbers, default=(64, 64), help="widths (64,64)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random (1)")
    parser.add_argument("--epochs", type=int, default=40, help="passes over the samples (40)")
    parser.add_argument(
        "--samples", type=int, default=SAMPLES, help=f"states to draw ({SAMPLES}) without a table"
    )
    parser.add_argument("--save-samples", type=Path, help="write the states that were drawn, npz")
    parser.add_argument(
        "--class-weight", type=_weights, default=(1.0, 1.0), help="of stay and migrate (1,1)"
    )
    parser.add_argument(
        "--migration-penalty",
        type=float,
        default=0.0,
        help="how much worse a needless migration is than a missed one (0)",
    )
    parser.add_argument("--provenance", help="text for the model file (the command)")
    return parser


@reports_errors
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = _parser().parse_args(arguments)
    _check(options)
    # Before anything imports numpy, which reads these once.
    os.environ.update(PINNED if platform.machine() == "x86_64" else {})
    given = list(sys.argv[1:] if arguments is None else arguments)
    table = _table(options)
    command = _command(options, given)
    fitted = _fit(options, table, command)
    from . import mlw

    data = mlw.write(options.output, fitted.model)
    report = _report(options, command, fitted, data)
    from .files import write_atomically

    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    write_atomically(options.output.with_suffix(".json"), text.encode())
    return 0


def _check(options: argparse.Namespace) -> None:
    for width in options.hidden:
        if not 1 <= width <= 4096:
            raise ModelError(f"--hidden {width}: a layer is 1 to 4096 wide")
    if not 1 <= len(options.hidden) <= 64:
        raise ModelError(f"--hidden: {len(options.hidden)} layers, 1 to 64 are possible")
    if not 1 <= options.epochs <= 100_000:
        raise ModelError(f"--epochs {options.epochs}: give 1 to 100000")
    if not 0 <= options.seed < 1 << 32:
        raise ModelError(f"--seed {options.seed}: give 0 to 4294967295")
    if not 1000 <= options.samples <= 50_000_000:
        raise ModelError(f"--samples {options.samples}: give 1000 to 50000000")
    if options.table and options.save_samples:
        raise ModelError("--save-samples writes states that were drawn, but a table was given")
    if not all(0 < weight < 1e6 for weight in options.class_weight):
        raise ModelError("--class-weight: both weights are above 0 and below 1000000")
    if not 0 <= options.migration_penalty < 1e6:
        raise ModelError("--migration-penalty: give a number from 0 on, below 1000000")


def _command(options: argparse.Namespace, given: list[str]) -> str:
    """The command as one would type it beside the output, without paths of this machine."""
    paths = {str(path): path.name for path in (options.table, options.output) if path}
    return " ".join(["mlsched-train", *(paths.get(word, word) for word in given)])


def _table(options: argparse.Namespace) -> "Table":
    import numpy as np

    from . import samples, tables

    if options.table:
        return tables.read(options.table)
    table = samples.draw(options.samples, np.random.default_rng(options.seed))
    if options.save_samples:
        tables.write_npz(options.save_samples, table)
    return table


def _fit(options: argparse.Namespace, table: "Table", command: str) -> "Fit":
    from .fit import Options, fit

    stay, migrate = options.class_weight
    chosen = Options(
        hidden=options.hidden,
        seed=options.seed,
        epochs=options.epochs,
        stay_weight=stay,
        migrate_weight=migrate,
        migration_penalty=options.migration_penalty,
        pad_to=NETWORK_INPUTS,
    )
    return fit(table, chosen, options.provenance or command)


def _report(options: argparse.Namespace, command: str, fitted: "Fit", data: bytes) -> dict:
    import numpy
    import scipy
    import sklearn

    from .metrics import measure

    model, held_out = fitted.model, fitted.held_out
    padding = len(model.features) - held_out.states.shape[1]
    scores = model.evaluate(numpy.pad(held_out.states, ((0, 0), (0, padding))))[:, 0]
    metrics = measure(scores, held_out.migrate, model.threshold)
    print(metrics.text())
    for note in model.notes:
        print(note)
    print(f"wrote {options.output} ({len(data)} bytes)")
    report = {
        "command": command,
        "seed": options.seed,
        "sha256": hashlib.sha256(data).hexdigest(),
        "libraries": {module.__name__: module.__version__ for module in (numpy, scipy, sklearn)},
        "layers": [
            f"{layer.weights.shape[0]}→{layer.weights.shape[1]} {layer.activation.name}"
            for layer in model.layers
        ],
        "notes": list(model.notes),
        "held_out": metrics.as_json(),
    }
    if not options.table:
        report["rules"] = _rules(model, fitted)
    return report


def _rules(model: "Model", fitted: "Fit") -> dict:
    """How far the model agrees with the rules that labelled its samples."""
    import numpy as np

    from .patterns import survey
    from .samples import probability

    best = (probability(fitted.held_out.states) > 0.5) == (fitted.held_out.migrate == 1)
    return {
        "best_possible_accuracy": round(float(np.mean(best)), 6),
        "patterns_by_cpus": {str(cpus): survey(model, cpus) for cpus in SURVEYED_CPUS},
    }


if __name__ == "__main__":
    sys.exit(main())
