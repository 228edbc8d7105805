"""mlsched-export: any trained model in, one model file out."""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import architecture, features, formats, mlw
from .assemble import Choices, assemble, fed_by
from .compare import compare
from .errors import ModelError, reports_errors
from .files import begins_with, require_writable
from .guards import MAX_MEMORY, limited
from .model import Model
from .source import FLOAT32, ReadOptions, Source
from .verify import verify
from .version import version

DIFFERENT = 1
LARGEST = float(np.finfo("<f4").max)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlsched-export",
        description="Turn a trained model into a file that mlsched loads.",
        epilog="Reads Keras .h5 and .keras, SavedModel folders, TensorFlow Lite, ONNX, PyTorch "
        "state dicts and TorchScript, safetensors, scikit-learn (skops), .npz and .mlw; a file is "
        "recognised by what it contains. A model that cannot be represented exactly is refused. "
        "Exit status: 0 done, 1 --check found a difference, 2 refused.",
    )
    parser.add_argument("--version", action="version", version=version())
    parser.add_argument("source", type=Path, nargs="?", help="model file or SavedModel folder")
    parser.add_argument("-o", "--output", type=Path, help="model file to write")
    parser.add_argument(
        "--features",
        type=str,
        help="what feeds each input, in order: NAME or NAME:OFFSET:SCALE, separated by commas; "
        f"names are {', '.join(features.UNITS)}, zero and zero*COUNT "
        f"(default: {', '.join(features.SCHEMA)}, then zeros)",
    )
    parser.add_argument(
        "--threshold", type=float, help="migrate above this output (0.5 for a probability)"
    )
    parser.add_argument(
        "--for",
        dest="target",
        choices=("scheduler", "library"),
        default="scheduler",
        help="library: any names of features, any number of outputs (scheduler)",
    )
    parser.add_argument("--pad-to", type=int, metavar="N", help="fill up to N inputs with zeros")
    parser.add_argument("--provenance", help="where the model comes from, kept in the file")
    parser.add_argument(
        "--architecture",
        help="for a file of weights alone: a Keras JSON file, or [NAME:]ACTIVATION of each layer, "
        "separated by commas",
    )
    parser.add_argument(
        "--order", help="layers of a file of weights alone, by name, separated by commas"
    )
    parser.add_argument(
        "--output-number", type=int, metavar="N", help="output that means migrate, counted from 0"
    )
    parser.add_argument(
        "--softmax", action="store_true", help="outputs are logits: put a softmax behind them"
    )
    parser.add_argument("--positive-class", metavar="LABEL", help="class that means migrate")
    parser.add_argument(
        "--max-memory",
        type=int,
        default=MAX_MEMORY >> 20,
        metavar="MIB",
        help=f"most that reading and converting may take ({MAX_MEMORY >> 20})",
    )
    parser.add_argument(
        "--trust-pickle", action="store_true", help="load a pickle, which runs code in it"
    )
    parser.add_argument(
        "--verify", action="store_true", help="compare with the source's own runtime"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace an output that is no model file"
    )
    parser.add_argument("--report", choices=("text", "json"), default="text", help="what to print")
    parser.add_argument(
        "--check", nargs=2, type=Path, metavar=("A", "B"), help="compare two models instead"
    )
    parser.add_argument(
        "--tolerance", type=float, default=FLOAT32, help=f"of --check ({FLOAT32:g} absolute)"
    )
    return parser


