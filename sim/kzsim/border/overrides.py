"""What becomes of the values that a scenario sets: read, not read, or replaced by a measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache

from kzsim import evidence
from kzsim.border.assemble import assemble
from kzsim.border.corridors import OUT_OF_TURN_CAP, crossing_corridor
from kzsim.border.idle import at
from kzsim.border.labels import DIRECTIONS, Border, Mode
from kzsim.evidence import Fact
from kzsim.scenario import (
    Corridor,
    Growth,
    Problem,
    Scenario,
    Scope,
    Setting,
    reported_episodes,
    without_corridors,
)

PARAMETERS = "parameters."
NOT_MODELLED = "has no effect: not modelled yet"
NOT_SIMULATED = "has no effect: this crossing is not simulated"
MODE_NOT_SIMULATED = "has no effect: no crossing with {mode} is simulated"
NOT_HERE = "has no effect: nothing in this scenario uses it"

_BEFORE_THE_MEASURE = frozenset({OUT_OF_TURN_CAP})
"""Parameters of which a scenario's own value goes before what a measure sets."""


def reads(key: str) -> bool:
    """Whether the model reads this entry of the evidence for any scenario of any modelled year.

    ``key`` is a full evidence key, of a crossing or of ``all``; ``@year`` is left out of account.
    """
    return key.partition("@")[0] in _ever_read()


def unread_overrides(scenario: Scenario, border: Border) -> tuple[Problem, ...]:
    """A warning for each setting of the scenario that nothing reads, in the order of the files.

    A setting counts as read if the scenario or the same scenario without corridors reads it. What a
    parent scenario sets for a crossing that is not simulated is passed over.
    """
    idle = set(scenario.overrides) - _set_and_read(border)
    if idle and any(corridor.measures for corridor in scenario.corridors.values()):
        idle -= _set_and_read(assemble(without_corridors(scenario)))
    by_setting: dict[Setting, list[str]] = {}
    for key in scenario.overrides:
        by_setting.setdefault(scenario.setting(key), []).append(key)
    found = []
    for setting, keys in by_setting.items():
        if idle.issuperset(keys):
            message = _why_idle(scenario, keys)
            elsewhere = message not in (NOT_MODELLED, NOT_HERE)
            # what a parent sets for others is no mistake, and the scenario has warned of `crossings` itself
            if not elsewhere or (setting.own and setting.key.startswith(PARAMETERS)):
                found.append(setting.warning(message))
    return tuple(sorted(found, key=lambda problem: problem.order))


def replaced_overrides(scenario: Scenario, border: Border) -> tuple[Problem, ...]:
    """A warning for each setting that a measure in force replaces by a value of its own."""
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    simulated: Mapping[Mode, tuple[str, ...]] = {"road": scenario.road, "rail": scenario.rail}
    for mode, crossing, key, measure, change in _set_by_measures(scenario, border.parameters.used):
        who = "all" if measure.who == "all" else "users of the corridor"
        what = f"the measure {measure.name} sets {change.base:g} {change.unit} instead for {who}"
        direction = key.split(".")[2]
        ways = (direction,) if direction in DIRECTIONS else DIRECTIONS
        overridden = border.parameters.used[key].key
        found.setdefault((mode, overridden, what), []).extend((crossing, way) for way in ways)
    problems = [
        scenario.setting(key).warning(f"{what} {at(places, simulated['rail' if mode == 'rail' else 'road'])}")
        for (mode, key, what), places in found.items()
    ]
    return tuple(sorted(problems, key=lambda problem: problem.order))


def _set_by_measures(
    scenario: Scenario, used: Mapping[str, Fact]
) -> Iterator[tuple[Mode, str, str, evidence.Measure, evidence.Change]]:
    """Mode, crossing, requested key, measure and change where a measure sets what the scenario sets."""
    modes: tuple[tuple[Mode, tuple[str, ...]], ...] = (("road", scenario.road), ("rail", scenario.rail))
    for mode, crossings in modes:
        for crossing in crossings:
            corridor = crossing_corridor(scenario, crossing, mode)
            for direction in DIRECTIONS:
                for measure, change, param, side in corridor.set_in(direction):
                    for way in (direction, "both"):
                        for tail in (param, f"{side}.{param}"):
                            fact = used.get(f"{mode}.{crossing}.{way}.{tail}")
                            if fact and fact.of_scenario and param not in _BEFORE_THE_MEASURE:
                                yield mode, crossing, f"{mode}.{crossing}.{way}.{tail}", measure, change


def _set_and_read(border: Border) -> set[str]:
    return {fact.key for fact in border.parameters.used.values() if fact.of_scenario}


def _why_idle(scenario: Scenario, keys: list[str]) -> str:
    if not any(reads(key) for key in keys):
        return NOT_MODELLED
    mode = keys[0].partition(".")[0]
    simulated = scenario.rail if mode == "rail" else scenario.road
    if not simulated:
        return MODE_NOT_SIMULATED.format(mode=mode)
    crossings = {key.split(".")[1] for key in keys}
    if crossings & {*simulated, evidence.ANY_CROSSING}:
        return NOT_HERE
    return NOT_SIMULATED


@cache
def _ever_read() -> frozenset[str]:
    """Every key read for all crossings with all measures, with and without values of a scenario's own."""
    found: set[str] = set()
    for year in evidence.conventions().modelled_years:
        for overrides in ({}, _everything(year)):
            found.update(assemble(_everywhere(year, overrides)).parameters.used)
    return frozenset(found | {evidence.general_key(key) for key in found})


def _everything(year: int) -> dict[str, float | bool | str]:
    """The evidence of a year as values of a scenario, with every flag up, and what is nought at its highest.

    What goes with a flag that is down, or with a share of none, is not read.
    """
    found: dict[str, float | bool | str] = {}
    for key in evidence.requestable_keys():
        fact = evidence.entry_for(key, year)
        if fact is not None and not isinstance(fact.value, tuple):
            found[key] = True if isinstance(fact.value, bool) else fact.value
            if fact.value == 0 and fact.high is not None and not isinstance(fact.value, bool):
                found[key] = fact.high
    return found


def _goals(year: int) -> Growth:
    """Goals of every kind that the year has a start for; what they are does not matter."""
    known = evidence.macro()["trade_turnover_usd_bn"]["kz_statistics"]
    return Growth(known[str(year)]["value"] if str(year) in known else None, 1.0, 1e6)


def _everywhere(year: int, overrides: Mapping[str, float | bool | str]) -> Scenario:
    known = evidence.conventions()
    there = evidence.crossings()
    scope = Scope(known.directions, known.sides)
    corridor = Corridor(dict.fromkeys(evidence.corridor().measures, scope))
    first = date(year, 1, 1)
    return Scenario(
        title="",
        year=year,
        first_day=first,
        last_day=first + timedelta(days=1),
        run_in_ms=0,
        follow_up_ms=1,
        replications=1,
        seed=0,
        road=tuple(name for name in there if "road" in there[name].modes),
        rail=tuple(
            name for name in there if "rail" in there[name].every_mode and year in evidence.rail_years(name)
        ),
        overrides=overrides,
        corridors=dict.fromkeys(there, corridor),
        episodes=reported_episodes(year),
        growth=_goals(year),
    )
