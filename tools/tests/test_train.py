"""The trainer: what it reads, refuses and writes, and the weights that ship."""

import hashlib
import importlib.metadata
import json
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mlsched_tools import mlw, samples, tables
from mlsched_tools.errors import ModelError
from mlsched_tools.features import SCHEMA
from mlsched_tools.metrics import measure
from mlsched_tools.patterns import survey
from mlsched_tools.split import split
from mlsched_tools.threshold import best_threshold
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
        (b"migrate\n0\n", "none of the columns is a feature"),
        (b"a,b,migrate\n1,2,0\n", "these columns are no feature: 'a', 'b'"),
        (b"cpu,idle,busy,migrate\n", "'idle' (cpu_idle?), 'busy' (cpu_not_idle?); rename, or let"),
        (
            b"cpu,src,kind,migrate\n",
            "'src' (src_dom_load?), 'kind'; rename, or let pass by --ignore",
        ),
        (HEADER + "1,0.5,1\n", "too few"),
        (HEADER + ROWS + "1,0.5\n", "line 122 has 2 values instead of 3"),
        (
            HEADER + ROWS + "1,x,1\n",
            "that is not a number, 'x' in column src_dom_load",
        ),
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
        ["--learning-rate", "0"],
        ["--batch", "0"],
        ["--early-stop", "0"],
        ["--migration-cost", "-1"],
        ["--ignore", "cpu"],
        ["--provenance", "\udcff"],
        ["--provenance", "a" * 100_000],
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


def table_of(path, columns, rows=400, seed=5):
    """A CSV file in which a task should migrate where the source is busier, and its labels."""
    random = np.random.default_rng(seed)
    source, destination = random.random((2, rows)).round(3)
    values = {"src_dom_load": source, "dst_dom_load": destination}
    values["migrate"] = (source > destination + 0.1).astype(int)
    values |= {name: value(random, rows) for name, value in columns.items()}
    lines = [
        ",".join(values),
        *(",".join(map(str, row)) for row in zip(*values.values(), strict=True)),
    ]
    path.write_text("\n".join(lines) + "\n")
    return values


def report(tmp_path, *options):
    arguments = [str(tmp_path / "s.csv"), "-o", str(tmp_path / "m.mlw"), "--hidden", "8"]
    assert main([*arguments, "--epochs", "5", "--batch", "32", *options]) == 0
    return json.loads((tmp_path / "m.json").read_text())


def test_a_column_without_a_role_passes_only_where_it_is_named(tmp_path, capsys):
    columns = {
        "kind": lambda r, n: r.choice(["wakeup", "tick"], n),
        "time_ns": lambda r, n: range(n),
    }
    table_of(tmp_path / "s.csv", columns)
    assert main([str(tmp_path / "s.csv"), "-o", str(tmp_path / "m.mlw"), *QUICK]) == 2
    assert "'kind', 'time_ns'" in capsys.readouterr().err
    features = report(tmp_path, "--ignore", "kind,time_ns")["layers"]
    assert features[0].startswith("10→")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_text_where_numbers_are_due_is_named_by_its_column(tmp_path, kind):
    columns = {"src_dom_load": np.array(["a"] * 200), "migrate": np.array([0, 1] * 100)}
    path = tmp_path / "t"
    if kind == "csv":
        path.write_text("src_dom_load,migrate\n" + "a,0\na,1\n" * 100)
    else:
        arrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(arrow.table(columns), path)
    with pytest.raises(ModelError, match="src_dom_load"):
        tables.read(path)


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    table_of(tmp_path / "s.csv", {})
    text = (tmp_path / "s.csv").read_text()
    (tmp_path / "s.csv").write_text(text, encoding="utf-8-sig")
    assert tables.read(tmp_path / "s.csv").features == ("src_dom_load", "dst_dom_load")


