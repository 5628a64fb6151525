"""A mode as a whole: what passes and how long it takes over all crossings, replication by replication."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim.brief.content import KeyNumber
from kzsim.brief.spoken import between, change, figure
from kzsim.indicators.intervals import Estimate, estimate
from kzsim.indicators.layout import ALL, HEADLINE

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.language import Speaker

SUMMED = ("throughput_per_day", "tonnes_per_day")
WEIGHED = ("crossing_time", "delay")


@dataclass(frozen=True)
class Totals:
    """Values of a mode's first class (all trucks, loaded trains) by indicator, one a replication.

    ``throughput_per_day`` and ``tonnes_per_day`` are sums over crossings and directions; ``crossing_time``
    and ``delay`` (hours) are means over everybody followed.
    """

    mode: str
    by_name: Mapping[str, tuple[float, ...]]

    def estimate(self, name: str) -> Estimate:
        """Mean over the replications with its 95 % interval."""
        return estimate(self.by_name[name])

    def difference(self, other: Totals, name: str) -> Estimate:
        """What is here less the other, paired by replication, with its 95 % interval."""
        pairs = zip(self.by_name[name], other.by_name[name], strict=True)
        return estimate(here - base for here, base in pairs)


def totals(replications: pd.DataFrame) -> tuple[Totals, ...]:
    """The modes of a table ``replications``, in its order."""
    found = []
    for mode in dict.fromkeys(replications["mode"]):
        own = replications[
            (replications["mode"] == mode)
            & (replications["class"] == HEADLINE.get(mode, ALL))
            & (replications["corridor"] == ALL)
        ]
        by_replication = [rows for _, rows in own.groupby("replication", sort=True)]
        values = {
            name: tuple(math.fsum(rows[name].fillna(0.0)) for rows in by_replication) for name in SUMMED
        }
        for name in WEIGHED:
            values[name] = tuple(_mean(rows[name], rows["cohort"]) for rows in by_replication)
        found.append(Totals(str(mode), values))
    return tuple(found)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    pairs = [(value, weight) for value, weight in zip(values, weights, strict=True) if weight > 0]
    total = math.fsum(weight for _, weight in pairs)
    return math.fsum(value * weight for value, weight in pairs) / total if total else math.nan


def key_numbers(
    say: Speaker, here: Sequence[Totals], base: Sequence[Totals], against: str
) -> tuple[KeyNumber, ...]:
    """Throughput, crossing time and delay of each mode, with what changed against ``base``."""
    before = {one.mode: one for one in base}
    found = []
    for one in here:
        rail = one.mode == "rail"
        labels = {
            "throughput_per_day": say("Loaded trains per day") if rail else say("Trucks per day"),
            "crossing_time": say("Mean crossing time of loaded trains, h")
            if rail
            else say("Mean crossing time of trucks, h"),
            "delay": say("of it delay, loaded trains, h") if rail else say("of it delay, trucks, h"),
        }
        for name, label in labels.items():
            seen = one.estimate(name)
            note = ""
            if one.mode in before and name == "crossing_time":
                moved = one.difference(before[one.mode], name)
                note = say(
                    "{change} h against {base}",
                    change=change(say, moved.mean, moved.low, moved.high),
                    base=against,
                )
            found.append(
                KeyNumber(
                    label,
                    figure(say, seen.mean),
                    between(say, seen.low, seen.high, like=seen.mean) or say("no interval"),
                    note,
                )
            )
    return tuple(found)
