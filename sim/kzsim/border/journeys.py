"""Journeys of a year's trucks: what they carry out, and what they bring home.

Trucks that cross are Kazakh trucks, which go to China and come back; so as many go as come (see
``count_definition`` in the evidence of demand). The evidence has the classes of either direction by
themselves. They are joined thus: who brings goods to China goes home empty, as far as trucks do go home
empty; the others of them take a load of general goods, as far as there are any, else of all in proportion;
each other load from China is fetched by a truck that has gone out empty for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from kzsim.evidence import EvidenceError, RoadFlow

EMPTY = "empty"
FIRST_TAKEN = "general"
"""What a truck that has brought goods takes home first: it asks for no special body."""

_ONE_TRUCK = 1.0


@dataclass(frozen=True)
class Journey:
    """``trucks`` a year that go out with ``there`` and come home with ``back``; either may be empty."""

    there: str
    back: str
    trucks: float

    @property
    def key(self) -> str:
        """Its part of the names of sources."""
        return f"{self.there}_for_{self.back}"

    @property
    def takes_load(self) -> bool:
        """Whether it comes home with a load."""
        return self.back != EMPTY


def journeys(
    crossing: str, there: Mapping[str, RoadFlow], back: Mapping[str, RoadFlow]
) -> tuple[Journey, ...]:
    """A year's journeys at a crossing, those without a truck left out.

    Raises EvidenceError if not as many trucks come as go.
    """
    go, come = (fsum(flow.trucks for flow in flows.values()) for flows in (there, back))
    if abs(go - come) > _ONE_TRUCK:
        raise EvidenceError(f"{crossing}: {go:g} trucks a year go to China and {come:g} come back")
    return tuple(journey for journey in _journeys(there, back) if journey.trucks > 0)


def _journeys(there: Mapping[str, RoadFlow], back: Mapping[str, RoadFlow]) -> Iterator[Journey]:
    brought = {klass: float(flow.trucks) for klass, flow in there.items() if klass != EMPTY}
    left = {klass: float(flow.trucks) for klass, flow in back.items() if klass != EMPTY}
    empties = float(back[EMPTY].trucks) if EMPTY in back else 0.0
    with_goods = fsum(brought.values())
    home_empty = min(with_goods, empties)
    taken = _taken(left, with_goods - home_empty)
    for klass, trucks in brought.items():
        part = trucks / with_goods if with_goods else 0.0
        yield Journey(klass, EMPTY, home_empty * part)
        for load, loads in taken.items():
            yield Journey(klass, load, loads * part)
    for load, loads in left.items():
        yield Journey(EMPTY, load, loads - taken.get(load, 0.0))
    yield Journey(EMPTY, EMPTY, empties - home_empty)


def _taken(loads: Mapping[str, float], trucks: float) -> Mapping[str, float]:
    """How many loads of each class so many trucks take that have brought goods."""
    first = min(loads.get(FIRST_TAKEN, 0.0), trucks)
    others = {klass: number for klass, number in loads.items() if klass != FIRST_TAKEN}
    rest = fsum(others.values())
    share = min(1.0, (trucks - first) / rest) if rest else 0.0
    return {FIRST_TAKEN: first, **{klass: number * share for klass, number in others.items()}}
