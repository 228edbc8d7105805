"""The process that reads an HDF5 file for hdf5.py: path or `-` and bytes in, an npz archive out."""

import io
import json
import math
import resource
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .guards import MAX_MEMBERS
from .hdf5 import REFUSED, SECONDS

# What the library itself takes beside the data, for it maps its code and buffers.
OVERHEAD = 2 << 30
MAX_DEPTH = 64
MAX_ATTRIBUTE = 16 << 20
ATTRIBUTES = ("model_config", "keras_version", "layer_names", "weight_names")
SKIPPED = "optimizer"


def main() -> int:
    """Reads the file that the first argument names, or standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    source, allowed = sys.argv[1], int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (OVERHEAD + 4 * allowed,) * 2)
    import h5py

    try:
        with h5py.File(io.BytesIO(sys.stdin.buffer.read()) if source == "-" else source) as file:
            reader = _Reader(h5py, allowed)
            reader.walk(file, "", 0)
    except ModelError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except Exception as error:  # h5py raises whatever fits the damage
        reason = str(error).splitlines()[0][:80] if str(error) else type(error).__name__
        print(f"the HDF5 file is damaged ({reason})", file=sys.stderr)
        return REFUSED
    attributes = np.frombuffer(json.dumps(reader.attributes).encode(), np.uint8)
    np.savez(sys.stdout.buffer, attributes=attributes, **reader.arrays)
    return 0


class _Reader:
    """Collects datasets and the attributes that say what they are."""

    def __init__(self, h5py: Any, allowed: int) -> None:  # noqa: ANN401
        self._h5py = h5py
        self._allowed = self._left = allowed
        self.arrays: dict[str, NDArray] = {}
        self.attributes: dict[str, dict] = {}

    def walk(self, group: Any, place: str, depth: int) -> None:  # noqa: ANN401
        """Reads a group and what is below it, along hard links only."""
        self.attributes[place] = {n: _text(group, n) for n in ATTRIBUTES if n in group.attrs}
        if depth > MAX_DEPTH or len(self.arrays) + len(self.attributes) > MAX_MEMBERS:
            raise ModelError("the HDF5 file has too many groups, or groups in themselves")
        for name in group:
            path = f"{place}/{name}"
            if depth == 0 and name.startswith(SKIPPED):
                continue
            if not isinstance(group.get(name, getlink=True), self._h5py.HardLink):
                raise ModelError(f"{path} is a link instead of data")
            item = group[name]
            if isinstance(item, self._h5py.Group):
                self.walk(item, path, depth + 1)
            elif isinstance(item, self._h5py.Dataset):
                self.arrays[path] = self._array(item, path)

    def _array(self, dataset: Any, path: str) -> NDArray:  # noqa: ANN401
        if dataset.is_virtual or dataset.external:
            raise ModelError(f"the dataset {path} is stored outside of the file")
        if dataset.shape is None or dataset.dtype.kind not in "fiu":
            raise ModelError(f"the dataset {path} is of type {dataset.dtype}, which is no number")
        size = math.prod(dataset.shape) * dataset.dtype.itemsize
        if size > self._left:
            raise ModelError(
                f"the dataset {path} promises the shape {dataset.shape}, which with those before "
                f"it takes more than {self._allowed} bytes: --max-memory MIB allows more"
            )
        self._left -= size
        return np.asarray(dataset[()])


def _text(group: Any, name: str) -> str | list[str]:  # noqa: ANN401
    """An attribute as text; h5py allocates what it promises, so its size comes first."""
    attribute = group.attrs.get_id(name)
    size = math.prod(attribute.shape) * attribute.get_type().get_size()
    if size > MAX_ATTRIBUTE:
        raise ModelError(f"the HDF5 attribute {name} promises {size} bytes")
    value = group.attrs[name]
    if isinstance(value, bytes | str):
        return _decoded(value)
    return [_decoded(item) for item in np.ravel(np.asarray(value, object))]


def _decoded(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).encode("utf-8", "replace").decode()


if __name__ == "__main__":
    sys.exit(main())
