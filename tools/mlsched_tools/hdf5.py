"""Reading HDF5 through h5py, in a process of its own.

The HDF5 library trusts its files: a damaged one can make it loop for ever, take all memory or
crash. A child with bounded time and memory reads the file, following no link out of it, and hands
over plain arrays.
"""

import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .guards import charge, memory_left

# Of processor time, and of waiting, which is longer where others are at work.
SECONDS = 3
PATIENCE = 60
REFUSED = 3


class Group:
    """A group of datasets and groups of a file that has been read."""

    def __init__(self, arrays: dict[str, NDArray], attributes: dict, place: str) -> None:
        self._arrays = arrays
        self._attributes = attributes
        self._place = place

    def names(self) -> list[str]:
        """What the group holds."""
        start = f"{self._place}/"
        paths = [*self._arrays, *self._attributes]
        below = {p[len(start) :].split("/")[0] for p in paths if p.startswith(start)}
        return sorted(below - {""})

    def attribute(self, name: str) -> str | list[str] | None:
        """An attribute, a text or a list of them, or None."""
        return self._attributes.get(self._place, {}).get(name)

    def texts(self, name: str) -> list[str]:
        """An attribute that is a list of names."""
        value = self.attribute(name)
        if not isinstance(value, list):
            raise ModelError(f"the HDF5 group {self._place or '/'} has no list {name}")
        return value

    def group(self, *path: str) -> "Group | None":
        """A group below this one, or None."""
        place = "/".join((self._place, *path))
        if place not in self._attributes:
            return None
        return Group(self._arrays, self._attributes, place)

    def array(self, *path: str) -> NDArray:
        """A dataset's values."""
        place = "/".join((self._place, *path))
        if place not in self._arrays:
            raise ModelError(f"the HDF5 file has no dataset {place}")
        return self._arrays[place]


def load(source: Path | bytes) -> Group:
    """Reads a file or the bytes of one; the optimizer's state is left out.

    Raises:
        ModelError: When h5py is missing, or the file is damaged or points outside of itself.
    """
    if importlib.util.find_spec("h5py") is None:
        raise ModelError("Keras files need h5py: pip install './tools[keras]'")
    path, data = ("-", source) if isinstance(source, bytes) else (str(source.resolve()), None)
    # The child holds the arrays, and then both hold what it hands over.
    command = [sys.executable, "-m", "mlsched_tools.hdf5_child", path, str(memory_left() // 4)]
    folder = Path(__file__).parent.parent
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=PATIENCE, cwd=folder, check=False
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"the HDF5 library read for {PATIENCE} s: the file is damaged") from None
    if child.returncode == REFUSED:
        raise ModelError(child.stderr.decode("utf-8", "replace").strip())
    if child.returncode != 0:
        raise ModelError("the HDF5 library failed on the file: it is damaged")
    charge(2 * len(child.stdout), "arrays of the HDF5 file")
    with np.load(io.BytesIO(child.stdout), allow_pickle=False) as members:
        arrays = {name: members[name] for name in members.files}
    attributes = json.loads(arrays.pop("attributes").tobytes())
    return Group(arrays, attributes, "")
