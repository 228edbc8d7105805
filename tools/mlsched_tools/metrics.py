"""How good a binary classifier's scores are, in plain numpy."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True)
class Metrics:
    """What a held-out split says about a model.

    Attributes:
        samples: Size of the split.
        accuracy: Share of decisions equal to the label.
        roc_auc: Chance that a random migrate scores above a random stay.
        brier: Mean squared difference of score and label.
        confusion: Counts, label then decision.
        reliability: Per tenth of the score: samples, mean score, share labelled migrate.
    """

    samples: int
    accuracy: float
    roc_auc: float
    brier: float
    confusion: dict[str, int]
    reliability: list[dict[str, float]]

    def as_json(self) -> dict:
        """The fields as JSON takes them."""
        return asdict(self)

    def text(self) -> str:
        """A few lines for a terminal."""
        lines = [
            f"held-out samples {self.samples}, accuracy {self.accuracy:.4f}, "
            f"ROC AUC {self.roc_auc:.4f}, Brier {self.brier:.4f}",
            "label → decision: " + ", ".join(f"{k} {v}" for k, v in self.confusion.items()),
            "   score     samples   mean score   migrate",
        ]
        for row in self.reliability:
            lines.append(
                f"  {row['from']:.1f}–{row['to']:.1f} {row['samples']:11d} "
                f"{row['mean_score']:12.4f} {row['migrate']:9.4f}"
            )
        return "\n".join(lines)


def measure(scores: NDArray[np.floating], labels: NDArray[np.int8], threshold: float) -> Metrics:
    """Compares scores with labels.

    Args:
        scores: (samples,), probabilities of migrating.
        labels: (samples,), 0 or 1.
        threshold: A score above it is a decision to migrate.
    """
    scores = scores.astype(np.float64)
    decided = scores > threshold
    migrate = labels == 1
    confusion = {
        "stay → stay": int((~migrate & ~decided).sum()),
        "stay → migrate": int((~migrate & decided).sum()),
        "migrate → stay": int((migrate & ~decided).sum()),
        "migrate → migrate": int((migrate & decided).sum()),
    }
    return Metrics(
        samples=len(labels),
        accuracy=round(float((decided == migrate).mean()), 6),
        roc_auc=round(roc_auc(scores, migrate), 6),
        brier=round(float(np.mean((scores - migrate) ** 2)), 6),
        confusion=confusion,
        reliability=_reliability(scores, migrate),
    )


def roc_auc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve from the ranks of the scores; ties count half."""
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    last_rank = np.cumsum(sizes)
    ranks = (last_rank - (sizes - 1) / 2)[group]  # (samples,)
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if positives == 0 or negatives == 0:
        return 0.5
    above = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def _reliability(scores: NDArray[np.float64], migrate: NDArray[np.bool_]) -> list[dict[str, float]]:
    bins = np.clip((scores * BINS).astype(int), 0, BINS - 1)
    rows = []
    for number in np.unique(bins):
        inside = bins == number
        rows.append(
            {
                "from": round(int(number) / BINS, 1),
                "to": round((int(number) + 1) / BINS, 1),
                "samples": int(inside.sum()),
                "mean_score": round(float(scores[inside].mean()), 6),
                "migrate": round(float(migrate[inside].mean()), 6),
            }
        )
    return rows
