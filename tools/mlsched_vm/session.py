"""One command from start to end: accelerator, quotas, another try where emulation failed."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import image
from .accelerator import kvm_works
from .errors import GuestPanicError
from .guest import Guest
from .machine import Topology, accelerator_arguments, qemu_command
from .quota import CPUQuota, host_cpus, vcpu_threads
from .run import Run

TRIES = 4
# Emulated CPUs in threads of their own race with the kernel patching its code (static keys): one
# that translated the breakpoint of the patch may run it when the patch is done. Seen on QEMU 7, 10.
PATCHING_RACE = "Oops: int3"


@dataclass
class Session:
    """What to run and where; `write` takes the guest's output as it comes.

    Attributes:
        topology: CPUs, cache domains, nodes and memory.
        kernel: The bootable kernel image.
        content: The command and what it needs.
        parallel: Whether the CPUs run side by side.
        timeout: Seconds that the command may take; 0 for no limit.
    """

    topology: Topology
    kernel: Path
    content: image.Content
    parallel: bool
    timeout: float
    write: dict[str, Callable[[bytes], None]] = field(default_factory=dict)

    def run(self) -> Guest:
        """Runs the command and returns the guest as it was at its end, with its status.

        A guest that the emulation's patching race ended is started again as long as the command has
        not printed: nothing outside the guest can then tell.

        Raises:
            VMError: The guest did not come to the command's end.
        """
        kvm = kvm_works(self.kernel)
        for left in reversed(range(TRIES)):
            try:
                return self._attempt(kvm)
            except GuestPanicError as error:
                race = self.parallel and not kvm and PATCHING_RACE in error.console
                if not race or error.printed or left == 0:
                    raise
                print("tools/vm: emulation broke the guest's kernel; trying again", file=sys.stderr)
        raise AssertionError("the last try returns or raises")

    def _attempt(self, kvm: bool) -> Guest:
        flags = accelerator_arguments(kvm, self.parallel)
        initrd = image.initrd(self.content)
        self.topology.check_room(os.fstat(initrd).st_size)
        quotas: list[CPUQuota] = []

        def limit(run: Run) -> None:
            if self.parallel and host_cpus() < self.topology.cpus:
                quotas.append(CPUQuota(run.process.pid, vcpu_threads(run.sockets["qmp"])))

        run = None
        try:
            run = Run(
                lambda ends: qemu_command(self.topology, flags, self.kernel, initrd, ends),
                initrd,
                self.write,
                on_up=limit,
            )
            run.wait(self.timeout)
            return run.guest
        finally:
            os.close(initrd)
            if run:
                run.close()
            for quota in quotas:
                quota.close()
