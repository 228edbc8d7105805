"""The virtual machine: its topology, and the QEMU command line that makes it."""

from dataclasses import dataclass
from pathlib import Path

from .errors import VMError

QEMU = "qemu-system-x86_64"

# `quiet` keeps the console for what goes wrong. An Oops must end the run: a kernel that goes on
# without one of its threads gives wrong results. Mitigations and clock checks cost seconds under
# emulation.
KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet panic=-1 oops=panic rdinit=/init mitigations=off nokaslr "
    "tsc=reliable no_timer_check audit=0"
)


@dataclass(frozen=True)
class Topology:
    """CPUs in equal last-level cache domains, and those in equal NUMA nodes.

    Attributes:
        cpus: CPUs of the guest.
        llcs: Last-level cache domains; divides `cpus`.
        nodes: NUMA nodes; divides `llcs`.
        memory_mib: Memory in MiB, divided between the nodes.
    """

    cpus: int
    llcs: int
    nodes: int
    memory_mib: int

    def check(self) -> None:
        """Raises VMError where the numbers cannot make a machine."""
        if min(self.cpus, self.llcs, self.nodes) < 1 or self.cpus > 255:
            raise VMError(
                "The guest needs 1 to 255 CPUs, and at least one LLC domain and one node."
            )
        if self.cpus % self.llcs or self.llcs % self.nodes:
            raise VMError(
                f"{self.cpus} CPUs, {self.llcs} LLC domains, {self.nodes} nodes: no equal parts; "
                "choose --cpus a multiple of --llcs, and --llcs a multiple of --nodes."
            )
        if self.memory_mib < 512:
            raise VMError("The guest needs at least --memory 512 (MiB): its files are in memory.")

    def check_room(self, size: int) -> None:
        """Raises VMError where files of `size` bytes do not fit in half of the memory."""
        needed = size / 2**20
        if needed > 0.45 * self.memory_mib:
            raise VMError(
                f"The guest's files take {needed:.0f} MiB, and they may have half of its memory; "
                f"choose --memory {needed / 0.45 + 1:.0f} or more."
            )

    def arguments(self) -> list[str]:
        """Returns QEMU's flags: one socket, hence one L3 cache, for each domain."""
        per_llc = self.cpus // self.llcs
        memory = self.memory_mib // self.nodes
        flags = [
            "-smp",
            f"{self.cpus},sockets={self.llcs},cores={per_llc},threads=1",
            "-m",
            f"{memory * self.nodes}M",
        ]
        if self.nodes == 1:
            return flags
        per_node = self.cpus // self.nodes
        for node in range(self.nodes):
            first, last = node * per_node, (node + 1) * per_node - 1
            flags += ["-object", f"memory-backend-ram,id=m{node},size={memory}M"]
            flags += ["-numa", f"node,nodeid={node},memdev=m{node},cpus={first}-{last}"]
        for node in range(self.nodes):
            for other in range(node):
                flags += ["-numa", f"dist,src={node},dst={other},val=20"]
        return flags


def accelerator_arguments(kvm: bool, parallel: bool) -> list[str]:
    """Returns QEMU's flags for KVM, or emulation in one thread or (`parallel`) in many."""
    if kvm:
        return ["-accel", "kvm", "-cpu", "host,l3-cache=on"]
    # rdrand and rdseed are slow to emulate, and the guest's own generator does without.
    thread = "multi" if parallel else "single"
    return ["-accel", f"tcg,thread={thread}", "-cpu", "max,l3-cache=on,-rdrand,-rdseed"]


def qemu_command(
    topology: Topology, accelerator: list[str], kernel: Path, initrd: int, sockets: dict[str, int]
) -> list[str]:
    """Returns the command line; `initrd` and `sockets` are descriptors that QEMU inherits.

    The sockets are `console`, `qmp` and the init's ports `stdout`, `stderr`, `control`, `out`.
    """
    command = [
        QEMU,
        "-no-user-config",
        "-nodefaults",
        "-no-reboot",
        "-display",
        "none",
        "-machine",
        "q35",
    ]
    command += [*accelerator, *topology.arguments(), "-device", "virtio-serial-pci"]
    for name, descriptor in sockets.items():
        command += ["-chardev", f"socket,id={name},fd={descriptor}"]
    for number, name in enumerate(["stdout", "stderr", "control", "out"], start=1):
        command += ["-device", f"virtserialport,chardev={name},nr={number}"]
    command += ["-serial", "chardev:console", "-mon", "chardev=qmp,mode=control"]
    command += [
        "-kernel",
        str(kernel),
        "-initrd",
        f"/proc/self/fd/{initrd}",
        "-append",
        KERNEL_ARGUMENTS,
    ]
    return command
