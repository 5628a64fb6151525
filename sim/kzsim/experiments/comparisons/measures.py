"""A corridor taken apart: each measure alone, all but each, one side alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kzsim import evidence
from kzsim.experiments.comparisons.errors import ComparisonError
from kzsim.scenario import Scenario
from kzsim.scenario.model import Corridor, Scope

ALONE, ALL_BUT, SIDE, ALL = "alone", "all but", "side", "all"
SIDES = ("kz", "cn")


@dataclass(frozen=True)
class _State:
    """Where a measure is in force at one crossing (None: nowhere), and which share uses it (None: all)."""

    scope: Scope | None = None
    uptake: float | None = None


@dataclass(frozen=True)
class Variant:
    """The base with part of what the alternative changes.

    ``kind`` is ``alone``, ``all but`` (``what`` is a measure), ``side`` (``what`` is a side) or ``all``.
    """

    kind: str
    what: str
    scenario: Scenario


def variants(base: Scenario, alternative: Scenario, name: str) -> tuple[Variant, ...]:
    """The parts of what the alternative's corridors change, in the order of the menu of measures.

    A measure counts where its state differs between both at any crossing. Raises ComparisonError if none
    does, or if one cannot be split by side.
    """
    changed = changed_measures(base, alternative)
    if not changed:
        raise ComparisonError(
            f"--by-measure: the corridors of {name} are those of the base; there is nothing to take apart.",
            "Compare scenarios whose green_corridors differ.",
        )

    def made(kind: str, what: str, choose: Callable[[str, _State, _State], _State]) -> Variant:
        return Variant(kind, what, _with(base, alternative, f"{kind} {what}".strip(), choose))

    found = [made(ALL, "", lambda _m, _b, theirs: theirs)]
    found += [
        made(SIDE, side, lambda m, mine, theirs, s=side: _one_side(m, mine, theirs, s))  # type: ignore[misc]  # mypy cannot infer a lambda's default
        for side in SIDES
    ]
    for wanted in changed:
        found.append(made(ALONE, wanted, lambda m, b, a, w=wanted: a if m == w else b))  # type: ignore[misc]  # as above
    for wanted in changed:
        found.append(made(ALL_BUT, wanted, lambda m, b, a, w=wanted: b if m == w else a))  # type: ignore[misc]  # as above
    return tuple(found)


def changed_measures(base: Scenario, alternative: Scenario) -> tuple[str, ...]:
    """Measures whose state differs anywhere, in the order of the menu."""
    return tuple(
        measure
        for measure in evidence.corridor().measures
        if any(
            _state(base, crossing, measure) != _state(alternative, crossing, measure)
            for crossing in _crossings(base, alternative)
        )
    )


def touched_crossings(base: Scenario, alternative: Scenario) -> tuple[str, ...]:
    """Crossings at which any measure's state differs."""
    return tuple(
        crossing
        for crossing in _crossings(base, alternative)
        if any(
            _state(base, crossing, measure) != _state(alternative, crossing, measure)
            for measure in evidence.corridor().measures
        )
    )


def meaning(scenario: Scenario) -> str:
    """A text that is equal for scenarios that mean the same, in whichever order they say it."""
    ordered = _with(scenario, scenario, "", lambda _measure, _mine, theirs: theirs)
    return json.dumps(ordered.canonical(), sort_keys=True)


def _crossings(base: Scenario, alternative: Scenario) -> Iterator[str]:
    yield from sorted(base.corridors.keys() | alternative.corridors.keys())


def _state(scenario: Scenario, crossing: str, measure: str) -> _State:
    corridor = scenario.corridors.get(crossing)
    scope = None if corridor is None else corridor.measures.get(measure)
    if scope is None:
        return _State()
    plain = Scope(tuple(sorted(scope.directions)), tuple(sorted(scope.sides)))
    return _State(plain, scenario.uptake.get(crossing, {}).get(measure))


def _one_side(measure: str, base: _State, alternative: _State, side: str) -> _State:
    """The alternative's state on one side and the base's on the other."""
    if base == alternative:
        return base
    here = _cut(alternative.scope, lambda found: found == side)
    there = _cut(base.scope, lambda found: found != side)
    if here is None or there is None:
        scope = here or there
        if scope is None:
            return _State()
        return _State(scope, (alternative if here else base).uptake)
    if here.directions != there.directions or base.uptake != alternative.uptake:
        raise ComparisonError(
            f"--by-measure cannot split {measure} by side: both scenarios have it, in other directions or "
            "for other shares of users.",
            "Compare with a scenario without it.",
        )
    return _State(Scope(here.directions, tuple(sorted({*here.sides, *there.sides}))), base.uptake)


def _cut(scope: Scope | None, keep: Callable[[str], bool]) -> Scope | None:
    if scope is None:
        return None
    sides = tuple(side for side in scope.sides if keep(side))
    return Scope(scope.directions, sides) if sides else None


def _with(
    base: Scenario, alternative: Scenario, title: str, choose: Callable[[str, _State, _State], _State]
) -> Scenario:
    corridors: dict[str, Corridor] = {}
    uptake: dict[str, dict[str, float]] = {}
    for crossing in _crossings(base, alternative):
        measures: dict[str, Scope] = {}
        for measure in evidence.corridor().measures:
            mine, theirs = _state(base, crossing, measure), _state(alternative, crossing, measure)
            state = choose(measure, mine, theirs)
            if state.scope is None:
                continue
            measures[measure] = state.scope
            if state.uptake is not None:
                uptake.setdefault(crossing, {})[measure] = state.uptake
        own = (alternative.corridors.get(crossing) or base.corridors[crossing]).compliance
        made = Corridor(measures, own)
        if made != Corridor():
            corridors[crossing] = made
    return replace(alternative, title=title, corridors=corridors, uptake=uptake)
