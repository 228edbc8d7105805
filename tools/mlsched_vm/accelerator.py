"""Finds out whether KVM runs this kernel here: the device alone does not say so."""

import hashlib
import os
import shutil
from pathlib import Path

from . import image
from .cache import cache_directory, write_atomically
from .errors import VMError
from .machine import QEMU, Topology, accelerator_arguments, qemu_command
from .run import Run

PROBE_SECONDS = 20


def kvm_works(kernel: Path) -> bool:
    """Says whether KVM runs a guest; the answer is kept until the host restarts."""
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    qemu = shutil.which(QEMU)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    state = [boot, *(str(image.stamp(Path(path))) for path in [kernel, qemu] if path)]
    answer = cache_directory() / "kvm" / hashlib.sha256("".join(state).encode()).hexdigest()[:16]
    if not answer.exists():
        write_atomically(answer, b"yes" if probe(kernel) else b"no")
    return answer.read_bytes() == b"yes"


def probe(kernel: Path) -> bool:
    """Boots a small guest under KVM and runs `true` in it."""
    initrd = image.initrd(image.Content(command=["true"]))
    topology = Topology(cpus=2, llcs=1, nodes=1, memory_mib=1024)
    flags = accelerator_arguments(kvm=True, parallel=False)
    run = None
    try:
        run = Run(
            lambda ends: qemu_command(topology, flags, kernel, initrd, ends),
            initrd,
            write={},
            boot_seconds=PROBE_SECONDS,
        )
        return run.wait(PROBE_SECONDS) == 0
    except VMError:
        return False
    finally:
        if run:
            run.close()
        os.close(initrd)
