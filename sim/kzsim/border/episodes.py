"""What dated episodes change at a crossing: values, demand, servers and closures by day.

What an episode says of a value of the evidence stands among the parameters as one more period; the
rest is asked for here by day.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kzsim import evidence
from kzsim.border.demand import Bend
from kzsim.border.idle import crossing_name
from kzsim.border.labels import DIRECTIONS, Direction, Mode
from kzsim.evidence import SCENARIO_GRADE, Parameters, Period
from kzsim.evidence.levers import ALL, INTAKE

if TYPE_CHECKING:
    from kzsim.scenario import Episode, Scenario

BOTH = "both"
CLOSED = 0.0

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Dated:
    """The episodes of one crossing by one mode, those that go before others first."""

    mode: Mode
    episodes: tuple[Episode, ...] = ()

    def bends(self, direction: Direction, klass: str, *, loaded: bool) -> tuple[Bend, ...]:
        """What changes the demand of a class."""
        return tuple(self._bends(direction, klass, loaded))

    def _bends(self, direction: Direction, klass: str, loaded: bool) -> Iterator[Bend]:
        for episode, lever, value in self._in(direction, "factor", "cap"):
            everybody = ALL in lever.classes and (loaded or self.mode == "road")
            if not everybody and klass not in lever.classes:
                continue
            factor, most = (value, math.inf) if lever.kind == "factor" else (1.0, value)
            yield Bend(episode.first, episode.last, factor, most, moved=episode.counted)

    def releases(self) -> bool:
        """Whether the number let out of China is limited on any day."""
        return any(True for _ in self._in("cn_to_kz", "release"))

    def release_on(self, day: date) -> float | None:
        """Trucks that China lets out on that day; None without a limit."""
        found = (each for each in self._in("cn_to_kz", "release") if _on(each[0], day))
        return next((value for _, _, value in found), None)

    def capacity_on(self, param: str, direction: Direction | None, day: date) -> float:
        """Share of the servers that are there on that day; ``direction`` None: what both share."""
        share = 1.0
        for episode, lever, value in self._of("capacity"):
            of_it = episode.direction == BOTH or episode.direction == direction
            if lever.param == param and of_it and _on(episode, day):
                share = min(share, value)
        return share

    def changes_capacity(self, param: str, direction: Direction | None) -> bool:
        """Whether servers are fewer on any day."""
        return any(
            lever.param == param and episode.direction in (BOTH, direction)
            for episode, lever, _ in self._of("capacity")
        )

    def days_of(self, param: str) -> frozenset[date]:
        """The days of all episodes that change so named servers, in either direction."""
        return frozenset(
            day
            for episode, lever, _ in self._of("capacity")
            if lever.param == param
            for day in _days(episode)
        )

    def limited(self, direction: Direction) -> frozenset[str]:
        """The classes of trains of which the neighbour accepts so many on some days."""
        return frozenset(klass for _, lever, _ in self._in(direction, "ceiling") for klass in lever.classes)

    def ceiling_on(self, direction: Direction, klass: str, day: date) -> float | None:
        """Trains of a class that the neighbour accepts on that day; None without a limit of their own."""
        for episode, lever, value in self._in(direction, "ceiling"):
            if klass in lever.classes and _on(episode, day):
                return value
        return None

    def shut_days(self) -> frozenset[date]:
        """Days on which China accepts nobody in either direction: the crossing is shut."""
        return frozenset(
            day
            for episode, lever, value in self._of("value")
            if lever.param == INTAKE and episode.direction == BOTH and value == CLOSED
            for day in _days(episode)
        )

    def _in(self, direction: Direction, *kinds: str) -> Iterator[tuple[Episode, evidence.Lever, float]]:
        return (each for each in self._of(*kinds) if each[0].direction in (direction, BOTH))

    def _of(self, *kinds: str) -> Iterator[tuple[Episode, evidence.Lever, float]]:
        for episode in self.episodes:
            lever = evidence.lever(episode.mode, episode.param)
            if lever is not None and lever.kind in kinds and not isinstance(episode.value, str):
                yield episode, lever, episode.value


NO_EPISODES = Dated("road")


def dated(scenario: Scenario, crossing: str, mode: Mode) -> Dated:
    """The scenario's episodes at a crossing; its own and those that start later go first."""
    here = [each for each in scenario.episodes if each.mode == mode and crossing in each.crossings]
    return Dated(mode, tuple(sorted(here, key=_precedence)))


