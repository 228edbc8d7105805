"""Pictures of a fit: its loss, its calibration, and where it decides to migrate."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .errors import ModelError
from .metrics import Metrics
from .model import Model

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOADS = ("src_dom_load", "dst_dom_load")
STEPS = 101


def write(
    folder: Path, model: Model, curve: list[dict[str, float]], metrics: Metrics
) -> list[Path]:
    """Writes `loss.svg`, `calibration.svg` and `decisions.svg`, and returns their paths.

    Raises:
        ModelError: When matplotlib is missing.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise ModelError("--plots needs matplotlib: pip install matplotlib") from None
    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "mlsched"
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, draw in (
        ("loss", lambda axes: _loss(axes, curve)),
        ("calibration", lambda axes: _calibration(axes, metrics)),
        ("decisions", lambda axes: _decisions(axes, model)),
    ):
        figure, axes = pyplot.subplots(figsize=(5, 4), layout="constrained")
        draw(axes)
        written.append(folder / f"{name}.svg")
        figure.savefig(written[-1], metadata={"Date": None})
        pyplot.close(figure)
    return written


def _loss(axes: "Axes", curve: list[dict[str, float]]) -> None:
    for name in curve[0]:
        axes.plot(range(1, len(curve) + 1), [losses[name] for losses in curve], label=name)
    axes.set(xlabel="epoch", ylabel="cross entropy", title="Loss")
    axes.legend()


def _calibration(axes: "Axes", metrics: Metrics) -> None:
    axes.plot([0, 1], [0, 1], color="0.7", label="calibrated")
    rows = metrics.reliability
    axes.plot([r["mean_score"] for r in rows], [r["migrate"] for r in rows], "o-", label="held out")
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
    image = axes.pcolormesh(source, destination, scores, vmin=0, vmax=1, shading="nearest")
    if scores.min() < model.threshold < scores.max():
        axes.contour(source, destination, scores, [model.threshold], colors="white")
    axes.set(xlabel=LOADS[0], ylabel=LOADS[1], title=f"Score (line: threshold {model.threshold:g})")
    axes.figure.colorbar(image, ax=axes)
