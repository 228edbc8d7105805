"""mlsched-export from end to end: options, reports, comparison, exit status, and whole files."""

import json
import shutil

import numpy as np
import pytest
from catalogue import FIXTURES, FOLDER

from mlsched_tools import mlw
from mlsched_tools.export import main

PLAIN = str(FOLDER / "plain.npz")
RICH = str(FOLDER / "rich.keras3.keras")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out" / "m.mlw"


@pytest.fixture(autouse=True)
def folder(out):
    out.parent.mkdir()


def refused(capsys, out, *arguments: str) -> str:
    """The one line that a refused export prints; nothing is left behind."""
    assert main([*arguments, "-o", str(out)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert list(out.parent.iterdir()) == []
    return error


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda f: f.name)
def test_every_fixture_is_exported_by_the_command(fixture, out):
    arguments = [str(fixture.path), "-o", str(out)]
    text = fixture.record.get("architecture")
    if text:
        arguments += ["--architecture", str(FOLDER / text) if text.endswith(".json") else text]
    if fixture.record.get("trust_pickle"):
        arguments += ["--trust-pickle"]
    if "threshold" in fixture.record:
        arguments += ["--threshold", str(fixture.record["threshold"])]
    assert main(arguments) == 0
    model = mlw.read(out)
    assert len(model.test_inputs) == 64
    assert np.ptp(model.test_outputs) > 0


def test_the_report_says_what_was_understood(out, capsys):
    main([RICH, "-o", str(out), "--pad-to", "10", "--report", "json", "--provenance", "a lab"])
    report = json.loads(capsys.readouterr().out)
    assert report["format"] == "Keras 3 .keras"
    assert [layer["activation"] for layer in report["layers"]][:2] == ["leaky_relu", "elu"]
    names = [feature["name"] for feature in report["features"]]
    assert names[4:7] == ["dst_dom_load", "zero", "zero"]
    assert report["features"][0]["scale"] not in (0, 1)  # Rescaling and Normalization
    assert (report["threshold"], report["provenance"]) == (0.5, "a lab")
    assert report["self_test_error"] <= 1e-5
    assert report["bytes"] == out.stat().st_size


def test_padding_changes_no_output(out, tmp_path):
    main([RICH, "-o", str(out), "--pad-to", "10"])
    main([RICH, "-o", str(tmp_path / "five.mlw")])
    assert mlw.read(out).layers[0].weights.shape == (10, 8)
    assert main(["--check", str(out), str(tmp_path / "five.mlw")]) == 0


def test_features_say_what_feeds_each_input(out):
    text = "dst_dom_load,src_dom_load:0.5:2,cpu_idle,zero*7"
    names = ["dst_dom_load", "src_dom_load", "cpu_idle", "zero"]
    assert main([PLAIN, "-o", str(out), "--features", text, "--threshold", "0.25"]) == 0
    model = mlw.read(out)
    assert [f.name for f in model.features[:4]] == names
    assert (model.features[1].offset, model.features[1].scale) == (0.5, 2.0)
    assert model.threshold == 0.25
    assert not model.test_inputs[:, 3:].any()


def test_a_model_file_can_be_given_another_threshold(out, tmp_path):
    main([PLAIN, "-o", str(out), "--threshold", "0.25"])
    second = tmp_path / "second.mlw"
    assert main([str(out), "-o", str(second), "--threshold", "0.75"]) == 0
    assert mlw.read(second).threshold == 0.75
    assert mlw.read(second).provenance == mlw.read(out).provenance
    third = tmp_path / "third.mlw"
    main([str(second), "-o", str(third), "--threshold", "0.25"])
    assert third.read_bytes() == out.read_bytes()


def test_check_tells_equal_models_from_different_ones(capsys):
    assert main(["--check", PLAIN, str(FOLDER / "plain.f32.tflite")]) == 0
    assert "the same" in capsys.readouterr().out
    int8 = str(FOLDER / "plain.int8.tflite")
    assert main(["--check", PLAIN, int8, "--report", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert not report["same"]
    assert report["maximum"] > 1e-3
    assert main(["--check", PLAIN, int8, "--tolerance", "0.5"]) == 0


def test_check_compares_by_the_names_of_features(out, capsys):
    main([RICH, "-o", str(out), "--features", ",".join(["zero"] + ["cpu"] + ["zero"] * 3)])
    assert main(["--check", str(out), RICH]) == 2
    assert "are fed by" in capsys.readouterr().err


def test_a_quantised_model_is_exported_with_a_warning(out, capsys):
    assert main([str(FOLDER / "plain.int8.tflite"), "-o", str(out)]) == 0
    assert "warning: quantised weights" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([PLAIN, "--features", "cpu"], "names 1 inputs, the model has 10"),
        ([PLAIN, "--features", "speed"], "'speed' is none of cpu"),
        ([PLAIN, "--features", "cpu,cpu,zero*8"], "names cpu twice"),
        ([PLAIN, "--features", "cpu:x:1"], "no number"),
        ([PLAIN, "--features", "cpu:1"], "NAME or NAME:OFFSET:SCALE"),
        ([PLAIN, "--features", "cpu:inf:1"], "not finite"),
        ([PLAIN, "--features", "cpu*3"], "repeats something other than zero"),
        ([PLAIN, "--threshold", "nan"], "not a finite number"),
        ([PLAIN, "--threshold", "1e39"], "--threshold 1e+39 is not a finite number of float32"),
        ([PLAIN, "--provenance", "\udcff"], "a provenance that is no text"),
        ([PLAIN, "--pad-to", "4"], "more than --pad-to 4"),
        ([PLAIN, "--pad-to", "100000"], "at most 4096 inputs"),
        ([PLAIN, "--provenance", "x" * 70_000], "bytes of provenance"),
        ([PLAIN, "--architecture", "relu"], "names 1 layers, the file has 3"),
        ([PLAIN, "--architecture", "relu,relu,maybe"], "activation 'maybe' is unknown"),
        ([PLAIN, "--architecture", "relu,elu,sigmoid"], "'elu' is unknown or lacks parameters"),
        ([PLAIN, "--architecture", "a:relu,b:relu,c:sigmoid"], "must name each layer once"),
        ([PLAIN, "--architecture", "missing.json"], "missing.json: No such file"),
        ([str(FOLDER / "regressor.skops")], "say by --threshold"),
        ([str(FOLDER / "plain.pickle")], "--trust-pickle"),
        ([str(FOLDER / "plain.safetensors")], "holds no activations"),
        ([str(FOLDER / "plain.statedict.pt")], "holds no activations"),
        ([str(FOLDER / "plain.keras3.weights.h5")], "give --architecture MODEL.json"),
        ([str(FOLDER / "plain.keras3.json")], "JSON without weights"),
        ([str(FOLDER / "networks.py")], "not a model of a known format"),
        ([str(FOLDER)], "a folder without saved_model.pb"),
        (["missing.h5"], "missing.h5: No such file"),
        ([PLAIN, "--verify"], "no runtime of its own"),
        ([], "give a source and -o OUTPUT"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence(capsys, out, arguments, complaint):
    assert complaint in refused(capsys, out, *arguments)


def test_a_full_disk_leaves_the_old_model_in_place(out, monkeypatch):
    old = mlw.MAGIC + b"old"
    out.write_bytes(old)

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    assert main([PLAIN, "-o", str(out)]) == 2
    assert out.read_bytes() == old
    assert list(out.parent.iterdir()) == [out]


def test_an_output_destroys_nothing_that_it_did_not_make(tmp_path, capsys):
    notes, copy = tmp_path / "notes.txt", tmp_path / "copy.npz"
    notes.write_text("mine")
    copy.write_bytes((FOLDER / "plain.npz").read_bytes())
    for source, output, complaint in (
        (PLAIN, notes, "--force replaces it"),
        (PLAIN, tmp_path, "is a folder: name a file in it"),
        (str(copy), copy, "is read from: write to another file"),
    ):
        before = output.read_bytes() if output.is_file() else b""
        assert main([source, "-o", str(output)]) == 2
        assert complaint in capsys.readouterr().err
        assert not output.is_file() or output.read_bytes() == before
    assert main([PLAIN, "-o", str(notes), "--force"]) == 0
    assert main([PLAIN, "-o", str(notes)]) == 0  # a model now


def test_an_output_folder_that_is_missing_is_named(capsys, tmp_path):
    assert main([PLAIN, "-o", str(tmp_path / "nowhere/m.mlw")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_an_architecture_is_not_replaced_even_by_force(tmp_path, capsys):
    given = tmp_path / "m.json"
    shutil.copy(FOLDER / "plain.keras3.json", given)
    before = given.read_bytes()
    arguments = [str(FOLDER / "plain.keras3.weights.h5"), "--architecture", str(given), "--force"]
    assert main([*arguments, "-o", str(given)]) == 2
    assert "is read from: write to another file" in capsys.readouterr().err
    assert given.read_bytes() == before
