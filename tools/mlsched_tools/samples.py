"""Training states as the scheduler sees them, and the rules that say what is right in each."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from .activations import sigmoid
from .features import SCHEMA
from .tables import Table

MAX_CPUS = 1024
MAX_DOMAIN = 64
# Share of states drawn from the whole range of patterns, so that no corner is an extrapolation.
UNIFORM_SHARE = 0.35
# Log-odds per unit of load beyond what a migration needs: a tenth is a factor of 20.
SHARPNESS = 30.0


def draw(count: int, random: Generator) -> Table:
    """Draws states and labels each by chance with the probability that the rules give it."""
    uniform = int(count * UNIFORM_SHARE)
    states = np.concatenate([_uniform(uniform, random), _candidates(count - uniform, random)])
    states = states[random.permutation(count)].astype("<f4")  # (samples, 5)
    labels = random.random(count) < probability(states)  # (samples,)
    return Table(SCHEMA, states, labels.astype(np.int8))


def probability(states: NDArray[np.floating]) -> NDArray[np.float64]:
    """How likely the rules make a migration.

    A move needs a difference of load, which is how a source above 0.7 beside a destination below
    0.3 becomes a clear case and loads close to each other become none. It needs least (0.04) when
    many CPUs are idle, 0.08 for the sake of a single one, and 0.25 when it would only shorten a
    queue. A source with spare time (below 0.5) needs a little more, since its queue is about to
    empty by itself, and a crowded one a little less, since loads saturate at 1.

    Args:
        states: (samples, 5), raw features in the order of the schema.

    Returns:
        (samples,), probabilities.
    """
    idle, source, destination = states[:, 1], states[:, 3], states[:, 4]
    needed = np.where(idle > 0, 0.04 + 0.04 / np.maximum(idle, 1), 0.25)
    needed += np.where(source < 0.5, 0.16 * (0.5 - source), 0.06 * (0.5 - source))
    return sigmoid(SHARPNESS * (source.astype(np.float64) - destination - needed))


def _machines(count: int, random: Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """CPUs of each sampled machine and of its domains, both (samples,)."""
    cpus = np.exp2(random.uniform(1, np.log2(2 * MAX_CPUS), count))
    cpus = np.minimum(cpus.round().astype(np.int64), MAX_CPUS)
    largest = np.minimum(MAX_DOMAIN, cpus // 2)
    domain = np.exp2(random.random(count) * np.log2(largest)).round().astype(np.int64)
    return cpus, np.maximum(domain, 1)


def _uniform(count: int, random: Generator) -> NDArray[np.float64]:
    """States without regard to how likely they are, half of them on full systems or nearly so."""
    cpus, _ = _machines(count, random)
    few = random.integers(0, 4, count)
    idle = np.where(random.random(count) < 0.5, few, random.integers(0, cpus + 1))
    idle = np.minimum(idle, cpus)
    source, destination = (_quantise(random.random(count), random) for _ in range(2))
    cpu = random.integers(0, cpus)
    return np.stack([cpu, idle, cpus - idle, source, destination], axis=1)


def _candidates(count: int, random: Generator) -> NDArray[np.float64]:
    """States in which the scheduler asks, drawn until there are enough of them."""
    kept: list[NDArray[np.float64]] = []
    while sum(map(len, kept)) < count:
        kept.append(_candidate_batch(4 * count, random))
    return np.concatenate(kept)[:count]


def _candidate_batch(count: int, random: Generator) -> NDArray[np.float64]:
    """Draws states of two domains and keeps those in which a candidate arises."""
    cpus, domain = _machines(count, random)
    # Runnable tasks per CPU now; the averaged load trails behind it by some unknown time.
    source_now, destination_now = (
        _tasks(domain, random.gamma(1.5, 0.7, count), random) for _ in range(2)
    )
    source, destination = (
        _average(tasks, domain, random) for tasks in (source_now, destination_now)
    )
    elsewhere = np.maximum(cpus - 2 * domain, 0)
    idle_source = np.maximum(domain - source_now, 0)
    idle_destination = np.maximum(domain - destination_now, 0)
    idle = idle_source + idle_destination + random.binomial(elsewhere, random.beta(0.4, 0.8, count))
    source, destination = _quantise(source, random), _quantise(destination, random)
    wakeup = (idle_source == 0) & (idle_destination > 0)
    pull = (source_now > domain) & (destination_now <= domain)
    imbalance = (source_now > domain) & (source > destination + 0.05)
    cpu = random.integers(0, cpus)
    states = np.stack([cpu, idle, cpus - idle, source, destination], axis=1)
    return states[wakeup | pull | imbalance]


def _tasks(
    domain: NDArray[np.int64], per_cpu: NDArray[np.float64], random: Generator
) -> NDArray[np.int64]:
    """Runnable tasks of a domain with that many CPUs, (samples,)."""
    return random.poisson(domain * per_cpu)


def _average(
    now: NDArray[np.int64], domain: NDArray[np.int64], random: Generator
) -> NDArray[np.float64]:
    """Domain load: a running average of half the runnable tasks per CPU, at most 1, (samples,)."""
    before = _tasks(domain, np.maximum(0, now / domain + random.normal(0, 0.5, len(now))), random)
    age = random.random(len(now))
    return np.minimum(1, (age * now + (1 - age) * before) / (2 * domain))


def _quantise(load: NDArray[np.float64], random: Generator) -> NDArray[np.float64]:
    """Rounds most loads to a tenth, as the decision table does, and leaves some as they are."""
    return np.where(random.random(len(load)) < 0.8, np.round(load, 1), load)
