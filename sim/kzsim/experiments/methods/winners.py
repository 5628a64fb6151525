"""Who wins, who loses and how much, counted among the same entities under two policies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kzsim.experiments.methods.inputs import MethodError, share, vector
from kzsim.experiments.methods.ratio import ratio_of_means
from kzsim.indicators.intervals import CONFIDENCE, Estimate, estimate


@dataclass(frozen=True)
class Split:
    """The entities of one replication: how many won, lost or stayed, and the sums of hours (both >= 0).

    ``drift_h`` is the sum of the changes of those within the threshold, so that the three account for every
    hour: net change = lost_h - gained_h + drift_h.
    """

    winners: int
    losers: int
    unchanged: int
    gained_h: float
    lost_h: float
    drift_h: float

    @property
    def entities(self) -> int:
        """All entities of the replication."""
        return self.winners + self.losers + self.unchanged


@dataclass(frozen=True)
class WinnersAndLosers:
    """Means over ``n`` replications with Student-t intervals, those of shares cut at 0 and 1.

    Shares are of the entities of a replication; ``gained_h``, ``lost_h`` and ``net_h`` (alternative - base,
    negative is good) are sums in hours a replication; ``gain_per_winner_h`` and ``loss_per_loser_h`` are
    ratios of means with Fieller's interval, NaN where nobody wins or loses.
    """

    n: int
    winners: Estimate
    losers: Estimate
    unchanged: Estimate
    gained_h: Estimate
    lost_h: Estimate
    net_h: Estimate
    gain_per_winner_h: Estimate
    loss_per_loser_h: Estimate


def split(difference_h: npt.ArrayLike, threshold_h: float) -> Split:
    """Split one replication's ``difference_h`` [entities] (alternative - base, hours, smaller is better).

    Both times are capped at the follow-up before they are subtracted, so that those not through count. A
    change of exactly the threshold is none. Raises MethodError at a NaN or a negative threshold.
    """
    change = vector(difference_h, "entities")
    if np.isnan(change).any():
        raise MethodError("every entity needs a difference: cap the times at the follow-up first")
    if not threshold_h >= 0:
        raise MethodError("a threshold is not negative")
    won, lost = change < -threshold_h, change > threshold_h
    winners, losers = int(won.sum()), int(lost.sum())
    return Split(
        winners=winners,
        losers=losers,
        unchanged=len(change) - winners - losers,
        gained_h=-math.fsum(change[won].tolist()) + 0.0,
        lost_h=math.fsum(change[lost].tolist()),
        drift_h=math.fsum(change[~(won | lost)].tolist()),
    )


def winners_and_losers(splits: Sequence[Split], confidence: float = CONFIDENCE) -> WinnersAndLosers:
    """Put the replications together. Replications without entities are left out.

    A share is taken in each replication and then averaged, so that replications, the independent units, weigh
    alike; entities of one replication share its congestion and are no independent sample, so a binomial
    interval over entities would be far too narrow. Cutting an interval at 0 and 1 takes no true value out of
    it. Raises MethodError without any replication.

    Source: A. M. Law (2015), Simulation Modeling and Analysis, 5th ed., section 9.4.1 (replications as the
    unit).
    """
    share(confidence, "confidence")
    kept = [one for one in splits if one.entities > 0]
    if not kept:
        raise MethodError("no replication has entities to compare")

    def part(counts: list[int]) -> Estimate:
        whole = estimate((count / one.entities for count, one in zip(counts, kept, strict=True)), confidence)
        if math.isnan(whole.low):
            return whole
        return Estimate(whole.mean, max(whole.low, 0.0), min(whole.high, 1.0), whole.n)

    winners, losers = [one.winners for one in kept], [one.losers for one in kept]
    gained, lost = [one.gained_h for one in kept], [one.lost_h for one in kept]
    return WinnersAndLosers(
        n=len(kept),
        winners=part(winners),
        losers=part(losers),
        unchanged=part([one.unchanged for one in kept]),
        gained_h=estimate(gained, confidence),
        lost_h=estimate(lost, confidence),
        net_h=estimate((one.lost_h - one.gained_h + one.drift_h for one in kept), confidence),
        gain_per_winner_h=ratio_of_means(gained, winners, confidence),
        loss_per_loser_h=ratio_of_means(lost, losers, confidence),
    )
