"""What lets so many trains a day go on: the neighbour's slots, a terminal's reception, the line's paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial

from kzsim import evidence
from kzsim.border.calendars import MINUTES_PER_DAY, Clock, daily_refills, whole_parts
from kzsim.border.corridors import CrossingCorridor
from kzsim.border.episodes import Dated
from kzsim.border.labels import CORRIDOR, ORDINARY, Side
from kzsim.border.rail_line import LINE, RECEPTION, SLOT, Line
from kzsim.evidence import EvidenceError
from kzsim.network.model import Calendar, DepartureStage, GateStage, Refill

TAKEN = "grain.reception"
PAIRS = "line.train_pairs"
THE_LINES: Side = "kz"
"""The side whose line to the station the evidence of train pairs speaks of."""


def class_of(line: Line, klass: str, dated: Dated, *, corridor: bool) -> str:
    """The engine's class of a class of trains: one of their own if the neighbour limits them some days."""
    base = CORRIDOR if corridor else ORDINARY
    return f"{base}.{klass}" if klass in dated.limited(line.direction) else base


def slots(line: Line, clock: Clock, dated: Dated, corridor: CrossingCorridor) -> GateStage:
    """Departures that the neighbour accepts on each day of its own clock; unused ones expire.

    Fractions add up over the days: 14.5 a day are 14 and 15 in turn. Classes with a limit of their own have
    that as a ceiling; where users of the corridor are told from the others, each have their share of it.
    """
    fact = line.fact("slots")
    overall = _whole(clock, line.second, fact.on)
    ceilings = [
        (name, _whole(clock, line.second, most))
        for name, most in _limits(line, dated, corridor, sorted(dated.limited(line.direction)))
    ]
    bounded = {
        klass: [day for day in overall if dated.ceiling_on(line.direction, klass, day) is not None]
        for klass in dated.limited(line.direction)
    }
    refills = tuple(
        Refill(
            max(0, clock.ms(line.second, day)),
            number,
            {name: most[day] for name, most in ceilings if day in bounded[name.partition(".")[2]]},
        )
        for day, number in overall.items()
    )
    return GateStage(line.element(line.first, SLOT), Calendar.always(1), refills)


def _limits(
    line: Line, dated: Dated, corridor: CrossingCorridor, classes: Iterable[str]
) -> Iterator[tuple[str, Callable[[date], float]]]:
    """Engine classes with their share of the limit of each day; 0 on days without one."""
    for klass in classes:
        both = klass in corridor.eligible and corridor.separates(line.direction)
        shares = (
            {ORDINARY: 1.0 - corridor.compliance, CORRIDOR: corridor.compliance} if both else {ORDINARY: 1.0}
        )
        for base, share in shares.items():
            yield f"{base}.{klass}", partial(_limit, line, dated, klass, share)


def _limit(line: Line, dated: Dated, klass: str, share: float, day: date) -> float:
    return share * (dated.ceiling_on(line.direction, klass, day) or 0.0)


def _whole(clock: Clock, side: Side, amount: Callable[[date], float]) -> Mapping[date, int]:
    days = clock.days(side)
    return dict(zip(days, whole_parts(amount(day) for day in days), strict=True))


def has_reception(line: Line) -> bool:
    """Whether the evidence knows how much grain in hoppers the station takes a day."""
    return line.find(f"{line.second}.{TAKEN}") is not None


def reception(line: Line, clock: Clock, flow: evidence.RailFlow) -> GateStage:
    """Trains of grain in hoppers whose tonnes the terminals take on each day of their clock.

    Raises EvidenceError if a train has no load.
    """
    tonnes = line.fact(f"{line.second}.{TAKEN}")
    if flow.net_t_per_train <= 0:
        raise EvidenceError(f"{tonnes.key}: the trains of grain at {line.crossing} have no load to compare")
    trains = _whole(clock, line.second, lambda day: tonnes.on(day) / flow.net_t_per_train)
    refills = daily_refills(clock, line.second, trains.__getitem__)
    return GateStage(line.element(line.second, RECEPTION), Calendar.always(1), refills)


def has_line(line: Line) -> bool:
    """Whether loaded trains of this direction leave over a line whose paths the evidence counts."""
    return line.second == THE_LINES and line.find(PAIRS) is not None


def departures(line: Line, clock: Clock) -> DepartureStage:
    """A path for one loaded train every so often: as many a day as the line carries pairs of trains.

    Raises EvidenceError if there are none in the run.
    """
    paths = _whole(clock, line.second, line.fact(PAIRS).on)
    instants = [
        clock.ms(line.second, day, (2 * k + 1) * MINUTES_PER_DAY // (2 * number))
        for day, number in paths.items()
        for k in range(number)
    ]
    within = tuple(at for at in instants if 0 <= at < clock.horizon_ms)
    if not within:
        key = line.fact(PAIRS).key
        raise EvidenceError(f"{key}: no train would ever leave; give 1 pair a day or more")
    return DepartureStage(line.element(line.second, LINE), within, (1,) * len(within))
