"""The one error of this package, and the exit statuses that are not the command's own."""

EXIT_TIMEOUT = 124
EXIT_VM_FAILED = 125


class VMError(Exception):
    """A failure of the virtual machine, not of the command; its text is one sentence for the user."""


class GuestPanic(VMError):
    """The guest kernel ended before the command did.

    Attributes:
        console: The last lines the kernel wrote, oldest first.
        printed: Whether the command had already written something.
    """

    def __init__(self, message: str, console: str, printed: bool) -> None:
        """Keeps the evidence beside the sentence."""
        super().__init__(message)
        self.console = console
        self.printed = printed


class TimeLimit(VMError):
    """The command, or the boot before it, took longer than the caller allows."""

    def __init__(self, message: str, console: str) -> None:
        """Keeps the evidence beside the sentence."""
        super().__init__(message)
        self.console = console
