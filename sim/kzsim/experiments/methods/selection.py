"""Which alternative is best? Fully sequential selection that knows when it has seen enough."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, matrix
from kzsim.experiments.methods.paired import Better
from kzsim.indicators.intervals import student_factor

State = Literal["first stage", "screening", "selected"]

LEAST_FIRST_STAGE = 3
"""Below it the variance of a difference has one degree of freedom and sample sizes explode."""


@dataclass(frozen=True)
class Selection:
    """Where the search for the best alternative stands.

    ``survivors``: alternatives (row numbers) still in the race, ascending; ``dropped_at`` [alternatives]: the
    number of replications at which each was eliminated, 0 while it survives. ``used`` [alternatives]:
    replications that the procedure has used of each. ``selected``: the row number of the best, None before
    ``state`` is ``selected``. ``next_n``: at least so many replications in all are needed of each survivor
    before anything can change; ``at_most``: with so many it is surely over (both equal to the replications
    used once it is). ``delta``, ``alpha``: the promise. ``falls_at`` [survivors]: by the differences seen so
    far, an estimate of the replications at which each falls behind the leading one for good, the leader's own
    0; empty unless ``state`` is ``screening``.
    """

    state: State
    survivors: tuple[int, ...]
    dropped_at: tuple[int, ...]
    used: tuple[int, ...]
    selected: int | None
    next_n: int
    at_most: int | None
    delta: float
    alpha: float
    falls_at: tuple[int, ...] = ()

    @property
    def about(self) -> int | None:
        """Estimated replications of the survivors until one is left; None where nothing is known yet."""
        return max(self.falls_at, default=None)

    def guarantee(self) -> str:
        """What the procedure promises, in words."""
        return (
            f"With probability at least {100 * (1 - self.alpha):g} % the selected alternative is the best "
            f"one, if the best is better than every other by at least {self.delta:g}. If others come closer "
            "than that, one of them may be selected instead. Replications are taken as normally distributed "
            "and independent of one another."
        )


def select_best(
    observations: npt.ArrayLike,
    delta: float,
    *,
    alpha: float = 0.05,
    first_stage: int = 10,
    better: Better = "smaller",
) -> Selection:
    """Procedure KN on what has been observed so far, ``observations`` [alternatives, replications].

    Column r of all alternatives comes from the same random numbers; the procedure works on differences, so
    their correlation makes it faster and its promise holds all the same. The first ``first_stage``
    replications of all estimate the variances of the differences; from then on an alternative is dropped as
    soon as its running sum falls behind that of a survivor by more than a triangular boundary that shrinks to
    nothing. An alternative dropped after r replications needs no more: NaN from there on. The decisions are
    replayed replication by replication in column order: they do not depend on the size of the batches in
    which replications were made, which may only make some of them superfluous. Between equal means the first
    row is taken.

    Raises MethodError: fewer than two alternatives, delta <= 0, alpha not in (0, 1 - 1/k), a gap in the
    observations of a survivor.

    Source: S.-H. Kim and B. L. Nelson (2001), A fully sequential procedure for indifference-zone selection in
    simulation, ACM Transactions on Modeling and Computer Simulation 11(3), 251-273, with c = 1.
    """
    seen = matrix(observations, "alternatives", "replications", 0)
    k, columns = seen.shape
    _check(k, delta, alpha, first_stage)
    value = seen if better == "larger" else -seen
    n0 = first_stage
    if columns < n0:
        whole = tuple(range(k))
        return Selection("first stage", whole, (0,) * k, (columns,) * k, None, n0, None, delta, alpha)
    if np.isnan(value[:, :n0]).any():
        raise MethodError(f"all alternatives need their first {n0} replications")
    boundary = _boundary(value[:, :n0], alpha)  # h^2 S^2 [k, k]
    used = min(columns, _last(boundary, delta, n0))
    fallen = _first_falls(value[:, :used], boundary, delta, n0)
    alive, dropped, level = _race(fallen, boundary, delta, n0)
    left = _last(boundary[np.ix_(alive, alive)], delta, n0)
    if len(alive) > 1 and level <= used:
        # No boundary is left between them: only alternatives with equal sums are still together.
        best = max(alive, key=lambda row: (float(np.sum(value[row, :level])), -row))
        dropped = [level if row in alive and row != best else at for row, at in enumerate(dropped)]
        alive = [best]
    over = max(dropped) if len(alive) == 1 else used
    taken = tuple(at or over for at in dropped)
    _no_gap(value, taken)
    if len(alive) == 1:
        return Selection("selected", tuple(alive), tuple(dropped), taken, alive[0], over, over, delta, alpha)
    falls = _outlook(value[alive, :used].mean(axis=1), boundary[np.ix_(alive, alive)], delta, used)
    return Selection(
        "screening", tuple(alive), tuple(dropped), taken, None, used + 1, left, delta, alpha, falls
    )


def two_stage_sizes(first_stage: npt.ArrayLike, delta: float, *, alpha: float = 0.05) -> tuple[int, ...]:
    """Replications in all that a two-stage procedure asks of each alternative, from its first stage.

    ``first_stage`` [alternatives, replications], under common random numbers. The alternative with the best
    mean of that many replications is then the best with probability 1 - alpha under the same conditions as
    with ``select_best``, which needs fewer; this one is known in advance, for planning. Raises MethodError.

    Source: G. M. Clark and W.-N. Yang (1986), A Bonferroni selection procedure when using common random
    numbers with unknown variances, Proceedings of the 1986 Winter Simulation Conference, 313-315.
    """
    seen = matrix(first_stage, "alternatives", "replications", LEAST_FIRST_STAGE)
    k, n0 = seen.shape
    _check(k, delta, alpha, n0)
    if np.isnan(seen).any():
        raise MethodError("all alternatives need all replications of the first stage")
    t = student_factor(n0 - 1, 1 - 2 * alpha / (k - 1))
    wanted = np.ceil(t**2 * _variances(seen) / delta**2).max(axis=1)
    return tuple(max(n0, int(size)) for size in wanted)


def _check(k: int, delta: float, alpha: float, n0: int) -> None:
    if k < 2:
        raise MethodError(f"selection needs at least two alternatives, got {k}")
    if not (delta > 0 and math.isfinite(delta)):
        raise MethodError(f"the smallest difference worth detecting (delta) must be above 0, got {delta}")
    if not 0 < alpha < 1 - 1 / k:
        raise MethodError(f"alpha must lie between 0 and {1 - 1 / k:.3g} for {k} alternatives, got {alpha}")
    if n0 < LEAST_FIRST_STAGE:
        raise MethodError(f"the first stage needs at least {LEAST_FIRST_STAGE} replications, got {n0}")


def _variances(value: F64) -> F64:
    """Sample variances of all pairwise differences, float64 [k, k]."""
    difference = value[:, None, :] - value[None, :, :]
    found: F64 = difference.var(axis=2, ddof=1)
    return found


def _boundary(first: F64, alpha: float) -> F64:
    """h^2 times the variances of the differences, float64 [k, k]; h^2 = 2 eta (n0 - 1)."""
    k, n0 = first.shape
    eta = 0.5 * ((2 * alpha / (k - 1)) ** (-2 / (n0 - 1)) - 1)
    found: F64 = 2 * eta * (n0 - 1) * _variances(first)
    return found


def _last(boundary: F64, delta: float, n0: int) -> int:
    """The number of replications at which every pair's boundary has shrunk to nothing."""
    longest = float(boundary.max()) / delta**2
    if longest > 2**53:
        raise MethodError("delta is too small beside the variances: no number of replications would do")
    return max(n0, math.floor(longest) + 1)


