"""Provides a kernel with sched_ext: the distribution's, fetched once, or the user's."""

import hashlib
import lzma
import platform
import re
import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from .cache import cache_directory, locked, new_directory, write_atomically
from .errors import VMError
from .sources import distribution_mirror

# Debian's own 6.12 has sched_ext switched off; the backports kernel runs on every Debian, for it
# needs nothing from user space. The cloud flavour has virtio, PVH and BTF built in: no modules.
DEBIAN_SUITES = ["trixie-backports"]
DEBIAN_PACKAGES = ["linux-image-cloud-amd64"]
REQUIRED = "CONFIG_SCHED_CLASS_EXT=y"


@dataclass(frozen=True)
class Offer:
    """A distribution's sched_ext kernel: suites to read, packages to try in this order."""

    suites: list[str]
    packages: list[str]


def offer_of(release: dict[str, str]) -> Offer:
    """Returns the offer of the distribution described by os-release."""
    codename = release.get("VERSION_CODENAME", "")
    if release.get("ID") == "debian":
        return Offer(DEBIAN_SUITES, DEBIAN_PACKAGES)
    if release.get("ID") == "ubuntu":
        hwe = f"linux-image-virtual-hwe-{release.get('VERSION_ID', '')}"
        suites = [codename, f"{codename}-updates"]
        return Offer(suites, [hwe, "linux-image-virtual"])
    raise VMError(
        f"No sched_ext kernel package is known for {release.get('PRETTY_NAME', 'this system')}; "
        "give a kernel with --kernel PATH."
    )


def default_kernel() -> Path:
    """Returns the bootable kernel from the cache, fetching it first if need be."""
    target = cache_directory() / "kernel"
    if not (target / "vmlinux").exists():
        with locked("kernel"):
            if not (target / "vmlinux").exists():
                fetch(target)
    return target / "vmlinux"


def fetch(target: Path) -> None:
    """Makes the directory `target` with the mirror's kernel and its configuration."""
    release = platform.freedesktop_os_release()
    offer = offer_of(release)
    mirror = distribution_mirror(release.get("VERSION_CODENAME", ""))
    if mirror is None:
        raise VMError(
            "No mirror of this distribution was found in /etc/apt/sources.list or sources.list.d; "
            "add one or give a kernel with --kernel PATH."
        )
    print(f"tools/vm: fetching {offer.packages[0]} once, from {mirror.uri}", file=sys.stderr)
    with new_directory(target) as directory:
        apt = PrivateApt(directory / "apt", mirror.for_suites(offer.suites))
        tree = apt.unpack(apt.kernel_packages(offer.packages))
        image = newest(tree, "vmlinuz*")
        config = newest(tree, "config*")
        if REQUIRED not in config.read_text().splitlines():
            raise VMError(
                f"The kernel {image.parent.name} was built without {REQUIRED}; "
                "give another with --kernel PATH."
            )
        (directory / "config").write_bytes(config.read_bytes())
        (directory / "vmlinux").write_bytes(uncompressed(image.read_bytes()))
        apt.remove()


def newest(tree: Path, pattern: str) -> Path:
    """Returns the only file of that name under `tree`, or says that there is none."""
    found = sorted(path for path in tree.rglob(pattern) if path.is_file())
    if not found:
        raise VMError(f"The kernel package holds no {pattern}; give a kernel with --kernel PATH.")
    return found[-1]


