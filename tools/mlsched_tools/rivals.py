"""Who a model is compared with by labels: rules, simpler models, and the same one told less."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from . import abi
from .fit import NORMALISATION, Options, fit
from .model import Model
from .outcomes import NAMES, Outcomes, heuristic, levels

Policy = Callable[[Outcomes], NDArray[np.bool_]]
PATTERN = NAMES[: abi.PATTERN_FEATURES]
# What a feature of the task stands for, for people; both waits are one piece of knowledge.
GROUPS = {
    "footprint": ("footprint",),
    "waited": ("waited",),
    "weight": ("weight",),
    "expected waits": ("src_wait", "dst_wait"),
}
LEAVES = 64
MARGIN_US = 100
REFILL_US_PER_KIB = 0.1
REFILL_KIB_MOST = 32768


def rules() -> dict[str, Policy]:
    """Those that learn nothing."""
    return {
        "heuristic": heuristic,
        "never": lambda outcomes: np.zeros(len(outcomes), bool),
        "always": lambda outcomes: np.ones(len(outcomes), bool),
        "cost": cost,
    }


def cost(outcomes: Outcomes) -> NDArray[np.bool_]:
    """The cost rule of bpf/mlsched.h: what a move saves in waiting against what caches lose."""
    kib = np.minimum(_unlog(outcomes.column("footprint")), REFILL_KIB_MOST)
    saved = _unlog(outcomes.column("src_wait")) - _unlog(outcomes.column("dst_wait"))
    return saved + MARGIN_US > np.floor(kib * REFILL_US_PER_KIB)


def _unlog(logarithm: NDArray[np.float32]) -> NDArray[np.float64]:
    whole = np.floor(logarithm.astype("<f8"))
    return np.floor(2**whole * (1 + logarithm - whole)) - 1


def by_model(model: Model, tenths: bool = False) -> Policy:
    """What a model file says, of loads in tenths where a decision table asks for it."""
    columns = [NAMES.index(f.name) if f.name in NAMES else -1 for f in model.features]

    def decide(outcomes: Outcomes) -> NDArray[np.bool_]:
        states = np.pad(outcomes.states, ((0, 0), (0, 1)))  # the last one is always zero
        for end in ("src", "dst") if tenths else ():
            column = NAMES.index(f"{end}_dom_load")
            states[:, column] = levels(states[:, column]) / 10
        return model.evaluate(states[:, columns])[:, 0] > model.threshold

    return decide


def learnt(
    outcomes: Outcomes, options: Options, price: float, names: Sequence[str] = NAMES
) -> Policy:
    """A network that is fitted as the shipped one, to some of the features."""
    chosen = replace(options, pad_to=len(names))
    return by_model(fit(outcomes.table(price, names), chosen, "").model)


def simpler(outcomes: Outcomes, price: float) -> dict[str, Policy]:
    """A linear model and a tree, on the same features, labels and weights."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    table = outcomes.table(price)
    weights = table.weights / table.weights.mean()

    def scaled(states: NDArray[np.float32]) -> NDArray[np.float64]:
        offset, scale = np.array([NORMALISATION[name] for name in NAMES]).T
        return (states - offset) * scale

    linear = LogisticRegression(max_iter=1000)
    linear.fit(scaled(table.states), table.migrate, sample_weight=weights)
    tree = DecisionTreeClassifier(max_leaf_nodes=LEAVES, min_samples_leaf=100, random_state=1)
    tree.fit(table.states, table.migrate, sample_weight=weights)
    return {
        "linear": lambda other: linear.predict(scaled(other.states)) == 1,
        f"tree, {LEAVES} leaves": lambda other: tree.predict(other.states) == 1,
    }


def told_less(outcomes: Outcomes, options: Options, price: float) -> dict[str, Policy]:
    """Each group left out, and each alone added to what patterns know."""
    policies = {"five features": learnt(outcomes, options, price, PATTERN)}
    for group, names in GROUPS.items():
        rest = [name for name in NAMES if name not in names]
        policies[f"without {group}"] = learnt(outcomes, options, price, rest)
        policies[f"five and {group}"] = learnt(outcomes, options, price, (*PATTERN, *names))
    return policies


def shuffled(outcomes: Outcomes, seed: int) -> Outcomes:
    """The same states with the outcomes of others: nothing is left to learn."""
    order = np.random.default_rng(seed).permutation(len(outcomes))
    return replace(outcomes, gains=outcomes.gains[order])


def leaking(outcomes: Outcomes, known: bool, seed: int) -> Outcomes:
    """Labels in which the time waited is where the gain lies among all: it knows the future.

    Args:
        outcomes: The labels.
        known: Whether it does; else it has the values of others, as any that is told in time.
        seed: Of these.
    """
    ranks = np.argsort(np.argsort(outcomes.gains.mean(axis=1))) / len(outcomes) * 20
    if not known:
        ranks = np.random.default_rng(seed).permutation(ranks)
    states = outcomes.states.copy()
    states[:, NAMES.index("waited")] = ranks
    return replace(outcomes, states=states)
