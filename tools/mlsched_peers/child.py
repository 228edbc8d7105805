"""Serves one peer that is called from Python; c/driver.c does the same for those called from C.

usage: python -m mlsched_peers.child MODULE MODEL
"""

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TextIO

import numpy as np

from .network import Network
from .way import Peer, Way

# A call from Python takes microseconds, so a block is longer here than in C.
BLOCK_NS = 100_000
LEAST_BLOCKS = 3
# Long enough to tell two ways of one library apart.
CHOICE_NS = 20_000_000


def calls_of_block(call: Callable[[], object], nanoseconds: float) -> int:
    """Warms up for that long, and returns how many calls make a block."""
    start, calls = time.perf_counter_ns(), 0
    while True:
        call()
        calls += 1
        taken = time.perf_counter_ns() - start
        if taken >= nanoseconds:
            return max(1, int(BLOCK_NS * calls / taken))


def measure(call: Callable[[], object], nanoseconds: int) -> float:
    """Time of a call, ns: the median over blocks of calls back to back."""
    calls = range(calls_of_block(call, nanoseconds / 4))
    times: list[float] = []
    now = time.perf_counter_ns
    end = now() + nanoseconds
    while now() < end or len(times) < LEAST_BLOCKS:
        start = now()
        for _ in calls:
            call()
        times.append((now() - start) / len(calls))
    return median(times)


def fastest(ways: list[Way]) -> Way:
    """The way whose calls take the least time."""
    if len(ways) == 1:
        return ways[0]
    return min(ways, key=lambda way: measure(way.call, CHOICE_NS))


def serve(peer: Peer, network: Network, answers: TextIO) -> None:
    """Answers requests until there are no more."""
    chosen: dict[int, Way] = {}
    for line in sys.stdin:
        request, count, argument = line.rstrip("\n").split(" ", 2)
        batch = int(count)
        if batch not in chosen:
            chosen[batch] = fastest(peer.ways(network.rows(batch)))
        way = chosen[batch]
        if request == "measure":
            print(f"{measure(way.call, int(argument)):.6g}", file=answers, flush=True)
        else:
            way.call()
            np.asarray(way.outputs(), "<f4").reshape(batch).tofile(argument)
            print(f"ok {way.name}", file=answers, flush=True)


def main() -> int:
    """Entry point: module and model on the command line."""
    # What libraries print belongs elsewhere than answers do.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        network = Network.load(Path(sys.argv[2]))
        module = importlib.import_module(f"mlsched_peers.python.{sys.argv[1]}")
        peer = module.open_peer(network)
        print(f"ready {peer.version}", file=answers, flush=True)
        serve(peer, network, answers)
    except Exception as error:  # a foreign library raises whatever it likes
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        print(f"error {reason}", file=answers, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
