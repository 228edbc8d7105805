"""Inference results of one run, by subject and batch, and what they say of mlsched."""

from .lines import OURS, PRIMARY, Result, figures
from .units import percent

# So many sizes are listed one by one.
FEW = 4


class Board:
    """Rows are subjects, mlsched and its kernels first, then by their time; columns are batches."""

    def __init__(self, results: list[Result]) -> None:
        self._cells: dict[tuple[str, int], Result] = {}
        for result in results:
            if result["section"] == "inference" and "ratio_to_mlsched" in figures(result):
                self._cells[str(result["subject"]), int(figures(result)["batch"])] = result
        self.batches = sorted({batch for _, batch in self._cells})
        names = dict.fromkeys(name for name, _ in self._cells)
        first = self.batches[0] if self.batches else 0
        self.subjects = sorted(
            names,
            key=lambda name: (
                OURS.index(name) if name in OURS else len(OURS),
                self.figure(name, first, PRIMARY) or 0,
            ),
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
        slower: dict[int, float] = {}
        same, faster = [], []
        for batch in self.batches:
            ratio = self.figure(peer, batch, "ratio_to_mlsched")
            low = self.figure(peer, batch, "ratio_to_mlsched_low")
            high = self.figure(peer, batch, "ratio_to_mlsched_high")
            if ratio is None or low is None or high is None:
                continue
            if high < 1:
                slower[batch] = 1 / ratio - 1
            else:
                (faster if low > 1 else same).append(batch)
        if not slower and not same:
            return "faster at every size"
        parts = [_by_how_much(slower, len(same) + len(faster))] if slower else []
        parts += [f"the same within the spread at {_sizes(same)}"] if same else []
        parts += [f"faster at {_sizes(faster)}"] if faster and len(faster) <= FEW else []
        parts += ["faster at the others"] if len(faster) > FEW else []
        return "; ".join(parts)


def _by_how_much(slower: dict[int, float], others: int) -> str:
    if len(slower) <= FEW:
        return (
            f"slower by {', '.join(f'{percent(by)} at {batch:,}' for batch, by in slower.items())}"
        )
    low, high = min(slower, key=slower.get), max(slower, key=slower.get)
    where = f"at {_sizes(list(slower))}" if others else "at every size"
    ends = [f"{percent(slower[batch])} (at {batch:,})" for batch in (low, high)]
    return f"slower {where}, by {' to '.join(ends)}"


def _sizes(batches: list[int]) -> str:
    return ", ".join(f"{batch:,}" for batch in batches)
