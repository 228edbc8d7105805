"""Writing files whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .errors import ModelError


def require_writable(
    path: Path, made: Callable[[Path], bool], force: bool, inputs: Sequence[Path | None] = ()
) -> None:
    """Refuses a place where a file would destroy something.

    Args:
        path: The file to write.
        made: Whether a file that is there is one of the kind that would be written.
        force: Whether the user allows it to replace another.
        inputs: Files that are read, which it must not replace.

    Raises:
        ModelError: When it is an input, no file, a file of another kind, or in no folder.
    """
    for given in inputs:
        if given is not None and given.exists() and path.exists() and given.samefile(path):
            raise ModelError(f"{path} is read from: write to another file")
    if not path.parent.is_dir():
        raise ModelError(f"{path}: there is no folder {path.parent}: make it first")
    if not os.access(path.parent, os.W_OK):
        raise ModelError(f"{path}: the folder {path.parent} may not be written to")
    if path.is_dir():
        raise ModelError(f"{path} is a folder: name a file in it")
    if path.exists() and not path.is_file():
        raise ModelError(f"{path} is not a regular file")
    if path.exists() and path.stat().st_size and not made(path) and not force:
        raise ModelError(f"{path} is something else than would be written: --force replaces it")


def begins_with(magic: bytes) -> Callable[[Path], bool]:
    """Tells files that begin with these bytes."""

    def check(path: Path) -> bool:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic

    return check


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces `path` by `data`, or leaves it as it was.

    The data go to a temporary file in the same folder, reach the disk, and only then take the name.

    Args:
        path: The file to replace or create.
        data: Its whole content.

    Raises:
        OSError: When the folder cannot be written; the temporary file is gone again.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
