"""What is not known about the border: the ranges of the evidence that a scenario reads.

One entry of the evidence is one unknown, however many crossings share it. Each is triangular from low to
high with its mode at the value, independent of the others: an assumption, as most ranges are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fnmatch import fnmatchcase

from kzsim import evidence
from kzsim.border.assemble import assemble
from kzsim.evidence import Fact
from kzsim.experiments.sweeps.designs import triangular, whole_triangular
from kzsim.scenario import (
    Change,
    Corridor,
    Over,
    Problem,
    Scenario,
    ScenarioError,
    Scope,
    without_corridors,
)
from kzsim.scenario.demand import demand_range
from kzsim.scenario.parameters import INTAKE, SHORTCUTS, entries, kind, scale_range
from kzsim.scenario.problems import Place, nearest, shorten
from kzsim.scenario.sweep_model import written

ASSUMPTION = "triangular from low to high with the mode at the value, independent of each other"
COMPLIANCE = "corridor.compliance"
_CORRIDORS = "green_corridors"
_PARAMETERS = "parameters"
_INTAKE = "intake.road."


@dataclass(frozen=True)
class Unknown:
    """A range of the evidence, from ``low`` to ``high`` in ``unit``.

    ``keys`` are the keys of the scenario that one draw sets, each to its factor times the number drawn.
    ``names`` are what the entry is known by: its own key first, then those of the crossings that read it.
    """

    name: str
    keys: tuple[str, ...]
    low: float
    value: float
    high: float
    unit: str
    whole: bool
    grade: str
    names: tuple[str, ...]
    factors: tuple[float, ...]

    def at(self, share: float) -> float:
        """The number below which ``share`` (0 to 1) of the distribution lies, in ``unit``."""
        draw = whole_triangular if self.whole else triangular
        return draw(share, self.low, self.value, self.high)

    def changes(self, share: float, place: Place) -> tuple[Change, ...]:
        """What of a scenario has to be set for that."""
        number = self.at(share)
        return tuple(
            Change(key, written(number * factor, self.unit), place)
            for key, factor in zip(self.keys, self.factors, strict=True)
        )


@dataclass(frozen=True)
class LeftOut:
    """A range that is not varied, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Unknowns:
    """What is varied, sorted by name, and what is not."""

    varied: tuple[Unknown, ...]
    left_out: tuple[LeftOut, ...] = ()


def unknowns(scenario: Scenario, over: Over, taken: Iterable[str] = ()) -> Unknowns:
    """The ranges that ``over`` names, as far as the scenario reads them with any corridor or without one.

    ``taken`` are the keys that the sweep varies by itself. What the scenario or the sweep sets is known,
    and no unknown. An entry with values of its own for parts of the year is varied only if it is named,
    because one value then replaces them all; likewise what only says what time costs. Raises
    ScenarioError if a name fits nothing.
    """
    return unknowns_of([scenario], over, taken)[0]


def unknowns_of(scenarios: Sequence[Scenario], over: Over, taken: Iterable[str] = ()) -> tuple[Unknowns, ...]:
    """The same of several scenarios that are to be varied together.

    A name must fit something in at least one of them. Who complies is unknown in all where there may be a
    corridor in one of them: the same entities comply in all. Raises ScenarioError as ``unknowns`` does.
    """
    own = frozenset(taken)
    corridor = any(_may_have_corridor(scenario, own) for scenario in scenarios)
    found = [
        [
            *_entries(scenario, own),
            *_intake(scenario, own),
            *_demand(scenario, own),
            *(_compliance(scenario, own) if corridor else ()),
        ]
        for scenario in scenarios
    ]
    if over.everything:
        found = [[(one, why) for one, why in each if not weighs(one.name)] for each in found]
    else:
        _require_matches(over, [one for each in found for one in each], len(scenarios))
        patterns = [wanted.word for wanted in over.patterns]
        found = [
            _one_intake_each(
                [
                    (unknown, "")
                    for unknown, _ in each
                    if any(fnmatchcase(name, pattern) for pattern in patterns for name in unknown.names)
                ]
            )
            for each in found
        ]
    return tuple(_sorted(each) for each in found)


