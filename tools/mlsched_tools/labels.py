"""`python -m mlsched_tools.labels`: labels of `mlsched simulate --labels` as Parquet.

A file of labels takes a tenth of the room as Parquet, and a column is read without the others.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from .errors import ModelError, reports_errors
from .files import begins_with, require_writable

PARQUET = b"PAR1"
# What rows are of, besides numbers: few different texts.
TEXTS = ("workload", "policy", "kind", "said")
# The least that labels have; the others are whatever the simulator knew.
NEEDED = ("workload", "seed", "stay_waited_us", "migrate_waited_us")


def convert(source: Path, target: Path) -> int:
    """Writes the rows of a CSV file of labels to a Parquet file, piece by piece.

    Args:
        source: Labels of `mlsched simulate --labels`.
        target: Takes its name only when it is whole.

    Returns:
        The number of rows.

    Raises:
        ModelError: When the file is none of labels, or when pyarrow is missing.
        OSError: When a file cannot be read or written.
    """
    try:
        import pyarrow as pa
        from pyarrow import csv, parquet
    except ImportError:
        raise ModelError("Parquet needs pyarrow: pip install './tools[parquet]'") from None
    types = {name: pa.dictionary(pa.int32(), pa.string()) for name in TEXTS}
    options = csv.ConvertOptions(column_types=types)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(descriptor)
    part = Path(name)
    rows = 0
    try:
        with csv.open_csv(source, convert_options=options) as reader:
            missing = [name for name in NEEDED if name not in reader.schema.names]
            if missing:
                raise ModelError(f"{source} has no column {missing[0]}: it is none of labels")
            with parquet.ParquetWriter(part, reader.schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(batch)
                    rows += batch.num_rows
        part.chmod(0o644)
        part.replace(target)
    except pa.ArrowInvalid as error:
        raise ModelError(f"{source} is no file of labels: {error}") from None
    finally:
        part.unlink(missing_ok=True)
    return rows


@reports_errors
def main() -> int:
    """Converts one file and says how many rows it has."""
    parser = argparse.ArgumentParser(prog="python -m mlsched_tools.labels", description=__doc__)
    parser.add_argument("labels", type=Path, help="CSV file of mlsched simulate --labels")
    parser.add_argument("-o", "--output", type=Path, required=True, help="Parquet file to write")
    parser.add_argument("--force", action="store_true", help="replace a file of another kind")
    options = parser.parse_args()
    require_writable(options.output, begins_with(PARQUET), options.force, [options.labels])
    rows = convert(options.labels, options.output)
    print(f"{options.output}: {rows} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
