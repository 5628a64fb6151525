"""Experiments on the methods themselves, on models whose truth is known.

``python -m tests.verification.method_studies`` prints the figures of docs/methods.md (some minutes); the
tests run the same studies with fewer experiments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods import (
    Rounds,
    Target,
    deciding,
    luck_of,
    max_t_factor,
    over_worlds,
    paired,
    paired_differences,
    partial_rank_correlations,
    precision,
    quantile_of,
    rank_correlations,
    ratio_of_means,
    select_best,
    two_stage_sizes,
)

F64 = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], F64]


def equicorrelated(k: int, rho: float) -> F64:
    """Root L of the correlation matrix with rho everywhere: L @ z has it."""
    return np.linalg.cholesky(np.full((k, k), rho) + (1 - rho) * np.eye(k))


def noise_of_share(share: float, experiments: int) -> float:
    """Standard error of a share seen in so many experiments."""
    return math.sqrt(share * (1 - share) / experiments)


# --- intervals ---------------------------------------------------------------------------------------------


def ratio_coverage(experiments: int, n: int, rho: float, cv: float, seed: int) -> float:
    """How often Fieller's interval holds the true ratio -0.2: normal pairs, base with mean 1 and that cv."""
    rng = np.random.default_rng(seed)
    root = cv * equicorrelated(2, rho)
    held = 0
    for _ in range(experiments):
        base, change = np.array([[1.0], [-0.2]]) + root @ rng.standard_normal((2, n))
        found = ratio_of_means(change, base)
        held += found.low <= -0.2 <= found.high
    return held / experiments


@dataclass(frozen=True)
class Family:
    """Shares of experiments in which all intervals of a family hold; max-t's width over Bonferroni's."""

    alone: float
    bonferroni: float
    max_t: float
    width: float


def family_coverage(
    experiments: int, m: int, n: int, rho: float, seed: int, skewed: bool = False, draws: int = 1000
) -> Family:
    """Families of m comparisons, truth 0, n replications; max-t with fewer draws to save time."""
    rng = np.random.default_rng(seed)
    root = equicorrelated(m, rho)
    alone = together = max_t = 0
    widths = []
    zero = np.zeros((m, n))
    with patch.object(paired, "MAX_T_DRAWS", draws):
        for _ in range(experiments):
            seen = root @ rng.standard_normal((m, n))
            if skewed:  # exponential by its normal score
                seen = np.exp(0.7 * seen) - math.exp(0.245)
            found = paired_differences(zero, seen, 0.0)
            alone += all(one.difference.low <= 0 <= one.difference.high for one in found)
            together += all(one.simultaneous.low <= 0 <= one.simultaneous.high for one in found)
            error = seen.std(axis=1, ddof=1) / math.sqrt(n)
            factor = max_t_factor(seen)
            max_t += bool((np.abs(seen.mean(axis=1)) <= factor * error).all())
            widths.append(factor * error[0] / found[0].simultaneous.half_width)
    return Family(alone / experiments, together / experiments, max_t / experiments, float(np.mean(widths)))


# --- sequential stopping -----------------------------------------------------------------------------------


def normal(cv: float) -> Draw:
    return lambda rng, n: rng.normal(1.0, cv, n)


def lognormal(cv: float) -> Draw:
    s = math.sqrt(math.log(1 + cv * cv))
    return lambda rng, n: rng.lognormal(-s * s / 2, s, n)


def queue(customers: int, load: float) -> Draw:
    """Mean wait of the first customers of an M/M/1 queue that starts empty, over its exact expectation."""
    expected = mean_wait(customers, load)

    def draw(rng: np.random.Generator, n: int) -> F64:
        wait, total = np.zeros(n), np.zeros(n)
        for _ in range(customers - 1):
            wait = np.maximum(0.0, wait + rng.exponential(load, n) - rng.exponential(1.0, n))
            total += wait
        return total / customers / expected

    return draw


