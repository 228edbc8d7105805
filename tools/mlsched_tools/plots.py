"""Pictures of a fit: its loss, its calibration, and where it decides to migrate."""

import importlib.util
import io
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import ModelError
from .features import ZERO
from .files import require_writable, write_atomically
from .metrics import Metrics
from .model import Model

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOADS = ("src_dom_load", "dst_dom_load")
STEPS = 101
NAMES = ("loss", "calibration", "decisions")
# What tells these pictures from others: their title in the file.
MADE = "mlsched-train"
HEAD = 4096


def prepare(folder: Path, force: bool) -> None:
    """Makes the folder, before anything has been computed for its pictures.

    Args:
        folder: Where they will be written.
        force: Whether they may replace pictures that were made otherwise.

    Raises:
        ModelError: When matplotlib is missing, or a picture would replace something else.
        OSError: When the folder cannot be made.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise ModelError("--plots needs matplotlib: pip install './tools[plots]'")
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        require_writable(folder / f"{name}.svg", _is_ours, force)


def write(folder: Path, model: Model, curve: list[dict[str, float]], metrics: Metrics) -> None:
    """Draws `loss.svg`, `calibration.svg` and `decisions.svg` into a folder that is there."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = MADE
    from matplotlib import pyplot

    drawings = (
        lambda axes: _loss(axes, curve),
        lambda axes: _calibration(axes, metrics),
        lambda axes: _decisions(axes, model),
    )
    for name, draw in zip(NAMES, drawings, strict=True):
        figure, axes = pyplot.subplots(figsize=(5, 4), layout="constrained")
        draw(axes)
        picture = io.BytesIO()
        figure.savefig(picture, format="svg", metadata={"Date": None, "Title": f"{MADE}: {name}"})
        pyplot.close(figure)
        write_atomically(folder / f"{name}.svg", picture.getvalue())


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return f"<dc:title>{MADE}:".encode() in file.read(HEAD)


def _loss(axes: "Axes", curve: list[dict[str, float]]) -> None:
    for name in curve[0]:
        axes.plot(range(1, len(curve) + 1), [losses[name] for losses in curve], label=name)
    axes.set(xlabel="epoch", ylabel="cross entropy", title="Loss")
    axes.legend()


def _calibration(axes: "Axes", metrics: Metrics) -> None:
    axes.plot([0, 1], [0, 1], color="0.7", label="calibrated")
    rows = metrics.reliability
    score, migrate, count = (
        np.array([row[name] for row in rows]) for name in ("mean_score", "migrate", "samples")
    )
    error = np.sqrt(migrate * (1 - migrate) / count)
    axes.errorbar(score, migrate, error, fmt="o-", label="held out ± standard error")
    axes.set(xlabel="mean score", ylabel="share labelled migrate", title="Calibration")
    axes.legend()


def _decisions(axes: "Axes", model: Model) -> None:
    """Scores over both loads; other features stay at their middle among the test inputs."""
    names = [feature.name for feature in model.features]
    middle = np.median(model.test_inputs, axis=0)
    source, destination = np.meshgrid(*[np.linspace(0, 1, STEPS)] * 2, indexing="ij")
    rows = np.tile(middle, (source.size, 1)).astype("<f4")
    for name, values in zip(LOADS, (source, destination), strict=True):
        if name in names:
            rows[:, names.index(name)] = values.ravel()
    scores = model.evaluate(rows)[:, 0].reshape(source.shape)
    image = axes.pcolormesh(
        source,
        destination,
        scores,
        vmin=0,
        vmax=1,
        cmap="RdBu_r",
        shading="nearest",
        rasterized=True,
    )
    if scores.min() < model.threshold < scores.max():
        axes.contour(source, destination, scores, [model.threshold], colors="black")
    others = zip(names, middle, strict=True)
    fixed = [f"{name} {value:g}" for name, value in others if name not in (*LOADS, ZERO)]
    title = f"Decisions at {', '.join(fixed)}" if fixed else "Decisions"
    axes.set(xlabel=LOADS[0], ylabel=LOADS[1], title=textwrap.fill(title, 44))
    axes.figure.colorbar(image, ax=axes, label=f"score; line: threshold {model.threshold:g}")
