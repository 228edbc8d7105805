"""Labels of the simulator as Parquet."""

import sys
from pathlib import Path

import pytest

from mlsched_tools import labels

parquet = pytest.importorskip("pyarrow.parquet")

HEADER = "workload,seed,policy,kind,said,footprint,stay_waited_us,migrate_waited_us"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: Path | str) -> int:
    """Runs the command with these arguments."""
    monkeypatch.setattr(sys, "argv", ["labels", *map(str, arguments)])
    return labels.main()


def test_rows_come_back_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts, whole numbers and fractions keep their values and kinds."""
    source, target = tmp_path / "labels.csv", tmp_path / "labels.parquet"
    rows = "\n".join(f"mix,{i},never,pull,stay,65536,{i}.5,{2 * i}" for i in range(5000))
    source.write_text(f"{HEADER}\n{rows}\n")
    assert run(monkeypatch, source, "-o", target) == 0
    table = parquet.read_table(target)
    assert table.num_rows == 5000
    assert table.column_names == HEADER.split(",")
    assert table["seed"].to_pylist() == list(range(5000))
    assert table["stay_waited_us"][4999].as_py() == 4999.5
    assert set(table["workload"].to_pylist()) == {"mix"}
    assert target.stat().st_size < source.stat().st_size / 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no file of labels"),
        ("a,b\n1,2\n", "has no column workload"),
        (f"{HEADER}\nmix,1\n", "is no file of labels"),
    ],
)
def test_other_files_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    reason: str,
) -> None:
    """One sentence, status 2, and no file is left."""
    source, target = tmp_path / "labels.csv", tmp_path / "labels.parquet"
    source.write_text(text)
    assert run(monkeypatch, source, "-o", target) == 2
    assert reason in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [source]


def test_a_file_of_another_kind_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only --force replaces what is no Parquet file."""
    source, target = tmp_path / "labels.csv", tmp_path / "other"
    source.write_text(f"{HEADER}\nmix,1,never,pull,stay,1,1,1\n")
    target.write_text("precious")
    assert run(monkeypatch, source, "-o", target) == 2
    assert target.read_text() == "precious"
    assert run(monkeypatch, source, "-o", target, "--force") == 0
    assert run(monkeypatch, source, "-o", source) == 2
