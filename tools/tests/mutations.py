"""Damaged model files, and a faster way to read those that take a process each."""

import faulthandler
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from catalogue import FIXTURES, FOLDER
from networks import CASES
from test_cases import EXACT

from mlsched_tools import formats, hdf5, hdf5_child
from mlsched_tools.source import ReadOptions


@dataclass(frozen=True)
class Sample:
    """A sound file or folder, and how to read it."""

    path: Path
    options: ReadOptions

    @property
    def format(self) -> str:
        """The module that reads it; PyTorch's files of weights and of code are two formats."""
        name = formats.recognise(self.path)
        return "state_dict" if name == "torch" and self.options.architecture else name

    def files(self) -> list[str]:
        """What it consists of, relative to its path."""
        if self.path.is_file():
            return [""]
        return [str(p.relative_to(self.path)) for p in self.path.rglob("*") if p.is_file()]


def samples() -> dict[str, list[Sample]]:
    """All sound files by format, but for pickles: a trusted one may do anything."""
    every = [Sample(fixture.path, fixture.options) for fixture in FIXTURES]
    every += [Sample(CASES / name, options) for name, (options, _) in EXACT.items()]
    every.append(Sample(FOLDER.parents[2] / "weights/default.mlw", ReadOptions()))
    found: dict[str, list[Sample]] = {}
    for sample in every:
        found.setdefault(sample.format, []).append(sample)
    del found["pickled"]
    return found


def write_mutated(sample: Sample, copy: Path, random: np.random.Generator) -> None:
    """Writes a sample with damage in a file of it, or in a member of an archive that is sound."""
    if sample.path.is_dir():
        shutil.copytree(sample.path, copy, dirs_exist_ok=True)
    else:
        shutil.copyfile(sample.path, copy)
    target = copy / str(random.choice(sample.files()))
    if not zipfile.is_zipfile(target) or random.random() < 0.3:
        target.write_bytes(mutated(target.read_bytes(), random))
        return
    with zipfile.ZipFile(target) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    # Nobody reads these.
    names = [n for n in members if not n.endswith((".debug_pkl", "serialization_id"))]
    chosen = str(random.choice(names))
    zipped(target, members | {chosen: mutated(members[chosen], random)})


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """The bytes with a few of them changed, cut off, removed or doubled."""
    altered = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        at = int(random.integers(0, max(1, len(altered))))
        match random.integers(0, 5):
            case 0:
                altered[at : at + 1] = bytes([int(random.integers(0, 256))])
            case 1:
                altered[at : at + 4] = random.choice([b"\xff" * 4, bytes(4), b"\xff\xff\xff\x7f"])
            case 2:
                del altered[at:]
            case 3:
                del altered[at : at + int(random.integers(1, 40))]
            case 4:
                altered[at:at] = altered[at : at + int(random.integers(1, 40))]
    return bytes(altered)


@contextmanager
def forked_readers() -> Iterator[None]:
    """Reads HDF5 in a fork of this process instead of a new one, which takes a hundredth as long.

    What is run, its bounds and what comes of it are the same.
    """
    import h5py  # noqa: F401  (so that no fork has to)

    run = subprocess.run
    hdf5.subprocess.run = _run_forked
    try:
        yield
    finally:
        subprocess.run = run


def _run_forked(command: list[str], **options: object) -> subprocess.CompletedProcess:
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as error,
    ):
        given.write(options["input"] or b"")
        given.seek(0)
        child = os.fork()
        if child == 0:
            _be_reader(command, (given.fileno(), out.fileno(), error.fileno()))
        _, status = os.waitpid(child, 0)
        for file in (out, error):
            file.seek(0)
        code = os.waitstatus_to_exitcode(status)
        return subprocess.CompletedProcess(command, code, out.read(), error.read())


def _be_reader(command: list[str], files: tuple[int, int, int]) -> None:
    """Ends this process, having done what the command does."""
    status = 1
    faulthandler.disable()  # where the library dies is its own affair
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        sys.argv = command[2:]
        status = hdf5_child.main()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
