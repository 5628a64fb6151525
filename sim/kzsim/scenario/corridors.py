"""Green corridors as written to the measures in force at each crossing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from kzsim import evidence
from kzsim.scenario import words
from kzsim.scenario.model import Corridor, Scope
from kzsim.scenario.parameters import cite
from kzsim.scenario.problems import listed
from kzsim.scenario.report import Path, Report
from kzsim.scenario.schema import CorridorFile, MeasureFile, ScenarioFile
from kzsim.scenario.units import show

BOTH = "both"


def corridors(written: ScenarioFile, first_day: date, last_day: date, report: Report) -> dict[str, Corridor]:
    """The corridor of every crossing that has one, or that has a compliance of its own."""
    made = {
        name: _corridor(name, corridor, first_day, last_day, report)
        for name, corridor in sorted(written.green_corridors.items())
        if corridor is not None
    }
    return {name: corridor for name, corridor in made.items() if corridor != Corridor()}


def uptake(written: ScenarioFile, first_day: date, made: dict[str, Corridor]) -> dict[str, dict[str, float]]:
    """Crossing -> measure -> share of the trucks concerned that use it, for existing measures that have one.

    A measure that the scenario itself switches on is used by all that comply.
    """
    found: dict[str, dict[str, float]] = {}
    for name, corridor in made.items():
        said = written.green_corridors[name]
        if said is None or said.bundle != words.EXISTING:
            continue
        for measure, existing in evidence.corridor().existing_on(name, first_day).items():
            own = said.measures.get(measure) is not None
            if existing.share is not None and measure in corridor.measures and not own:
                found.setdefault(name, {})[measure] = existing.share.base
    return found


def _corridor(name: str, written: CorridorFile, first_day: date, last_day: date, report: Report) -> Corridor:
    menu = evidence.corridor()
    path: Path = ("green_corridors", name)
    said = {measure for measure, setting in written.measures.items() if setting is not None}
    chosen = set(_bundle(name, written.bundle, said, first_day, last_day, report))
    scopes: dict[str, Scope] = {}
    for measure, setting in written.measures.items():
        if setting is None:
            continue
        if setting.on:
            chosen.add(measure)
            scopes[measure] = _scope(measure, setting, (*path, "measures", measure), report)
        else:
            chosen.discard(measure)
    everywhere = Scope(words.directions(), words.sides())
    if written.compliance is not None:
        known = menu.compliance
        if not known.low <= written.compliance <= known.high:
            report.add(
                (*path, "compliance"),
                f"{show(100 * written.compliance, '%')} lies outside the evidence's range of "
                f"{100 * known.low:g} to {100 * known.high:g} % ({cite(known.grade, known.sources)})",
                "warning",
            )
    return Corridor(
        measures={measure: scopes.get(measure, everywhere) for measure in menu.measures if measure in chosen},
        compliance=written.compliance,
    )


def _bundle(
    name: str, bundle: str | None, said: Collection[str], first_day: date, last_day: date, report: Report
) -> tuple[str, ...]:
    menu = evidence.corridor()
    if bundle is None or bundle == words.NO_CORRIDOR:
        return ()
    if bundle != words.EXISTING:
        return menu.bundles[bundle]
    now = menu.in_force(name, first_day)
    if not now and report.sound("period", "year"):
        later = sorted((item.first, item.measure) for item in menu.existing.get(name, ()))
        first = f"; the first was {later[0][1]}, from {later[0][0]}" if later else ""
        report.add(
            ("green_corridors", name),
            f"no measure was in force at {name} on {first_day}{first}: there will be no corridor",
            "warning",
        )
    elif report.sound("period", "year"):
        _warn_of_changes(name, said, first_day, last_day, report)
    return now


def _warn_of_changes(
    name: str, said: Collection[str], first_day: date, last_day: date, report: Report
) -> None:
    """Say which measures start or end within the period: a corridor does not change within a run.

    Those that the scenario itself switches on or off are its own doing.
    """
    existing = (item for item in evidence.corridor().existing.get(name, ()) if item.measure not in said)
    known = sorted(existing, key=lambda item: (item.first, item.measure))
    starting = [f"{item.measure} ({item.first})" for item in known if first_day < item.first <= last_day]
    if starting:
        many = "1 measure starts" if len(starting) == 1 else f"{len(starting)} measures start"
        are = "is" if len(starting) == 1 else "are"
        report.add(
            ("green_corridors", name),
            f"{many} within the period and {are} left out: {listed(starting)}; "
            f"'existing' is what was in force on the first day, {first_day}",
            "warning",
        )
    ending = [
        f"{item.measure} ({item.last})"
        for item in known
        if item.first <= first_day and item.last is not None and first_day <= item.last < last_day
    ]
    if ending:
        many = "1 measure ends" if len(ending) == 1 else f"{len(ending)} measures end"
        stay = "stays" if len(ending) == 1 else "stay"
        report.add(
            ("green_corridors", name),
            f"{many} within the period and {stay} in force to its end: {listed(ending)}",
            "warning",
        )


def _scope(measure: str, written: MeasureFile, path: Path, report: Report) -> Scope:
    """Where a measure is in force; where it changes nothing at all is a mistake."""
    scope = Scope(written.directions or words.directions(), written.sides or words.sides())
    changes = evidence.corridor().measures[measure].changes
    if not any(
        (change.direction == BOTH or change.direction in scope.directions)
        and (change.side == BOTH or change.side in scope.sides)
        for change in changes
    ):
        places = sorted({(change.direction, change.side) for change in changes})
        possible = listed((f"direction {direction} on side {side}" for direction, side in places), "or")
        report.add(path, f"{measure} changes nothing there; it concerns {possible}")
    return scope
