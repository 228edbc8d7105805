"""tools/bench_readme: the page's tables come from one run and nothing else."""

import json
import re
import subprocess
import sys

import pytest
from test_peers import ENVIRONMENT

from mlsched_peers import lines
from mlsched_peers.readme import BEGIN, END, where
from mlsched_peers.readme_cli import main

BEFORE, AFTER = "# A title\n\nText.\n\n", "\n\n## Another section\n\nMore text.\n"


def inference(subject: str, batch: int, call: float, ratio: float, **more: object) -> dict:
    figures = {
        "batch": batch,
        "ns_per_call": call,
        "ns_per_sample": call / batch,
        "samples_per_s": 1e9 * batch / call,
        "floor_ns": 50.0 * batch,
        "times_floor": call / batch / 50,
        "ratio_to_best_peer": call / 100 / batch,
        "ratio_to_mlsched": ratio,
        "ratio_to_mlsched_low": ratio,
        "ratio_to_mlsched_high": ratio,
        "gflops": 33.333333333,
        "peak_share": 0.5,
    }
    return result("inference", f"batch {batch}", subject, "ns_per_call", [call] * 3, figures) | more


def result(section, name, subject, primary, rounds, figures) -> dict:
    return {
        "section": section,
        "name": name,
        "subject": subject,
        "primary": primary,
        "rounds": rounds,
        "figures": figures,
        "curve": [{"percentile": 50, "nanoseconds": 1}],
        "environment": dict(ENVIRONMENT),
    }


@pytest.fixture
def run(tmp_path):
    """What `tools/bench_peers --all` leaves."""
    folder = tmp_path / "run"
    folder.mkdir()
    peer = {"version": "1.17", "interface": "C"}
    beside = [
        inference("mlsched", 1, 150.0, 1.0),
        inference("mlsched", 32, 3200.0, 1.0),
        inference("rival", 1, 100.0, 2 / 3, **peer),
        inference("rival", 32, 6400.0, 2.0, **peer),
    ]
    trip = {"p50_ns": 20_000.0, "mean_batch": 1.0, "decisions_per_s": 1000.0, "lost": 0.0}
    trip |= {"dropped": 0.0, "processor_share": 0.04}
    woken = {"p50_ns": 18_000.0}
    found = {"ns": 2.1, "by_statistics_ns": 2.2}
    alone = [
        inference("mlsched", 1, 999.0, 1.0),
        result("roundtrip", "epoll, 1000/s, other CPU", "mlsched", "p50_ns", [20_000.0], trip),
        result("roundtrip", "epoll, 1000/s, other CPU", "wake-up alone", "p50_ns", [1.8e4], woken),
        result("lookup", "decision found", "mlsched", "ns", [2.1], found),
        result("start", "exec to ready", "mlsched", "ns", [1e7], {"ns": 1e7, "peak_kib": 2048}),
    ]
    (folder / "peers.jsonl").write_text(lines.text(beside))
    (folder / "bench.jsonl").write_text(lines.text(alone))
    (folder / "peers.svg").write_text("<svg/>")
    return folder


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "Benchmarks.md"
    path.write_text(f"{BEFORE}{BEGIN}\nold\n{END}{AFTER}")
    return path


@pytest.fixture
def options(tmp_path, page) -> list[str]:
    return ["--page", str(page), "--published", str(tmp_path / "plots")]


def refused(capsys, arguments: list[str]) -> str:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("tools/bench_readme: ")
    assert error.count("\n") == 1
    return error


def test_the_heading_says_when_openblas_fell_back(run):
    kept = [json.loads(line) for line in (run / "peers.jsonl").read_text().splitlines()]
    seen = {"vectors": "AVX-512, 512 bits", "blasIsNarrow": True}
    assert "fell back" not in where(kept[0])
    kept[0]["environment"] |= seen
    assert "(the CPU has AVX-512, 512 bits)" in where(kept[0])
    assert "OpenBLAS fell back" in where(kept[0])
    kept[0]["environment"]["blasVariables"] = ["OPENBLAS_CORETYPE=Prescott"]
    assert where(kept[0]).endswith("OPENBLAS_CORETYPE=Prescott forced OpenBLAS.")