@reports_errors
def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit status."""
    options = _parser().parse_args(arguments)
    if not 1 <= options.max_memory <= 1 << 20:
        raise ModelError(f"--max-memory {options.max_memory}: give 1 to {1 << 20} MiB")
    with limited(options.max_memory << 20):
        reading = _reading(options)
        if options.check:
            return _check(options, reading)
        if options.source is None or options.output is None:
            raise ModelError("give a source and -o OUTPUT, or --check A B")
        return _export(options, reading)


def _reading(options: argparse.Namespace) -> ReadOptions:
    given = architecture.parse(options.architecture) if options.architecture else None
    return ReadOptions(
        architecture=given,
        trust_pickle=options.trust_pickle,
        library=options.target == "library",
        order=tuple(name.strip() for name in options.order.split(",")) if options.order else None,
        positive_class=options.positive_class,
        output=options.output_number,
        softmax=options.softmax,
    )


def _choices(options: argparse.Namespace) -> Choices:
    if options.threshold is not None and not abs(options.threshold) <= LARGEST:
        raise ModelError(f"--threshold {options.threshold:g} is not a finite number of float32")
    library = options.target == "library"
    named = features.parse(options.features, library) if options.features else None
    return Choices(named, options.threshold, options.pad_to, options.provenance, library)


def _export(options: argparse.Namespace, reading: ReadOptions) -> int:
    choices = _choices(options)
    made = begins_with(mlw.MAGIC)
    read_from = [options.source]
    if options.architecture and options.architecture.endswith(".json"):
        read_from.append(Path(options.architecture))
    require_writable(options.output, made, options.force, read_from)
    source = formats.read(options.source, reading)
    model = _assembled(options.source, source, choices)
    difference = None
    if options.verify:
        fed = fed_by(source, choices)
        difference = verify(options.source, reading, source, fed, model)
    data = mlw.write(options.output, model)
    report = _report(options, source, model, data)
    if difference is not None:
        report["verified"] = {"inputs": 10_000, "largest_difference": difference}
    _print(report, options.report)
    return 0


def _check(options: argparse.Namespace, reading: ReadOptions) -> int:
    # Thresholds are of no importance here where a source has none.
    choices = _choices(options)
    models = []
    for path in options.check:
        source = formats.read(path, reading)
        fallback = choices if source.threshold is None else replace(choices, threshold=None)
        models.append(_assembled(path, source, fallback))
    found = compare(*models)
    same = found.maximum <= options.tolerance
    if options.report == "json":
        print(json.dumps({**found.as_json(), "tolerance": options.tolerance, "same": same}))
    else:
        print(f"{found.text()}: {'the same' if same else 'different'}")
    return 0 if same else DIFFERENT


def _assembled(path: Path, source: Source, choices: Choices) -> Model:
    try:
        return assemble(source, choices)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def _report(options: argparse.Namespace, source: Source, model: Model, data: bytes) -> dict:
    return {
        "source": str(options.source),
        "format": source.format,
        "output": str(options.output),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "features": [
            {"name": f.name, "unit": f.unit, "offset": f.offset, "scale": f.scale}
            for f in model.features
        ],
        "layers": [
            {
                "inputs": layer.weights.shape[0],
                "outputs": layer.weights.shape[1],
                "activation": layer.activation.name,
                "alpha": layer.activation.alpha,
                "beta": layer.activation.beta,
            }
            for layer in model.layers
        ],
        "threshold": model.threshold,
        "provenance": model.provenance,
        "test_vectors": len(model.test_inputs),
        "self_test_error": model.self_test_error(),
        "order": list(source.order),
        "warnings": [*source.notes, *_unfed(options, source, model)],
        "notes": list(model.notes),
    }


def _unfed(options: argparse.Namespace, source: Source, model: Model) -> list[str]:
    """A warning where inputs get zeros that nobody has asked for."""
    zeros = [feature.name for feature in model.features[: source.flow.inputs]].count(features.ZERO)
    if options.features or source.features or not zeros:
        return []
    inputs = "the last input" if zeros == 1 else f"the last {zeros} inputs"
    return [f"{inputs} of {source.flow.inputs} get zeros: --features says what feeds each"]


def _print(report: dict, form: str) -> None:
    if form == "json":
        print(json.dumps(report, indent=2, ensure_ascii=False))
        return
    for warning in report["warnings"]:
        print(f"warning: {warning}", file=sys.stderr)
    chain = [str(report["layers"][0]["inputs"])]
    chain += [f"{layer['outputs']} {layer['activation']}" for layer in report["layers"]]
    names = [feature["name"] for feature in report["features"]]
    live = [name for name in names if name != features.ZERO]
    zeros = len(names) - len(live)
    print(f"{report['source']}: {report['format']}, {' → '.join(chain)}")
    if report["order"]:
        print(f"layers in this order: {', '.join(report['order'])}")
    print(f"fed by {', '.join(live)}" + (f" and {zeros} zeros" if zeros else ""))
    print(f"migrate above {report['threshold']:g}")
    for note in report["notes"]:
        print(note)
    if "verified" in report:
        difference = report["verified"]["largest_difference"]
        print(f"its own runtime differs by at most {difference:.3g} on 10000 inputs")
    print(f"wrote {report['output']} ({report['bytes']} bytes)")


if __name__ == "__main__":
    sys.exit(main())
