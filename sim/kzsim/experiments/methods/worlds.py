"""Many possible borders: in what share of them a policy helps, and how large its effect may be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import MethodError, complete, matrix, share
from kzsim.experiments.methods.noise import noise_of
from kzsim.experiments.methods.paired import Better
from kzsim.experiments.methods.proportions import quantile_of, share_of
from kzsim.indicators.intervals import CONFIDENCE, Estimate, student_factor

LEAST_WORLDS = 20
"""Fewer points say next to nothing about a share or a fifth percentile."""


@dataclass(frozen=True)
class Worlds:
    """The effect of a policy over ``n`` worlds (points of the evidence ranges).

    ``helps``: share of worlds whose mean difference is better than the threshold, Wilson's interval.
    ``helps_with_noise``: the same share, with the interval widened by the worlds whose own replications leave
    it open: its low end counts only those that surely help, its high end all that may. ``surely_helps``,
    ``surely_not``, ``open``: numbers of such worlds, they sum to ``n``. ``p5``, ``p50``, ``p95``: quantiles
    of the mean difference over worlds, in the indicator's unit, with intervals from order statistics (an end
    is NaN where the worlds are too few for it). ``noise_share``: the share of the variance between worlds
    that is replication luck, NaN with one replication. ``steadied``: the same three quantiles with deviations
    from the mean shrunk by sqrt(1 - noise_share).
    """

    n: int
    helps: Estimate
    helps_with_noise: Estimate
    surely_helps: int
    surely_not: int
    open: int
    p5: Estimate
    p50: Estimate
    p95: Estimate
    noise_share: float
    steadied: tuple[float, float, float]


def over_worlds(
    differences: npt.ArrayLike,
    threshold: float = 0.0,
    *,
    better: Better = "smaller",
    confidence: float = CONFIDENCE,
) -> Worlds:
    """Sum up ``differences`` [worlds, replications]: alternative - base, paired within each replication.

    Worlds are points of a Latin hypercube over the evidence ranges. Counting and order statistics take them
    as independent draws; a Latin hypercube estimates a mean or share with a variance at most n / (n - 1)
    times that, and usually less, so the intervals err on the wide side.

    Two things are unknown about a world's sign: which world we live in, and what its true mean is, for a
    world has only a few replications. The second is treated by a Student-t interval of each world's mean
    (``confidence``): a world surely helps if the whole of it does. Nothing is assumed about how the luck of
    different worlds is related, so the same seeds may be used in all. ``noise_share`` is that of
    ``noise_of``: luck that moves all worlds alike spreads none apart. The shrinking of ``steadied`` gives the
    quantiles the variance that the true means have; it takes the rest of the luck as independent between
    worlds, and does not know the luck that they share, of which the interval of the mean speaks. Raises
    MethodError.

    Sources: M. D. McKay, R. J. Beckman and W. J. Conover (1979), A comparison of three methods for selecting
    values of input variables, Technometrics 21(2), 239-245; A. B. Owen (1997), Monte Carlo variance of
    scrambled net quadrature, SIAM Journal on Numerical Analysis 34(5), 1884-1910 (the bound n / (n - 1)); T.
    A. Louis (1984), Estimating a population of parameter values using Bayes and empirical Bayes methods,
    Journal of the American Statistical Association 79, 393-398 (shrinking to the right variance).
    """
    seen = complete(matrix(differences, "worlds", "replications"), "world")
    share(confidence, "confidence")
    if not threshold >= 0:
        raise MethodError("a threshold is not negative")
    n, replications = seen.shape
    if n < LEAST_WORLDS:
        raise MethodError(f"at least {LEAST_WORLDS} worlds are needed, there are {n}")
    sign = 1.0 if better == "larger" else -1.0
    means = seen.mean(axis=1)
    gain = sign * means
    half = np.full(n, math.inf)
    if replications > 1:
        error = seen.std(axis=1, ddof=1) / math.sqrt(replications)
        half = student_factor(replications - 1, confidence) * error
    surely = int((gain - half > threshold).sum())
    never = int((gain + half <= threshold).sum())
    helps = share_of(int((gain > threshold).sum()), n, confidence)
    noise = noise_of(seen).share
    quantiles = [quantile_of(means, level, confidence) for level in (0.05, 0.5, 0.95)]
    centre = float(means.mean())
    # NaN (one replication, or no spread at all) leaves them as they are seen
    shrink = 1.0 if math.isnan(noise) else math.sqrt(1 - noise)
    p5, p50, p95 = (centre + shrink * (one.mean - centre) for one in quantiles)
    return Worlds(
        n=n,
        helps=helps,
        helps_with_noise=Estimate(
            helps.mean,
            share_of(surely, n, confidence).low,
            share_of(n - never, n, confidence).high,
            n,
        ),
        surely_helps=surely,
        surely_not=never,
        open=n - surely - never,
        p5=quantiles[0],
        p50=quantiles[1],
        p95=quantiles[2],
        noise_share=noise,
        steadied=(p5, p50, p95),
    )
