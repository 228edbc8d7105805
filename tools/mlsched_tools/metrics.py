"""How good a binary classifier's scores are, by scikit-learn's own metrics."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    precision_score,
    recall_score,
    roc_auc_score,
)

BINS = 10
# A class with a smaller share is rare: always answering the other one is nearly always right.
RARE = 0.01


@dataclass(frozen=True)
class Metrics:
    """What a held-out split says about a model.

    Attributes:
        samples: Size of the split.
        accuracy: Share of decisions equal to the label.
        precision: Share of decisions to migrate that the label agrees with; 0 where there are none.
        recall: Share of rows labelled migrate that are decided so.
        roc_auc: Chance that a random migrate scores above a random stay.
        pr_auc: Area under precision over recall, by average precision.
        brier: Mean squared difference of score and label.
        confusion: Counts, label then decision.
        reliability: Per tenth of the score: samples, mean score, share labelled migrate.
    """

    samples: int
    accuracy: float
    precision: float
    recall: float
    roc_auc: float
    pr_auc: float
    brier: float
    confusion: dict[str, int]
    reliability: list[dict[str, float]]

    def as_json(self) -> dict:
        """The fields as JSON takes them."""
        return asdict(self)

    def warnings(self) -> list[str]:
        """What makes the model or its figures worth less than they look."""
        counts = self.confusion
        labelled = {
            "stay": counts["stay → stay"] + counts["stay → migrate"],
            "migrate": counts["migrate → stay"] + counts["migrate → migrate"],
        }
        decided = counts["stay → migrate"] + counts["migrate → migrate"]
        found = [
            f"only {count} of {self.samples} held-out rows are labelled {name}: look at precision "
            "and recall rather than accuracy"
            for name, count in labelled.items()
            if count < RARE * self.samples
        ]
        if decided in (0, self.samples):
            answer = "migrate" if decided else "stay"
            found.append(f"the model says {answer} of every held-out row")
        return found

    def text(self) -> str:
        """A few lines for a terminal."""
        lines = [
            f"held-out samples {self.samples}, accuracy {self.accuracy:.4f}, "
            f"ROC AUC {self.roc_auc:.4f}, Brier {self.brier:.4f}",
            f"precision {self.precision:.4f}, recall {self.recall:.4f}, PR AUC {self.pr_auc:.4f}",
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
    counts = confusion_matrix(migrate, decided, labels=[False, True]).ravel().tolist()
    names = ("stay → stay", "stay → migrate", "migrate → stay", "migrate → migrate")
    # Without both labels there is no curve: scores are then as good as chance.
    has_both = migrate.any() and not migrate.all()
    return Metrics(
        samples=len(labels),
        accuracy=round(float(accuracy_score(migrate, decided)), 6),
        precision=round(float(precision_score(migrate, decided, zero_division=0)), 6),
        recall=round(float(recall_score(migrate, decided, zero_division=0)), 6),
        roc_auc=round(float(roc_auc_score(migrate, scores)), 6) if has_both else 0.5,
        pr_auc=round(float(average_precision_score(migrate, scores)), 6) if has_both else 0.0,
        brier=round(float(brier_score_loss(migrate, scores)), 6),
        confusion=dict(zip(names, counts, strict=True)),
        reliability=_reliability(scores, migrate),
    )


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
