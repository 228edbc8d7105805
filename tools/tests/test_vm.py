"""The parts of the VM runner that need no VM: apt sources, archives, quoting and topologies."""

import io
import subprocess
import tarfile

import pytest

from mlsched_vm.cli import told
from mlsched_vm.cpio import Archive
from mlsched_vm.errors import VMError
from mlsched_vm.guest import Guest
from mlsched_vm.image import quoted
from mlsched_vm.kernel import offer_of, uncompressed
from mlsched_vm.machine import Topology
from mlsched_vm.out import unpack
from mlsched_vm.sources import distribution_mirror

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb cdrom:[Debian 12]/ bookworm main
deb-src http://source.example/debian bookworm main
deb http://security.example/debian-security bookworm-security main
deb [arch=amd64 signed-by=/usr/share/keyrings/k.gpg] http://own.example/debian bookworm main # own
"""
DEB822 = """\
Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

# The distribution itself
Types: deb deb-src
URIs: mirror+file:/etc/apt/mirrors/debian.list
Suites: bookworm
 bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/k.gpg
"""
DISABLED = DEB822.replace("Types: deb deb-src", "Types: deb deb-src\nEnabled: no")


@pytest.mark.parametrize(
    ("name", "text", "uri"),
    [
        ("sources.list", ONE_LINE, "http://own.example/debian"),
        ("sources.list.d/debian.sources", DEB822, "mirror+file:/etc/apt/mirrors/debian.list"),
    ],
)
def test_the_distribution_s_mirror_is_found_in_both_styles(tmp_path, name, text, uri):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / name).write_text(text)
    source = distribution_mirror("bookworm", tmp_path)
    assert source is not None
    expected = f"deb [signed-by=/usr/share/keyrings/k.gpg] {uri} trixie-backports main\n"
    assert source.for_suites(["trixie-backports"]) == expected


def test_a_disabled_source_and_another_suffix_do_not_count(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/debian.sources").write_text(DISABLED)
    (tmp_path / "sources.list.d/debian.sources.bak").write_text(DEB822)
    assert distribution_mirror("bookworm", tmp_path) is None


def test_a_key_inlined_in_a_source_is_left_to_apt(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    inlined = DEB822.replace("/usr/share/keyrings/k.gpg", "\n -----BEGIN PGP PUBLIC KEY BLOCK-----")
    (tmp_path / "sources.list.d/debian.sources").write_text(inlined)
    assert distribution_mirror("bookworm", tmp_path).signed_by == ""


def test_an_unknown_distribution_is_told_to_give_a_kernel():
    with pytest.raises(VMError, match="for Fedora 43; give a kernel with --kernel PATH"):
        offer_of({"ID": "fedora", "PRETTY_NAME": "Fedora 43"})


def test_cpio_unpacks_an_archive_as_it_was_built(tmp_path):
    archive = Archive()
    archive.file("/a/b/data", b"12345")
    archive.file("/a/run", b"#!/bin/sh\n", executable=True)
    archive.symlink("/a/link", "b/data")
    archive.file("/a/run", b"a second entry of the same name is left out")
    subprocess.run(["busybox", "cpio", "-idu"], input=archive.finished(), cwd=tmp_path, check=True)
    assert (tmp_path / "a/link").read_bytes() == b"12345"
    assert (tmp_path / "a/run").read_bytes() == b"#!/bin/sh\n"
    assert (tmp_path / "a/run").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "a/b/data").stat().st_mode & 0o777 == 0o644


def tar_of(*members: tarfile.TarInfo) -> bytes:
    """Returns an archive of empty members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member in members:
            tar.addfile(member)
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """Returns a member of a kind."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = "/etc/passwd"
    return info


@pytest.mark.parametrize(
    "bad",
    [
        member("../escaped"),
        member("/escaped"),
        member("a/../../escaped"),
        member("link", tarfile.SYMTYPE),
        member("link", tarfile.LNKTYPE),
        member("device", tarfile.CHRTYPE),
        member("pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda info: f"{info.name}-{info.type.decode()}",
)
def test_nothing_but_files_below_the_target_comes_out(tmp_path, bad):
    target = tmp_path / "in" / "target"
    with pytest.raises(VMError, match="no regular file or directory"):
        unpack(tar_of(member("good"), bad), target)
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "target", "good"]


def test_an_archive_that_is_cut_off_is_an_error(tmp_path):
    big = member("big")
    big.size = 4096
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(big, io.BytesIO(bytes(4096)))
    with pytest.raises(VMError, match="did not arrive whole"):
        unpack(buffer.getvalue()[:1000], tmp_path)


@pytest.mark.parametrize(
    ("cpus", "llcs", "nodes", "memory"),
    [(6, 4, 1, 1024), (8, 2, 4, 1024), (0, 1, 1, 1024), (256, 1, 1, 1024), (4, 1, 1, 100)],
)
def test_a_topology_of_unequal_or_no_parts_is_refused(cpus, llcs, nodes, memory):
    with pytest.raises(VMError):
        Topology(cpus, llcs, nodes, memory).check()


def test_files_that_do_not_fit_name_the_memory_that_they_need():
    topology = Topology(cpus=4, llcs=1, nodes=1, memory_mib=1000)
    topology.check_room(400 * 2**20)
    with pytest.raises(VMError, match="choose --memory 1112 or more"):
        topology.check_room(500 * 2**20)


@pytest.mark.parametrize("argument", ["", "a b", "it's", "$HOME", "\n", "\\", "é", "\udcff"])
def test_an_argument_is_quoted_for_a_shell(argument):
    script = b"printf %s " + quoted(argument)
    printed = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout
    assert printed == argument.encode(errors="surrogateescape")


def test_a_kernel_of_unknown_compression_is_booted_as_it_is():
    image = bytearray(4096)
    image[0x248:0x250] = (512).to_bytes(4, "little") + (512).to_bytes(4, "little")
    assert uncompressed(bytes(image)) == bytes(image)


def test_the_lines_of_the_init_are_followed_however_they_are_cut():
    guest = Guest()
    for part in [b"u", b"p\nstat", b"us 4", b"2\nen", b"d\n"]:
        guest.take_control(part)
    assert (guest.up, guest.status, guest.ended) == (True, 42, True)


def test_a_crash_is_told_from_its_first_line():
    lines = [f"[{n}] boot" for n in range(100)]
    crash = ["[100] Oops: int3: 0000", "[101] Call Trace:"]
    assert told(lines + crash)[0] == crash[0]
    assert told(lines)[-1] == lines[-1]
