"""The threshold above which migrating costs least."""

import numpy as np
from numpy.typing import NDArray


def best_threshold(
    scores: NDArray[np.floating], labels: NDArray[np.int8], migration_cost: float
) -> float:
    """The threshold with the least cost, where a missed migration costs 1.

    Args:
        scores: (samples,), probabilities of migrating.
        labels: (samples,), 0 or 1.
        migration_cost: What a needless migration costs.
    """
    values, number = np.unique(scores.astype(np.float64), return_inverse=True)
    stays = np.bincount(number, labels == 0, len(values))
    migrates = np.bincount(number, labels == 1, len(values))
    # Below the first score everything migrates; each score after it stays when it is passed.
    needless = np.concatenate([[stays.sum()], stays.sum() - np.cumsum(stays)])
    missed = np.concatenate([[0], np.cumsum(migrates)])
    at = int(np.argmin(migration_cost * needless + missed))
    edges = np.concatenate([[0.0], values, [1.0]])
    return float(np.float32((edges[at] + edges[at + 1]) / 2))