def _sorted(found: list[tuple[Unknown, str]]) -> Unknowns:
    return Unknowns(
        tuple(sorted((unknown for unknown, reason in found if not reason), key=lambda one: one.name)),
        tuple(sorted((LeftOut(one.name, why) for one, why in found if why), key=lambda one: one.name)),
    )


def _require_matches(over: Over, found: list[tuple[Unknown, str]], scenarios: int) -> None:
    which = "this scenario reads" if scenarios == 1 else "any of these scenarios reads"
    names = [name for unknown, _ in found for name in unknown.names]
    problems = []
    for wanted in over.patterns:
        if any(fnmatchcase(name, wanted.word) for name in names):
            continue
        if fnmatchcase(COMPLIANCE, wanted.word):
            has = "this scenario has no" if scenarios == 1 else "none of these scenarios has a"
            said = f"{shorten(wanted.word)}: {has} green corridor, so that it matters to nobody who complies"
            problems.append(Problem.at(wanted.place, "over", said))
            continue
        near = nearest(wanted.word, names)
        said = f"{shorten(wanted.word)} is no range of the evidence that {which}"
        hint = f", did you mean '{near}'?" if near else "; * stands for anything, for example road.*.time"
        problems.append(Problem.at(wanted.place, "over", said + hint))
    if problems:
        raise ScenarioError(problems)


def _entries(scenario: Scenario, taken: frozenset[str]) -> Iterator[tuple[Unknown, str]]:
    """The entries by key, each with the reason why it is not varied unless named, or ''."""
    set_by_sweep = _evidence_keys(taken, scenario.year)
    by_entry: dict[str, list[str]] = {}
    facts: dict[str, Fact] = {}
    for key, fact in sorted(read_by(scenario).items()):
        if not fact.of_scenario and key not in set_by_sweep:
            by_entry.setdefault(fact.key, []).append(key)
            facts[fact.key] = fact
    for entry, keys in by_entry.items():
        fact = facts[entry]
        measured = kind(fact)
        if fact.low is None or fact.high is None or fact.low >= fact.high or measured is None:
            continue
        bare = entry.partition("@")[0]
        reason = "has values of its own for parts of the year, which one value would replace"
        unknown = Unknown(
            name=bare,
            keys=tuple(f"{_PARAMETERS}.{key}" for key in keys),
            low=fact.low,
            value=fact.number,
            high=fact.high,
            unit="" if measured.dimension == "number" else measured.unit,
            whole=measured.whole,
            grade=fact.grade,
            names=tuple(dict.fromkeys((bare, *keys))),
            factors=(1.0,) * len(keys),
        )
        if unknown.whole and math.ceil(unknown.low) >= math.floor(unknown.high):
            continue  # a single whole number is no range
        yield unknown, reason if fact.periods else ""


def weighs(key: str) -> bool:
    """Whether an entry only says what time costs: it moves no truck."""
    return key.startswith("cost.") or ".loss.perishable" in key


def read_by(scenario: Scenario) -> Mapping[str, Fact]:
    """The facts that the scenario reads as it is, without corridors, and with every measure everywhere."""
    known = evidence.conventions()
    scope = Scope(known.directions, known.sides)
    everything = Corridor(dict.fromkeys(evidence.corridor().measures, scope))
    crossings = dict.fromkeys((*scenario.road, *scenario.rail), everything)
    found: dict[str, Fact] = {}
    # what is read does not hang on how many days there are, and two are built a hundred times quicker
    short = replace(scenario, last_day=scenario.first_day + timedelta(days=1), run_in_ms=0, follow_up_ms=1)
    for variant in (
        replace(short, corridors=crossings, uptake={}),
        without_corridors(short),
        short,
    ):
        found.update(assemble(variant).parameters.used)
    return {key: _of_the_year(key, fact, scenario.year) for key, fact in found.items()}


def _of_the_year(key: str, fact: Fact, year: int) -> Fact:
    """The fact without what dated episodes set it to: they hold on their days whatever the value is."""
    entry = evidence.entry_for(key, year)
    return replace(fact, periods=entry.periods) if entry and not fact.of_scenario else fact


