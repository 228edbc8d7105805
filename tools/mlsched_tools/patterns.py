"""What a model decides over the patterns of a whole machine."""

import numpy as np
from numpy.typing import NDArray

from . import abi
from .model import Model
from .samples import probability

CPUS_SAMPLED = 3


def survey(model: Model, cpus: int) -> dict[str, float]:
    """Goes through the patterns of a machine and counts where decisions look odd.

    Every CPU up to 64 of them, else the first, the middle and the last; every count of idle CPUs,
    every pair of loads.

    Args:
        model: Fed by the five features of the schema first.
        cpus: Online CPUs of the machine.

    Returns:
        Shares of the patterns: `migrate`; `as_rules`, decided as the rules do; `as_fallback`,
        decided as the rule that the scheduler falls back to; `idle_wasted`, that rule would move
        the task to idle CPUs from a source load of at least 0.5 and the model would not;
        `source_flips`, a higher source load turns migrate into stay; `destination_flips`, a higher
        destination load turns stay into migrate; `cpu_flips`, another CPU index decides otherwise.
    """
    states = _states(cpus)  # (cpu, idle, source, destination, features)
    shape = states.shape[:-1]
    rows = states.reshape(-1, states.shape[-1])
    padding = len(model.features) - rows.shape[1]
    scores = np.concatenate(
        [model.evaluate(np.pad(part, ((0, 0), (0, padding))))[:, 0] for part in _parts(rows)]
    )
    migrate = (scores > model.threshold).reshape(shape)
    rules = (probability(rows) > 0.5).reshape(shape)
    level = np.arange(abi.LOAD_LEVELS)
    ahead = level[:, None] - level  # (source, destination), tenths
    idle = np.arange(cpus + 1)[:, None, None] > 0
    fallback = np.broadcast_to(
        ahead >= np.where(idle, abi.FALLBACK_MARGIN_IDLE, abi.FALLBACK_MARGIN), shape
    )
    wasted = fallback & idle & (level[:, None] >= 5) & ~migrate
    return {
        "patterns": int(migrate.size),
        "migrate": _share(migrate),
        "as_rules": _share(migrate == rules),
        "as_fallback": _share(migrate == fallback),
        "idle_wasted": _share(wasted),
        "source_flips": _share(migrate[:, :, :-1] & ~migrate[:, :, 1:]),
        "destination_flips": _share(~migrate[..., :-1] & migrate[..., 1:]),
        "cpu_flips": _share(migrate != migrate[:1]),
    }


def _states(cpus: int) -> NDArray[np.float32]:
    """Raw features of the patterns, (cpu, idle, source, destination, features)."""
    every = cpus <= 64
    index = np.arange(cpus) if every else np.linspace(0, cpus - 1, CPUS_SAMPLED).round()
    load = np.round(np.arange(abi.LOAD_LEVELS) / 10, 1)
    cpu, idle, source, destination = np.meshgrid(
        index, np.arange(cpus + 1), load, load, indexing="ij"
    )
    return np.stack([cpu, idle, cpus - idle, source, destination], axis=-1).astype("<f4")


def _parts(rows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return np.array_split(rows, max(1, len(rows) // 8192))


def _share(where: NDArray[np.bool_]) -> float:
    return round(float(where.mean()), 6)
