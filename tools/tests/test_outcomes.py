"""Labels of the simulator as something to learn from, and what policies are worth by them."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from mlsched_tools import closed_loop, dataset, mlw, outcomes, regret, rivals, train
from mlsched_tools.errors import ModelError
from mlsched_tools.labels import convert

pytest.importorskip("pyarrow.parquet")
pytest.importorskip("sklearn")

SIDES = [f"{answer}_{name}" for answer in ("stay", "migrate") for name in outcomes.SIGNS]
HEADER = [
    *outcomes.RUN, *outcomes.NAMES, "kind", "said", "label", "future", "horizon_us", *SIDES
]  # fmt: skip


def written(path: Path, rows: list[dict], futures: int = 2) -> Path:
    """A Parquet file of labels; what rows do not say is 0."""
    lines = [",".join(HEADER)]
    for number, row in enumerate(rows):
        for future in range(futures):
            told = {"workload": "mix", "costs": "assumed", "policy": "never", "kind": "pull"}
            values = dict.fromkeys(HEADER, 0) | told | {"said": "stay"} | row
            values |= {"label": number, "future": future, "horizon_us": 5000}
            lines.append(",".join(str(values[name]) for name in HEADER))
    source = path.with_suffix(".csv")
    source.write_text("\n".join(lines) + "\n")
    convert(source, path)
    source.unlink()
    return path


def drawn(count: int, seed: int = 1) -> outcomes.Outcomes:
    """Labels of which large footprints lose and small ones gain, by as much as chance."""
    random = np.random.default_rng(seed)
    states = np.zeros((count, len(outcomes.NAMES)), "<f4")
    states[:, outcomes.NAMES.index("footprint")] = random.uniform(0, 20, count)
    states[:, outcomes.NAMES.index("cpu_idle")] = 1
    gain = 100 * (10 - states[:, outcomes.NAMES.index("footprint")])
    gains = gain[:, None] + random.normal(0, 500, (count, 8))
    run = np.arange(count) // 50
    return outcomes.Outcomes(states, gains, run, [(number,) for number in range(run.max() + 1)])


def test_a_gain_is_waiting_and_refill_spared_and_work_won(tmp_path: Path) -> None:
    row = {"stay_waited_us": 50, "migrate_waited_us": 20, "migrate_refilled_us": 5}
    row |= {"stay_worked_us": 100, "migrate_worked_us": 107, "footprint": 12.5, "seed": 3}
    read = outcomes.read(written(tmp_path / "a.parquet", [row, {"seed": 4}]))
    assert read.gains.tolist() == [[32, 32], [0, 0]]
    assert read.column("footprint").tolist() == [12.5, 0]
    assert read.run.tolist() == [0, 1]


def test_no_future_counts_for_more_than_four_horizons(tmp_path: Path) -> None:
    rows = [{"stay_waited_us": 60_000}, {"migrate_waited_us": 20_001}, {"stay_waited_us": 19_000}]
    read = outcomes.read(written(tmp_path / "a.parquet", rows))
    assert read.gains[:, 0].tolist() == [20_000, -20_000, 19_000]


def test_a_folder_is_all_files_below_it_and_their_runs_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "mix").mkdir()
    written(tmp_path / "mix" / "a.parquet", [{}, {}])
    written(tmp_path / "b.parquet", [{"seed": 1}])
    read = outcomes.read(tmp_path)
    assert len(read) == 3
    assert len(read.about) == 2
    assert sorted(np.bincount(read.run).tolist()) == [1, 2]


def test_folders_without_labels_and_files_of_others_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no Parquet files"):
        outcomes.read(tmp_path)
    from pyarrow import parquet, table

    parquet.write_table(table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(ModelError, match="none of labels"):
        outcomes.read(tmp_path)


def test_a_price_turns_small_gains_into_losses(tmp_path: Path) -> None:
    rows = [{"stay_waited_us": 30}, {"stay_waited_us": 10}]
    table = outcomes.read(written(tmp_path / "a.parquet", rows)).table(20)
    assert table.migrate.tolist() == [1, 0]
    assert table.weights.tolist() == [10, 10]


def test_a_folder_of_labels_becomes_a_model_of_all_features_or_of_those_that_are_left(
    tmp_path: Path,
) -> None:
    rows = [
        {"footprint": number % 20, "stay_waited_us": 100 * (10 - number % 20), "seed": number // 10}
        for number in range(400)
    ]
    (tmp_path / "labels").mkdir()
    written(tmp_path / "labels" / "a.parquet", rows)
    command = [str(tmp_path / "labels"), "--hidden", "16", "--batch", "16", "--price", "50"]
    for extra, names in (
        ([], outcomes.NAMES),
        (["--ignore", "cpu,weight"], [n for n in outcomes.NAMES if n not in ("cpu", "weight")]),
    ):
        path = tmp_path / "model.mlw"
        assert train.main([*command, *extra, "--force", "-o", str(path)]) == 0
        model = mlw.read(path)
        assert [f.name for f in model.features if f.name != "zero"] == list(names)
        says = rivals.by_model(model)(outcomes.read(tmp_path / "labels"))
        footprint = outcomes.read(tmp_path / "labels").column("footprint")
        assert says[footprint < 8].all()
        assert not says[footprint > 12].any()


def test_the_better_answer_of_each_state_is_the_state_oracles_and_luck_is_more() -> None:
    labels = drawn(4000)
    footprint = labels.column("footprint")
    policies = {"right": footprint < 10, "wrong": footprint > 10, "base": footprint < 0}
    worths = regret.worth(labels, policies, policies["base"])
    assert worths["state oracle"].share == 1
    assert 0.95 < worths["right"].share < 1.1
    assert worths["right"].low <= worths["right"].share <= worths["right"].high
    assert worths["wrong"].share < -0.9
    assert worths["base"].gain == 0
    assert worths["one-future oracle"].gain > 1.2 * worths["state oracle"].gain


def test_the_difference_of_two_policies_has_an_interval_around_it() -> None:
    labels = drawn(4000)
    footprint = labels.column("footprint")
    middle, low, high = regret.difference(labels, footprint < 10, footprint < 0)
    assert low < middle < high
    assert regret.difference(labels, footprint < 10, footprint < 10) == (0, 0, 0)


def test_what_is_learnt_from_outcomes_is_nearly_as_good_as_the_best_and_chance_is_not() -> None:
    from mlsched_tools.fit import Options

    train, test = drawn(4000, 1), drawn(4000, 2)
    options = Options((16, 8), 1, 40, 1.0, 1.0, 0.0, len(outcomes.NAMES))
    policies = {
        "learnt": rivals.learnt(train, options, 0)(test),
        "shuffled": rivals.learnt(rivals.shuffled(train, 1), options, 0)(test),
        **{name: policy(test) for name, policy in rivals.simpler(train, 0).items()},
    }
    worths = regret.worth(test, policies, rivals.rules()["never"](test))
    assert worths["learnt"].share > 0.9
    assert worths["linear"].share > 0.9
    assert worths["shuffled"].share < 0.5


def test_a_leak_shows_where_it_is_not_told_any_more() -> None:
    from mlsched_tools.fit import Options

    options = Options((16, 8), 1, 40, 1.0, 1.0, 0.0, len(outcomes.NAMES))
    train, test = drawn(4000, 1), drawn(4000, 2)
    policy = rivals.learnt(rivals.leaking(train, True, 1), options, 0)
    shares = []
    for labels, known in ((train, True), (test, False)):
        told = rivals.leaking(labels, known, 2)
        never = np.zeros(len(told), bool)
        shares.append(regret.worth(told, {"leak": policy(told)}, never)["leak"].share)
    assert shares[0] > 1
    assert shares[1] < 0.9


def test_the_rules_are_those_of_the_scheduler() -> None:
    labels = drawn(5)
    columns = {name: number for number, name in enumerate(outcomes.NAMES)}
    states = np.zeros_like(labels.states)
    states[:, columns["src_dom_load"]] = (0.9, 0.5, 0.5, 0.61, 0.5)
    states[:, columns["dst_dom_load"]] = (0.2, 0.5, 0.4, 0.44, 0.4)
    states[:, columns["cpu_idle"]] = (2, 4, 1, 0, 0)
    states[:, columns["footprint"]] = (6, 24, 30, 12, 12)
    states[:, columns["src_wait"]] = (0, 0, 13, 0, 0)
    states[:, columns["dst_wait"]] = (0, 0, 0, 0, 12)
    labels = outcomes.Outcomes(states, labels.gains, labels.run, labels.about)
    assert outcomes.heuristic(labels).tolist() == [True, False, True, True, False]
    assert rivals.cost(labels).tolist() == [True, False, True, False, False]


def test_no_seed_of_the_plan_comes_twice_and_nothing_held_out_is_trained_on() -> None:
    batches = list(dataset.plan(2))
    seeds = [
        range(batch.seeds[0], batch.seeds[0] + 2 * len(batch.costs) * len(dataset.POLICIES))
        for batch in batches
    ]
    assert all(one.stop <= next_one.start for one, next_one in itertools.pairwise(seeds))
    trained = [batch for batch in batches if batch.part == "train"]
    assert {b.workload for b in trained}.isdisjoint(dataset.NEW_FAMILIES)
    assert {b.machine for b in trained}.isdisjoint(dataset.NEW_MACHINES)
    assert not {c for b in trained for c in b.costs} & set(dataset.NEW_COSTS)


def test_runs_are_compared_with_those_of_the_same_seed() -> None:
    columns = dict(zip(closed_loop.FIGURES, range(len(closed_loop.FIGURES)), strict=True))
    random = np.random.default_rng(1)
    figures = np.zeros((40, 2, len(columns)))
    figures[:, :, columns["work"]] = random.uniform(1, 100, (40, 1))
    figures[:, :, columns["waited"]] = random.uniform(1, 100, (40, 1))
    figures[:, 1, columns["work"]] *= 1.02
    figures[:, 1, columns["waited"]] *= 0.51
    figures[:, 1, columns["across"]] = 30
    figures[7, 1, columns["work"]] *= 0.9
    compared = closed_loop.compare(figures, 1, 0, seconds=0.5)
    assert compared.work[0] == pytest.approx(2 - 10.2 / 40)
    assert compared.work[1] < compared.work[0] < compared.work[2]
    assert compared.delay[0] == pytest.approx(100 * (0.5 * (1 / 0.9) ** (1 / 40) - 1), abs=0.01)
    assert compared.tail == (0, 0, 0)
    assert (compared.across, compared.runs) == (60, 40)
    assert compared.worst == pytest.approx(-8.2)
