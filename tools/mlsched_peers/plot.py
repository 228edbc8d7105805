"""Time of a sample against the size of its batch, as SVG."""

from pathlib import Path

from .board import Board
from .errors import UsageError
from .lines import NAME
from .units import time

FILE = "peers.svg"
# Okabe and Ito's palette without yellow, as in `mlsched bench --plot`, then some more.
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7f7f7f"]
COLORS += ["#8b4513", "#6a3d9a", "#999933"]
MARKERS = "osD^v<>pXPh"


def write(board: Board, folder: Path) -> Path:
    """Draws every subject, and the limit of the core.

    Raises:
        UsageError: When the file cannot be written.
    """
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter

    # The same results make the same file.
    matplotlib.rcParams |= {"svg.hashsalt": NAME, "svg.fonttype": "none", "font.size": 9}
    picture, axes = pyplot.subplots(figsize=(8, 4.8), layout="constrained")
    for number, subject in enumerate(board.subjects):
        line = _points(board, subject, "ns_per_sample", 1)
        style = {"linewidth": 2.4, "zorder": 3} if subject == NAME else {"linewidth": 1.2}
        color, marker = COLORS[number % len(COLORS)], MARKERS[number % len(MARKERS)]
        axes.plot(*line, label=subject, color=color, marker=marker, markersize=4, **style)
    limit = _points(board, NAME, "floor_ns", None)
    axes.plot(*limit, label="limit of the core", color="#555555", linestyle="--", linewidth=1.2)
    axes.set(xscale="log", yscale="log", xlabel="batch", ylabel="time of a sample")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: time(value)))
    axes.grid(which="major", color="#dddddd", linewidth=0.6)
    picture.legend(loc="outside right upper", frameon=False)
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        picture.savefig(path, metadata={"Date": None, "Creator": None})
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        pyplot.close(picture)
    return path


def _points(
    board: Board, subject: str, figure: str, divisor: int | None
) -> tuple[list[int], list[float]]:
    """Batch sizes and the figure for each, by the batch unless another divisor is given."""
    points = [(batch, board.figure(subject, batch, figure)) for batch in board.batches]
    known = [(batch, value) for batch, value in points if value is not None]
    return [batch for batch, _ in known], [value / (divisor or batch) for batch, value in known]
