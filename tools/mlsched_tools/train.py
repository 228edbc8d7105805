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

from .errors import ModelError, reports_errors, stop_on_interrupt
from .version import version

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
# How a report begins.
REPORT = b'{\n  "command": "mlsched-train'


def _widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 64,64") from None


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _weights(text: str) -> tuple[float, float]:
    try:
        stay, migrate = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 1,2") from None
    return stay, migrate


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlsched-train",
        description="Fit a network to labelled states and write a model file and a JSON report.",
        epilog="The same input, options and library versions give the same bytes.",
    )
    parser.add_argument("--version", action="version", version=version())
    parser.add_argument(
        "table",
        nargs="?",
        type=Path,
        help="CSV, Parquet or npz with features and a column `migrate` of 0 and 1, or a folder of "
        "the simulator's labels as Parquet; without it, states are drawn as the scheduler sees "
        "them and labelled by its rules",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="model file to write")
    parser.add_argument("--hidden", type=_widths, default=(64, 64), help="widths (64,64)")
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
    _add_table_options(parser)
    _add_fit_options(parser)
    parser.add_argument(
        "--plots", type=Path, metavar="DIR", help="draw loss, calibration, decisions"
    )
    parser.add_argument("--provenance", help="text for the model file (the command)")
    parser.add_argument(
        "--force", action="store_true", help="replace outputs that this command did not make"
    )
    return parser


def _add_table_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ignore",
        type=_names,
        default=(),
        metavar="COLUMN,…",
        help="columns of the table to leave alone; others that are no feature are an error",
    )
    parser.add_argument(
        "--price",
        type=float,
        default=0.0,
        metavar="US",
        help="with labels: µs that a migration must gain, for what no simulation counts (0)",
    )
    parser.add_argument("--weight-column", metavar="COLUMN", help="how much each row counts")
    parser.add_argument(
        "--group-column",
        metavar="COLUMN",
        help="rows that belong together, such as those of one machine: held out whole",
    )


def _add_fit_options(parser: argparse.ArgumentParser) -> None:
    names = ("relu", "tanh", "logistic")
    parser.add_argument("--activation", choices=names, default="relu", help="hidden layers' (relu)")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="of Adam (0.001)")
    parser.add_argument("--batch", type=int, default=256, help="samples of a step (256)")
    parser.add_argument("--alpha", type=float, default=1e-5, help="of the L2 penalty (0.00001)")
    parser.add_argument(
        "--early-stop",
        type=int,
        metavar="EPOCHS",
        help="stop when a tenth of the rows, set aside, shows no gain for so long; take the best",
    )
    parser.add_argument(
        "--migration-cost",
        type=float,
        metavar="COST",
        help="what a needless migration costs, a missed one being 1: choose the threshold by it",
    )


@reports_errors
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = _parser().parse_args(arguments)
    _check(options)
    stop_on_interrupt()
    # Before anything imports numpy, which reads these once.
    os.environ.update(PINNED if platform.machine() == "x86_64" else {})
    from . import mlw
    from .files import begins_with, require_writable, write_atomically
    from .model import check_provenance

    check_provenance(options.provenance or "")
    report_path = options.output.with_suffix(".json")
    require_writable(options.output, begins_with(mlw.MAGIC), options.force, [options.table])
    require_writable(report_path, begins_with(REPORT), options.force, [options.table])
    if options.save_samples:
        places = [options.output, report_path]
        require_writable(options.save_samples, begins_with(b"PK\x03\x04"), options.force, places)
        if options.save_samples.resolve() in [place.resolve() for place in places]:
            raise ModelError(f"--save-samples {options.save_samples} is an output's name too")
    if options.plots:
        from . import plots

        plots.prepare(options.plots, options.force)
    command = _command(options, list(sys.argv[1:] if arguments is None else arguments))
    fitted = _fit(options, _table(options), command)
    data = mlw.encode(fitted.model)
    report = _report(options, command, fitted, data)
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    write_atomically(options.output, data)
    write_atomically(report_path, text.encode())
    print(f"wrote {options.output} ({len(data)} bytes)")
    return 0


def _check(options: argparse.Namespace) -> None:
    if options.output.suffix == ".json":
        raise ModelError(f"-o {options.output}: .json is the report's name, give the model another")
    for name, low, high in (
        ("learning_rate", 1e-9, 10), ("alpha", 0, 1e6), ("batch", 1, 1 << 20),
        ("early_stop", 1, 100_000), ("migration_cost", 1e-9, 1e9), ("price", -1e6, 1e6),
    ):  # fmt: skip
        value = getattr(options, name)
        if value is not None and not low <= value <= high:
            raise ModelError(f"--{name.replace('_', '-')} {value}: give {low:g} to {high:g}")
    if not options.table and (options.ignore or options.weight_column or options.group_column):
        raise ModelError("columns are named, but no table was given")
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
    """The command, without where its output goes and without paths of this machine."""
    words, skip = [], False
    for word in given:
        if skip or word.startswith(("--output=", "-o")) or word in ("--output", "--force"):
            skip = word in ("-o", "--output")
        else:
            words.append(options.table.name if word == str(options.table) else word)
    return " ".join(["mlsched-train", *words])


def _table(options: argparse.Namespace) -> "Table":
    import numpy as np

    from . import outcomes, samples, tables

    if options.table and options.table.is_dir():
        names = [name for name in outcomes.NAMES if name not in options.ignore]
        return outcomes.read(options.table).table(options.price, names)
    if options.table:
        roles = tables.Roles(options.ignore, options.weight_column, options.group_column)
        return tables.read(options.table, roles)
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
        activation=options.activation,
        learning_rate=options.learning_rate,
        batch=options.batch,
        alpha=options.alpha,
        patience=options.early_stop,
        migration_cost=options.migration_cost,
    )
    return fit(table, chosen, options.provenance or command)


def _report(options: argparse.Namespace, command: str, fitted: "Fit", data: bytes) -> dict:
    import numpy
    import scipy
    import sklearn

    from .fit import scores_of
    from .metrics import measure

    model, held_out = fitted.model, fitted.held_out
    metrics = measure(scores_of(model, held_out), held_out.migrate, model.threshold)
    if options.plots:
        from . import plots

        plots.write(options.plots, model, fitted.curve, metrics)
    print(metrics.text())
    for note in model.notes:
        print(note)
    for warning in metrics.warnings():
        print(f"warning: {warning}", file=sys.stderr)
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
        "threshold": model.threshold,
        "loss": fitted.curve,
        "held_out": metrics.as_json(),
        "warnings": metrics.warnings(),
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