def mean_wait(customers: int, load: float) -> float:
    """Exact mean wait of the first customers (arrival rate 1, service mean ``load``, starts empty).

    E W_j = sum over i < j of E max(0, S_i) / i (Spitzer 1956), S_i the sum of i services less i gaps.
    How many services end before the i-th gap does is negative binomial, exponential times having no
    memory; what is then left of the i services is the positive part.
    """
    from scipy.stats import nbinom

    parts = []
    for i in range(1, customers):
        ended = np.arange(0, i)
        gap_first = load / (1 + load)  # rate 1 of a gap against rate 1 / load of a service
        parts.append(float(np.sum(nbinom.pmf(ended, i, gap_first) * (i - ended)) * load / i))
    return float(sum(np.cumsum(parts))) / customers


@dataclass(frozen=True)
class Stopping:
    """Coverage of the interval at the end, and the mean number of replications."""

    coverage: float
    replications: float


def stopping(experiments: int, draw: Draw, relative: float, seed: int, rounds: Rounds) -> Stopping:
    """Ask for a relative half-width on replications with mean 1."""
    rng = np.random.default_rng(seed)
    held, used = 0, 0
    target = [Target("x", relative)]
    for _ in range(experiments):
        seen = draw(rng, rounds.first)
        while True:
            found = precision(seen[None], target, rounds)
            if found.state != "more":
                break
            seen = np.concatenate([seen, draw(rng, found.next_n - len(seen))])
        one = found.targets[0].estimate
        held += one.low <= 1.0 <= one.high
        used += found.n
    return Stopping(held / experiments, used / experiments)


def one_by_one(experiments: int, draw: Draw, relative: float, seed: int) -> Stopping:
    """The plain rule for comparison: a look after each replication from the tenth on, no confirmation."""
    from scipy.special import stdtrit

    rng = np.random.default_rng(seed)
    held, used = 0, 0
    for _ in range(experiments):
        seen = draw(rng, 10)
        while True:
            n = len(seen)
            mean = float(seen.mean())
            half = float(stdtrit(n - 1, 0.975)) * float(seen.std(ddof=1)) / math.sqrt(n)
            if half <= relative * abs(mean):
                break
            seen = np.append(seen, draw(rng, 1))
        held += abs(mean - 1) <= half
        used += n
    return Stopping(held / experiments, used / experiments)


# --- selection ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Selecting:
    """Share of experiments in which the best was selected, mean replications over all alternatives."""

    correct: float
    replications: float
    two_stage_correct: float
    two_stage_replications: float


def selecting(
    experiments: int,
    means: Sequence[float],
    rho: float,
    delta: float,
    seed: int,
    deviations: Sequence[float] | None = None,
    good_within: float = 0.0,
) -> Selecting:
    """Correlated normal replications, smaller is better; who lies within ``good_within`` is correct."""
    rng = np.random.default_rng(seed)
    k = len(means)
    scale = np.ones(k) if deviations is None else np.asarray(deviations)
    root = scale[:, None] * equicorrelated(k, rho)
    centre = np.asarray(means)[:, None]
    good = set(np.flatnonzero(centre[:, 0] <= centre.min() + good_within).tolist())
    right = right_two = 0
    used = used_two = 0
    for _ in range(experiments):
        seen = centre + root @ rng.standard_normal((k, 10))
        sizes = two_stage_sizes(seen, delta)
        found = select_best(seen, delta)
        while found.selected is None:
            columns = 2 * seen.shape[1]
            seen = np.hstack([seen, centre + root @ rng.standard_normal((k, columns))])
            found = select_best(seen, delta)
        if max(sizes) > seen.shape[1]:
            more = max(sizes) - seen.shape[1]
            seen = np.hstack([seen, centre + root @ rng.standard_normal((k, more))])
        two = int(np.argmin([seen[row, :size].mean() for row, size in enumerate(sizes)]))
        right += found.selected in good
        right_two += two in good
        used += sum(found.used)
        used_two += sum(sizes)
    return Selecting(right / experiments, used / experiments, right_two / experiments, used_two / experiments)


# --- worlds ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WorldCoverage:
    """How often the intervals hold the true share of worlds in which the policy helps."""

    plain: float
    with_noise: float
    width_plain: float
    width_with_noise: float
    p95: float


