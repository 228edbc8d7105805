"""What scikit-learn estimators compute, whichever way they were stored."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from .. import graph
from ..activations import RELU, SIGMOID, Activation, Kind
from ..classes import positive
from ..errors import ModelError
from ..flow import Flow
from ..source import ReadOptions

ACTIVATIONS = {
    "identity": Activation(Kind.IDENTITY),
    "logistic": SIGMOID,
    "tanh": Activation(Kind.TANH),
    "relu": RELU,
}


# The solver that tells each class from all others.
ONE_EACH = "liblinear"


class Estimator(Protocol):
    """A stored estimator: its class and its attributes."""

    @property
    def kind(self) -> str:
        """Its class, called as the function of this name says."""

    def get(self, name: str) -> Any:  # noqa: ANN401
        """An attribute as arrays, numbers, text, None, lists and estimators; None if missing."""


def kind(module: str, name: str) -> str:
    """How a class is called: by its name alone where it is one of scikit-learn's own."""
    return name if module.split(".")[0] == "sklearn" else f"{module}.{name}"


def build(estimator: Estimator, options: ReadOptions) -> tuple[Flow, int | None]:
    """The chain of a network, or of a pipeline of scalers that ends in one.

    Returns:
        The chain, whose output is the probability of the class that means migrate, and the number
        of that class, if there are classes.

    Raises:
        ModelError: When a step is of another class, or was never fitted.
    """
    steps = _steps(estimator)
    width = _width(steps)
    flow, number = Flow.start(width), None
    for place, step in steps:
        if step.kind not in STEPS:
            raise ModelError(f"{place} is a step that a chain of dense layers cannot hold")
        try:
            flow = STEPS[step.kind](flow, step, place)
            classes = step.get("classes_")
            if classes is not None and not options.library:
                number = positive(np.ravel(classes).tolist(), options.positive_class)
                flow = _column(flow, number, len(classes), place)
        except (TypeError, ValueError, AttributeError, KeyError, IndexError):
            raise ModelError(f"{place} is damaged or was not fitted") from None
    return flow, number


def _steps(estimator: Estimator) -> list[tuple[str, Estimator]]:
    if estimator.kind != "Pipeline":
        return [(estimator.kind, estimator)]
    steps = []
    for item in estimator.get("steps") or []:
        if not isinstance(item, list | tuple) or len(item) != 2:
            raise ModelError("the pipeline's steps are damaged")
        name, step = item
        if step is None or step == "passthrough":
            continue
        if not hasattr(step, "kind"):
            raise ModelError(f"step {name} of the pipeline is not an estimator")
        steps.append((f"step {name} ({step.kind})", step))
    if not steps:
        raise ModelError("the pipeline has no steps")
    return steps


def _width(steps: list[tuple[str, Estimator]]) -> int:
    width = steps[0][1].get("n_features_in_")
    if width is None:
        raise ModelError(f"{steps[0][0]} was not fitted, or is not known")
    return int(width)


def _network(flow: Flow, step: Estimator, place: str) -> Flow:
    weights, biases = step.get("coefs_"), step.get("intercepts_")
    if not weights or len(weights) != len(biases):
        raise ModelError(f"{place} was not fitted")
    hidden, last = step.get("activation"), step.get("out_activation_")
    for number, (kernel, bias) in enumerate(zip(weights, biases, strict=True)):
        function = last if number == len(weights) - 1 else hidden
        layer = f"{place}, layer {number}"
        flow = flow.dense(kernel, bias, layer)
        if function == "softmax":
            flow = flow.softmax(layer)
        elif function in ACTIVATIONS:
            flow = flow.activate(ACTIVATIONS[function])
        else:
            raise ModelError(f"{layer} has the activation {function!r}, which is unknown")
    return flow


def _standard(flow: Flow, step: Estimator, place: str) -> Flow:
    mean, scale = step.get("mean_"), step.get("scale_")
    return _centred(
        flow,
        mean if step.get("with_mean") else None,
        scale if step.get("with_std") else None,
        place,
    )


def _robust(flow: Flow, step: Estimator, place: str) -> Flow:
    return _centred(flow, step.get("center_"), step.get("scale_"), place)


def _largest(flow: Flow, step: Estimator, place: str) -> Flow:
    return _centred(flow, None, step.get("scale_"), place)


def _centred(flow: Flow, centre: Any, scale: Any, place: str) -> Flow:  # noqa: ANN401
    factor = 1 / np.asarray(1.0 if scale is None else scale, np.float64)
    shift = 0.0 if centre is None else -np.asarray(centre, np.float64) * factor
    return flow.affine(factor, shift, place)


def _min_max(flow: Flow, step: Estimator, place: str) -> Flow:
    if step.get("clip"):
        raise ModelError(f"{place} clips its inputs: fit it with clip=False")
    return flow.affine(step.get("scale_"), step.get("min_"), place)


def _logistic(flow: Flow, step: Estimator, place: str) -> Flow:
    weights = np.asarray(step.get("coef_"), np.float64)
    flow = flow.dense(weights.T, step.get("intercept_"), place)
    # Up to scikit-learn 1.7 there was a choice; later ones no longer store it.
    chosen, solver = step.get("multi_class") or "multinomial", step.get("solver")
    if flow.width > 1:
        if chosen != "multinomial" and (chosen not in ("auto", "deprecated") or solver == ONE_EACH):
            raise ModelError(
                f"{place} fits a model for each of {flow.width} classes: not a softmax"
            )
        return flow.softmax(place)
    # For two classes it was a softmax over (−d, d).
    if step.get("multi_class") == "multinomial":
        flow = flow.affine(2.0, 0.0, place)
    return graph.compute("sigmoid", [flow], place)


def _column(flow: Flow, number: int, classes: int, place: str) -> Flow:
    """The probability of one class."""
    if flow.width == 1 and classes == 2:
        # A single output is the second class's; the first one's is what is left.
        return flow if number else flow.affine(-1.0, 1.0, place)
    return flow.take(number, place, keep=True)


STEPS: dict[str, Callable[[Flow, Estimator, str], Flow]] = {
    "MLPClassifier": _network,
    "MLPRegressor": _network,
    "LogisticRegression": _logistic,
    "StandardScaler": _standard,
    "MinMaxScaler": _min_max,
    "MaxAbsScaler": _largest,
    "RobustScaler": _robust,
}
