"""The one error of this package, and the exit statuses that are not the command's own."""

EXIT_TIMEOUT = 124
EXIT_VM_FAILED = 125


class VMError(Exception):
    """A failure of the machine, not of the command; its text is one sentence."""


class GuestPanicError(VMError):
    """The guest kernel ended before the command did.

    Attributes:
        console: What the kernel wrote, its last 64 KiB.
        printed: Whether the command had already written something.
    """

    def __init__(self, message: str, console: str, printed: bool) -> None:
        """Keeps the evidence beside the sentence."""
        super().__init__(message)
        self.console = console
        self.printed = printed


class TimeLimitError(VMError):
    """The command, or the boot before it, took longer than the caller allows."""

    def __init__(self, message: str, console: str) -> None:
        """Keeps the evidence beside the sentence."""
        super().__init__(message)
        self.console = console
