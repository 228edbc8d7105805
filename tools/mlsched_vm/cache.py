"""The user's cache directory: complete entries only, whoever else is writing at the same time."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEEP_SECONDS = 14 * 24 * 3600


def cache_directory() -> Path:
    """Returns the directory for everything that can be made again, creating it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base) / "mlsched" / "vm"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Lets one process at a time make the entry `name`."""
    with (cache_directory() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """Yields an empty directory that becomes `target` if the block succeeds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_atomically(target: Path, data: bytes) -> None:
    """Writes `data` beside `target`, then renames it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".new-{os.getpid()}-{target.name}")
    try:
        temporary.write_bytes(data)
        temporary.rename(target)
    finally:
        temporary.unlink(missing_ok=True)


def remove_unused(directory: Path) -> None:
    """Removes the files that no run has used for two weeks; a use sets a file's time."""
    for path in directory.iterdir():
        if path.is_file() and time.time() - path.stat().st_mtime > KEEP_SECONDS:
            path.unlink(missing_ok=True)