def test_rows_count_as_much_as_their_weight(tmp_path):
    wrong = {"weight": lambda r, n: np.where(np.arange(n) % 2, 1.0, 0.0)}
    values = table_of(tmp_path / "s.csv", wrong)
    lines = (tmp_path / "s.csv").read_text().splitlines()
    # Rows without weight are labelled the other way round.
    for row in range(0, 400, 2):
        cells = lines[row + 1].split(",")
        cells[2] = str(1 - int(cells[2]))
        lines[row + 1] = ",".join(cells)
    (tmp_path / "s.csv").write_text("\n".join(lines) + "\n")
    report(tmp_path, "--weight-column", "weight", "--epochs", "60")
    model = mlw.read(tmp_path / "m.mlw")
    states = np.zeros((400, 10), "<f4")
    states[:, 0], states[:, 1] = values["src_dom_load"], values["dst_dom_load"]
    assert np.mean((model.evaluate(states)[:, 0] > 0.5) == (values["migrate"] == 1)) > 0.9


def test_a_group_is_learnt_from_or_held_out_but_never_both(tmp_path):
    table_of(tmp_path / "s.csv", {"machine": lambda r, n: r.choice(list("abcdefghijkl"), n)})
    table = tables.read(tmp_path / "s.csv", tables.Roles(group="machine"))
    parts = split(table, np.random.default_rng(1), validate=True)
    groups = [set(part.groups) for part in (parts.training, parts.validation, parts.held_out)]
    assert all(groups)
    assert len(set.union(*groups)) == sum(map(len, groups)) == 12
    assert report(tmp_path, "--group-column", "machine")["held_out"]["samples"] >= 20


def test_training_stops_early_and_keeps_the_best_epoch(tmp_path):
    table_of(tmp_path / "s.csv", {})
    losses = report(tmp_path, "--early-stop", "2", "--epochs", "400", "--learning-rate", "0.1")[
        "loss"
    ]
    assert len(losses) < 400
    best = min(range(len(losses)), key=lambda n: losses[n]["validation"])
    assert len(losses) == best + 3


def test_a_dear_migration_raises_the_threshold(tmp_path):
    table_of(tmp_path / "s.csv", {})
    dear, cheap = (report(tmp_path, "--migration-cost", cost) for cost in ("50", "0.02"))
    assert dear["threshold"] > cheap["threshold"]
    assert dear["held_out"]["confusion"]["stay → migrate"] == 0


def test_the_threshold_with_the_least_cost_is_found():
    scores, labels = np.array([0.1, 0.2, 0.6, 0.7]), np.array([0, 1, 0, 1])
    assert best_threshold(scores, labels, 0.1) == pytest.approx(0.15)
    assert best_threshold(scores, labels, 10.0) == pytest.approx(0.65)
    assert best_threshold(scores, np.zeros(4), 1.0) == pytest.approx(0.85)


def test_a_model_that_always_says_the_same_gets_a_warning(tmp_path, capsys):
    rare = {"migrate": lambda r, n: (np.arange(n) % 200 == 0).astype(int)}
    table_of(tmp_path / "s.csv", rare, rows=2000)
    found = report(tmp_path, "--epochs", "10")
    assert "the model says stay of every held-out row" in found["warnings"]
    assert any("are labelled migrate: look at precision" in text for text in found["warnings"])
    assert capsys.readouterr().err.count("warning: ") == 2
    assert (found["held_out"]["recall"], found["held_out"]["precision"]) == (0, 0)


def test_precision_recall_and_their_area_are_those_of_the_definition():
    found = measure(np.array([0.9, 0.8, 0.7, 0.1]), np.array([1, 0, 1, 1], np.int8), 0.5)
    assert (found.precision, found.recall) == (0.666667, 0.666667)
    assert found.pr_auc == pytest.approx((1 + 2 / 3 + 3 / 4) / 3, abs=1e-6)


