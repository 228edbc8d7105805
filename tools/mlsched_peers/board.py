"""Inference results of one run, by subject and batch, and what they say of mlsched."""

from .ours import NAME, Result
from .results import PRIMARY, figures
from .units import percent


class Board:
    """Rows are subjects, mlsched first and then by their time; columns are batch sizes."""

    def __init__(self, results: list[Result]) -> None:
        self._cells: dict[tuple[str, int], Result] = {}
        for result in results:
            if result["section"] == "inference" and "ratio_to_mlsched" in figures(result):
                self._cells[str(result["subject"]), int(figures(result)["batch"])] = result
        self.batches = sorted({batch for _, batch in self._cells})
        names = dict.fromkeys(name for name, _ in self._cells)
        first = self.batches[0] if self.batches else 0
        self.subjects = sorted(
            names, key=lambda name: (name != NAME, self.figure(name, first, PRIMARY) or 0)
        )

    def result(self, subject: str, batch: int) -> Result | None:
        """What was measured of one subject and batch."""
        return self._cells.get((subject, batch))

    def figure(self, subject: str, batch: int, name: str) -> float | None:
        """One figure of it."""
        result = self.result(subject, batch)
        return None if result is None else figures(result).get(name)

    def first(self, subject: str) -> Result:
        """Any result of a subject, for what all of them have in common."""
        return next(result for (name, _), result in self._cells.items() if name == subject)

    def verdict(self, peer: str) -> str:
        """How mlsched stands to a peer: where it is slower, by how much."""
        slower, same, faster = [], [], []
        for batch in self.batches:
            ratio = self.figure(peer, batch, "ratio_to_mlsched")
            low = self.figure(peer, batch, "ratio_to_mlsched_low")
            high = self.figure(peer, batch, "ratio_to_mlsched_high")
            if ratio is None or low is None or high is None:
                continue
            if high < 1:
                slower.append(f"{percent(1 / ratio - 1)} at {batch:,}")
            elif low > 1:
                faster.append(f"{batch:,}")
            else:
                same.append(f"{batch:,}")
        if not slower and not same:
            return "faster at every size"
        parts = [f"slower by {', '.join(slower)}"] if slower else []
        parts += [f"the same within the spread at {', '.join(same)}"] if same else []
        parts += [f"faster at {', '.join(faster)}"] if faster else []
        return "; ".join(parts)
