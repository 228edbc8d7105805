"""Damaged and hostile files: one sentence each, no other exception, no hang, no code that runs."""

import io
import json
import os
import pickle
import resource
import shutil
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from catalogue import FOLDER
from mutations import zipped

from mlsched_tools import formats
from mlsched_tools.architecture import parse
from mlsched_tools.errors import ModelError
from mlsched_tools.export import main
from mlsched_tools.source import ReadOptions


def refusal(path: Path, architecture: str | None = None) -> str:
    """Why a file is refused, having taken no more than its share of memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelError) as caught:
        formats.read(path, ReadOptions(parse(architecture) if architecture else None))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 256 << 10, f"{grown} KiB more"
    return str(caught.value)


def npy(array: np.ndarray, pickled: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=pickled)
    return stream.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "m"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(9):
            archive.writestr(f"{number}.kernel.npy", bytes(64 << 20))
    assert path.stat().st_size < 4 << 20
    assert "unpacks to" in refusal(path, "relu")


def test_an_archive_of_countless_members_is_refused(tmp_path):
    members = {f"{number}.npy": b"" for number in range(10_001)}
    assert "10001 members" in refusal(zipped(tmp_path / "m", members), "relu")


@pytest.mark.parametrize("name", ["../a.npy", "/etc/a.npy", "x/../../a.npy", "..\\a.npy"])
def test_a_member_outside_of_its_archive_is_refused(tmp_path, name):
    path = zipped(tmp_path / "m", {name: npy(np.ones((5, 1), "<f4"))})
    assert "points outside" in refusal(path, "relu")


def test_an_archive_of_several_disks_is_refused(tmp_path):
    """Python's own look at whether it is an archive at all fails on it."""
    places = b"PK\x06\x07" + struct.pack("<LQL", 0, 0, 2)
    end = b"PK\x05\x06" + bytes(18)
    (tmp_path / "m").write_bytes(b"PK\x03\x04" + bytes(60) + places + end)
    assert "zip" in refusal(tmp_path / "m").lower()


def test_an_archive_with_a_name_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "m", "w") as zip_:
        for _ in range(2):
            zip_.writestr("a.kernel.npy", npy(np.ones((5, 1), "<f4")))
    assert "two members" in refusal(tmp_path / "m", "relu")


def npy_header(shape: str, descr: str = "'<f4'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    ("member", "complaint"),
    [
        (npy_header("(1000000000, 1000000)"), "promises the shape"),
        (npy_header("(4611686018427387904, 4)"), "promises the shape"),
        (npy_header("(-5, -1)") + bytes(20), "promises the shape"),
        (npy_header("(5, 1)") + bytes(19), "promises the shape"),
        (npy_header("(" * 5000 + ")" * 5000), "is damaged"),
        (npy_header("__import__('os').abort()"), "is damaged"),
        (npy(np.array([[{}]], object), pickled=True), "Python objects"),
        (npy(np.full((5, 1), np.nan, "<f4")), "not finite"),
        (npy(np.full((5, 1), np.inf, "<f4")), "not finite"),
        (npy(np.ones((5, 1), "<c8")), "not a number"),
        (npy(np.array([["a"]])), "not a number"),
        (npy_header("(1,)", "'<U1'") + b"\xff" * 4, "text that is damaged"),
        (npy_header("(1,)", "'>U1'") + b"\0\x11\0\0", "text that is damaged"),
        (npy(np.ones((5, 1), "<i1")), "holds integers, which mean nothing without their scales"),
        (npy(np.ones(5, "<f4")), "matrices"),
        (npy(np.ones((5, 0), "<f4")), "expected a matrix"),
    ],
)
def test_a_hostile_array_is_refused(tmp_path, member, complaint):
    path = zipped(tmp_path / "m", {"a.kernel.npy": member})
    assert complaint in refusal(path, "sigmoid")


@pytest.mark.parametrize("dtype", ["<f8", ">f4", ">f8", "<f2"])
def test_other_floats_are_converted_and_never_misread(tmp_path, dtype):
    kernel = np.array([[0.5], [-1.25], [3.0], [0.0], [2.0]])
    path = zipped(tmp_path / "m", {"a.kernel.npy": npy(kernel.astype(dtype))})
    source = formats.read(path, ReadOptions(parse("sigmoid")))
    assert "converted" in source.notes[0]
    assert np.array_equal(source.flow.ops[0].weights, kernel)


