"""Damaged files of every format are read or refused, within the budget of memory and time.

A few hundred of each format in every run, 10,000 with --long.
"""

import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
from mutations import Sample, forked_readers, samples, write_mutated

from mlsched_tools import formats, mlw
from mlsched_tools.assemble import Choices, assemble
from mlsched_tools.errors import ModelError
from mlsched_tools.features import Feature
from mlsched_tools.guards import limited

COUNT, LONG_COUNT = 200, 10_000
SECONDS = 5  # of processor time
MEMORY = 600 << 10  # in KiB, beside what the tests themselves hold
SAMPLES = samples()
HDF5 = {"keras_h5", "keras_zip"}


def used() -> tuple[float, int]:
    """Seconds of processor time and the most memory in KiB, of this process and its children."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in both), max(u.ru_maxrss for u in both)


def attempt(sample: Sample, path: Path) -> bool:
    """Whether a file is taken for a model; anything but that and a refusal fails the test."""
    try:
        with limited(), np.errstate(all="ignore"):
            source = formats.read(path, sample.options)
            features = tuple(Feature(f"f{n}") for n in range(source.flow.inputs))
            mlw.encode(assemble(source, Choices(features, threshold=0.5)))
    except ModelError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 1000
        return False
    except FileNotFoundError as error:
        # Weights that a file names and that are in another one, which is missing.
        assert Path(error.filename).parent == path.parent
        return False
    return True


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def test_every_format_has_a_sample():
    readers = {path.stem for path in Path(formats.__file__).parent.glob("*.py")}
    assert set(SAMPLES) - {"state_dict"} <= readers
    assert len(SAMPLES) == 12


@pytest.mark.parametrize("name", SAMPLES)
def test_a_mutated_file_is_read_or_refused(name, tmp_path, request):
    if name in HDF5:
        pytest.importorskip("h5py")
    count = LONG_COUNT if request.config.getoption("--long") else COUNT
    taken, memory = 0, used()[1]
    with forked_readers():
        for number in range(count):
            random = np.random.default_rng([number, len(name)])
            sample = SAMPLES[name][int(random.integers(len(SAMPLES[name])))]
            path = tmp_path / "m"
            remove(path)
            write_mutated(sample, path, random)
            start = used()[0]
            try:
                taken += attempt(sample, path)
            except Exception as error:
                pytest.fail(f"mutation {number} of {sample.path.name}: {error!r}")
            seconds, most = used()
            assert seconds - start < SECONDS, f"mutation {number} of {sample.path.name}"
            assert most - memory < MEMORY, f"mutation {number} of {sample.path.name}"
    print(f"{name}: {count} mutated files, {taken} of them taken")
    assert taken < count
