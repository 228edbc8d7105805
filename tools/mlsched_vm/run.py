"""Starts QEMU, passes the guest's output on as it comes, and finds out how the run ended."""

import ctypes
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable

from .errors import GuestPanicError, TimeLimitError, VMError
from .guest import Guest

STREAMS = ["stdout", "stderr", "control", "out", "console", "qmp"]
BOOT_SECONDS = 240
# After the command, the guest only empties its pipes and sends /out; silence means that it cannot.
DRAIN_SECONDS = 10
PR_SET_PDEATHSIG = 1


class Run:
    """One guest from start to end; `close` ends it whatever has happened."""

    def __init__(
        self,
        command: Callable[[dict[str, int]], list[str]],
        initrd: int,
        write: dict[str, Callable[[bytes], None]],
        boot_seconds: float = BOOT_SECONDS,
        on_up: Callable[["Run"], None] | None = None,
    ) -> None:
        """Starts QEMU with the command line that `command` makes for the sockets' descriptors.

        Args:
            command: Makes QEMU's command line from the descriptors of its ends of the sockets.
            initrd: The descriptor of the initramfs.
            write: Takes the data of `stdout`, `stderr` and, if wanted, `console`.
            boot_seconds: Limit for the boot.
            on_up: Called when the guest is up, before the command starts.
        """
        self.guest = Guest()
        self.boot_seconds = boot_seconds
        self.on_up = on_up
        self.write = write
        self.selector = selectors.DefaultSelector()
        pairs = {name: socket.socketpair() for name in STREAMS}
        self.sockets = {name: pair[0] for name, pair in pairs.items()}
        theirs = {name: pair[1].fileno() for name, pair in pairs.items()}
        libc = ctypes.CDLL(None, use_errno=True)
        try:
            # Its own session: Ctrl-C reaches this process only, which then ends QEMU.
            self.process = subprocess.Popen(
                command(theirs),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[initrd, *theirs.values()],
                start_new_session=True,
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
            )
        except FileNotFoundError as error:
            raise VMError(f"{error.filename} is missing; install it with tools/setup.") from error
        finally:
            for _, other in pairs.values():
                other.close()
        for name in STREAMS:
            if name != "qmp":
                self.selector.register(self.sockets[name], selectors.EVENT_READ, name)

    def wait(self, timeout: float) -> int:
        """Passes output on until the command has ended, and returns its exit status.

        Args:
            timeout: Seconds the command may take, counted from its start; 0 for no limit.

        Raises:
            GuestPanicError: The guest ended before the command.
            TimeLimitError: The boot or the command took too long.
        """
        deadline = time.monotonic() + self.boot_seconds
        was_up = False
        while self.selector.get_map() and not self.guest.ended:
            if self.guest.up and not was_up:
                was_up = True
                if self.on_up:
                    self.on_up(self)
                self.sockets["control"].sendall(b"go\n")
                deadline = time.monotonic() + timeout if timeout else float("inf")
            if self.guest.status is not None:
                deadline = time.monotonic() + DRAIN_SECONDS
            remaining = deadline - time.monotonic()
            events = self.selector.select(min(max(remaining, 0), 3600))
            for key, _ in events:
                self._take(key)
            if not events and time.monotonic() >= deadline:
                if self.guest.status is None:
                    self._give_up(timeout)
                break
        self._finish()
        if self.guest.status is None:
            raise self._early_end()
        return self.guest.status

    def close(self) -> None:
        """Ends QEMU and closes every descriptor; safe to call twice."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        self.selector.close()
        for end in self.sockets.values():
            end.close()

    def _take(self, key: selectors.SelectorKey) -> None:
        data = os.read(key.fd, 65536)
        if not data:
            self.selector.unregister(key.fileobj)
        elif key.data == "control":
            self.guest.take_control(data)
        elif key.data == "out":
            self.guest.out += data
        else:
            if key.data == "console":
                self.guest.take_console(data)
            else:
                self.guest.printed = True
            if key.data in self.write:
                self.write[key.data](data)

    def _finish(self) -> None:
        """Ends QEMU and takes what is still in the sockets."""
        if self.process.poll() is None:
            self.process.kill()
        while self.selector.get_map():
            for key, _ in self.selector.select():
                self._take(key)

    def _give_up(self, timeout: float) -> None:
        what = f"The command was still running after {timeout:g} s (--timeout)"
        if not self.guest.up:
            what = f"The guest had not booted after {self.boot_seconds:g} s"
        self.process.kill()
        raise TimeLimitError(f"{what}; it was ended.", self.guest.console_text())

    def _early_end(self) -> VMError:
        errors = (
            self.process.stderr.read().decode(errors="replace").strip()
            if self.process.stderr
            else ""
        )
        if errors:
            return VMError(
                f"QEMU ended with status {self.process.wait()}: {errors.splitlines()[-1]}"
            )
        console = self.guest.console_text()
        what = "The guest kernel panicked" if "Kernel panic" in console else "The guest ended"
        return GuestPanicError(f"{what} before the command did.", console, self.guest.printed)