def safetensors(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(kind: str = "F32", shape: tuple = (1, 5), offsets: tuple = (0, 20)) -> dict:
    return {"a.weight": {"dtype": kind, "shape": shape, "data_offsets": offsets}}


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (safetensors(b"{" + b" " * 100)[:60], "header ends at byte"),
        (safetensors(b'{"a":' * 50_000), "header is not JSON, or nested too deeply"),
        (safetensors(b'{"a": 1, "a": 2}' + b" " * 8), "twice"),
        (safetensors({"a.weight": 5}), "header is damaged"),
        (safetensors(entry(shape=(1 << 20, 1 << 20))), "needs"),
        (safetensors(entry(shape=(-1, -5)), bytes(20)), "no sizes"),
        (safetensors(entry(shape=(1.5, 2)), bytes(20)), "no sizes"),
        (safetensors(entry(offsets=(0, 1 << 50)), bytes(20)), "no sizes"),
        (safetensors(entry(offsets=(8, 28)), bytes(20)), "its offsets are"),
        (safetensors(entry(), bytes(24)), "24 are there"),
        (safetensors(entry("F8_E4M3"), bytes(20)), "of type F8_E4M3"),
        (safetensors(entry("I64", offsets=(0, 40)), bytes(40)), "of type I64"),
        (safetensors({}), "no weights"),
    ],
)
def test_a_hostile_safetensors_file_is_refused(tmp_path, data, complaint):
    (tmp_path / "m").write_bytes(data)
    assert complaint in refusal(tmp_path / "m", "sigmoid")


def test_the_count_of_a_batch_normalisation_in_safetensors_is_no_weight(tmp_path):
    shapes = {"0.weight": (1, 5), **{f"1.{n}": (1,) for n in ("running_mean", "running_var")}}
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 4 * int(np.prod(shape))
        header |= {name: {"dtype": "F32", "shape": shape, "data_offsets": (end, end + size)}}
        end += size
    count = {"dtype": "I64", "shape": (), "data_offsets": (end, end + 8)}
    header["1.num_batches_tracked"] = count
    body = np.ones(7, "<f4").tobytes() + struct.pack("<q", 100)
    (tmp_path / "m").write_bytes(safetensors(header, body))
    source = formats.read(tmp_path / "m", ReadOptions(parse("identity,sigmoid")))
    assert source.order == ("0", "1")
    assert not any("I64" in note for note in source.notes)


