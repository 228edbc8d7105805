"""What the runner knows of a guest, from the lines its init sends and what its kernel prints."""

from dataclasses import dataclass, field

CONSOLE_BYTES = 65536


@dataclass
class Guest:
    """What is known of a running guest.

    Attributes:
        status: The command's exit status, once the guest has sent it.
        printed: Whether the command has written anything.
        out: The tar archive of /out.
    """

    up: bool = False
    ended: bool = False
    status: int | None = None
    printed: bool = False
    console: bytearray = field(default_factory=bytearray)
    control: bytearray = field(default_factory=bytearray)
    out: bytearray = field(default_factory=bytearray)

    def take_control(self, data: bytes) -> None:
        """Follows the lines of the guest's init."""
        self.control += data
        while b"\n" in self.control:
            line, _, rest = self.control.partition(b"\n")
            self.control = rest
            word, _, value = line.decode().partition(" ")
            if word == "up":
                self.up = True
            elif word == "status":
                self.status = int(value)
            elif word == "end":
                self.ended = True

    def take_console(self, data: bytes) -> None:
        """Keeps the end of what the kernel writes."""
        self.console += data
        del self.console[:-CONSOLE_BYTES]

    def console_text(self) -> str:
        """Returns what is kept of the kernel's console."""
        return self.console.decode(errors="replace").replace("\r", "")
