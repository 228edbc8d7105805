"""Builds the guest's root: cached layers of host programs, and the run's own files."""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .cache import cache_directory, remove_unused, write_atomically
from .cpio import Archive
from .errors import VMError

HERE = Path(__file__).resolve().parent
GUEST_BIN = "/usr/local/bin"
GUEST_HOME = "/root"
# glibc opens this one by name when a thread is cancelled, so no closure shows it.
OPENED_BY_NAME = ["libgcc_s.so.1"]
MOUNTS = [
    ("proc", "/proc"),
    ("sysfs", "/sys"),
    ("devpts", "/dev/pts"),
    ("tmpfs", "/dev/shm"),
    ("tmpfs", "/tmp"),
    ("tmpfs", "/run"),
    ("cgroup2", "/sys/fs/cgroup"),
    ("bpf", "/sys/fs/bpf"),
    ("debugfs", "/sys/kernel/debug"),
    ("tracefs", "/sys/kernel/tracing"),
]
DEFAULT_LIBRARY_PATHS = re.compile(r"^(/usr)?/lib(64)?/([\w-]+-linux-gnu/)?[^/]+$")


@dataclass
class Content:
    """What one run adds to the guest's root."""

    command: list[str]
    mlsched: Path | None = None
    files: list[tuple[Path, str]] = field(default_factory=list)
    one_stream: bool = False
    send_out: bool = False


def initrd(content: Content) -> int:
    """Returns a descriptor of the initramfs, in memory, so that no file outlives the run."""
    programs = [path for path in (content.mlsched, *(host for host, _ in content.files)) if path]
    layers = [base_layer(), library_layer(programs)]
    descriptor = os.memfd_create("initrd")
    for layer in layers:
        with layer.open("rb") as file:
            os.utime(layer)
            size = os.fstat(file.fileno()).st_size
            while size > 0:
                size -= os.sendfile(descriptor, file.fileno(), None, size)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(own_layer(content))
    return descriptor


def own_layer(content: Content) -> bytes:
    """Returns what is new in every run: the command, `mlsched` and the caller's files."""
    archive = Archive()
    archive.file("/vm/command", b"exec " + b" ".join(map(quoted, content.command)) + b"\n")
    if content.one_stream:
        archive.file("/vm/one-stream", b"")
    if content.send_out:
        archive.file("/vm/send-out", b"")
    if content.mlsched:
        archive.file(f"{GUEST_BIN}/mlsched", content.mlsched.read_bytes(), executable=True)
    for host, guest in content.files:
        add_tree(archive, host, guest or default_place(host))
    return archive.finished()


def quoted(argument: str) -> bytes:
    """Returns the argument, byte for byte what the caller passed, quoted for the guest's shell."""
    return os.fsencode(shlex.quote(argument))


def default_place(host: Path) -> str:
    """Returns the place of a file without one: programs on the PATH, others in the home."""
    program = host.is_file() and os.access(host, os.X_OK)
    return f"{GUEST_BIN if program else GUEST_HOME}/{host.resolve().name}"


def add_tree(archive: Archive, host: Path, guest: str) -> None:
    """Adds a file or a whole directory of the host, symbolic links followed."""
    try:
        if host.is_dir():
            archive.directory(guest)
            for child in sorted(host.iterdir()):
                add_tree(archive, child, f"{guest}/{child.name}")
        else:
            archive.file(guest, host.read_bytes(), executable=os.access(host, os.X_OK))
    except OSError as error:
        raise VMError(f"The file {host} cannot be put into the guest: {error.strerror}.") from error


def base_layer() -> Path:
    """Returns the cached archive with init, busybox and the programs of programs.txt."""
    programs = [program_path(line) for line in (HERE / "programs.txt").read_text().splitlines()]
    found = sorted(path for path in programs if path)
    busybox = shutil.which("busybox")
    if busybox is None:
        raise VMError("busybox is missing; install it with tools/setup.")
    inputs = [Path(busybox), HERE / "init", HERE / "image.py", *found]
    return cached_layer("base", inputs, lambda archive: fill_base(archive, Path(busybox), found))


