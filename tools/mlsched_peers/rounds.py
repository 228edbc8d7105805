"""Measuring turn by turn, so that what slows the machine down slows every subject down."""

from collections import defaultdict
from dataclasses import dataclass, field

from .errors import PeerError
from .lines import Result
from .ours import Ours
from .progress import Progress
from .session import Session


@dataclass
class Measured:
    """What came of all rounds.

    Attributes:
        times: Time of a call of each peer and batch in each round, ns.
        ours: What mlsched's own benchmark printed in each round, by batch and subject.
        failed: Why a peer stopped, by its name; it has no times then.
    """

    times: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    ours: dict[int, list[dict[str, Result]]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[str, str] = field(default_factory=dict)


def measure(
    ours: Ours,
    sessions: list[Session],
    batches: list[int],
    rounds: int,
    nanoseconds: int,
    progress: Progress,
) -> Measured:
    """Measures each batch of each subject once a round, the subjects next to each other.

    Raises:
        PeerError: When mlsched fails; a peer that fails is left out.
    """
    measured = Measured()
    for number in range(rounds):
        for batch in batches:
            measured.ours[batch].append(ours.measure(batch))
            # Another one first every time, so that none always follows the same.
            start = number % max(1, len(sessions))
            for session in sessions[start:] + sessions[:start]:
                if session.name in measured.failed:
                    continue
                progress.step(f"round {number + 1} of {rounds}: batch {batch}, {session.name}")
                try:
                    time = session.measure(batch, nanoseconds)
                except PeerError as error:
                    measured.failed[session.name] = str(error)
                    progress.say(f"{session.name} is left out: {error}")
                    continue
                measured.times[session.name, batch].append(time)
    for name in measured.failed:
        for batch in batches:
            measured.times.pop((name, batch), None)
    return measured