def test_what_was_not_made_here_is_not_replaced(tmp_path, capsys):
    table_of(tmp_path / "s.csv", {})
    table = (tmp_path / "s.csv").read_bytes()
    (tmp_path / "notes.json").write_text("mine")
    for output, complaint in (
        ("s.csv", "is read from"),
        ("notes.mlw", "notes.json is something else than would be written: --force"),
        ("m.json", ".json is the report's name"),
        (".", "is a folder"),
        ("none/m.mlw", "there is no folder"),
    ):
        assert main([str(tmp_path / "s.csv"), "-o", str(tmp_path / output), *QUICK]) == 2
        assert complaint in capsys.readouterr().err
    assert (tmp_path / "s.csv").read_bytes() == table
    assert (tmp_path / "notes.json").read_text() == "mine"
    assert not (tmp_path / "notes.mlw").exists()
    arguments = [str(tmp_path / "s.csv"), "-o", str(tmp_path / "notes.mlw"), *QUICK]
    assert main([*arguments, "--force"]) == 0
    assert main(arguments) == 0


def test_samples_do_not_take_the_place_of_the_model(tmp_path, capsys):
    for name in ("m.mlw", "m.json"):
        saved = ["--save-samples", str(tmp_path / name)]
        assert main(["-o", str(tmp_path / "m.mlw"), *QUICK, *saved]) == 2
        assert "is an output's name too" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_output_s_name_is_no_part_of_the_model(tmp_path):
    for name in ("a", "b"):
        assert main(["-o", str(tmp_path / f"{name}.mlw"), *QUICK]) == 0
    assert (tmp_path / "a.mlw").read_bytes() == (tmp_path / "b.mlw").read_bytes()
    assert mlw.read(tmp_path / "a.mlw").provenance == "mlsched-train " + " ".join(QUICK)


def test_an_interrupt_ends_the_training_at_once_and_leaves_no_file(tmp_path, repository):
    command = [sys.executable, "-m", "mlsched_tools.train", "-o", str(tmp_path / "m.mlw")]
    environment = {**os.environ, "PYTHONPATH": str(repository / "tools")}
    child = subprocess.Popen(
        [*command, "--samples", "20000", "--epochs", "100000"],
        env=environment,
        stderr=subprocess.PIPE,
    )
    # It has begun to train when it has read scikit-learn, which takes longer than all before.
    while b"_multilayer_perceptron" not in Path(f"/proc/{child.pid}/maps").read_bytes():
        if b"sklearn/utils/_random" in Path(f"/proc/{child.pid}/maps").read_bytes():
            break
        assert child.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    before = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    child.send_signal(signal.SIGINT)
    error = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 130
    assert error.decode().strip().splitlines()[-1] == "interrupted"
    # Processor time, for others may be at work here.
    assert used.ru_utime + used.ru_stime - before < 1
    assert list(tmp_path.iterdir()) == []


def test_plots_show_the_fit(tmp_path):
    pytest.importorskip("matplotlib")
    table_of(tmp_path / "s.csv", {})
    report(tmp_path, "--plots", str(tmp_path / "plots"), "--early-stop", "3")
    names = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert names == ["calibration.svg", "decisions.svg", "loss.svg"]
    assert b"validation" in (tmp_path / "plots/loss.svg").read_bytes()
    assert b"src_dom_load" in (tmp_path / "plots/decisions.svg").read_bytes()


def test_pictures_replace_pictures_of_a_fit_alone(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    table_of(tmp_path / "s.csv", {})
    plots = tmp_path / "plots"
    plots.mkdir()
    (plots / "loss.svg").write_text("<svg/>")
    arguments = [str(tmp_path / "s.csv"), "-o", str(tmp_path / "m.mlw"), *QUICK]
    assert main([*arguments, "--plots", str(plots)]) == 2
    assert "loss.svg is something else than would be written" in capsys.readouterr().err
    assert (plots / "loss.svg").read_text() == "<svg/>"
    assert not (tmp_path / "m.mlw").exists()
    assert main([*arguments, "--plots", str(plots), "--force"]) == 0
    assert main([*arguments, "--plots", str(plots)]) == 0
    assert main([*arguments, "--plots", str(tmp_path / "s.csv")]) == 2


def test_plots_without_matplotlib_are_refused_in_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    arguments = ["-o", str(tmp_path / "m.mlw"), *QUICK, "--plots", str(tmp_path / "p")]
    assert main(arguments) == 2
    assert "--plots needs matplotlib" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
