"""Writes the archive format of initramfs.

It is `newc` of Documentation/driver-api/early-userspace/buffer-format.rst in the kernel.
"""

import stat
from dataclasses import dataclass, field


@dataclass
class Archive:
    """An archive being built; parents come by themselves, everything belongs to root."""

    data: bytearray = field(default_factory=bytearray)
    paths: set[str] = field(default_factory=set)

    def directory(self, path: str) -> None:
        """Adds a directory and those above it, each once."""
        path = path.strip("/")
        if path and path not in self.paths:
            self.directory(path.rpartition("/")[0])
            self._append(path, stat.S_IFDIR | 0o755, b"")

    def file(self, path: str, content: bytes, executable: bool = False) -> None:
        """Adds a regular file."""
        self._entry(path, stat.S_IFREG | (0o755 if executable else 0o644), content)

    def symlink(self, path: str, target: str) -> None:
        """Adds a symbolic link."""
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def finished(self) -> bytes:
        """Returns the archive with its trailer; archives can be put one after the other."""
        self._append("TRAILER!!!", 0, b"")
        return bytes(self.data)

    def _entry(self, path: str, mode: int, content: bytes) -> None:
        path = path.strip("/")
        if path not in self.paths:
            self.directory(path.rpartition("/")[0])
            self._append(path, mode, content)

    def _append(self, path: str, mode: int, content: bytes) -> None:
        self.paths.add(path)
        name = path.encode(errors="surrogateescape") + b"\0"
        # magic, ino, mode, uid, gid, nlink, mtime, filesize, four device numbers, namesize, check
        fields = [len(self.paths), mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0]
        self.data += b"070701" + b"".join(b"%08X" % value for value in fields) + name
        self._pad()
        self.data += content
        self._pad()

    def _pad(self) -> None:
        self.data += bytes(-len(self.data) % 4)
