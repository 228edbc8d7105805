"""tools/bench_peers: what follows from measured times, who is refused, and who always runs."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from mlsched_peers import lines, table
from mlsched_peers.board import Board
from mlsched_peers.catalogue import PEERS, Entry
from mlsched_peers.cli import main, start
from mlsched_peers.errors import MissingError, PeerError, UsageError
from mlsched_peers.network import Network
from mlsched_peers.progress import Progress
from mlsched_peers.results import results
from mlsched_peers.rounds import Measured, measure
from mlsched_peers.session import Session, clean_environment
from mlsched_peers.workspace import Workspace
from mlsched_tools import mlw

CPU = min(os.sched_getaffinity(0))
ENVIRONMENT = {
    "began": 1_700_000_000,
    "blas": "OpenBLAS 0.3.21 DYNAMIC_ARCH",
    "blasCore": "Haswell",
    "blasVariables": [],
    "build": "release",
    "cpus": 2,
    "kernel": "Linux 6.12 x86_64",
    "machine": "A processor",
    "model": "0123456789abcdef",
    "version": "0.1.0",
}
# Answers as a peer does, with outputs that are all 0.5.
WRONG = """
import struct, sys
print("ready 1.0", flush=True)
for line in sys.stdin:
    word, batch, rest = line.split()
    if word == "run":
        open(rest, "wb").write(struct.pack("<f", 0.5) * int(batch))
        print("ok", flush=True)
