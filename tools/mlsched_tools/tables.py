"""Reading tables of labelled states: CSV, Parquet and npz."""

import csv
import difflib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .features import SCHEMA
from .files import write_atomically
from .guards import require_file

LABEL = "migrate"
MIN_ROWS = 100
MAX_ROWS = 50_000_000
# What `mlsched predict` calls features on the command line.
SHORT = {"busy": ["cpu_not_idle"]}
LOADS = frozenset({"src_dom_load", "dst_dom_load"})


@dataclass(frozen=True)
class Roles:
    """What columns are for that are neither features nor the label.

    Attributes:
        ignore: Names of those to leave alone.
        weight: The column with each row's weight, from 0 on.
        group: The column that says which rows belong together, numbers or text.
    """

    ignore: tuple[str, ...] = ()
    weight: str | None = None
    group: str | None = None

    def check(self, names: list[str]) -> None:
        """Refuses columns without a role, and roles without a column.

        Raises:
            ModelError: Naming them, and the nearest feature of each.
        """
        if LABEL not in names:
            raise ModelError(f"there is no column {LABEL!r} with 0 or 1 in each row")
        for name in (*self.ignore, self.weight, self.group):
            if name is not None and name not in names:
                raise ModelError(f"there is no column {name!r}: there are {', '.join(names)}")
        known = {*SCHEMA, LABEL, self.weight, self.group, *self.ignore}
        strange = [name for name in names if name not in known]
        if strange:
            raise ModelError(
                f"{_plural(strange)} no feature: {', '.join(map(_nearest, strange))}; rename, or "
                f"let pass by --ignore {','.join((*self.ignore, *strange))}"
            )
        if not set(names) - set(self.ignore) & set(SCHEMA):
            raise ModelError(f"none of the columns is a feature ({', '.join(SCHEMA)})")

    def numbers(self, names: list[str]) -> list[str]:
        """The columns that must hold numbers."""
        return [n for n in names if n not in self.ignore and (n != self.group or n == self.weight)]


def _plural(names: list[str]) -> str:
    return "this column is" if len(names) == 1 else "these columns are"


def _nearest(name: str) -> str:
    """A name, with the feature that it may stand for."""
    bare = re.sub(r"[^a-z]", "", name.lower())
    alike = [f for f in SCHEMA if len(bare) > 2 and bare in f.replace("_", "")] or SHORT.get(
        bare, []
    )
    near = alike or difflib.get_close_matches(name.lower(), SCHEMA, 1, 0.6)
    return f"{name!r} ({near[0]}?)" if near else repr(name)


@dataclass(frozen=True)
class Table:
    """Labelled states.

    Attributes:
        features: Names of the columns, in the order of the schema.
        states: (rows, features), raw feature values.
        migrate: (rows,), 1 where the task should migrate, 0 where it should stay.
        weights: (rows,), how much each counts, or None.
        groups: (rows,), which belong together, or None.
    """

    features: tuple[str, ...]
    states: NDArray[np.float32]
    migrate: NDArray[np.int8]
    weights: NDArray[np.float64] | None = None
    groups: NDArray | None = None

    def rows(self, chosen: NDArray) -> "Table":
        """Some of the rows, by number."""
        weights = None if self.weights is None else self.weights[chosen]
        groups = None if self.groups is None else self.groups[chosen]
        return Table(self.features, self.states[chosen], self.migrate[chosen], weights, groups)


def read(path: Path, roles: Roles = Roles()) -> Table:
    """Reads a table, told apart by its first bytes.

    A CSV file names its columns in the first line: features of the schema, `migrate` (0 or 1), and
    those that `roles` name. A Parquet file has the same columns. An npz file holds `features`
    (names), `states` (rows, features) and `migrate` (rows,), and columns by the names of roles.

    Raises:
        ModelError: When the table cannot be understood or holds values out of range.
        OSError: When the file cannot be read.
    """
    require_file(path)
    with path.open("rb") as file:
        magic = file.read(4)
    try:
        if magic == b"PAR1":
            columns = _read_parquet(path, roles)
        elif magic == b"PK\x03\x04":
            columns = _read_npz(path, roles)
        else:
            columns = _read_csv(path, roles)
        return _table(columns, roles)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def write_npz(path: Path, table: Table) -> None:
    """Writes a table in the form that read() takes back."""
    content = io.BytesIO()
    np.savez(
        content,
        features=np.array(table.features),
        states=table.states.astype("<f4"),
        migrate=table.migrate,
    )
    write_atomically(path, content.getvalue())


def _read_csv(path: Path, roles: Roles) -> dict[str, NDArray]:
    try:
        # A byte-order mark, as some spreadsheets write it, is no part of the first name.
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            names = [name.strip() for name in next(rows, [])]
            if len(set(names)) != len(names):
                raise ModelError("two columns have the same name in line 1")
            roles.check(names)
            numbers = [(names.index(name), name) for name in roles.numbers(names)]
            group = names.index(roles.group) if roles.group else None
            values, groups = [], []
            for row in rows:
                if row:
                    values.append(_csv_row(row, len(names), numbers, rows.line_num))
                    groups.append(row[group] if group is not None else "")
    except (UnicodeDecodeError, csv.Error):
        raise ModelError("it is not a CSV, Parquet or npz file") from None
    table = np.array(values).reshape(len(values), len(numbers))  # (rows, columns)
    columns = dict(zip((name for _, name in numbers), table.T, strict=True))
    return columns | ({roles.group: np.array(groups)} if roles.group else {})