class Bomb:
    """What a hostile pickle does when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return (os.mkdir, (str(self.marker),))


def test_a_pickle_is_not_loaded_without_trust(tmp_path, capsys):
    marker = tmp_path / "ran"
    (tmp_path / "m").write_bytes(pickle.dumps(Bomb(marker)))
    assert main([str(tmp_path / "m"), "-o", str(tmp_path / "o")]) == 2
    assert "--trust-pickle" in capsys.readouterr().err
    assert not marker.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_code_in_a_pytorch_file_does_not_run(tmp_path, protocol):
    marker = tmp_path / "ran"
    for value in (Bomb(marker), {"a.weight": Bomb(marker)}):
        members = {"archive/data.pkl": pickle.dumps(value, protocol), "archive/version": b"3"}
        message = refusal(zipped(tmp_path / "m", members), "sigmoid")
        assert "mkdir" in message or "which data do not need" in message
        assert not marker.exists()


def test_a_pickle_with_an_absurd_memo_takes_no_memory(tmp_path):
    data = b"\x80\x02}r" + struct.pack("<I", 0xFFFFFFFF) + b"."
    path = zipped(tmp_path / "m", {"archive/data.pkl": data})
    assert "no state dict" in refusal(path, "sigmoid")


def test_a_pickle_that_contains_itself_is_refused(tmp_path):
    loop: list = []
    loop.append(loop)
    path = zipped(tmp_path / "m", {"archive/data.pkl": pickle.dumps({"a": loop}, 2)})
    assert "nested more than" in refusal(path, "sigmoid")


def test_torchscript_that_calls_itself_is_refused(tmp_path):
    code = "class M(Module):\n  def forward(self, x):\n    return (self).forward(x, )\n"
    data = b"\x80\x02c__torch__\nM\n)\x81}b."
    members = {"a/data.pkl": data, "a/code/__torch__.py": code.encode()}
    assert "calls itself" in refusal(zipped(tmp_path / "m", members))


def test_torchscript_nested_beyond_reason_is_refused(tmp_path):
    code = "class M(Module):\n  def forward(self, x):\n    return " + "(" * 150 + "x" + ")" * 150
    members = {
        "a/data.pkl": b"\x80\x02c__torch__\nM\n)\x81}b.",
        "a/code/__torch__.py": code.encode(),
    }
    refusal(zipped(tmp_path / "m", members))
    deep = "class M(Module):\n  def forward(self, x):\n    return " + "torch.relu(" * 50_000
    members["a/code/__torch__.py"] = deep.encode()
    assert "damaged" in refusal(zipped(tmp_path / "m", members))


def test_an_hdf5_file_cannot_point_outside_of_itself(tmp_path):
    h5py = pytest.importorskip("h5py")
    secret = tmp_path / "secret"
    secret.write_bytes(np.ones(640, "<f4").tobytes())
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["kernel"] = np.ones((10, 64), "<f4")
    for number in range(3):
        path = tmp_path / f"m{number}"
        shutil.copy(FOLDER / "plain.keras2.h5", path)
        with h5py.File(path, "r+") as file:
            group = file["model_weights/dense/dense"]
            del group["kernel:0"]
            if number == 0:
                group["kernel:0"] = h5py.ExternalLink("other.h5", "/kernel")
            elif number == 1:
                files = [(str(secret), 0, h5py.h5f.UNLIMITED)]
                group.create_dataset("kernel:0", (10, 64), "<f4", external=files)
            else:
                layout = h5py.VirtualLayout((10, 64), "<f4")
                layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "kernel", (10, 64))
                group.create_virtual_dataset("kernel:0", layout)
        message = refusal(path)
        assert "is a link" in message or "outside of the file" in message


def test_an_hdf5_dataset_that_promises_petabytes_is_refused(tmp_path):
    h5py = pytest.importorskip("h5py")
    shutil.copy(FOLDER / "plain.keras2.h5", tmp_path / "m")
    with h5py.File(tmp_path / "m", "r+") as file:
        group = file["model_weights/dense/dense"]
        del group["kernel:0"]
        group.create_dataset("kernel:0", (1 << 25, 1 << 25), "<f4", chunks=(64, 64))
    assert "promises the shape" in refusal(tmp_path / "m")


def test_a_library_that_loops_or_dies_is_cut_short(tmp_path, monkeypatch):
    """Damage that makes the HDF5 library loop does so only in a child."""
    pytest.importorskip("h5py")
    monkeypatch.setattr("mlsched_tools.hdf5.PATIENCE", 0.5)
    for program, complaint in (("import time; time.sleep(60)", "read for"), ("1/0", "failed")):
        path = tmp_path / "python"
        path.write_text(f"#!{sys.executable}\n{program}\n")
        path.chmod(0o755)
        with monkeypatch.context() as patch:
            patch.setattr("sys.executable", str(path))
            assert complaint in refusal(FOLDER / "plain.keras2.h5")


def test_a_folder_where_a_file_is_due_is_refused(tmp_path):
    (tmp_path / "saved_model.pb").mkdir()
    assert "no model" in refusal(tmp_path)


def test_names_in_a_file_cannot_write_to_the_terminal(tmp_path):
    header = {"a\x1b[31m\n.scale" + "x" * 5000: entry()["a.weight"]}
    (tmp_path / "m").write_bytes(safetensors(header, bytes(20)))
    message = refusal(tmp_path / "m", "sigmoid")
    assert message.isprintable()
    assert len(message) < 1000


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "m").write_bytes(b"")
    assert "is empty" in refusal(tmp_path / "m")