class PrivateApt:
    """apt with its own sources, lists and cache; the machine's stay as they are."""

    def __init__(self, root: Path, sources: str) -> None:
        """Lays out the directories and reads the package lists, whose signatures apt checks."""
        self.root = root
        (root / "lists/partial").mkdir(parents=True)
        (root / "cache/archives/partial").mkdir(parents=True)
        (root / "tree").mkdir()
        (root / "sources.list").write_text(sources)
        # The machine's hooks are for its own lists and archives, not for these.
        (root / "apt.conf").write_text(
            "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n"
        )
        (root / "status").touch()
        self.run("apt-get", "-qq", "update")

    def run(self, program: str, *arguments: str) -> str:
        """Runs an apt program on the private directories and returns what it prints."""
        options = {
            "Dir::Etc::sourcelist": self.root / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::State": self.root,
            "Dir::State::status": self.root / "status",
            "Dir::State::lists": self.root / "lists",
            "Dir::Cache": self.root / "cache",
            "APT::Sandbox::User": "root",
        }
        command = [program, "-c", str(self.root / "apt.conf")]
        for name, value in options.items():
            command += ["-o", f"{name}={value}"]
        result = subprocess.run(
            [*command, *arguments], cwd=self.root, capture_output=True, text=True
        )
        if result.returncode != 0:
            reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise VMError(
                f"`{program} {' '.join(arguments)}` failed: {reason}; "
                "check the network or give a kernel with --kernel PATH."
            )
        return result.stdout

    def depends(self, package: str) -> list[str]:
        """Returns the names a package depends on."""
        return re.findall(
            r"^\s*\|?Depends: (linux-\S+)", self.run("apt-cache", "depends", package), re.MULTILINE
        )

    def kernel_packages(self, candidates: list[str]) -> list[str]:
        """Returns the packages with image and configuration, of the first candidate offered."""
        offered = set(self.run("apt-cache", "pkgnames").split())
        for candidate in candidates:
            if candidate not in offered:
                continue
            images = [name for name in self.depends(candidate) if re.match(r"linux-image-\d", name)]
            wanted = {name for image in images for name in [image, *self.depends(image)]}
            # The configuration is in Debian's linux-base-*, or Ubuntu's large linux-modules-*.
            if any(name.startswith("linux-base-") for name in wanted):
                wanted = {name for name in wanted if not name.startswith("linux-modules-")}
            return sorted(wanted & offered)
        raise VMError(
            f"The package mirror offers no {candidates[-1]}; give a kernel with --kernel PATH."
        )

    def unpack(self, packages: list[str]) -> Path:
        """Downloads packages, which apt checks against the signed lists, and unpacks them."""
        self.run("apt-get", "-qq", "download", *packages)
        for archive in self.root.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(archive), str(self.root / "tree")], check=True)
        return self.root / "tree"

    def remove(self) -> None:
        """Removes everything but what was copied out."""
        subprocess.run(["rm", "-rf", str(self.root)], check=True)


def user_kernel(path: Path) -> Path:
    """Returns a bootable form of the user's kernel image."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VMError(f"The kernel {path} cannot be read: {error.strerror}.") from error
    if data[:4] == b"\x7fELF":
        return path
    if data[0x202:0x206] != b"HdrS":
        raise VMError(f"{path} is neither a vmlinuz nor a vmlinux for x86-64.")
    target = cache_directory() / "kernels" / hashlib.sha256(data).hexdigest()
    if not target.exists():
        write_atomically(target, uncompressed(data))
    return target


def uncompressed(image: bytes) -> bytes:
    """Returns the ELF kernel inside a bzImage, or the image where its compression is unknown.

    QEMU starts an ELF with a PVH note directly: the guest need not unpack it under emulation.
    Offsets: Documentation/arch/x86/boot.rst, `setup_sects`, `payload_offset`, `payload_length`.
    """
    setup_sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    payload = image[start : start + length]
    elf = image
    if payload[:4] == b"\x28\xb5\x2f\xfd":
        elf = subprocess.run(
            ["zstd", "-dcq"], input=payload, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ).stdout
    elif payload[:2] == b"\x1f\x8b":
        elf = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(payload)
    elif payload[:6] == b"\xfd7zXZ\x00":
        elf = lzma.LZMADecompressor().decompress(payload)
    return elf if elf[:4] == b"\x7fELF" and b"Xen\0" in elf else image
