"""Headings of the tables beside charts, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kzsim.language import Speaker

_ENDS = ("low", "high", "p5", "p10", "p50", "p90", "p95")
_OF_A_KEY = re.compile(r"(?P<key>[^\s\[]+)(?: \[(?P<unit>[^\]]+)\])?")


def heading(say: Speaker, name: str) -> str:
    """A column in words: one that is known, an end of one, or a key of a sweep with its unit.

    The name itself, without its low lines, of one that has no words.
    """
    known = _known(say)
    if name in known:
        return known[name]
    stem, _, end = name.rpartition("_")
    if stem in known and end in _ENDS:
        return say("{what}, {end}", what=known[stem], end=_end(say, end))
    parts = _OF_A_KEY.fullmatch(name)
    if parts is not None and (words := say.parameter(parts["key"])) != parts["key"]:
        return say("{what}, {unit}", what=words, unit=say.unit(parts["unit"])) if parts["unit"] else words
    return name.replace("_", " ")


def _end(say: Speaker, end: str) -> str:
    ends = {"low": say("lower end"), "high": say("upper end")}
    return ends.get(end, end.upper())


def _known(say: Speaker) -> dict[str, str]:
    return {**_cells(say), **_values(say), **_of_worlds(say)}


def _cells(say: Speaker) -> dict[str, str]:
    """Columns that say of what a row is."""
    return {
        "crossing": say("Crossing"),
        "mode": say("Mode"),
        "direction": say("Direction"),
        "class": say("Goods"),
        "corridor": say("Corridor"),
        "account": say("Account"),
        "nature": say("Kind of time"),
        "indicator": say("Indicator"),
        "unit": say("Unit"),
        "side": say("Side"),
        "stage": say("Stage"),
        "element": say("Tracks"),
        "pool": say("Who works there"),
        "alternative": say("Alternative"),
        "title": say("Title"),
        "point": say("Point"),
        "run": say("Run"),
        "day": say("Day"),
        "date": say("Day"),
        "month": say("Month"),
        "weekday": say("Day of the week"),
        "verdict": say("Verdict"),
        "state": say("State"),
        "flows": say("Flows"),
        "lat": say("Latitude, °"),
        "lon": say("Longitude, °"),
    }


def _values(say: Speaker) -> dict[str, str]:
    """Columns of numbers of runs and comparisons; P10 and the like are the same in every language."""
    return {
        "mean": say("Mean"),
        "low": say("Lower end"),
        "high": say("Upper end"),
        **{end: end.upper() for end in _ENDS if end.startswith("p")},
        "share": say("Share"),
        "hours": say("Hours"),
        "replications": say("Replications"),
        "n": say("Number"),
        "weight": say("Number"),
        "days": say("Days"),
        "base": say("Base"),
        "difference": say("Change"),
        "together": say("Wider interval"),
        "gap": say("Difference"),
        "per_day": say("Per day"),
        "per_day_base": say("Per day, base"),
        "delay_h": say("Delay, h"),
        "delay_base_h": say("Delay, base, h"),
        "change_h": say("Change, h"),
        "inside": say("Inside"),
        "exits": say("Leaving"),
        "inside_week": say("Inside, mean of a week"),
        "exits_week": say("Leaving, mean of a week"),
        "home": say("At home, h"),
        "border": say("At the border, h"),
        "stay": say("Usual crossing"),
        "change": say("Another crossing"),
        "most_to": say("Most of them to"),
        "usd": say("USD per day"),
        "tonnes": say("Tonnes per day"),
        "loads": say("Loads"),
        "trucks": say("Trucks"),
        "loads_week": say("Loads, mean of a week"),
        "trucks_week": say("Trucks, mean of a week"),
        "load_wait_h": say("Load for a truck, h"),
        "load_wait_p95_h": say("Load for a truck, P95, h"),
        "servers": say("Places of service"),
        "utilisation": say("Utilisation"),
        "open_share": say("Share of time open"),
        "is_bottleneck": say("Bottleneck"),
        "binds": say("What binds"),
        "bound_side": say("Side where it binds"),
        "bound_stage": say("Stage where it binds"),
        "places": say("Places"),
        "most": say("Most at once"),
        "full": say("Share of time full"),
        "share_full": say("Share of time full"),
        "asked_days": say("Run-in asked for, days"),
        "run_in_days": say("Run-in by MSER-5, days"),
        "settled": say("Long enough"),
        "final": say("Mean of all"),
        "threshold": say("Threshold"),
        "behind_best": say("Behind the best"),
        "dropped_after": say("Dropped after"),
    }


def _of_worlds(say: Speaker) -> dict[str, str]:
    """Columns of studies over plausible worlds."""
    return {
        "worlds": say("Plausible worlds"),
        "helps": say("Share of worlds in which it helps"),
        "helps_least": say("Helps in at least"),
        "helps_most": say("Helps in at most"),
        "helps_with_luck": say("Helps, luck counted"),
        "surely_helps": say("Surely helps"),
        "surely_not": say("Surely does not"),
        "open": say("Open"),
        "left_out": say("Left out"),
        "noise_share": say("Share of chance"),
    }
