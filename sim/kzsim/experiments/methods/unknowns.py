"""The three intervals that must never be mixed, side by side and each in a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kzsim.experiments.methods.worlds import Worlds
from kzsim.indicators.intervals import CONFIDENCE, Estimate


@dataclass(frozen=True)
class Met:
    """What a single shipper meets: quantiles between trucks (or trains), pooled over replications."""

    p10: float
    p50: float
    p90: float
    p95: float


@dataclass(frozen=True)
class Unknown:
    """What is not known about the border: quantiles over ``worlds`` points of the evidence ranges."""

    p5: float
    p50: float
    p95: float
    worlds: int

    @classmethod
    def of(cls, found: Worlds) -> Unknown:
        """The quantiles of an effect over worlds, cleared of replication luck where that is known."""
        return cls(*found.steadied, found.n)


@dataclass(frozen=True)
class ThreeIntervals:
    """One indicator (``what``, in ``unit``): its mean and the three things that blur it.

    ``precision``: Student-t interval of the mean over replications; ``met`` and ``unknown`` are None where
    they were not asked for or make no sense (a share has no quantiles between trucks). ``confidence`` is that
    of ``precision``.

    Source: Guide to the Expression of Uncertainty in Measurement (JCGM 100:2008) for keeping apart what
    repeats reduce and what they do not; statistical against parameter uncertainty in simulation as in R. R.
    Barton, H. Lam and E. Song (2022), Input uncertainty in stochastic simulation, in The Palgrave Handbook of
    Operations Research, 573-620.
    """

    what: str
    unit: str
    precision: Estimate
    met: Met | None = None
    unknown: Unknown | None = None
    confidence: float = CONFIDENCE

    def words(self) -> tuple[str, str, str]:
        """Three sentences: precision of the estimate, what a shipper meets, what is not known."""
        return (self._precision(), self._met(), self._unknown())

    def _precision(self) -> str:
        seen = self.precision
        lead = f"Precision of the estimate: the mean {self.what} is {self._said(seen.mean)}"
        if math.isnan(seen.low):
            return f"{lead}; one replication gives no interval."
        return (
            f"{lead}, between {self._said(seen.low)} and {self._said(seen.high)} with "
            f"{100 * self.confidence:g} % confidence over {seen.n} replications; more replications make this "
            "narrower."
        )

    def _met(self) -> str:
        if self.met is None:
            return "What a shipper meets: not asked for."
        met = self.met
        return (
            f"What a shipper meets: half have {self._said(met.p50)} or less, one in ten "
            f"{self._said(met.p10)} or less, one in ten more than {self._said(met.p90)}, one in twenty more "
            f"than {self._said(met.p95)}; "
            "no number of replications changes this."
        )

    def _unknown(self) -> str:
        lead = "What is not known about the border:"
        if self.unknown is None:
            return f"{lead} not asked for; the other two take every parameter as known."
        seen = self.unknown
        return (
            f"{lead} over {seen.worlds} worlds within the evidence ranges the mean lies between "
            f"{self._said(seen.p5)} and {self._said(seen.p95)} in nine of ten, and in half of them below "
            f"{self._said(seen.p50)}; parameters are taken as independent and triangular, which is an "
            "assumption. Only better evidence makes this narrower."
        )

    def _said(self, value: float) -> str:
        number = "unknown" if math.isnan(value) else f"{value:.3g}"
        return f"{number} {self.unit}".rstrip()
