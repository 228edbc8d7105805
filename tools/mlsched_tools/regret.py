"""What answers are worth: by labels, against those who know more than anybody can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .outcomes import Outcomes

RESAMPLES = 1000


@dataclass(frozen=True)
class Worth:
    """What a policy gains over another one, per label, each run counting alike.

    Attributes:
        gain: µs a label.
        share: Of what the state oracle gains.
        low: The 5 % quantile of the share over resampled runs.
        high: The 95 % quantile.
        migrates: Share of labels on which it says migrate.
    """

    gain: float
    share: float
    low: float
    high: float
    migrates: float


def state_oracle(outcomes: Outcomes) -> NDArray[np.float64]:
    """What the most that a state tells is worth, µs, (labels,).

    One half of the futures chooses, the other half values, and the other way round: whoever chose
    by what values the choice would know a part of the one future that comes.
    """
    even, odd = outcomes.gains[:, ::2].mean(axis=1), outcomes.gains[:, 1::2].mean(axis=1)
    return ((even > 0) * odd + (odd > 0) * even) / 2


def one_future_oracle(outcomes: Outcomes) -> NDArray[np.float64]:
    """What it is worth to know the future that comes, µs, (labels,): mostly luck."""
    return np.maximum(outcomes.gains, 0).mean(axis=1)


def worth(
    outcomes: Outcomes,
    policies: Mapping[str, NDArray[np.bool_]],
    base: NDArray[np.bool_],
    seed: int = 1,
) -> dict[str, Worth]:
    """Compares policies, and both oracles, with a base policy.

    Args:
        outcomes: The labels.
        policies: Names, and what each says of each label.
        base: What they are compared with.
        seed: Of the bootstrap over runs.
    """
    mean = outcomes.gains.mean(axis=1)
    values = {name: says * mean for name, says in policies.items()}
    values["state oracle"] = state_oracle(outcomes)
    values["one-future oracle"] = one_future_oracle(outcomes)
    names = list(values)
    runs = np.unique(outcomes.run, return_inverse=True)[1]
    count = np.bincount(runs)
    gains = np.stack(
        [np.bincount(runs, values[name] - base * mean) / count for name in names]
    )  # (policies, runs)
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(count), (RESAMPLES, len(count)))
    oracle = names.index("state oracle")
    sampled = gains[:, drawn].mean(axis=2)  # (policies, resamples)
    shares = sampled / sampled[oracle]
    total = gains.mean(axis=1)
    return {
        name: Worth(
            float(total[row]),
            float(total[row] / total[oracle]),
            *(float(value) for value in np.quantile(shares[row], (0.05, 0.95))),
            float(policies[name].mean()) if name in policies else float((values[name] > 0).mean()),
        )
        for row, name in enumerate(names)
    }


def difference(
    outcomes: Outcomes, one: NDArray[np.bool_], other: NDArray[np.bool_], seed: int = 1
) -> tuple[float, float, float]:
    """By how much one policy gains more than another, µs a label, and 5 % and 95 % of it."""
    mean = outcomes.gains.mean(axis=1) * (one.astype("<f8") - other)
    runs = np.unique(outcomes.run, return_inverse=True)[1]
    by_run = np.bincount(runs, mean) / np.bincount(runs)
    return interval(by_run, np.mean, seed)


def interval(
    values: NDArray[np.float64], statistic: Callable[[NDArray], float], seed: int = 1
) -> tuple[float, float, float]:
    """A statistic of values, and 5 % and 95 % of it where they are drawn anew."""
    random = np.random.default_rng(seed)
    drawn = values[random.integers(0, len(values), (RESAMPLES, len(values)))]
    low, high = np.quantile(np.apply_along_axis(statistic, 1, drawn), (0.05, 0.95))
    return float(statistic(values)), float(low), float(high)
