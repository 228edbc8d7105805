"""Results beside each other in aligned columns."""

from collections.abc import Callable

from .board import Board
from .lines import OURS, PRIMARY
from .units import short, time

ABSENT = "-"


def text(board: Board) -> str:
    """Three tables of the same shape, then a sentence for each peer."""
    blocks = [
        ("Time of a call", PRIMARY, time),
        ("In parts of the best peer's time", "ratio_to_best_peer", short),
        ("In parts of the time at the core's peak rates", "times_floor", short),
    ]
    parts = [block(board, *one) for one in blocks]
    peers = [name for name in board.subjects if name not in OURS]
    if peers:
        rows = [[peer, board.verdict(peer)] for peer in peers]
        parts.append(["Beside each peer mlsched is", *aligned(rows, "<<")])
    return "\n\n".join("\n".join(part) for part in parts)


def block(board: Board, title: str, figure: str, form: Callable[[float], str]) -> list[str]:
    """One figure of every subject and batch."""
    rows = [["batch", *(f"{batch:,}" for batch in board.batches)]]
    for subject in board.subjects:
        values = [board.figure(subject, batch, figure) for batch in board.batches]
        rows.append([subject, *(ABSENT if value is None else form(value) for value in values)])
    return [title, *aligned(rows, "<" + ">" * len(board.batches))]


def aligned(rows: list[list[str]], sides: str) -> list[str]:
    """Rows as lines, every column as wide as its widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(sides))]
    lines = []
    for row in rows:
        cells = [
            f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)
        ]
        lines.append(f"  {'  '.join(cells)}".rstrip())
    return lines