def _first_falls(value: F64, boundary: F64, delta: float, n0: int) -> F64:
    """[i, l]: the replications at which i first lies below l by more than the boundary, inf if never.

    NaN (dropped, not observed) compares as false.
    """
    total = np.cumsum(value, axis=1)[:, n0 - 1 :]
    r = np.arange(n0, value.shape[1] + 1)
    fallen = np.full(boundary.shape, np.inf)
    for i in range(len(value)):
        allowance = np.maximum(0.0, boundary[i][:, None] / (2 * delta) - delta * r / 2)
        below = total[i] < total - allowance
        fallen[i] = np.where(below.any(axis=1), n0 + np.argmax(below, axis=1), np.inf)
    np.fill_diagonal(fallen, np.inf)
    return fallen


def _outlook(means: F64, boundary: F64, delta: float, used: int) -> tuple[int, ...]:
    """When each would meet its boundary with the leader if the difference of their means stayed as it is."""
    leader = int(np.argmax(means))
    behind = means[leader] - means
    at = np.ceil(boundary[leader] / (delta * (2 * behind + delta)))
    at = np.maximum(at, used + 1)
    at[leader] = 0
    return tuple(int(number) for number in at)


def _race(fallen: F64, boundary: F64, delta: float, n0: int) -> tuple[list[int], list[int], int]:
    """Survivors, when the others were dropped, and when the survivors' boundaries are gone.

    All who fall at one replication fall together, by comparison with those who were in before it. The race
    ends where no boundary is left between any two survivors, also if their sums are equal there.
    """
    k = len(fallen)
    alive, dropped, now = list(range(k)), [0] * k, n0
    while True:
        inside = np.ix_(alive, alive)
        level = max(now, _last(boundary[inside], delta, n0))
        at = float(fallen[inside].min())
        if len(alive) == 1 or at > level:
            return alive, dropped, level
        now = int(at)
        out = {alive[row] for row in np.flatnonzero((fallen[inside] == at).any(axis=1))}
        for row in out:
            dropped[row] = now
        alive = [row for row in alive if row not in out]


def _no_gap(value: F64, taken: tuple[int, ...]) -> None:
    for row, used in enumerate(taken):
        if np.isnan(value[row, :used]).any():
            raise MethodError(f"alternative {row} has a gap in its first {used} replications")
