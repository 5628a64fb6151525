"""Morris screening: which of many parameters matter at all, from few runs."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, complete, matrix, share
from kzsim.experiments.methods.luck import Luck, luck_of
from kzsim.experiments.methods.noise import Noise, noise_of
from kzsim.experiments.methods.ranges import Range, check_ranges, scaled, unit_problem
from kzsim.indicators.intervals import CONFIDENCE, Estimate

LEAST_TRAJECTORIES = 4
RESAMPLES = 1000


@dataclass(frozen=True)
class MorrisDesign:
    """Points to be run: ``unit`` and ``points``, both float64 [points, parameters].

    ``points`` are parameter values in their units. Rows come in trajectories of parameters + 1 points; each
    step moves one parameter by ``step`` of its quantile range.
    """

    ranges: tuple[Range, ...]
    trajectories: int
    step: float
    unit: F64
    points: F64


@dataclass(frozen=True)
class Effect:
    """A parameter's elementary effects: change of the output per whole quantile range.

    ``mean`` keeps the sign and may cancel; ``size`` (Morris's mu*) is the mean absolute effect; ``spread``
    (sigma) their standard deviation: non-linearity, interaction and noise. The latter two have percentile
    bootstrap intervals over trajectories. ``noise_size``: the ``size`` that the luck of the replications
    would give this parameter if it had no effect, from its own effects in each replication; ``luck`` the
    test whether there is more than that. Both are NaN with one replication.
    """

    name: str
    mean: float
    size: Estimate
    spread: Estimate
    noise_size: float
    luck: Luck


@dataclass(frozen=True)
class Screening:
    """Effects in the order of the parameters; ``noise``: how much of the spread between points is luck."""

    effects: tuple[Effect, ...]
    noise: Noise

    def ranked(self) -> tuple[Effect, ...]:
        """Effects with the largest ``size`` first; equal ones in the order of the parameters."""
        return tuple(sorted(self.effects, key=lambda one: -np.nan_to_num(one.size.mean)))


def morris_design(
    ranges: Sequence[Range], trajectories: int, *, seed: int, levels: int = 4, candidates: int | None = None
) -> MorrisDesign:
    """Morris trajectories: ``trajectories`` * (parameters + 1) points.

    ``levels`` (even) is the number of grid levels of the quantile range, 0 and 1 among them: the ends of the
    evidence range are tried. With ``candidates`` > trajectories, so many are drawn and those that lie
    furthest apart kept (two to ten times ``trajectories``). Same seed, same points. Raises MethodError.

    Sources: M. D. Morris (1991), Factorial sampling plans for preliminary computational experiments,
    Technometrics 33(2), 161-174; F. Campolongo, J. Cariboni and A. Saltelli (2007), An effective screening
    design for sensitivity analysis of large models, Environmental Modelling & Software 22(10), 1509-1518; the
    choice among candidates: M. V. Ruano et al. (2012), same journal 37, 103-109. Sampling by SALib.
    """
    from SALib.sample import morris

    check_ranges(ranges)
    if len(ranges) < 2:
        raise MethodError("screening needs at least two parameters")
    if trajectories < LEAST_TRAJECTORIES:
        raise MethodError(f"screening needs at least {LEAST_TRAJECTORIES} trajectories, got {trajectories}")
    if levels < 4 or levels % 2:
        raise MethodError(f"levels must be an even number from 4 on, got {levels}")
    if candidates is not None and candidates <= trajectories:
        raise MethodError(f"candidates ({candidates}) must exceed the trajectories ({trajectories})")
    unit = np.asarray(
        morris.sample(
            unit_problem(ranges),
            candidates or trajectories,
            num_levels=levels,
            optimal_trajectories=trajectories if candidates else None,
            seed=np.random.default_rng(seed),
        ),
        dtype=np.float64,
    )
    unit = np.clip(unit, 0.0, 1.0)  # the last bit of 1/3 + 2/3
    step = levels / (2 * (levels - 1))
    return MorrisDesign(tuple(ranges), trajectories, step, unit, scaled(unit, ranges))


def morris_effects(
    design: MorrisDesign,
    outputs: npt.ArrayLike,
    *,
    seed: int,
    confidence: float = CONFIDENCE,
    gaps: bool = False,
) -> Screening:
    """Effects of ``design``'s parameters on ``outputs`` [points, replications].

    The mean over replications is analysed. Whole trajectories are drawn again with replacement, since the
    effects of one trajectory share their points. ``outputs`` must be complete unless ``gaps`` are allowed: a
    point without a value then takes the two effects away that rest on it, ``n`` counts those left, and a
    parameter with fewer than ``LEAST_TRAJECTORIES`` of them has NaN. Raises MethodError.

    Source: as ``morris_design``; bootstrap over trajectories: G. E. B. Archer, A. Saltelli and I. M. Sobol'
    (1997), Sensitivity measures, ANOVA-like techniques and the use of bootstrap, Journal of Statistical
    Computation and Simulation 58(2), 99-120.
    """
    seen = matrix(outputs, "points", "replications")
    if not gaps:
        complete(seen, "point")
    share(confidence, "confidence")
    if len(seen) != len(design.unit):
        raise MethodError(f"the design has {len(design.unit)} points, got outputs of {len(seen)}")
    means = seen.mean(axis=1)
    there = ~np.isnan(means)
    if there.sum() < 2:
        raise MethodError("hardly any point has a value")
    effects = elementary_effects(design, means)
    left = (~np.isnan(effects)).sum(axis=0)
    effects[:, left < LEAST_TRAJECTORIES] = np.nan
    drawn = np.random.default_rng(seed).integers(design.trajectories, size=(RESAMPLES, design.trajectories))
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    with warnings.catch_warnings():
        # a parameter, or a resample of it, without any effect left has no mean: NaN is the answer
        warnings.simplefilter("ignore", RuntimeWarning)
        mean, size = np.nanmean(effects, axis=0), np.nanmean(np.abs(effects), axis=0)
        spread = np.nanstd(effects, axis=0, ddof=1)
        sizes = np.nanmean(np.abs(effects)[drawn], axis=1)
        spreads = np.nanstd(effects[drawn], axis=1, ddof=1)
        size_low, size_high = np.nanquantile(sizes, tails, axis=0)
        spread_low, spread_high = np.nanquantile(spreads, tails, axis=0)
    each = np.stack([elementary_effects(design, column) for column in seen.T], axis=-1)
    each[:, left < LEAST_TRAJECTORIES] = np.nan
    lucks = [luck_of(each[:, p]) for p in range(len(design.ranges))]
    return Screening(
        effects=tuple(
            Effect(
                name=one.name,
                mean=float(mean[p]),
                size=Estimate(float(size[p]), float(size_low[p]), float(size_high[p]), int(left[p])),
                spread=Estimate(float(spread[p]), float(spread_low[p]), float(spread_high[p]), int(left[p])),
                # the mean absolute value of a normal number is sqrt(2/pi) deviations
                noise_size=math.sqrt(2 / math.pi) * lucks[p].deviation,
                luck=lucks[p],
            )
            for p, one in enumerate(design.ranges)
        ),
        noise=noise_of(seen[there]),
    )


def elementary_effects(design: MorrisDesign, means: F64) -> F64:
    """Change per whole quantile range, float64 [trajectories, parameters]; ``means`` [points]."""
    k = len(design.ranges)
    path = design.unit.reshape(design.trajectories, k + 1, k)
    moved = np.diff(path, axis=1)
    which = np.argmax(np.abs(moved), axis=2)
    change = np.diff(means.reshape(design.trajectories, k + 1), axis=1)
    found = np.empty((design.trajectories, k))
    sign = np.sign(np.take_along_axis(moved, which[:, :, None], axis=2)[:, :, 0])
    np.put_along_axis(found, which, sign * change / design.step, axis=1)
    return found