def worlds_coverage(
    experiments: int, worlds: int, replications: int, mean: float, luck: float, common: float, seed: int
) -> WorldCoverage:
    """True effects N(mean, 1); luck of one replication has deviation ``luck``, of which a share is common."""
    from scipy.special import ndtr

    rng = np.random.default_rng(seed)
    truth = float(ndtr(-mean))
    plain = wide = high = 0
    width = width_wide = 0.0
    for _ in range(experiments):
        seen = rng.normal(mean, 1.0, (worlds, 1))
        seen = seen + luck * math.sqrt(common) * rng.standard_normal((1, replications))
        seen = seen + luck * math.sqrt(1 - common) * rng.standard_normal((worlds, replications))
        found = over_worlds(seen)
        plain += found.helps.low <= truth <= found.helps.high
        wide += found.helps_with_noise.low <= truth <= found.helps_with_noise.high
        width += found.helps.high - found.helps.low
        width_wide += found.helps_with_noise.high - found.helps_with_noise.low
        high += abs(found.steadied[2] - (mean + 1.645)) < abs(found.p95.mean - (mean + 1.645))
    return WorldCoverage(
        plain / experiments,
        wide / experiments,
        width / experiments,
        width_wide / experiments,
        high / experiments,
    )


def quantile_coverage(experiments: int, n: int, level: float, seed: int) -> float:
    """How often the order-statistics interval holds the quantile of uniform values (open ends reach)."""
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(experiments):
        found = quantile_of(rng.random(n), level)
        held += not (found.low > level or found.high < level)  # NaN, an open end, holds
    return held / experiments


def rank_truth(slopes: Sequence[float], luck: float) -> F64:
    """Partial rank correlations of y = slopes @ x + luck * e, all normal and independent, exactly.

    Spearman's correlation of two normals with correlation r is 6 / pi asin(r / 2) (K. Pearson 1907).
    """
    b = np.asarray(slopes)
    k = len(b)
    together = np.eye(k + 1)
    together[-1, :-1] = together[:-1, -1] = b / math.sqrt(float(b @ b) + luck**2)
    ranks = 6 / math.pi * np.arcsin(together / 2)
    inverse = np.linalg.inv(ranks)
    found: F64 = -inverse[:-1, -1] / np.sqrt(np.diag(inverse)[:-1] * inverse[-1, -1])
    return found


def rank_coverage(experiments: int, worlds: int, slopes: Sequence[float], luck: float, seed: int) -> F64:
    """How often the bootstrap interval holds each parameter's true partial rank correlation."""
    rng = np.random.default_rng(seed)
    k = len(slopes)
    truth = rank_truth(slopes, luck)
    held = np.zeros(k)
    with patch.object(deciding, "RESAMPLES", 400):
        for number in range(experiments):
            points = rng.standard_normal((worlds, k))
            effects = points @ np.asarray(slopes) + luck * rng.standard_normal(worlds)
            for one in partial_rank_correlations(points, effects, [str(p) for p in range(k)], seed=number):
                p = int(one.name)
                held[p] += one.correlation.low <= truth[p] <= one.correlation.high
    return held / experiments


# --- what is named beyond chance ---------------------------------------------------------------------------


def named_wrongly(experiments: int, worlds: int, k: int, seed: int, partial: bool) -> float:
    """Share of studies that name one or more of the k - 2 parameters without influence."""
    rng = np.random.default_rng(seed)
    names = [str(p) for p in range(k)]
    wrong = 0
    with patch.object(deciding, "RESAMPLES", 1):  # naming does not rest on the bootstrap
        for _ in range(experiments):
            ranks = np.argsort(rng.random((k, worlds)), axis=1).T
            points = (ranks + rng.random((worlds, k))) / worlds  # a Latin hypercube
            effects = 2 * points[:, 0] + points[:, 1] ** 3 + rng.exponential(0.5, worlds)
            found = (
                partial_rank_correlations(points, effects, names, seed=1)
                if partial
                else rank_correlations(points, effects, names)
            )
            wrong += any(one.clear for one in found if int(one.name) > 1)
    return wrong / experiments


