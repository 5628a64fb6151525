"""A road crossing with so few trucks that their way can be worked out by hand.

The network is the border's own; only who comes when, how long each step takes and which conditions are met
are a test's. Posts are open day and night unless the test says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from kzsim.border import build
from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import Outcome
from kzsim.network import Account, Condition, Network, Program, compile_network
from kzsim.network.model import (
    Arrivals,
    ChoiceStage,
    Distribution,
    Kind,
    Route,
    Source,
    Work,
)
from kzsim.scenario import CrossingSettings, RoadSettings, Scenario
from tests.unit.border_cases import scenario

MINUTE = 60_000
HOUR = 60 * MINUTE
MONDAY = date(2023, 6, 5)
NIGHT_AND_DAY = ((0, 24 * 60),)
NEVER = 0.0
NOBODY = Arrivals("instants")

Trip = str
"""``<what it brings>_for_<what it takes home>``."""


def open_road(days: int = 3, **more: object) -> Scenario:
    """Bakhty's road, open day and night, with more slots and intake than there are trucks."""
    ample = {
        "road.bakhty.kz_to_cn.equeue.slots": 240_000.0,
        "road.bakhty.kz_to_cn.quota.cn_intake": 100_000.0,
    }
    settings = RoadSettings(hours_kz=NIGHT_AND_DAY, hours_cn=NIGHT_AND_DAY)
    overrides = {**ample, **dict(more.pop("overrides", {}))}  # type: ignore[call-overload]
    plain = scenario(MONDAY, days, overrides=overrides, crossings={"bakhty": CrossingSettings(settings)})
    return replace(plain, run_in_ms=0, follow_up_ms=HOUR, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Booked:
    """Trucks of a journey: booked at these minutes, of a kind of trucks at home.

    ``lasts``: minutes by step on any leg; what is not named takes no time. ``enters``: steps that they enter
    although others skip them. ``lead``: minutes from the booking to the coming of the load. ``complies``: of
    trucks of the crossing's legs, and of the loads that they take.
    """

    trip: Trip
    at: Sequence[int]
    lasts: Mapping[str, float] = ()  # type: ignore[assignment]
    enters: frozenset[str] = frozenset()
    lead: float = 0.0
    klass: str = "ordinary"
    complies: bool = False


@dataclass(frozen=True)
class Journeys:
    """What became of them; ``leg`` is the name of a source without the crossing."""

    program: Program
    outcome: Outcome

    def arrived(self, leg: str) -> list[float]:
        """Minutes of arrival of those who came on the leg."""
        assert self.outcome.passage is not None
        return [ms / MINUTE for ms in self.outcome.passage.arrival_ms[self._of(leg)].tolist() if ms >= 0]

    def left(self, leg: str) -> list[float]:
        """Minutes of leaving of those who came on the leg, -1 for who is inside at the end."""
        assert self.outcome.passage is not None
        here = self.outcome.passage.arrival_ms[self._of(leg)] >= 0
        exits = self.outcome.passage.exit_ms[self._of(leg)][here].tolist()
        return [ms / MINUTE if ms >= 0 else -1 for ms in exits]

    def account(self, leg: str, account: Account) -> list[float]:
        """Minutes of an account, by truck of the leg."""
        assert self.outcome.trace is not None
        return (self.outcome.trace.account_ms[self._of(leg), account] / MINUTE).tolist()

    def starts(self, leg: str, step: str) -> list[float]:
        """Minutes of the start of a step, by truck of the leg."""
        number = self._number(leg)
        assert self.outcome.trace is not None
        route = self.program.network.routes[int(self.program.source_route[number])]
        names = [each.name for each in route.steps]
        return (self.outcome.trace.start_ms[number][:, names.index(step)] / MINUTE).tolist()

    def _number(self, leg: str) -> int:
        return self.program.source_names.index(f"road.bakhty.{leg}")

    def _of(self, leg: str) -> slice:
        numbers = np.asarray(self.first)
        return slice(*numbers[self._number(leg) : self._number(leg) + 2].tolist())

    @property
    def first(self) -> list[int]:
        """Where the entities of each source begin."""
        assert self.outcome.trace is not None
        return np.cumsum([0, *(len(rows) for rows in self.outcome.trace.start_ms)]).tolist()


def go(case: Scenario, *booked: Booked) -> Journeys:
    """Run it with both engines, which must agree in every ms."""
    program = compile_network(only(build(case).network, booked))
    entities = draw(program, 1, 0)
    found, again = (engine.run(program, entities, trace=True, passage=True) for engine in (reference, kernel))
    for a, b in ((found, again),):
        assert a.passage is not None
        assert b.passage is not None
        assert a.trace is not None
        assert b.trace is not None
        assert np.array_equal(a.passage.exit_ms, b.passage.exit_ms)
        assert np.array_equal(a.trace.account_ms, b.trace.account_ms)
    return Journeys(program, found)


def only(network: Network, booked: Sequence[Booked]) -> Network:
    """The network with these trucks alone; on the other journeys nobody goes."""
    by_trip = {each.trip: each for each in booked}
    routes = {route.name: route for route in network.routes}
    choosing = {stage.name for stage in network.stages if isinstance(stage, ChoiceStage)}
    sources = []
    for source in network.sources:
        leg, trip = source.name.split(".")[2:4]
        if trip in by_trip:
            source = _made(source, leg, by_trip[trip], routes[source.route], choosing)
        elif source.arrivals.process == "poisson":
            source = replace(source, arrivals=NOBODY)
        sources.append(source)
    classes = dict.fromkeys((*network.classes, *(kind.klass for each in sources for kind in each.kinds)))
    return replace(network, sources=tuple(sources), classes=tuple(classes))


def _made(source: Source, leg: str, trucks: Booked, route: Route, choosing: set[str]) -> Source:
    name = "compliant" if trucks.complies else "other"
    kinds = [kind for kind in source.kinds if kind.name.partition(".")[0] == name] or list(source.kinds)
    kind = kinds[-1]
    picks = {step.name for step in route.steps if step.stage in choosing}
    work = {step: _done(step, each, trucks, keeps=step in picks) for step, each in kind.work.items()}
    made = Kind(kind.name, 1.0, trucks.klass if leg == "home" else kind.klass, kind.group, work)
    arrivals = source.arrivals
    if arrivals.process == "poisson":
        arrivals = Arrivals("instants", at_ms=tuple(minute * MINUTE for minute in trucks.at))
    elif arrivals.process == "after":
        arrivals = replace(arrivals, by=Distribution("fixed", trucks.lead * MINUTE))
    return replace(source, arrivals=arrivals, kinds=(made,))


def _done(step: str, work: Work, trucks: Booked, *, keeps: bool) -> Work:
    """The work of a step as the test has it; what a choice costs is the border's own."""
    if keeps:
        return work
    enters = not work.when or step in trucks.enters
    when = () if enters else (Condition("never", NEVER, NEVER),)
    if work.duration is None:
        return Work(None, when)
    return Work(Distribution("fixed", dict(trucks.lasts).get(step, 0.0) * MINUTE), when)
