"""Gives each virtual CPU an equal part of the host's CPUs, so that they run side by side.

Two host CPUs cannot run eight at once, and when they take turns a load that is badly spread costs
nothing. With a quota on each virtual CPU's thread, an idle one cannot lend its time to a busy one,
as on a machine with that many real CPUs.
"""

import json
import os
import re
import socket
from pathlib import Path

from .errors import VMError

# QEMU's own thread and the host's other work get the rest.
HOST_SHARE = 0.75
PERIOD_US = 10_000
CGROUP = Path("/sys/fs/cgroup")


def host_cpus() -> int:
    """Returns the number of CPUs that this process may use."""
    return len(os.sched_getaffinity(0))


def vcpu_threads(qmp: socket.socket) -> list[int]:
    """Asks QEMU for the thread of each virtual CPU."""
    stream = qmp.makefile("rw")
    qmp.settimeout(10)
    for command in ["qmp_capabilities", "query-cpus-fast"]:
        stream.write(json.dumps({"execute": command}) + "\n")
        stream.flush()
        reply: dict = {}
        while "return" not in reply:
            reply = json.loads(stream.readline())
            if "error" in reply:
                raise VMError(f"QEMU refused {command}: {reply['error']['desc']}.")
    return [cpu["thread-id"] for cpu in reply["return"]]


class CPUQuota:
    """One control group for each thread, in cgroups version 1 or 2; `close` removes them."""

    def __init__(self, process: int, threads: list[int]) -> None:
        """Limits each thread to its part of the host's CPUs.

        Raises:
            VMError: The control groups cannot be made.
        """
        quota_us = int(PERIOD_US * HOST_SHARE * host_cpus() / len(threads))
        self.groups: list[Path] = []
        try:
            parent = version_1_parent()
            if parent:
                self._version_1(parent, process, threads, quota_us)
            else:
                self._version_2(process, threads, quota_us)
        except OSError as error:
            self.close()
            raise VMError(
                f"--parallel needs a quota on each virtual CPU; {error.filename} could not be set "
                f"({error.strerror}): run as root where /sys/fs/cgroup is writable, or without "
                "--parallel."
            ) from error

    def close(self) -> None:
        """Removes the groups, innermost first; their threads must have ended."""
        for group in reversed(self.groups):
            if group.exists():
                group.rmdir()
        self.groups = []

    def _new_group(self, path: Path) -> Path:
        path.mkdir()
        self.groups.append(path)
        return path

    def _version_1(self, parent: Path, process: int, threads: list[int], quota_us: int) -> None:
        for number, thread in enumerate(threads):
            group = self._new_group(parent / f"mlsched-vm-{process}-{number}")
            # In this order: a quota must fit its period.
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
            # What else runs on the host must not take a CPU's share away: it would look slow.
            (group / "cpu.shares").write_text("262144")
            (group / "tasks").write_text(str(thread))

    def _version_2(self, process: int, threads: list[int], quota_us: int) -> None:
        # Only a threaded group may hold part of a process, below a group with the whole.
        if "cpu" not in (CGROUP / "cgroup.subtree_control").read_text().split():
            (CGROUP / "cgroup.subtree_control").write_text("+cpu")
        whole = self._new_group(CGROUP / f"mlsched-vm-{process}")
        (whole / "cgroup.procs").write_text(str(process))
        (whole / "cpu.weight").write_text("10000")  # as the shares in version 1
        groups = [self._new_group(whole / str(number)) for number in range(len(threads))]
        for group in groups:
            (group / "cgroup.type").write_text("threaded")
        (whole / "cgroup.subtree_control").write_text("+cpu")
        for group, thread in zip(groups, threads, strict=True):
            (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
            (group / "cgroup.threads").write_text(str(thread))


def version_1_parent() -> Path | None:
    """Returns this process's directory in version 1's hierarchy of `cpu`, if there is one."""
    groups = Path("/proc/self/cgroup").read_text()
    match = re.search(r"^\d+:(?:\w+,)*cpu(?:,\w+)*:(/.*)$", groups, re.MULTILINE)
    mounts = Path("/proc/self/mounts").read_text()
    mount = re.search(r"^\S+ (\S+) cgroup (?:\S+,)?cpu[, ]", mounts, re.MULTILINE)
    return Path(mount[1]) / match[1].lstrip("/") if match and mount else None