def luck_named(experiments: int, pairs: int, n: int, common: float, seed: int, skewed: bool = False) -> float:
    """How often ``luck_of`` calls luck clear; ``common``: share of its variance that all pairs have alike."""
    rng = np.random.default_rng(seed)
    wrong = 0
    for _ in range(experiments):
        luck = math.sqrt(common) * rng.standard_normal((1, n))
        luck = luck + math.sqrt(1 - common) * rng.standard_normal((pairs, n))
        wrong += luck_of(np.exp(luck) - math.exp(0.5) if skewed else luck).clear()
    return wrong / experiments


def main() -> None:
    """Print all figures."""
    say = print

    for n, rho, cv in ((10, 0.5, 0.3), (10, -0.9, 0.3), (30, 0.9, 1.0)):
        say("ratio", n, rho, cv, ratio_coverage(20_000, n, rho, cv, 1))
    for m, n, rho in (
        (5, 10, 0.0),
        (42, 10, 0.0),
        (42, 10, 0.5),
        (42, 10, 0.9),
        (42, 30, 0.5),
        (42, 30, 0.9),
    ):
        say("family", m, n, rho, family_coverage(2_000, m, n, rho, 2, draws=400))
    for n in (10, 30, 100):
        say("family skewed", n, family_coverage(2_000, 20, n, 0.5, 3, skewed=True, draws=20).bonferroni)
    for name, draw in (("normal 0.3", normal(0.3)), ("lognormal 0.5", lognormal(0.5))):
        for relative in (0.2, 0.1, 0.05):
            say("stopping", name, relative, stopping(10_000, draw, relative, 4, Rounds(cap=10_000)))
            if relative > 0.05:
                say("one by one", name, relative, one_by_one(10_000, draw, relative, 4))
    say("stopping queue", stopping(4_000, queue(100, 0.9), 0.2, 4, Rounds(cap=10_000)))
    for k in (4, 5, 8):
        for rho in (0.0, 0.5, 0.9):
            slip = [*([0.5] * (k - 1)), 0.0]
            say("slippage", k, rho, selecting(6_000, slip, rho, 0.5, 5))
    say("unequal", selecting(10_000, [0.5] * 4 + [0.0], 0.5, 0.5, 6, [0.5, 1, 1, 2, 2]))
    say("spread", selecting(4_000, [2.5, 2, 1.5, 1, 0.5, 0], 0.5, 0.5, 7))
    say("close", selecting(10_000, [0.5, 0.25, 0.25, 0.1, 0.0], 0.5, 0.5, 8, good_within=0.5 - 1e-9))
    for mean, luck, common in (
        (-1.0, 1.0, 0.0),
        (-1.0, 1.0, 0.9),
        (-1.0, 3.0, 0.5),
        (0.0, 3.0, 0.0),
        (-3.0, 3.0, 0.0),
    ):
        say("worlds", mean, luck, common, worlds_coverage(2_000, 100, 5, mean, luck, common, 9))
    for n, level in ((100, 0.05), (100, 0.5), (400, 0.95)):
        say("quantile", n, level, quantile_coverage(10_000, n, level, 10))
    say("ranks", rank_coverage(500, 100, [1.0, 0.5, 0.25, 0.0, 0.0], 0.7, 11))
    say("ranks few", rank_coverage(500, 40, [1.0, 0.5, 0.25, *[0.0] * 9], 0.7, 12))
    for worlds, k, partial in ((40, 12, True), (100, 30, True), (20, 30, False), (100, 60, False)):
        say("named wrongly", worlds, k, partial, named_wrongly(2_000, worlds, k, 14, partial))
    for n in (2, 3, 5, 10):
        for common in (0.0, 0.3, 0.7, 1.0):
            normal_, lopsided_ = (luck_named(10_000, 10, n, common, 15, skewed) for skewed in (False, True))
            say("luck named", n, common, normal_, lopsided_)
    rng = np.random.default_rng(1)
    for n in (10, 30, 100, 250):
        lopsided = np.exp(0.7 * rng.standard_normal((1_000, n)))
        even = rng.standard_normal((1_000, n))
        say("warned", n, *(np.mean([paired.too_skewed(row) for row in rows]) for rows in (lopsided, even)))


if __name__ == "__main__":
    main()
