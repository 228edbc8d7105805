"""Labels as arrays: what was known of a moment, and what both answers led to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import abi
from .errors import ModelError
from .features import UNITS
from .tables import Table

NAMES = tuple(UNITS)
# What is to be small: weighted waiting, and what caches and shared data cost. Work that was done
# is taken off, for in a closed load whoever gets on makes others wait.
SIGNS = {"waited_us": 1, "refilled_us": 1, "worked_us": -1}
# A future counts for so many horizons at most, that single heavy tasks do not decide everything.
MOST_HORIZONS = 4
# What a row is of: labels of one run share all of it.
RUN = ("workload", "cpus", "llcs", "nodes", "smt", "costs", "seed", "policy")
TEXTS = ("workload", "costs", "policy", "kind")


@dataclass(frozen=True)
class Outcomes:
    """Moments that were lived twice.

    Attributes:
        states: (labels, features), the features in their units, in the order of `NAMES`.
        gains: (labels, futures), µs by which migrating was better.
        run: (labels,), which labels are of the same run, counted from 0.
        about: Of each run what `RUN` names.
    """

    states: NDArray[np.float32]
    gains: NDArray[np.float64]
    run: NDArray[np.int64]
    about: list[tuple]

    def __len__(self) -> int:
        return len(self.run)

    def column(self, name: str) -> NDArray[np.float32]:
        """The values of one feature, (labels,)."""
        return self.states[:, NAMES.index(name)]

    def rows(self, chosen: NDArray) -> "Outcomes":
        """Some of the labels, by number or by a mask."""
        return Outcomes(self.states[chosen], self.gains[chosen], self.run[chosen], self.about)

    def table(self, price: float, names: Sequence[str] = NAMES) -> Table:
        """What to learn: the better answer, weighted by what the other one loses.

        The loss of a classifier with these weights is least where it says migrate if and only if
        that gains more than the price on average, whatever single futures say.

        Args:
            price: µs that a migration must gain, for all that no simulation counts.
            names: The features to learn from.
        """
        margin = self.gains.mean(axis=1) - price
        columns = [NAMES.index(name) for name in names]
        return Table(
            tuple(names),
            self.states[:, columns],
            (margin > 0).astype(np.int8),
            np.abs(margin),
            self.run.astype(str),
        )


def read(place: Path) -> Outcomes:
    """Reads labels: a Parquet file, or all those of a folder and what is below it.

    Raises:
        ModelError: When there are none, or a file is none of labels.
        OSError: When a file cannot be read.
    """
    try:
        from pyarrow import ArrowException
    except ImportError:
        raise ModelError("labels need pyarrow: pip install './tools[parquet]'") from None
    paths = sorted(place.rglob("*.parquet")) if place.is_dir() else [place]
    if not paths:
        raise ModelError(f"{place}: there are no Parquet files in it")
    try:
        return _joined([_read(path) for path in paths])
    except (ArrowException, KeyError) as error:
        raise ModelError(f"{place} is none of labels: {str(error).splitlines()[0]}") from None


def _read(path: Path) -> Outcomes:
    """One file, whose rows are the futures of each label, one after the other."""
    from pyarrow import parquet

    wanted = [*RUN, *NAMES, "label", "future", "horizon_us"]
    sides = [f"{answer}_{name}" for answer in ("stay", "migrate") for name in SIGNS]
    table = parquet.read_table(path, columns=[*wanted, *sides])
    column = {
        name: np.array(table[name].to_pylist()) if name in TEXTS else table[name].to_numpy()
        for name in table.column_names
    }
    futures = int(column["future"].max()) + 1 if table.num_rows else 1
    if table.num_rows % futures or (column["future"] != np.arange(table.num_rows) % futures).any():
        raise ModelError(f"{path} does not hold the same futures of every label")
    first = slice(None, None, futures)
    gains = sum(
        sign * (column[f"stay_{name}"] - column[f"migrate_{name}"]) for name, sign in SIGNS.items()
    )
    most = MOST_HORIZONS * column["horizon_us"].astype("<f8")
    about = list(zip(*(column[name][first].tolist() for name in RUN), strict=True))
    runs = {key: number for number, key in enumerate(dict.fromkeys(about))}
    return Outcomes(
        np.stack([column[name][first] for name in NAMES], axis=1).astype("<f4"),
        np.clip(gains, -most, most).reshape(-1, futures),
        np.array([runs[key] for key in about], dtype=np.int64),
        list(runs),
    )


def _joined(parts: list[Outcomes]) -> Outcomes:
    futures = {part.gains.shape[1] for part in parts if len(part)}
    if len(futures) != 1:
        raise ModelError(f"labels have {' and '.join(map(str, sorted(futures)))} futures")
    parts = [part for part in parts if len(part)]
    offsets = np.cumsum([0, *(len(part.about) for part in parts)])
    return Outcomes(
        np.concatenate([part.states for part in parts]),
        np.concatenate([part.gains for part in parts]),
        np.concatenate([p.run + o for p, o in zip(parts, offsets[:-1], strict=True)]),
        [key for part in parts for key in part.about],
    )


def levels(load: NDArray[np.floating]) -> NDArray[np.int64]:
    """Loads in tenths, as decision tables round them."""
    one = 1 << abi.FEATURES[NAMES.index("src_dom_load")].shift
    fixed = np.minimum((load.astype("<f8") * one).astype(np.int64), one)
    return (fixed * (abi.LOAD_LEVELS - 1) + one // 2) // one


def heuristic(outcomes: Outcomes) -> NDArray[np.bool_]:
    """What the scheduler's fallback rule says of each label."""
    margin = np.where(
        outcomes.column("cpu_idle") > 0, abi.FALLBACK_MARGIN_IDLE, abi.FALLBACK_MARGIN
    )
    source, destination = (levels(outcomes.column(f"{end}_dom_load")) for end in ("src", "dst"))
    return source >= destination + margin
