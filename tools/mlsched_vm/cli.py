"""The command line of tools/vm."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from . import image, kernel
from .errors import EXIT_TIMEOUT, EXIT_VM_FAILED, GuestPanicError, TimeLimitError, VMError
from .machine import Topology
from .out import unpack
from .session import Session

CONSOLE_LINES = 60
EPILOG = """\
The guest has bash, busybox, coreutils, stress-ng, hackbench, perf, taskset and chrt, and everything
is root's. It has no network and no disk; its files are in memory and end with it. A command that a
signal ended has status 128 + signal. Statuses of the runner itself come with a line on standard
error: 124 the time is up, 125 the guest or QEMU failed.

example: tools/vm --cpus 8 --llcs 2 -- bash -c 'cat /sys/kernel/sched_ext/state; nproc'
"""


def parser() -> argparse.ArgumentParser:
    """Returns the parser for everything before the command."""
    parser = argparse.ArgumentParser(
        prog="tools/vm",
        description="Run a command on a real sched_ext kernel in a virtual machine.",
        usage="tools/vm [options] -- COMMAND [ARGUMENT …]",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--cpus", type=int, default=4, metavar="N", help="CPUs of the guest (default 4)")
    add(
        "--llcs",
        type=int,
        metavar="N",
        help="last-level cache domains, equal parts of the CPUs (default: nodes)",
    )
    add(
        "--nodes",
        type=int,
        default=1,
        metavar="N",
        help="NUMA nodes, equal parts of the domains (default 1)",
    )
    add("--memory", type=int, default=1536, metavar="MIB", help="memory in MiB (default 1536)")
    add(
        "--kernel",
        type=Path,
        metavar="PATH",
        help="vmlinuz or vmlinux (default: the distribution's, fetched once)",
    )
    add(
        "--mlsched",
        type=Path,
        metavar="PATH",
        help="mlsched binary (default: $MLSCHED, else the release build)",
    )
    add(
        "--file",
        action="append",
        default=[],
        metavar="HOST[:GUEST]",
        help="copy a file or directory into the guest, with the libraries it needs; without GUEST, "
        "programs go to the PATH and others to the command's directory, /root",
    )
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="copy what the command leaves in the guest's /out to DIR",
    )
    add(
        "--parallel",
        action="store_true",
        help="let the guest's CPUs run side by side, each with an equal part of the host's CPUs by "
        "quota: for measurements; slower, and needs root where the host has fewer CPUs",
    )
    add(
        "--timeout",
        type=float,
        default=600,
        metavar="SEC",
        help="limit for the command; 0 for none (default 600)",
    )
    add("--console", action="store_true", help="show the kernel's console on standard error")
    add("command", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def file_argument(text: str) -> tuple[Path, str]:
    """Splits HOST[:GUEST]."""
    host, _, guest = text.partition(":")
    return Path(host), guest


def find_mlsched(given: Path | None) -> Path | None:
    """Returns the binary to put on the guest's PATH, if there is one."""
    if given is None and os.environ.get("MLSCHED"):
        given = Path(os.environ["MLSCHED"])
    if given is not None:
        if not given.is_file():
            raise VMError(f"There is no mlsched at {given}; build it or change --mlsched.")
        return given
    built = Path(__file__).resolve().parents[2] / ".build/release/mlsched"
    return built if built.is_file() else None


def same_file(first: int, second: int) -> bool:
    """Says whether two descriptors lead to the same file, as after 2>&1."""
    return os.path.sameopenfile(first, second)


def writer(descriptor: int) -> Callable[[bytes], None]:
    """Returns a function that writes all its data at once to the descriptor."""

    def write(data: bytes) -> None:
        while data:
            data = data[os.write(descriptor, data) :]

    return write


def told(console: list[str]) -> list[str]:
    """Returns the lines that say what happened: from where the kernel broke, or else the last."""
    crash = re.compile("Oops|BUG:|Kernel panic")
    for number, line in enumerate(console):
        if crash.search(line):
            return console[number : number + CONSOLE_LINES]
    return console[-CONSOLE_LINES:]


def run(options: argparse.Namespace) -> int:
    """Does what the parsed options ask for and returns the command's exit status."""
    topology = Topology(options.cpus, options.llcs or options.nodes, options.nodes, options.memory)
    topology.check()
    content = image.Content(
        command=options.command,
        mlsched=find_mlsched(options.mlsched),
        files=[file_argument(text) for text in options.file],
        one_stream=same_file(1, 2),
        send_out=options.out is not None,
    )
    vmlinux = kernel.user_kernel(options.kernel) if options.kernel else kernel.default_kernel()
    session = Session(topology, vmlinux, content, options.parallel, options.timeout)
    session.write = {"stdout": writer(1), "stderr": writer(2)}
    if options.console:
        session.write["console"] = writer(2)
    guest = session.run()
    if options.out:
        unpack(bytes(guest.out), options.out)
    return guest.status


def main() -> int:
    """Parses the flags, runs the command and returns the exit status to leave with."""
    options = parser().parse_args()
    if options.command[:1] == ["--"]:
        del options.command[0]
    if not options.command:
        parser().error("no command; put it after --")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run(options)
    except (GuestPanicError, TimeLimitError) as error:
        print("\n".join(told(error.console.splitlines())), file=sys.stderr)
        print(f"tools/vm: {error}", file=sys.stderr)
        return EXIT_TIMEOUT if isinstance(error, TimeLimitError) else EXIT_VM_FAILED
    except VMError as error:
        print(f"tools/vm: {error}", file=sys.stderr)
        return EXIT_VM_FAILED
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