def _csv_row(
    row: list[str], columns: int, numbers: list[tuple[int, str]], line: int
) -> list[float]:
    if len(row) != columns:
        raise ModelError(f"line {line} has {len(row)} values instead of {columns}")
    try:
        return [float(row[index]) for index, _ in numbers]
    except ValueError:
        name, text = next((n, row[i]) for i, n in numbers if not _is_number(row[i]))
        raise ModelError(
            f"line {line} holds something that is not a number, {text[:20]!r} in column {name}"
        ) from None


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text) or True
    except ValueError:
        return False


def _read_parquet(path: Path, roles: Roles) -> dict[str, NDArray]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ModelError("Parquet needs pyarrow: pip install './tools[parquet]'") from None
    try:
        file = parquet.ParquetFile(path)
        if file.metadata.num_rows > MAX_ROWS:
            raise ModelError(f"{file.metadata.num_rows} rows are more than {MAX_ROWS}")
        names = file.schema_arrow.names
        roles.check(names)
        wanted = [name for name in names if name not in roles.ignore]
        table = file.read(columns=wanted)
        columns = {name: table[name].to_numpy() for name in wanted}
    except (pyarrow.ArrowException, ValueError, TypeError):
        raise ModelError("the Parquet file is damaged") from None
    for name in roles.numbers(names):
        if columns[name].dtype.kind not in "fiub":
            raise ModelError(f"column {name} holds something that is not a number")
        columns[name] = columns[name].astype("<f8")
    if roles.group:
        columns[roles.group] = columns[roles.group].astype(str)
    return columns


def _read_npz(path: Path, roles: Roles) -> dict[str, NDArray]:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_ROWS * 4 * len(SCHEMA):
            raise ModelError(f"{unpacked} bytes unpacked are more than {MAX_ROWS} rows take")
        with np.load(path, allow_pickle=False) as arrays:
            names = [str(name) for name in arrays["features"].ravel()]
            states, migrate = arrays["states"].astype("<f8"), arrays[LABEL].astype("<f8")
            more = {n: arrays[n].ravel() for n in (roles.weight, roles.group) if n is not None}
    except KeyError as error:
        raise ModelError(f"the npz file has no array {error.args[0].split()[0]!r}") from None
    except (ValueError, TypeError, EOFError, zipfile.BadZipFile):
        raise ModelError("the npz file is damaged or its arrays are not numbers") from None
    if states.shape != (len(migrate.ravel()), len(names)):
        raise ModelError(f"{len(names)} features and {migrate.size} labels for {states.shape}")
    if any(len(values) != len(migrate.ravel()) for values in more.values()):
        raise ModelError("the arrays of the npz file have different numbers of rows")
    columns = {**dict(zip(names, states.T, strict=True)), LABEL: migrate.ravel(), **more}
    roles.check(list(columns))
    return columns


def _table(columns: dict[str, NDArray], roles: Roles) -> Table:
    names = tuple(n for n in SCHEMA if n in columns and n not in roles.ignore)
    migrate = columns[LABEL]
    if len(migrate) < MIN_ROWS:
        raise ModelError(f"{len(migrate)} rows are too few to train on, {MIN_ROWS} at least")
    for name in names:
        _check_column(name, columns[name])
    if not np.isin(migrate, (0, 1)).all():
        row = int(np.flatnonzero(~np.isin(migrate, (0, 1)))[0])
        raise ModelError(f"{LABEL} is neither 0 nor 1 in row {row + 1}")
    if migrate.min() == migrate.max():
        raise ModelError(f"{LABEL} is {int(migrate[0])} in every row, so there is nothing to learn")
    states = np.stack([columns[name] for name in names], axis=1).astype("<f4")  # (rows, features)
    weights = _weights(columns[roles.weight], roles.weight) if roles.weight else None
    groups = columns[roles.group] if roles.group else None
    return Table(names, states, migrate.astype(np.int8), weights, groups)


def _weights(values: NDArray, name: str) -> NDArray[np.float64]:
    bad = np.flatnonzero(~((values >= 0) & (values < 1e9)))
    if len(bad):
        raise ModelError(f"{name} is {values[bad[0]]:g} in row {bad[0] + 1}, outside 0–1e9")
    if not values.any():
        raise ModelError(f"{name} is 0 in every row")
    return values.astype(np.float64)


def _check_column(name: str, values: NDArray) -> None:
    upper = 1.0 if name in LOADS else 1 << 20
    bad = np.flatnonzero(~((values >= 0) & (values <= upper)))
    if len(bad):
        raise ModelError(f"{name} is {values[bad[0]]:g} in row {bad[0] + 1}, outside 0–{upper:g}")
