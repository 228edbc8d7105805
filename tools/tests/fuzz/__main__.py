"""Looks for models that are exported differently from what their own library computes.

    python -m tests.fuzz torch --seconds 3600 --seed 1
    python -m tests.fuzz torch --case 17 --seed 1     # one of them again

Run it in `tools`, with the library installed. Every random model has to be equal, or, where it has
operators that are not known, refused. Exit status 1 when one is not.
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))


def main() -> int:
    """Makes and judges random models until the time is up."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("maker", choices=("torch", "keras", "sklearn", "onnx"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="only the one of this number")
    options = parser.parse_args()
    from .case import judge

    maker = importlib.import_module(f".by_{options.maker}", __package__)
    counts: Counter[str] = Counter()
    start, number = time.monotonic(), options.case or 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() - start < options.seconds:
            random = np.random.default_rng([options.seed, number])
            try:
                with quiet():
                    case = maker.make(random, Path(folder))
            except Exception:
                traceback.print_exc()
                case = None
                counts["maker failed"] += 1
            verdict = judge(case) if case else "not made"
            counts["FAULT" if verdict.startswith("FAULT") else verdict] += 1
            if verdict.startswith("FAULT") or options.case is not None:
                print(f"case {number}: {verdict}\n    {case and case.what}", flush=True)
            if options.case is not None:
                break
            number += 1
    text = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    print(f"{options.maker}, seed {options.seed}: {number} models, {text}")
    return 1 if counts["FAULT"] else 0


class quiet:  # noqa: N801
    """Keeps what foreign libraries print off the terminal."""

    def __enter__(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.kept = os.dup(1), os.dup(2)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.close(null)

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        for target, kept in zip((1, 2), self.kept, strict=True):
            os.dup2(kept, target)
            os.close(kept)


if __name__ == "__main__":
    sys.exit(main())
