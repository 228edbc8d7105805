"""Unpacks what the guest left in /out, under the caller's directory only."""

import io
import tarfile
from pathlib import Path, PurePosixPath

from .errors import VMError


def unpack(archive: bytes, target: Path) -> None:
    """Writes the files of the guest's tar archive to `target`, creating it.

    Anything but files and directories (links, devices, paths that lead elsewhere) is an error.
    """
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                place = target / safe(member)
                if member.isdir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                content = tar.extractfile(member)
                if content is not None:
                    place.write_bytes(content.read())
    except tarfile.TarError as error:
        raise VMError(
            f"The files in the guest's /out did not arrive whole ({error}); run it again."
        ) from error


def safe(member: tarfile.TarInfo) -> PurePosixPath:
    """Returns the path of a plain file or directory below the root of the archive."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise VMError(
            f"The guest's /out holds {member.name}, which is no regular file or directory; "
            "leave it out."
        )
    return path
