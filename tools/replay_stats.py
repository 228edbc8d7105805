#!/usr/bin/env python3
"""Serves recorded statistics on a unix socket, in the protocol of scx_stats.

usage: tools/replay_stats.py RECORD SOCKET

RECORD has what `mlsched monitor --json` printed, an object a line, after a line with the answer to
`stats_meta`. Each question for statistics gets the next object; the last one is repeated.
"""

import json
import socketserver
import sys
import threading
from pathlib import Path


class Replay(socketserver.ThreadingUnixStreamServer):
    """A server of one record to any number of clients, all at the same place in it."""

    daemon_threads = True

    def __init__(self, path: str, lines: list[str]) -> None:
        self.metadata, *self.objects = (json.loads(line) for line in lines)
        self.place = 0
        self.lock = threading.Lock()
        super().__init__(path, Client)

    def answer(self, request: str) -> object:
        """Returns the answer to a question."""
        if request == "stats_meta":
            return self.metadata
        with self.lock:
            place = min(self.place, len(self.objects) - 1)
            self.place += 1
        return self.objects[place]


class Client(socketserver.StreamRequestHandler):
    """One connection: a line in, a line out."""

    server: Replay

    def handle(self) -> None:
        """Answers until the client goes away."""
        for line in self.rfile:
            response = {"errno": 0, "args": {"resp": self.server.answer(json.loads(line)["req"])}}
            self.wfile.write(json.dumps(response).encode() + b"\n")


def main() -> int:
    """Serves until it is interrupted."""
    if len(sys.argv) != 3:
        print(__doc__)
        return 64
    record, path = sys.argv[1:]
    Path(path).unlink(missing_ok=True)
    Replay(path, Path(record).read_text().splitlines()).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
