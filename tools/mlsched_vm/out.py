"""Unpacks what the guest left in /out: regular files and directories, nowhere but under the caller's directory."""

import io
import tarfile
from pathlib import Path, PurePosixPath

from .errors import VMError


def unpack(archive: bytes, target: Path) -> None:
    """Writes the files of the guest's tar archive to `target`, creating it.

    Anything else that a guest could send, as links, devices and paths that lead elsewhere, is an error.
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
            f"The files in the guest's /out did not arrive whole ({error}); run the command again."
        ) from error


def safe(member: tarfile.TarInfo) -> PurePosixPath:
    """Returns the member's path where it is a plain file or directory below the root of the archive."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise VMError(
            f"The guest's /out holds {member.name}, which is no regular file or directory; leave it out."
        )
    return path
