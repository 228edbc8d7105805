"""Bounds that keep a hostile file from taking more than its share."""

import zipfile
from pathlib import Path

from .errors import ModelError

MAX_FILE = 256 << 20
MAX_UNPACKED = 512 << 20
MAX_MEMBERS = 10_000
MAX_PARAMETERS = 1 << 26
MAX_WIDTH = 65536
MAX_NODES = 100_000
MAX_LAYERS = 1024


def read_file(path: Path, limit: int = MAX_FILE) -> bytes:
    """The bytes of a file that is not too large.

    Raises:
        ModelError: When it is larger than `limit`.
        OSError: When it cannot be read.
    """
    size = path.stat().st_size
    if size > limit:
        raise ModelError(f"{path.name} has {size} bytes, more than {limit}")
    return path.read_bytes()


class Archive:
    """A zip file whose members are few, unpack to a bounded size and stay in their folder."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MAX_FILE:
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
            return self._zip.read(name)
        except KeyError:
            raise ModelError(f"the archive has no member {name!r}") from None
        except Exception as error:  # zlib.error, BadZipFile, RuntimeError, NotImplementedError, …
            raise ModelError(
                f"the archive's member {name!r} cannot be unpacked ({error})"
            ) from None
