"""Reading HDF5 through h5py, following no link out of the file."""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .guards import MAX_PARAMETERS


@contextmanager
def opened(source: Path | bytes) -> "Iterator[Group]":
    """Opens a file or the bytes of one.

    Raises:
        ModelError: When h5py is missing or the file is damaged.
    """
    try:
        import h5py
    except ImportError:
        raise ModelError("Keras files need h5py: pip install './tools[keras]'") from None
    try:
        file = h5py.File(io.BytesIO(source) if isinstance(source, bytes) else source, "r")
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"the HDF5 file is damaged ({_short(error)})") from None
    with file:
        yield Group(h5py, file, "/")


class Group:
    """A group of datasets and groups."""

    def __init__(self, h5py: Any, group: Any, place: str) -> None:  # noqa: ANN401
        self._h5py = h5py
        self._group = group
        self._place = place

    def names(self) -> list[str]:
        """What the group holds."""
        return self._guarded(lambda: list(self._group), "names")

    def attribute(self, name: str) -> Any:  # noqa: ANN401
        """An attribute, text as str, or None."""
        value = self._guarded(lambda: self._group.attrs.get(name), f"attribute {name}")
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def texts(self, name: str) -> list[str]:
        """An attribute that is a list of names."""
        value = self.attribute(name)
        if value is None:
            raise ModelError(f"the HDF5 group {self._place} has no attribute {name}")
        items = np.ravel(np.asarray(value, object))
        return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in items]

    def group(self, *path: str) -> "Group | None":
        """A group below this one, or None."""
        found = self._find(path)
        if not isinstance(found, self._h5py.Group):
            return None
        return Group(self._h5py, found, "/".join((self._place, *path)))

    def array(self, *path: str) -> NDArray:
        """A dataset's values.

        Raises:
            ModelError: When it is missing, too large, or stored outside of the file.
        """
        place = "/".join((self._place.rstrip("/"), *path))
        found = self._find(path)
        if not isinstance(found, self._h5py.Dataset):
            raise ModelError(f"the HDF5 file has no dataset {place}")
        if self._guarded(lambda: found.is_virtual or found.external, place):
            raise ModelError(f"the dataset {place} is stored outside of the file")
        if found.shape is None or math.prod(found.shape) > MAX_PARAMETERS:
            raise ModelError(f"the dataset {place} promises the shape {found.shape}")
        return np.asarray(self._guarded(lambda: found[()], place))

    def _find(self, path: tuple[str, ...]) -> Any:  # noqa: ANN401
        """Walks down hard links only."""
        found = self._group
        for name in [part for step in path for part in step.split("/") if part]:
            if not isinstance(found, self._h5py.Group):
                return None
            here = found
            link = self._guarded(lambda h=here, n=name: h.get(n, getlink=True), name)
            if link is None:
                return None
            if not isinstance(link, self._h5py.HardLink):
                raise ModelError(f"{self._place}/{name} is a link instead of data")
            found = self._guarded(lambda h=here, n=name: h[n], name)
        return found

    def _guarded(self, action: Any, what: str) -> Any:  # noqa: ANN401
        try:
            return action()
        except ModelError:
            raise
        except Exception as error:  # h5py raises whatever fits the damage
            raise ModelError(f"the HDF5 file is damaged at {what} ({_short(error)})") from None


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:80] if str(error) else type(error).__name__
