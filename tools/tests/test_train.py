"""The trainer: what it reads, refuses and writes, and the weights that ship."""

import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest

from mlsched_tools import mlw, samples, tables
from mlsched_tools.features import SCHEMA
from mlsched_tools.metrics import measure
from mlsched_tools.patterns import survey
from mlsched_tools.train import main

QUICK = ["--epochs", "2", "--hidden", "8", "--samples", "3000"]


@pytest.fixture(scope="module")
def shipped(repository):
    return mlw.read(repository / "weights/default.mlw")


def score(model, cpu, idle, busy, source, destination):
    row = np.zeros((1, 10), "<f4")
    row[0, :5] = cpu, idle, busy, source, destination
    return float(model.evaluate(row)[0, 0])


def test_the_shipped_weights_decide_the_two_reference_cases(shipped):
    assert score(shipped, 4, 2, 6, 0.9, 0.2) > shipped.threshold
    assert score(shipped, 2, 4, 4, 0.5, 0.5) <= shipped.threshold


def test_the_shipped_weights_follow_the_rules(shipped):
    assert score(shipped, 0, 0, 8, 0.7, 0.6) < 0.5 < score(shipped, 0, 0, 8, 0.8, 0.5)
    scores = [score(shipped, 0, idle, 8 - idle, 0.6, 0.5) for idle in (0, 1, 4)]
    assert scores == sorted(scores)
    assert scores[1] > 0.5


@pytest.mark.parametrize("cpus", [1, 8, 64])
def test_the_shipped_weights_are_monotone_and_waste_no_idle_cpu(shipped, cpus):
    found = survey(shipped, cpus)
    assert found["patterns"] == cpus * (cpus + 1) * 121
    assert found["idle_wasted"] == 0
    assert found["source_flips"] == 0
    assert found["destination_flips"] == 0
    assert found["cpu_flips"] < 0.001
    assert found["as_rules"] > 0.999


def test_the_report_describes_the_shipped_weights(repository, shipped):
    report = json.loads((repository / "weights/default.json").read_text())
    data = (repository / "weights/default.mlw").read_bytes()
    assert report["sha256"] == hashlib.sha256(data).hexdigest()
    assert report["rules"]["patterns_by_cpus"]["8"] == survey(shipped, 8)
    assert report["held_out"]["accuracy"] > report["rules"]["best_possible_accuracy"] - 0.002


@pytest.mark.skipif(
    platform.machine() != "x86_64" or not {"CI", "MLSCHED_SLOW"} & set(os.environ),
    reason="takes half a minute: set MLSCHED_SLOW=1",
)
def test_the_shipped_weights_are_what_the_command_makes(repository, tmp_path):
    shipped = repository / "weights"
    libraries = json.loads((shipped / "default.json").read_text())["libraries"]
    for name, version in libraries.items():
        if importlib.metadata.version(name.replace("sklearn", "scikit-learn")) != version:
            pytest.skip(f"made with {name} {version}: pip install './tools[weights]'")
    subprocess.run(
        [sys.executable, "-m", "mlsched_tools.train", "-o", str(tmp_path / "default.mlw")],
        env={**os.environ, "PYTHONPATH": str(repository / "tools")},
        check=True,
        capture_output=True,
    )
    for name in ("default.mlw", "default.json"):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes()


def test_the_rules_are_those_of_the_two_reference_cases_and_a_full_system():
    states = np.array([[4, 2, 6, 0.9, 0.2], [2, 4, 4, 0.5, 0.5], [0, 0, 8, 0.6, 0.5]])
    assert list(samples.probability(states) > 0.5) == [True, False, False]


def test_states_are_ones_that_a_machine_can_be_in():
    table = samples.draw(5000, np.random.default_rng(3))
    cpu, idle, busy, source, destination = table.states.T
    assert ((cpu >= 0) & (cpu < idle + busy) & (idle + busy <= samples.MAX_CPUS)).all()
    assert ((source >= 0) & (source <= 1) & (destination >= 0) & (destination <= 1)).all()
    assert 0.05 < (idle == 0).mean() < 0.4
    assert 0.3 < table.migrate.mean() < 0.9


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        assert main(["-o", str(tmp_path / name / "m.mlw"), *QUICK]) == 0
    for suffix in ("mlw", "json"):
        first, second = ((tmp_path / name / f"m.{suffix}").read_bytes() for name in ("a", "b"))
        assert first == second
    main(["-o", str(tmp_path / "m.mlw"), *QUICK, "--seed", "2"])
    assert (tmp_path / "m.mlw").read_bytes() != (tmp_path / "a/m.mlw").read_bytes()