"""


@pytest.fixture
def model_file(repository):
    return repository / "weights" / "default.mlw"


@pytest.fixture
def network(model_file) -> Network:
    return Network.load(model_file)


@pytest.fixture
def workspace(tmp_path, model_file, network) -> Workspace:
    return Workspace(tmp_path, model_file, network, [1, 3, 32])


def own(call: float, floor: float) -> dict:
    """What one run of `mlsched bench` says of itself."""
    figures = {
        "ns_per_call": call,
        "floor_ns": floor,
        "calls": 10,
        "max_ns": 3 * call,
        "gflops": 1.0,
        "peak_share": floor / call,
    }
    return {"subject": "mlsched", "environment": ENVIRONMENT, "figures": figures}


def board(ours: list[float], **peers: list[float]) -> Board:
    """A batch of two rows, a time for each subject and round; the floor rises from 50 ns."""
    measured = Measured()
    for number, call in enumerate(ours):
        measured.ours[2].append({"mlsched": own(call, 50 + number)})
    for name, times in peers.items():
        measured.times[name, 2] = times
    sessions = [SimpleNamespace(name=name, version="1", error=0.0, ways={}) for name in peers]
    return Board(results(measured, sessions, dict.fromkeys(peers, "C")))


def test_ratios_are_taken_within_a_round():
    # The third round was slow for everybody, which changes no ratio.
    made = board([100, 100, 300], quick=[50, 50, 150], slow=[200, 200, 600])
    assert made.figure("slow", 2, "ratio_to_mlsched") == 2
    assert made.figure("mlsched", 2, "ratio_to_best_peer") == 2
    assert made.figure("quick", 2, "ratio_to_best_peer") == 1
    assert made.figure("quick", 2, "ns_per_sample") == 25
    assert made.figure("quick", 2, "samples_per_s") == 4e7


def test_the_limit_is_the_fastest_probe_of_the_core():
    made = board([100, 100, 100], peer=[200, 200, 200])
    assert made.figure("mlsched", 2, "floor_ns") == 50
    assert made.figure("peer", 2, "times_floor") == 4


def test_its_own_kernels_are_no_peers_of_mlsched():
    measured = Measured()
    fused = own(40, 50) | {"subject": "mlsched fused"}
    measured.ours[2].append({"mlsched": own(100, 50), "mlsched fused": fused})
    measured.times["peer", 2] = [80]
    session = SimpleNamespace(name="peer", version="1", error=0.0, ways={})
    made = Board(results(measured, [session], {"peer": "C"}))
    assert made.subjects == ["mlsched", "mlsched fused", "peer"]
    assert made.figure("mlsched", 2, "ratio_to_best_peer") == 1.25
    assert made.figure("mlsched fused", 2, "ratio_to_best_peer") == 0.5
    assert made.figure("mlsched fused", 2, "ns_per_call") == 40
    assert "mlsched fused" not in table.text(made).partition("Beside each peer")[2]


def test_openblas_chooses_its_own_kernels_unless_they_are_forced(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert "OPENBLAS_CORETYPE" not in clean_environment()
    assert clean_environment("Prescott")["OPENBLAS_CORETYPE"] == "Prescott"


def test_a_lone_mlsched_has_no_best_peer():
    assert board([100]).figure("mlsched", 2, "ratio_to_best_peer") is None


@pytest.mark.parametrize(
    ("peer", "verdict"),
    [
        ([80, 80, 80], "slower by 25 % at 2"),
        ([200, 200, 200], "faster at every size"),
        ([90, 100, 110], "the same within the spread at 2"),
    ],
)
def test_a_verdict_says_by_how_much_mlsched_is_slower(peer, verdict):
    assert board([100, 100, 100], peer=peer).verdict("peer") == verdict


def test_the_table_has_mlsched_first_and_three_figures_for_every_row():
    text = table.text(board([100], slow=[4000], quick=[50]))
    assert [line.split()[0] for line in text.splitlines()[2:5]] == ["mlsched", "quick", "slow"]
    assert text.count("mlsched  ") == 3
    assert "4.00 µs" in text
    assert "quick  slower by 100 % at 2" in text


def test_results_keep_what_a_round_of_mlsched_says(tmp_path):
    measured = Measured()
    measured.ours[2] = [{"mlsched": own(100, 50)}, {"mlsched": own(120, 50)}]
    (line,) = results(measured, [], {})
    assert line["rounds"] == [100, 120]
    assert (line["figures"]["max_ns"], line["figures"]["calls"]) == (360, 20)
    path = tmp_path / "results.jsonl"
    path.write_text(lines.text([line]))
    assert lines.read(path) == [line]


def test_results_are_read_by_mlsched(mlsched, tmp_path):
    measured = Measured()
    measured.ours[2] = [{"mlsched": own(100, 50)}]
    measured.times["peer", 2] = [250.0]
    session = SimpleNamespace(name="peer", version="1", error=0.0, ways={2: "jit"})
    path = tmp_path / "results.jsonl"
    path.write_text(lines.text(results(measured, [session], {"peer": "Python"})))
    for arguments in (["--from", path], ["--compare", path, "--compare", path]):
        done = subprocess.run([mlsched, "bench", *arguments], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "inference, batch 2, peer" in done.stdout


@pytest.mark.parametrize("content", ["", "no JSON\n", "{}\n", '["section"]\n'])
def test_a_file_that_has_no_results_is_refused(tmp_path, content):
    path = tmp_path / "results.jsonl"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"results\.jsonl"):
        lines.read(path)


def test_the_reference_is_the_models_own(model_file, network):
    model = mlw.read(model_file)
    assert np.abs(network.expected(64) - model.test_outputs[:, 0]).max() < 1e-6
    assert network.rows(100).shape == (100, 10)
    assert network.expected(100)[70] == network.expected(64)[6]


def test_a_peer_whose_outputs_are_wrong_is_refused(workspace, capsys):
    entry = Entry("liar", "C", lambda _: [sys.executable, "-c", WRONG])
    assert start(entry, workspace, [32], CPU, Progress()) is None
    error = capsys.readouterr().err
    assert error.startswith("tools/bench_peers: liar is refused: its outputs for a batch of 32")
    assert error.count("\n") == 1


def test_a_missing_peer_is_named_with_the_command_that_installs_it(workspace, capsys):
    def command(_: Workspace) -> list[str]:
        raise MissingError("tools/setup --peers")

    assert start(Entry("rare", "C", command), workspace, [1], CPU, Progress()) is None
    expected = "tools/bench_peers: rare is not installed; tools/setup --peers installs it\n"
    assert capsys.readouterr().err == expected


def test_a_peer_that_ends_says_why():
    script = "import sys; print('no such thing', file=sys.stderr); sys.exit(3)"
    with pytest.raises(PeerError, match="it ended with status 3: no such thing"):
        Session("p", [sys.executable, "-c", script], CPU)


@pytest.mark.parametrize("name", ["plain C", "plain C (native)", "numpy"])
def test_a_peer_that_is_always_there_computes_and_is_timed(workspace, name):
    entry = next(peer for peer in PEERS if peer.name == name)
    session = Session(name, entry.command(workspace), CPU)
    try:
        for batch in (1, 3, 32):
            session.check(workspace.network, batch)
            assert 10 < session.measure(batch, 2_000_000) < 1e9
        assert session.error < 1e-6
    finally:
        session.close()


def test_a_peer_that_fails_in_a_round_is_left_out(capsys):
    class Fails:
        name = "peer"
        asked = 0

        def measure(self, batch: int, _: int) -> float:
            self.asked += 1
            if self.asked == 3:
                raise PeerError("it broke")
            return 1.0

    ours = SimpleNamespace(measure=lambda _: {"mlsched": own(100, 50)})
    measured = measure(ours, [Fails()], [1, 2], 2, 1, Progress())
    assert measured.failed == {"peer": "it broke"}
    assert not measured.times
    assert "peer is left out: it broke" in capsys.readouterr().err


def test_a_short_run_measures_mlsched_beside_a_peer(mlsched, tmp_path, capsys):
    path = tmp_path / "out" / "results.jsonl"
    arguments = ["--batch", "1", "--rounds", "2", "--milliseconds", "2", "--only", "plain C"]
    assert main([*arguments, "--mlsched", str(mlsched), "--json", str(path)]) == 0
    assert "In parts of the best peer's time" in capsys.readouterr().out
    ours, *kernels, theirs = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["subject"] for line in kernels] == ["mlsched fused", "mlsched sgemm"]
    assert (ours["subject"], theirs["subject"]) == ("mlsched", "plain C")
    assert len(theirs["rounds"]) == len(ours["rounds"]) == 2
    assert theirs["figures"]["ratio_to_best_peer"] == 1
    assert theirs["environment"] == ours["environment"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "absent.mlw"], "absent.mlw cannot be read"),
        (["--mlsched", "absent"], "absent is no program; build it"),
        (["--cpu", "4095"], "may not run on CPU 4095"),
    ],
)
def test_bad_values_are_one_sentence(arguments, sentence, capsys):
    program = [] if "--mlsched" in arguments else ["--mlsched", sys.executable]
    assert main([*program, *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("sizes", ["0", "1,1", "70000", "x", ""])
def test_bad_batch_sizes_are_refused(sizes, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--batch", sizes])
    assert stopped.value.code == 2
    assert "different sizes from 1 to 65536" in capsys.readouterr().err
