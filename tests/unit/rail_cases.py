"""One direction of a railway crossing with chosen trains and mean durations, to be followed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kzsim.border import episodes
from kzsim.border.calendars import clock
from kzsim.border.corridors import crossing_corridor
from kzsim.border.labels import Direction, Parts
from kzsim.border.rail import rail_parts
from kzsim.draws import Entities, draw
from kzsim.engines import kernel
from kzsim.engines.outcome import Outcome
from kzsim.evidence import Parameters
from kzsim.network import Account, Network, Program, compile_network
from kzsim.network.model import MS_PER_HOUR, Arrivals, Distribution, Kind, Need, Source, Work
from kzsim.scenario import Episode, Scenario

FIRST = date(2023, 3, 1)


def scenario(
    days: int, overrides: Mapping[str, float], own: Sequence[Episode] = (), year: int = 2023
) -> Scenario:
    first = FIRST.replace(year=year)
    return Scenario(
        title="rail",
        year=year,
        first_day=first,
        last_day=first + timedelta(days=days - 1),
        run_in_ms=0,
        follow_up_ms=0,
        replications=1,
        seed=1,
        road=(),
        rail=("dostyk",),
        overrides=dict(overrides),
        episodes=tuple(own),
    )


def episode(param: str, value: float, first: date, last: date, direction: str) -> Episode:
    return Episode("own", ("dostyk",), "rail", direction, first, last, param, value, own=True)


def parts_of(case: Scenario, direction: Direction, crossing: str = "dostyk") -> Parts:
    params = Parameters(case.year, case.overrides, episodes.periods(case))
    at = clock(case.first_day, case.last_day)
    return rail_parts(case, params, crossing, direction, at, crossing_corridor(case, crossing, "rail"))


def compiled(parts: Parts, horizon_ms: int, sources: tuple[Source, ...] | None = None) -> Program:
    """A program of these parts alone, with their own sources or others on the same routes."""
    sources = parts.sources if sources is None else sources
    routes = tuple(route for route in parts.routes if route.name in {source.route for source in sources})
    visited = {step.stage for route in routes for step in route.steps}
    places = {each.zone for route in routes for each in route.occupancies}
    needed = {
        need.tokens for s in sources for k in s.kinds for work in k.work.values() for need in work.needs
    }
    classes = tuple(sorted({kind.klass for source in sources for kind in source.kinds}))
    return compile_network(
        Network(
            horizon_ms=horizon_ms,
            classes=classes,
            stages=tuple(stage for stage in parts.stages if stage.name in visited),
            zones=tuple(zone for zone in parts.zones if zone.name in places),
            routes=routes,
            sources=sources,
            n_groups=len(parts.groups),
            priority={
                (klass, element): rank
                for (klass, element), rank in parts.priority.items()
                if klass in classes and element in visited | places
            },
            tokens=tuple(each for each in parts.tokens if each.name in needed),
        )
    )


@dataclass(frozen=True)
class Traced:
    """A run of chosen trains: when they left, and how long they waited where."""

    program: Program
    entities: Entities
    outcome: Outcome

    def left_h(self, klass: str) -> list[float]:
        number = next(i for i, name in enumerate(self.program.source_names) if name.endswith(f".{klass}"))
        rows = slice(self.entities.first[number], self.entities.first[number + 1])
        return [round(float(ms) / MS_PER_HOUR, 3) for ms in self.outcome.exit_ms[rows]]

    def waited_h(self, element: str, account: Account) -> float:
        """Hours of all trains together; ``element`` is the end of the name."""
        number = next(i for i, name in enumerate(self.program.element_names) if name.endswith(f".{element}"))
        return round(float(self.outcome.account_ms[:, :, number, account].sum()) / MS_PER_HOUR, 3)


def traced(
    direction: Direction,
    trains_h: Mapping[str, Sequence[float]],
    overrides: Mapping[str, float] | None = None,
    own: Sequence[Episode] = (),
    days: int = 14,
) -> Traced:
    """Trains of each class that come at these hours, all of whose work takes the mean of the evidence."""
    case = scenario(days, overrides or {}, own)
    parts = parts_of(case, direction)
    sources = tuple(
        _chosen(source, trains_h[klass])
        for source in parts.sources
        if (klass := source.route.rpartition(".")[2]) in trains_h
    )
    program = compiled(parts, clock(case.first_day, case.last_day).horizon_ms, sources)
    entities = draw(program, seed=1, replication=0)
    return Traced(program, entities, kernel.run(program, entities, trace=True))


def _chosen(source: Source, hours: Sequence[float]) -> Source:
    kind = source.kinds[-1]
    work = {name: _mean(each) for name, each in kind.work.items()}
    at_ms = tuple(round(hour * MS_PER_HOUR) for hour in hours)
    only = Kind(kind.name, 1.0, kind.klass, kind.group, work)
    return replace(source, arrivals=Arrivals("instants", at_ms=at_ms), kinds=(only,))


def _mean(work: Work) -> Work:
    needs = tuple(Need(each.tokens, each.number, _fixed(each.away)) for each in work.needs)
    return replace(work, duration=work.duration and _fixed(work.duration), needs=needs)


def _fixed(distribution: Distribution) -> Distribution:
    return Distribution("fixed", distribution.mean)