def fill_base(archive: Archive, busybox: Path, programs: list[Path]) -> list[Path]:
    """Fills the base archive and returns every file that it was made from."""
    for path in [
        "dev",
        "proc",
        "sys",
        "tmp",
        "run",
        "root",
        "out",
        "usr/sbin",
        "usr/bin",
        "usr/lib",
        "usr/lib64",
    ]:
        archive.directory(path)
    for path in ["bin", "sbin", "lib", "lib64"]:
        archive.symlink(path, f"usr/{path}")
    archive.file("/init", (HERE / "init").read_bytes(), executable=True)
    archive.file(
        "/etc/passwd",
        b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    )
    archive.file("/etc/group", b"root:x:0:\nnogroup:x:65534:\n")
    fstab = "".join(f"none {place} {kind} defaults 0 0\n" for kind, place in MOUNTS)
    archive.file("/etc/fstab", fstab.encode())
    archive.file("/usr/bin/busybox", busybox.read_bytes(), executable=True)
    for program in programs:
        archive.file(f"/usr/bin/{program_name(program)}", program.read_bytes(), executable=True)
    applets = subprocess.run(
        [str(busybox), "--list"], capture_output=True, text=True, check=True
    ).stdout.split()
    for applet in applets:
        archive.symlink(f"/usr/bin/{applet}", "busybox")
    return add_libraries(archive, programs)


def program_path(line: str) -> Path | None:
    """Returns the host's program for a line of programs.txt, if there is one."""
    name = line.partition("#")[0].strip()
    if not name:
        return None
    found = shutil.which(name.lstrip("?"), path="/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin")
    if found is None and not name.startswith("?"):
        raise VMError(f"{name} is missing; install it with tools/setup.")
    if name == "?perf" and found and not is_elf(Path(found)):
        # Ubuntu's perf is a script that wants the tools of the running kernel; any will do.
        tools = sorted(Path("/usr/lib").glob("linux-tools*/perf")) + sorted(
            Path("/usr/lib").glob("linux-tools/*/perf")
        )
        return tools[-1].resolve() if tools else None
    return Path(found).absolute() if found else None


def program_name(path: Path) -> str:
    """Returns the name under which the guest has a program."""
    return path.name


def library_layer(programs: list[Path]) -> Path:
    """Returns the cached archive with the libraries of the run's own programs."""
    elves = [path for path in programs if path.is_file() and is_elf(path)]
    return cached_layer("libraries", elves, lambda archive: add_libraries(archive, elves))


def cached_layer(name: str, inputs: list[Path], fill: Callable[[Archive], list[Path]]) -> Path:
    """Returns the layer that `fill` makes of `inputs`, or made of them before."""
    directory = cache_directory() / "layers"
    directory.mkdir(exist_ok=True)
    key = hashlib.sha256(json.dumps([name, *map(str, inputs)]).encode()).hexdigest()[:16]
    manifest = directory / f"{name}-{key}.json"
    try:
        recorded = json.loads(manifest.read_text())
        if all(stamp(Path(path)) == value for path, value in recorded["files"]):
            layer = directory / recorded["layer"]
            if layer.exists():
                os.utime(manifest)
                return layer
    except (OSError, ValueError):
        pass
    archive = Archive()
    sources = [*inputs, *fill(archive)]
    data = archive.finished()
    layer = directory / f"{name}-{hashlib.sha256(data).hexdigest()[:16]}.cpio"
    write_atomically(layer, data)
    record = {"layer": layer.name, "files": [[str(path), stamp(path)] for path in sources]}
    write_atomically(manifest, json.dumps(record).encode())
    remove_unused(directory)
    return layer


def stamp(path: Path) -> list[int]:
    """Returns what tells one state of a file from the next."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def is_elf(path: Path) -> bool:
    """Says whether the file is a program or library rather than a script."""
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def add_libraries(archive: Archive, programs: Iterable[Path]) -> list[Path]:
    """Adds the shared libraries of `programs` where the guest finds them; returns their paths."""
    elves = [str(path) for path in programs if is_elf(path)]
    if not elves:
        return []
    # With several files ldd prints the libraries of each; static programs make its status 1.
    output = subprocess.run(["ldd", *elves], capture_output=True, text=True).stdout
    missing = re.search(r"^\s*(\S+) => not found", output, re.MULTILINE)
    if missing:
        raise VMError(
            f"The library {missing[1]} that {Path(elves[0]).name} needs is missing; "
            "install it with tools/setup."
        )
    found = {Path(match) for match in re.findall(r"(/\S+) \(0x", output)}
    system = next((path.parent for path in found if path.name.startswith("libc.so")), Path("/lib"))
    found |= {system / name for name in OPENED_BY_NAME if (system / name).exists()}
    for library in sorted(found):
        # Paths relative to a program ($ORIGIN) end here; /usr/lib is always searched.
        usual = DEFAULT_LIBRARY_PATHS.match(str(library))
        place = str(library) if usual else f"/usr/lib/{library.name}"
        place = re.sub(r"^/lib", "/usr/lib", place)
        archive.file(place, library.read_bytes(), executable=True)
    return sorted(found)
