"""Reading tables of labelled states: CSV, Parquet and npz."""

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .features import SCHEMA

LABEL = "migrate"
MIN_ROWS = 100
MAX_ROWS = 50_000_000
LOADS = frozenset({"src_dom_load", "dst_dom_load"})


@dataclass(frozen=True)
class Table:
    """Labelled states.

    Attributes:
        features: Names of the columns, in the order of the schema.
        states: (rows, features), raw feature values.
        migrate: (rows,), 1 where the task should migrate, 0 where it should stay.
    """

    features: tuple[str, ...]
    states: NDArray[np.float32]
    migrate: NDArray[np.int8]


def read(path: Path) -> Table:
    """Reads a table, told apart by its first bytes.

    A CSV file names its columns in the first line: features of the schema, and `migrate` (0 or 1).
    A Parquet file has the same columns. An npz file holds `features` (names), `states`
    (rows, features) and `migrate` (rows,).

    Raises:
        ModelError: When the table cannot be understood or holds values out of range.
        OSError: When the file cannot be read.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    try:
        if magic == b"PAR1":
            columns = _read_parquet(path)
        elif magic == b"PK\x03\x04":
            columns = _read_npz(path)
        else:
            columns = _read_csv(path)
        return _table(columns)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def write_npz(path: Path, table: Table) -> None:
    """Writes a table in the form that read() takes back."""
    with path.open("wb") as file:
        np.savez(
            file,
            features=np.array(table.features),
            states=table.states.astype("<f4"),
            migrate=table.migrate,
        )


def _read_csv(path: Path) -> dict[str, NDArray]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.reader(file)
            names = [name.strip() for name in next(rows, [])]
            if len(set(names)) != len(names):
                raise ModelError("two columns have the same name in line 1")
            _require_columns(names)
            values = [_csv_row(row, len(names), rows.line_num) for row in rows if row]
    except (UnicodeDecodeError, csv.Error):
        raise ModelError("it is not a CSV, Parquet or npz file") from None
    table = np.array(values).reshape(len(values), len(names))  # (rows, columns)
    return dict(zip(names, table.T, strict=True))


def _csv_row(row: list[str], columns: int, line: int) -> list[float]:
    if len(row) != columns:
        raise ModelError(f"line {line} has {len(row)} values instead of {columns}")
    try:
        return [float(value) for value in row]
    except ValueError:
        raise ModelError(f"line {line} holds something that is not a number") from None


def _read_parquet(path: Path) -> dict[str, NDArray]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ModelError("Parquet needs pyarrow: pip install './tools[parquet]'") from None
    try:
        file = parquet.ParquetFile(path)
        if file.metadata.num_rows > MAX_ROWS:
            raise ModelError(f"{file.metadata.num_rows} rows are more than {MAX_ROWS}")
        names = [name for name in file.schema_arrow.names if name in (*SCHEMA, LABEL)]
        table = file.read(columns=names)
        return {name: table[name].to_numpy().astype("<f8") for name in names}
    except (pyarrow.ArrowException, ValueError, TypeError):
        raise ModelError("the Parquet file is damaged or its columns are not numbers") from None


def _read_npz(path: Path) -> dict[str, NDArray]:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_ROWS * 4 * len(SCHEMA):
            raise ModelError(f"{unpacked} bytes unpacked are more than {MAX_ROWS} rows take")
        with np.load(path, allow_pickle=False) as arrays:
            names = [str(name) for name in arrays["features"].ravel()]
            states, migrate = arrays["states"].astype("<f8"), arrays[LABEL].astype("<f8")
    except KeyError as error:
        raise ModelError(f"the npz file has no array {error.args[0].split()[0]!r}") from None
    except (ValueError, TypeError, EOFError, zipfile.BadZipFile):
        raise ModelError("the npz file is damaged or its arrays are not numbers") from None
    if states.shape != (len(migrate.ravel()), len(names)):
        raise ModelError(f"{len(names)} features and {migrate.size} labels for {states.shape}")
    return {**dict(zip(names, states.T, strict=True)), LABEL: migrate.ravel()}


def _require_columns(names: list[str]) -> None:
    if LABEL not in names:
        raise ModelError(f"there is no column {LABEL!r} with 0 or 1 in each row")
    if not set(names) & set(SCHEMA):
        raise ModelError(f"none of the columns is a feature ({', '.join(SCHEMA)})")


def _table(columns: dict[str, NDArray]) -> Table:
    _require_columns(list(columns))
    names = tuple(name for name in SCHEMA if name in columns)
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
    return Table(names, states, migrate.astype(np.int8))


def _check_column(name: str, values: NDArray) -> None:
    upper = 1.0 if name in LOADS else 1 << 20
    bad = np.flatnonzero(~((values >= 0) & (values <= upper)))
    if len(bad):
        raise ModelError(f"{name} is {values[bad[0]]:g} in row {bad[0] + 1}, outside 0–{upper:g}")
