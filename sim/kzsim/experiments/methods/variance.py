"""Sobol' indices: how much of the variance of an output each parameter is answerable for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, complete, matrix, share
from kzsim.experiments.methods.luck import Luck, luck_of
from kzsim.experiments.methods.noise import Noise, noise_of
from kzsim.experiments.methods.ranges import Range, check_ranges, scaled, unit_problem
from kzsim.indicators.intervals import CONFIDENCE, Estimate

RESAMPLES = 1000


@dataclass(frozen=True)
class SobolDesign:
    """Points to be run: ``unit`` and ``points`` (parameter values), both float64 [points, parameters].

    ``base`` * (parameters + 2) points in Saltelli's order: A, A with one column of B each, B.
    """

    ranges: tuple[Range, ...]
    base: int
    unit: F64
    points: F64


@dataclass(frozen=True)
class Index:
    """Shares of the output's variance: ``first`` by the parameter alone, ``total`` with its interactions.

    Percentile bootstrap intervals over the base points. Estimates may fall a little outside [0, 1].
    ``noise_total``: the total index that the luck of the replications would give this parameter if it had no
    effect, from its own pairs of points in each replication; ``luck`` the test whether there is more than
    that. Both are NaN with one replication.
    """

    name: str
    first: Estimate
    total: Estimate
    noise_total: float
    luck: Luck


@dataclass(frozen=True)
class Variances:
    """Indices in the order of the parameters, NaN if the output does not vary at all.

    Noise that differs from point to point adds about ``noise.share`` to a total index, more or less where a
    parameter's own pairs differ by more or less luck (``noise_total``), and multiplies first-order indices by
    1 - ``noise.share``.
    """

    indices: tuple[Index, ...]
    variance: float
    noise: Noise

    def ranked(self) -> tuple[Index, ...]:
        """Indices with the largest total first; equal ones in the order of the parameters."""
        return tuple(sorted(self.indices, key=lambda one: -one.total.mean))


def sobol_design(ranges: Sequence[Range], base: int, *, seed: int) -> SobolDesign:
    """Saltelli's sample for first and total indices from a scrambled Sobol' sequence.

    ``base`` must be a power of two (the balance of the sequence rests on it), 64 at least; same seed, same
    points. Raises MethodError.

    Sources: I. M. Sobol' (2001), Global sensitivity indices for nonlinear mathematical models and their Monte
    Carlo estimates, Mathematics and Computers in Simulation 55, 271-280; A. Saltelli et al. (2010), Variance
    based sensitivity analysis of model output, Computer Physics Communications 181(2), 259-270. Sampling by
    SALib.
    """
    from SALib.sample import sobol

    check_ranges(ranges)
    if len(ranges) < 2:
        raise MethodError("shares of variance need at least two parameters")
    if base < 64 or base & (base - 1):
        raise MethodError(f"base must be a power of two from 64 on, got {base}")
    unit = np.asarray(
        sobol.sample(unit_problem(ranges), base, calc_second_order=False, seed=np.random.default_rng(seed)),
        dtype=np.float64,
    )
    return SobolDesign(tuple(ranges), base, unit, scaled(unit, ranges))


def sobol_indices(
    design: SobolDesign, outputs: npt.ArrayLike, *, seed: int, confidence: float = CONFIDENCE
) -> Variances:
    """First and total indices of ``outputs`` [points, replications], complete; the means are analysed.

    Raises MethodError.

    Sources: estimators of Saltelli et al. (2010), table 2 (b) and (f); bootstrap: Archer, Saltelli and Sobol'
    (1997), Journal of Statistical Computation and Simulation 58(2), 99-120. Computed by SALib.
    """
    from SALib.analyze import sobol

    seen = complete(matrix(outputs, "points", "replications"), "point")
    share(confidence, "confidence")
    if len(seen) != len(design.unit):
        raise MethodError(f"the design has {len(design.unit)} points, got outputs of {len(seen)}")
    means = seen.mean(axis=1)
    noise = noise_of(seen)
    if np.ptp(means) == 0:
        nothing = Estimate(math.nan, math.nan, math.nan, design.base)
        unknown = Luck(math.nan, math.nan)
        return Variances(
            tuple(Index(one.name, nothing, nothing, math.nan, unknown) for one in design.ranges), 0.0, noise
        )
    found = sobol.analyze(
        unit_problem(design.ranges),
        means,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        conf_level=confidence,
        keep_resamples=True,
        seed=seed + 1,  # 0 would mean "no seed" there
    )

    def estimate(name: str, p: int) -> Estimate:
        drawn = found[f"{name}_conf_all"][:, p]
        low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
        return Estimate(float(found[name][p]), float(low), float(high), design.base)

    block = seen.reshape(design.base, len(design.ranges) + 2, -1)
    variance = float(np.var(means.reshape(design.base, -1)[:, [0, -1]]))

    def index(name: str, p: int) -> Index:
        luck = luck_of(block[:, 1 + p] - block[:, 0])
        known = variance > 0 and not math.isnan(luck.deviation)
        level = luck.deviation**2 / (2 * variance) if known else math.nan
        return Index(name, estimate("S1", p), estimate("ST", p), level, luck)

    return Variances(
        tuple(index(one.name, p) for p, one in enumerate(design.ranges)), float(means.var(ddof=1)), noise
    )