def _evidence_keys(taken: frozenset[str], year: int) -> frozenset[str]:
    """The keys of the evidence that keys of a scenario set."""
    found: set[str] = set()
    known = evidence.Parameters(year)
    for key in taken:
        head, _, rest = key.partition(".")
        if head == _PARAMETERS:
            found.update(entries(rest, known))
        parts = key.split(".")
        if len(parts) == 4 and (parts[2], parts[3]) in SHORTCUTS:
            found.add(SHORTCUTS[parts[2], parts[3]].format(crossing=parts[1]))
    return frozenset(found)


def _intake(scenario: Scenario, taken: frozenset[str]) -> Iterator[tuple[Unknown, str]]:
    """China's intake where it has values of its own for parts of the year: one factor on all of them."""
    known = evidence.Parameters(scenario.year)
    for name in scenario.road:
        entry = INTAKE.format(crossing=name)
        fact = known.find(entry)
        span = None if fact is None else scale_range(fact)
        key = f"crossings.{name}.road.intake_scale"
        set_already = entry in scenario.overrides or entry in _evidence_keys(taken, scenario.year)
        if fact is None or not fact.periods or span is None or span[0] >= span[1]:
            continue
        if set_already or _set_by(taken, key):
            continue
        settings = scenario.crossings.get(name)
        title = f"{_INTAKE}{name}"
        yield (
            Unknown(
                name=title,
                keys=(key,),
                low=100 * span[0],
                value=100.0,
                high=100 * span[1],
                unit="%",
                whole=False,
                grade=fact.grade,
                names=(title,),
                factors=(1.0 if settings is None else settings.road.intake_factor,),
            ),
            "",
        )


def _one_intake_each(found: list[tuple[Unknown, str]]) -> list[tuple[Unknown, str]]:
    """An intake that is varied as one value all year is not scaled besides."""
    names = {unknown.name for unknown, _ in found}
    said = "one value that holds all year is varied instead"
    return [
        (unknown, said)
        if unknown.name.startswith(_INTAKE)
        and INTAKE.format(crossing=unknown.name.removeprefix(_INTAKE)) in names
        else (unknown, why)
        for unknown, why in found
    ]


def _demand(scenario: Scenario, taken: frozenset[str]) -> Iterator[tuple[Unknown, str]]:
    """The demand of each crossing; a factor that the scenario sets stays on top of it."""
    for mode, names in (("road", scenario.road), ("rail", scenario.rail)):
        for name in names:
            known = demand_range(mode, name, scenario.year)
            key = f"crossings.{name}.{mode}.demand"
            if known is None or known.low >= known.high or _set_by(taken, key):
                continue
            settings = scenario.crossings.get(name)
            factor = 1.0 if settings is None else getattr(settings, mode).demand_factor
            title = f"demand.{mode}.{name}"
            yield (
                Unknown(
                    name=title,
                    keys=(key,),
                    low=100 * known.low,
                    value=100.0,
                    high=100 * known.high,
                    unit="%",
                    whole=False,
                    grade=known.grade,
                    names=(title,),
                    factors=(factor,),
                ),
                "",
            )


def _may_have_corridor(scenario: Scenario, taken: frozenset[str]) -> bool:
    in_force = any(corridor.measures for corridor in scenario.corridors.values())
    return in_force or any(key.partition(".")[0] == _CORRIDORS for key in taken)


def _compliance(scenario: Scenario, taken: frozenset[str]) -> Iterator[tuple[Unknown, str]]:
    """The share that complies: one unknown for all crossings at which it is not set."""
    keys = []
    for name in sorted({*scenario.road, *scenario.rail}):
        corridor = scenario.corridors.get(name)
        key = f"{_CORRIDORS}.{name}.compliance"
        if (corridor is None or corridor.compliance is None) and key not in taken:
            keys.append(key)
    known = evidence.corridor().compliance
    if keys:
        yield (
            Unknown(
                name=COMPLIANCE,
                keys=tuple(keys),
                low=100 * known.low,
                value=100 * known.base,
                high=100 * known.high,
                unit="%",
                whole=False,
                grade=known.grade,
                names=(COMPLIANCE,),
                factors=(1.0,) * len(keys),
            ),
            "",
        )


def _set_by(taken: frozenset[str], key: str) -> bool:
    """Whether the sweep sets this key, or a map that it stands in."""
    parts = key.split(".")
    return any(".".join(parts[:depth]) in taken for depth in range(1, len(parts) + 1))
