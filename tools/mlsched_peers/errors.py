"""What ends a run or leaves a peer out, as one sentence."""

INSTALL = "tools/setup --peers"


class UsageError(Exception):
    """The run cannot begin: exit status 2. The message says what to do about it."""


class MissingError(Exception):
    """A peer is not installed here; the message is the command that installs it."""


class PeerError(Exception):
    """A peer cannot be measured; the message says why."""
