"""What is being done, on standard error: every step on a terminal, little in a pipe."""

import sys


class Progress:
    """Lines of a run."""

    def __init__(self) -> None:
        self._rewrites = sys.stderr.isatty()

    def say(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(f"tools/bench_peers: {text}", file=sys.stderr, flush=True)

    def step(self, text: str) -> None:
        """A line that the next one replaces; nothing in a pipe."""
        if self._rewrites:
            self._clear()
            print(f"tools/bench_peers: {text}", end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._rewrites:
            print("\r\033[K", end="", file=sys.stderr)
