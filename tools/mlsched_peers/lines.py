"""Result files as `mlsched bench --json` writes them: an object a line, sorted keys."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from .errors import UsageError

# One result; see BenchResult in Sources/SchedBench.
Result = dict[str, object]

NAME = "mlsched"
# The same with a kernel that its rule did not choose.
VARIANTS = ("mlsched fused", "mlsched sgemm")
OURS = (NAME, *VARIANTS)
# The C that `mlsched bench` has beside itself.
INSIDE = "plain C"
PRIMARY = "ns_per_call"
DIGITS = 6


def figures(result: Result) -> dict[str, float]:
    """The figures of a result."""
    return result["figures"]


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The values that a quarter is below and above, as SchedBench's Sample has them."""
    if len(values) == 1:
        return values[0], values[0]
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, high


def compact(value: object) -> object:
    """The same with numbers of a few digits, and without the curves that plots are made of."""
    if isinstance(value, dict):
        return {key: [] if key == "curve" else compact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [compact(item) for item in value]
    if isinstance(value, float):
        short = float(f"{value:.{DIGITS}g}")
        return int(short) if short.is_integer() else short
    return value


def text(lines: list[Result]) -> str:
    """The content of a result file."""
    encoded = (
        json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        for line in lines
    )
    return "".join(f"{line}\n" for line in encoded)


def read(path: Path) -> list[Result]:
    """Reads a result file.

    Raises:
        UsageError: When it is none.
    """
    try:
        content = path.read_text()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} cannot be read; is it there, and a file of results?") from None
    lines = []
    for number, line in enumerate(content.splitlines(), 1):
        try:
            result = json.loads(line)
            if not {"section", "name", "subject", "primary", "environment"} <= result.keys():
                raise ValueError
            figures(result)[str(result["primary"])] + 0.0
        except (ValueError, AttributeError, KeyError, TypeError):
            raise UsageError(f"{path}:{number} is no result of `mlsched bench --json`") from None
        lines.append(result)
    if not lines:
        raise UsageError(f"{path} has no results")
    return lines
