"""Precision on request: rounds of replications until every declared indicator is known well enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy.typing as npt

from kzsim.experiments.methods.inputs import F64, MethodError, matrix, same_shape, share
from kzsim.indicators.intervals import CONFIDENCE, Estimate, estimate, student_factor

State = Literal["reached", "cap", "more"]

LEAST_FIRST = 10
"""Fewer replications say too little about their own variance (Law, section 9.4.1)."""

MOST_NEEDED = 10**9
"""Above this the estimated number of replications is given as none."""


@dataclass(frozen=True)
class Rounds:
    """After how many replications precision is looked at.

    ``first`` replications, then ``growth`` times as many as before (rounded up), never more than ``cap``. A
    round that meets every target is confirmed: ``confirm`` (a share of the replications so far, at least
    ``LEAST_CONFIRM``) are added and the targets must be met again. Raises MethodError at settings that make
    no sense.
    """

    cap: int
    first: int = LEAST_FIRST
    growth: float = 1.5
    confirm: float = 0.2

    def __post_init__(self) -> None:
        if self.first < LEAST_FIRST:
            raise MethodError(f"the first round needs at least {LEAST_FIRST} replications, got {self.first}")
        if self.cap < self.first:
            raise MethodError(f"the cap ({self.cap}) is below the first round ({self.first})")
        if not 1 < self.growth <= 10:
            raise MethodError(f"growth must lie above 1 and not above 10, got {self.growth}")
        if not 0 < self.confirm <= 1:
            raise MethodError(f"confirm must lie above 0 and not above 1, got {self.confirm}")

    def next(self, n: int, met: bool) -> int:
        """The number of replications at the look after the one at ``n``."""
        wanted = n + max(LEAST_CONFIRM, math.ceil(self.confirm * n)) if met else math.ceil(self.growth * n)
        return min(self.cap, max(wanted, n + 1))


LEAST_CONFIRM = 5


@dataclass(frozen=True)
class Target:
    """One declared indicator: half-width wanted <= max(relative * |mean|, floor), floor in its unit."""

    name: str
    relative: float
    floor: float = 0.0

    def __post_init__(self) -> None:
        if not (self.relative >= 0 and self.floor >= 0 and self.relative + self.floor > 0):
            raise MethodError(f"{self.name}: a share of the mean or a floor above 0 is needed")


@dataclass(frozen=True)
class Reached:
    """Where one target stands. ``needed``: estimated replications in all, None if it cannot be told."""

    target: Target
    estimate: Estimate
    allowed: float
    met: bool
    needed: int | None


@dataclass(frozen=True)
class Precision:
    """Where the experiment stands after its ``n`` first replications.

    ``state``: ``reached`` (all targets met and confirmed), ``cap``, or ``more``: go on to ``next_n``
    replications in all (equal to ``n`` once it is over).
    """

    n: int
    next_n: int
    state: State
    targets: tuple[Reached, ...]

    def words(self) -> str:
        """One sentence for a reader: met or not, and what would be needed."""
        open_ = [one for one in self.targets if not one.met]
        if not open_:
            end = {
                "reached": "",
                "more": "; the next round is to confirm it",
                "cap": "; the cap left no round to confirm it",
            }[self.state]
            return (
                f"Every declared indicator ({len(self.targets)}) is as precise as asked after "
                f"{self.n} replications{end}."
            )
        parts = [
            f"{one.target.name} (± {one.estimate.half_width:.3g} where ± {one.allowed:.3g} was asked; "
            + (
                "how many replications it needs cannot be estimated)"
                if one.needed is None
                else f"about {one.needed} replications needed)"
            )
            for one in open_
        ]
        return (
            f"{len(open_)} of {len(self.targets)} declared indicators are not as precise as asked after "
            f"{self.n} replications: {'; '.join(parts)}."
        )


def precision(
    values: npt.ArrayLike,
    targets: Sequence[Target],
    rounds: Rounds,
    relative_to: npt.ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> Precision:
    """Where an experiment stands, from all replications it has so far, ``values`` [targets, replications].

    The looks are replayed from the first on, so the answer depends on neither the number of workers nor an
    interruption, and replications beyond the look at which it ended change nothing. For differences,
    ``relative_to`` [targets, replications] gives the baseline, of whose mean ``relative`` is a share. NaN (no
    value in a replication) is left out of an estimate. Fewer replications than the first round: state
    ``more``.

    Stopping when the interval happens to look narrow favours replications that vary too little, so the final
    interval covers less often than it says: against this there are at least ten replications, growing rounds
    instead of a look after each, and the confirming round. docs/methods.md gives the measured coverage.
    Raises MethodError.

    Source: A. M. Law (2015), Simulation Modeling and Analysis, 5th ed., section 9.4.1 (sequential procedure,
    n0 >= 10); Y. S. Chow and H. Robbins (1965), On the asymptotic theory of fixed-width sequential confidence
    intervals for the mean, Annals of Mathematical Statistics 36(2), 457-462; on the undercoverage D. I.
    Singham and L. W. Schruben (2012), Finite-sample performance of absolute precision stopping rules, INFORMS
    Journal on Computing 24(4), 624-635.
    """
    seen = matrix(values, "targets", "replications")
    share(confidence, "confidence")
    if len(seen) != len(targets):
        raise MethodError(f"{len(targets)} targets need as many rows of values, got {len(seen)}")
    scale = seen if relative_to is None else matrix(relative_to, "targets", "replications")
    same_shape(seen, scale, "values and relative_to")
    available = seen.shape[1]
    if available < rounds.first:
        return Precision(available, rounds.first, "more", _reached(seen, scale, targets, confidence))
    n, met_before = rounds.first, False
    while True:
        found = _reached(seen[:, :n], scale[:, :n], targets, confidence)
        met = all(one.met for one in found)
        if met and met_before:
            return Precision(n, n, "reached", found)
        if n >= rounds.cap:
            return Precision(n, n, "cap", found)
        following = rounds.next(n, met)
        if following > available:
            return Precision(n, following, "more", found)
        n, met_before = following, met


def _reached(values: F64, scale: F64, targets: Sequence[Target], confidence: float) -> tuple[Reached, ...]:
    found = []
    for row, base, target in zip(values, scale, targets, strict=True):
        seen = estimate(row.tolist(), confidence)
        mean = abs(estimate(base.tolist()).mean)
        allowed = target.floor if math.isnan(mean) else max(target.relative * mean, target.floor)
        met = seen.half_width <= allowed  # NaN, no interval: not met
        found.append(Reached(target, seen, allowed, met, needed(seen, allowed, confidence)))
    return tuple(found)


def needed(seen: Estimate, allowed: float, confidence: float = CONFIDENCE) -> int | None:
    """The smallest number of replications whose half-width would be ``allowed`` if their variance stayed.

    At least 2; None without an interval, or if it exceeds ``MOST_NEEDED`` (as for a mean of 0 without a
    floor). Source: Law, section 9.4.1, the fixed point n = t(n-1)^2 s^2 / allowed^2.
    """
    if math.isnan(seen.half_width):
        return None
    if seen.half_width == 0:
        return 2
    error = seen.half_width / student_factor(seen.n - 1, confidence) * math.sqrt(seen.n)
    if (
        not allowed > 0
        or student_factor(MOST_NEEDED - 1, confidence) * error / math.sqrt(MOST_NEEDED) > allowed
    ):
        return None

    def wide(n: int) -> bool:
        return student_factor(n - 1, confidence) * error / math.sqrt(n) > allowed

    low, high = 1, 2
    while wide(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wide(middle) else (low, middle)
    return high