def _precedence(episode: Episode) -> tuple[bool, int, str]:
    return not episode.own, -episode.first.toordinal(), episode.key


def periods(scenario: Scenario) -> dict[str, tuple[Period, ...]]:
    """By the key of the evidence what episodes set it to, the first before the others.

    They hold on their days also where the scenario sets a value for the whole year: whoever wants more
    trains a day has the storm all the same.
    """
    found: dict[str, list[Period]] = {}
    for episode in sorted(scenario.episodes, key=_precedence):
        lever = evidence.lever(episode.mode, episode.param)
        if lever is None or lever.kind != "value" or isinstance(episode.value, str):
            continue
        ways = DIRECTIONS if episode.direction == BOTH else (episode.direction,)
        for crossing in episode.crossings:
            for way in ways:
                key = f"{episode.mode}.{crossing}.{way}.{episode.param}"
                if way in lever.directions or BOTH in lever.directions:
                    found.setdefault(key, []).append(Period(episode.first, episode.last, episode.value))
    return {key: tuple(each) for key, each in found.items()}


def take(params: Parameters, scenario: Scenario) -> None:
    """Remember the episodes in force on some day of the run among what was taken from the evidence."""
    known = {episode.key: episode for episode in evidence.disruptions().episodes}
    for episode in _in_the_run(scenario):
        cited = known.get(episode.key) if not episode.own else None
        lever = evidence.lever(episode.mode, episode.param)
        params.take(
            f"disruptions.{episode.key}",
            {
                "what": episode.what,
                "crossings": list(episode.crossings),
                "mode": episode.mode,
                "direction": episode.direction,
                "from": episode.first.isoformat(),
                "to": episode.last.isoformat(),
                "change": episode.param,
                "value": episode.value,
                "unit": lever.unit if lever else cited.change.unit if cited else "",
                "modelled": lever is not None,
            },
            cited.grade if cited else SCENARIO_GRADE,
            cited.sources if cited else (),
        )


def sentences(scenario: Scenario) -> tuple[str, ...]:
    """Which episodes are in force in the run, and what of them the model leaves out."""
    here = tuple(_in_the_run(scenario))
    left_out = [each for each in here if evidence.lever(each.mode, each.param) is None]
    in_force = [each for each in here if each not in left_out]
    found = []
    if in_force:
        found.append(f"Dated episodes in force: {', '.join(each.key for each in in_force)}")
    found += [f"{_said(each)} has no effect: {_why(each)}" for each in left_out]
    return tuple(found)


def _said(episode: Episode) -> str:
    where = ", ".join(crossing_name(name) for name in episode.crossings)
    return f"{episode.key} ({episode.what or episode.param}; {where}, {episode.first} to {episode.last})"


def _why(episode: Episode) -> str:
    return f"{episode.param} cannot be changed for some days of a run"


def _in_the_run(scenario: Scenario) -> Iterator[Episode]:
    simulated = {"road": scenario.road, "rail": scenario.rail}
    for episode in scenario.episodes:
        in_time = episode.first <= scenario.last_day and episode.last >= scenario.first_day
        if in_time and set(episode.crossings) & set(simulated[episode.mode]):
            yield episode


def _on(episode: Episode, day: date) -> bool:
    return episode.first <= day <= episode.last


def _days(episode: Episode) -> Iterable[date]:
    return (episode.first + n * _ONE_DAY for n in range((episode.last - episode.first).days + 1))


def whole_on(day: date, amount: float) -> int:
    """The whole number for that day of an amount a day; over the days their sum is that of the amounts."""
    number = day.toordinal()
    return math.floor((number + 1) * amount) - math.floor(number * amount)
