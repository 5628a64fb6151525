"""A sweep as it was meant: what is varied, between which values, by which design."""

from __future__ import annotations

from dataclasses import dataclass

from kzsim.scenario.model import Plain
from kzsim.scenario.problems import Place
from kzsim.scenario.units import agree
from kzsim.scenario.variants import Base, Change


@dataclass(frozen=True)
class Levels:
    """The values of one key, one by one, as they would be written, each with its place.

    ``numbers`` are the same values in ``unit`` where all are quantities, else None.
    """

    key: str
    values: tuple[Plain, ...]
    places: tuple[Place, ...]
    numbers: tuple[float, ...] | None = None
    unit: str = ""


@dataclass(frozen=True)
class Interval:
    """A key that takes any value from ``low`` to ``high``, in ``unit``; ``whole``: whole numbers only."""

    key: str
    low: float
    high: float
    unit: str
    whole: bool
    place: Place


Axis = Levels | Interval


@dataclass(frozen=True)
class Wanted:
    """A word of the sweep file that is judged later, such as the name of an indicator, with its place."""

    word: str
    place: Place


@dataclass(frozen=True)
class Over:
    """Which ranges of the evidence are varied: all that count (``everything``), or those named."""

    everything: bool
    patterns: tuple[Wanted, ...]
    place: Place


@dataclass(frozen=True)
class Draft:
    """What of a sweep file is judged by those who know more: as much of it as could be read.

    ``base`` None: its scenario is none. ``taken``: the keys that the sweep varies by itself. ``sound``:
    nothing else is wrong with the file.
    """

    base: Base | None
    taken: tuple[str, ...]
    over: Over | None
    indicators: tuple[Wanted, ...]
    sound: bool


@dataclass(frozen=True)
class Sweep:
    """A sweep file that holds together.

    ``axes`` stand in the order of the file. ``rows`` are the points of a list, each with its changes;
    other designs have none. ``points`` is how many a sampled design has, else None; ``seed`` starts
    its random numbers. ``indicators`` empty: all.
    """

    path: str
    title: str
    description: str
    base: Base
    replications: int
    design: str
    points: int | None
    seed: int
    axes: tuple[Axis, ...]
    rows: tuple[tuple[Change, ...], ...]
    over: Over | None
    indicators: tuple[Wanted, ...]


def written(number: float, unit: str) -> Plain:
    """A number as a scenario would say it, to 12 significant digits: ``466.5 min``; bare without unit."""
    text = f"{number:.12g}"
    if unit:
        return f"{text} {agree(unit, number)}"
    return int(text) if text.lstrip("-").isdigit() else float(text)