def test_a_run_becomes_the_section_and_nothing_else_changes(run, page, options):
    assert main([str(run), *options]) == 0
    text = page.read_text()
    assert text.startswith(f"{BEFORE}{BEGIN}\n")
    assert text.endswith(f"{END}{AFTER}")
    assert "old" not in text
    assert "| **mlsched** | 150 ns · 1.50 · 3.00 | 3.20 µs · 1.00 · 2.00 |  |" in text
    row = "| rival 1.17, C | 100 ns · 1.00 · 2.00 | 6.40 µs · 2.00 · 4.00 | "
    assert f"{row}slower by 50 % at 1; faster at 32 |" in text
    assert "Measured on 14 November 2023 on one core of A processor with 2 CPUs" in text
    assert "| epoll, 1000/s, other CPU | 20.0 µs |  |  | 0.0 % | 18.0 µs | 1.00 | 1,000 |" in text
    assert text.count("epoll, 1000/s, other CPU") == 1
    assert "| decision found | 2.10 ns | 0.0 % | 2.20 ns |" in text
    assert "| exec to ready | 10.0 ms | 0.0 % |  | 2.0 MiB |  |" in text


def test_the_run_is_kept_without_curves_and_can_be_published_again(run, tmp_path, page, options):
    main([str(run), *options])
    kept = [json.loads(line) for line in (tmp_path / "plots" / "bench.jsonl").open()]
    assert [line["curve"] for line in kept] == [[]] * 8
    # mlsched's inference is that of the run beside the peers.
    assert 999 not in [line["figures"].get("ns_per_call") for line in kept]
    assert kept[0]["figures"]["gflops"] == 33.3333
    first = page.read_text()
    page.write_text(first.replace("rival", "nobody"))
    assert main(options) == 0
    assert page.read_text() == first


def test_runs_on_other_machines_show_their_peers(run, tmp_path, page, options):
    there = [json.loads(line) for line in (run / "peers.jsonl").read_text().splitlines()]
    for line in there:
        line["environment"]["machine"] = "Another processor"
    plots = tmp_path / "plots"
    plots.mkdir()
    (plots / "bench-there.jsonl").write_text(lines.text(there))
    assert main([str(run), *options]) == 0
    here, _, elsewhere = page.read_text().partition("On another machine: measured on ")
    assert "one core of A processor" in here
    assert "one core of Another processor" in elsewhere
    assert elsewhere.count("| rival 1.17, C |") == 1
    assert main(["--check", *options]) == 0


def test_check_says_whether_the_page_matches(run, tmp_path, page, options, capsys):
    main([str(run), *options])
    assert main(["--check", *options]) == 0
    page.write_text(page.read_text().replace("150 ns", "15 ns"))
    assert main(["--check", *options]) == 1
    assert "does not match" in capsys.readouterr().err
    assert "15 ns" in page.read_text()
    main(options)
    (page.parent / "peers.svg").unlink()
    assert main(["--check", *options]) == 1
    assert "is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["no marks\n", f"{BEGIN}\n", f"{END}\n{BEGIN}\n", BEGIN + END + END]
)
def test_a_page_without_both_marks_is_left_alone(run, page, options, capsys, text):
    page.write_text(text)
    assert "needs <!-- bench: begin -->" in refused(capsys, [str(run), *options])
    assert page.read_text() == text


def test_results_of_two_machines_are_no_run(run, options, capsys):
    path = run / "bench.jsonl"
    path.write_text(path.read_text().replace("A processor", "Another"))
    assert "its results differ in machine" in refused(capsys, [str(run), *options])


def test_a_folder_without_a_run_is_refused(tmp_path, options, capsys):
    assert "peers.jsonl cannot be read" in refused(capsys, [str(tmp_path), *options])
    assert "bench.jsonl cannot be read" in refused(capsys, options)


def test_results_without_peers_are_refused(run, options, capsys):
    path = run / "peers.jsonl"
    path.write_text("".join(line for line in path.open() if "rival" not in line))
    assert "there are no peers" in refused(capsys, [str(run), *options])


def test_the_command_needs_no_package(repository):
    command = [sys.executable, "-S", repository / "tools" / "bench_readme", "--help"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.match("usage: tools/bench_readme", done.stdout)


def test_the_published_figures_are_those_of_the_published_run(repository):
    if not (repository / "tools" / "plots" / "bench.jsonl").exists():
        pytest.skip("no run has been published yet")
    assert main(["--check"]) == 0
