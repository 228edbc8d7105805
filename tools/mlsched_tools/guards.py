"""Bounds that keep a hostile file from taking more than its share."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from .errors import ModelError

MAX_FILE = 256 << 20
MAX_UNPACKED = 512 << 20
MAX_MEMBERS = 10_000
MAX_PARAMETERS = 1 << 26
MAX_WIDTH = 65536
MAX_NODES = 100_000
MAX_LAYERS = 1024
MAX_MEMORY = 512 << 20
# Multiplications for evaluating constants: about a second.
MAX_WORK = 1 << 32
# Python's objects take many times the text that they are parsed from.
JSON_EXPANSION = 24


class Budget:
    """What one export may still take: memory in bytes, and multiplications of constants.

    Nothing is given back: what is counted is the sum of all that was allocated, which is no less
    than the most that was held at once.
    """

    def __init__(self, memory: int = MAX_MEMORY, work: int = MAX_WORK) -> None:
        self.memory = memory
        self.left = memory
        self._work = work

    def charge(self, size: int, what: str, work: int = 0) -> None:
        """Counts memory and work that are about to be needed.

        Raises:
            ModelError: When it is more than is left.
        """
        self.left -= int(size)
        self._work -= work
        if self.left < 0:
            raise ModelError(
                f"the {what} would take the export past {self.memory >> 20} MiB of memory: "
                "--max-memory MIB allows more"
            )
        if self._work < 0:
            raise ModelError(f"the {what} would take too long to compute: fold constants first")


_BUDGET: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def limited(memory: int = MAX_MEMORY) -> Iterator[None]:
    """Everything inside shares one budget; inside of another, it shares the outer one."""
    if _BUDGET.get():
        yield
        return
    token = _BUDGET.set(Budget(memory))
    try:
        yield
    finally:
        _BUDGET.reset(token)


def charge(size: int, what: str, work: int = 0) -> None:
    """Counts memory and work against the budget of the export that is under way, if one is."""
    budget = _BUDGET.get()
    if budget:
        budget.charge(size, what, work)


def memory_left() -> int:
    """Bytes that the export that is under way may still take."""
    budget = _BUDGET.get()
    return budget.left if budget else MAX_MEMORY


def require_file(path: Path) -> int:
    """The size of a file, which must be an ordinary one: a pipe or device need not end.

    Raises:
        ModelError: When it is something else.
        OSError: When it is missing.
    """
    if not path.is_file() and path.stat():
        raise ModelError(f"{path} is not a regular file: copy what it holds to one")
    return path.stat().st_size


def read_file(path: Path, limit: int = MAX_FILE) -> bytes:
    """The bytes of a file that is not too large.

    Raises:
        ModelError: When it is larger than `limit` or no regular file.
        OSError: When it cannot be read.
    """
    size = require_file(path)
    if size > limit:
        raise ModelError(f"{path.name} has {size} bytes, more than {limit}")
    charge(size, f"file {path.name}")
    return path.read_bytes()


def parse_json(data: bytes, what: str, pairs: Callable[[list], Any] | None = None) -> dict:
    """Parses a JSON object, refusing one that is damaged or nested beyond reason."""
    try:
        value = json.loads(data, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        raise ModelError(f"{what} is not JSON, or nested too deeply") from None
    if not isinstance(value, dict):
        raise ModelError(f"{what} is not a JSON object")
    return value


class Archive:
    """A zip file whose members are few, unpack to a bounded size and stay in their folder."""

    def __init__(self, path: Path) -> None:
        if require_file(path) > MAX_FILE:
            raise ModelError(f"{path.name} has more than {MAX_FILE} bytes")
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise ModelError(f"{path.name} is a damaged zip file ({error})") from None
        self._check(self._zip.infolist())

    @staticmethod
    def _check(members: list[zipfile.ZipInfo]) -> None:
        if len(members) > MAX_MEMBERS:
            raise ModelError(f"the archive has {len(members)} members, more than {MAX_MEMBERS}")
        unpacked = sum(member.file_size for member in members)
        if unpacked > MAX_UNPACKED:
            raise ModelError(f"the archive unpacks to {unpacked} bytes, more than {MAX_UNPACKED}")
        seen = set()
        for member in members:
            name = member.filename
            if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
                raise ModelError(f"the archive's member {name!r} points outside of it")
            if name in seen:
                raise ModelError(f"the archive has two members {name!r}")
            seen.add(name)

    @property
    def names(self) -> list[str]:
        """The members' names."""
        return self._zip.namelist()

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member.

        Raises:
            ModelError: When it is missing, damaged, encrypted or packed in an unknown way.
        """
        try:
            size = self._zip.getinfo(name).file_size
            # Text is parsed, which is refused before it is unpacked.
            factor = JSON_EXPANSION if name.endswith(".json") else 1
            charge(factor * size, f"archive's member {name!r}")
            return self._zip.read(name)
        except ModelError:
            raise
        except KeyError:
            raise ModelError(f"the archive has no member {name!r}") from None
        except Exception as error:  # zlib.error, BadZipFile, RuntimeError, NotImplementedError, …
            raise ModelError(
                f"the archive's member {name!r} cannot be unpacked ({error})"
            ) from None