def test_a_pipe_gets_no_progress_bar(tmp_path, repository):
    result = subprocess.run(
        [sys.executable, "-m", "mlsched_tools.train", "-o", str(tmp_path / "m.mlw"), *QUICK],
        env={**os.environ, "PYTHONPATH": str(repository / "tools")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "ROC AUC" in result.stdout


def saved_samples(tmp_path):
    path = tmp_path / "s.npz"
    assert main(["-o", str(tmp_path / "drawn.mlw"), *QUICK, "--save-samples", str(path)]) == 0
    return path, tables.read(path)


def as_csv(path, table):
    rows = np.column_stack([table.states, table.migrate])
    header = ",".join([*table.features, "migrate"])
    np.savetxt(path, rows, "%.9g", ",", header=header, comments="")


def test_a_table_gives_the_same_model_from_npz_csv_and_parquet(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path, table = saved_samples(tmp_path)
    as_csv(tmp_path / "s.csv", table)
    columns = dict(zip(SCHEMA, table.states.T, strict=True)) | {"migrate": table.migrate}
    parquet.write_table(arrow.table(columns), tmp_path / "s.parquet")
    weights = []
    for source in (path, tmp_path / "s.csv", tmp_path / "s.parquet"):
        assert main([str(source), "-o", str(tmp_path / "m.mlw"), *QUICK, "--provenance", "x"]) == 0
        weights.append((tmp_path / "m.mlw").read_bytes())
    assert weights[0] == weights[1] == weights[2]


def test_a_table_with_four_features_is_padded_to_ten_inputs(tmp_path):
    _, table = saved_samples(tmp_path)
    as_csv(tmp_path / "s.csv", tables.Table(SCHEMA[1:], table.states[:, 1:], table.migrate))
    assert main([str(tmp_path / "s.csv"), "-o", str(tmp_path / "m.mlw"), *QUICK]) == 0
    features = mlw.read(tmp_path / "m.mlw").features
    assert [f.name for f in features] == [*SCHEMA[1:], *["zero"] * 6]


def test_a_migration_penalty_makes_fewer_migrations(tmp_path):
    counts = []
    for penalty in ("0", "20"):
        main(["-o", str(tmp_path / "m.mlw"), *QUICK, "--migration-penalty", penalty])
        held_out = json.loads((tmp_path / "m.json").read_text())["held_out"]
        counts.append(held_out["confusion"]["stay → migrate"])
    assert counts[1] < counts[0]


HEADER = "cpu_idle,src_dom_load,migrate\n"
ROWS = "1,0.5,1\n1,0.4,0\n" * 60


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no column 'migrate'"),
        (b"a,b,migrate\n1,2,0\n", "none of the columns is a feature"),
        (HEADER + "1,0.5,1\n", "too few"),
        (HEADER + ROWS + "1,0.5\n", "line 122 has 2 values instead of 3"),
        (HEADER + ROWS + "1,x,1\n", "line 122 holds something that is not a number"),
        (HEADER + ROWS + "1,1.5,1\n", "src_dom_load is 1.5 in row 121"),
        (HEADER + ROWS + "nan,0.5,1\n", "cpu_idle is nan in row 121"),
        (HEADER + ROWS + "1,0.5,2\n", "neither 0 nor 1 in row 121"),
        (HEADER + "1,0.5,1\n" * 120, "nothing to learn"),
        ("cpu_idle,cpu_idle,migrate\n", "same name"),
        (b"\xff\xfe\x00", "not a CSV, Parquet or npz file"),
        (b"PAR1 and then nothing", "Parquet file is damaged"),
        (b"PK\x03\x04 and then nothing", "npz file is damaged"),
    ],
)
def test_a_bad_table_gets_one_sentence_and_status_2(tmp_path, capsys, content, complaint):
    path = tmp_path / "table"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main([str(path), "-o", str(tmp_path / "m.mlw")]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "options",
    [
        ["--hidden", "0"],
        ["--epochs", "0"],
        ["--seed", "-1"],
        ["--samples", "5"],
        ["--class-weight", "0,1"],
        ["--migration-penalty", "-1"],
        ["missing.csv"],
    ],
)
def test_a_bad_option_gets_one_sentence_and_status_2(tmp_path, capsys, options):
    assert main([*options, "-o", str(tmp_path / "m.mlw")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "m.mlw").exists()


def test_the_area_under_the_curve_counts_ties_half():
    labels = np.array([0, 0, 1, 1], np.int8)
    scores = {
        (0.1, 0.2, 0.3, 0.4): 1,
        (0.4, 0.3, 0.2, 0.1): 0,
        (0.1, 0.5, 0.5, 0.9): 0.875,
    }
    for row, area in scores.items():
        assert measure(np.array(row), labels, 0.5).roc_auc == area


def test_a_split_with_one_label_has_metrics_too():
    found = measure(np.array([0.1, 0.9]), np.array([1, 1], np.int8), 0.5)
    assert (found.roc_auc, list(found.confusion.values())) == (0.5, [0, 0, 1, 1])


def test_metrics_of_a_known_split():
    found = measure(np.array([0.1, 0.6, 0.9, 0.4]), np.array([0, 0, 1, 1], np.int8), 0.5)
    assert (found.accuracy, found.roc_auc) == (0.5, 0.75)
    assert found.brier == pytest.approx((0.01 + 0.36 + 0.01 + 0.36) / 4)
    assert list(found.confusion.values()) == [1, 1, 1, 1]
    assert [row["samples"] for row in found.reliability] == [1, 1, 1, 1]
