"""The values a sweep gives to one key: read within the key's own units."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kzsim import evidence
from kzsim.scenario import parameters
from kzsim.scenario.fields import Quantity, Whole
from kzsim.scenario.inherit import key_parts
from kzsim.scenario.model import Plain
from kzsim.scenario.problems import listed, shorten
from kzsim.scenario.report import Path, Report
from kzsim.scenario.schema import field_at
from kzsim.scenario.sweep_model import Axis, Interval, Levels, written
from kzsim.scenario.sweep_schema import GRID, MOST_LEVELS, AxisFile
from kzsim.scenario.units import Kind, UnitError, describe, in_own_unit, parse_quantity
from kzsim.scenario.variants import Change, check_change

NOT_VARIED = {
    "extends": "can only be said in a file",
    "title": "decides no result",
    "description": "decides no result",
    "replications": "is said once for all points, by the sweep's own 'replications'",
}
"""Keys of a scenario that no sweep can vary, and why."""


def read_axis(key: str, said: AxisFile, design: str, year: int | None, report: Report) -> Axis | None:
    """The axis under ``parameters.<key>``; None where something is wrong, which is then reported.

    ``year`` is whose evidence is used; None where that is varied too.
    """
    path: Path = ("parameters", key)
    if not _may_vary(key, path, report):
        return None
    if said.values is not None:
        extra = [name for name in ("from", "to", "steps") if name in report.root.find(path)[0].items]
        if extra:
            report.add((*path, extra[0]), "say either values, or from and to, not both", on_key=True)
            return None
        return _levels(key, said.values, year, report)
    missing = [name for name, value in (("from", said.first), ("to", said.to)) if value is None]
    if missing:
        report.add(path, f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} missing; {_EXAMPLES}")
        return None
    return _span(key, said, design, year, report)


_EXAMPLES = "write {from: ..., to: ...}, for a grid with steps, or {values: [...]}"


def check_value(key: str, value: Plain, path: Path, year: int | None, report: Report) -> Change | None:
    """The change that a value makes; what is wrong with it is reported at ``path`` of the sweep file."""
    place = report.root.find(path)[0].place
    change = Change(key, value, place)
    problems = check_change(change, year)
    for problem in problems:
        inner = problem.key.removeprefix(key).lstrip(".")
        report.add(path, f"{inner}: {problem.message}" if inner else problem.message)
    return None if problems else change


def _may_vary(key: str, path: Path, report: Report) -> bool:
    if key in NOT_VARIED:
        report.add(path, NOT_VARIED[key], on_key=True)
        return False
    if key_parts(key) is None:
        report.add(path, f"{shorten(key)} has an empty part between its dots", on_key=True)
        return False
    return True


def _levels(key: str, values: Any, year: int | None, report: Report) -> Levels | None:
    path: Path = ("parameters", key, "values")
    if not isinstance(values, list) or not values:
        found = "an empty one" if values == [] else describe(values)
        report.add(path, f"expected a list with at least one value, found {found}")
        return None
    if len(values) > MOST_LEVELS:
        report.add(path, f"has {len(values):,} values; at most {MOST_LEVELS:,} are allowed")
        return None
    sound = True
    for item, value in enumerate(values):
        if value in values[:item]:
            report.add((*path, item), f"{shorten(value)} is said twice; keep one")
            sound = False
        elif check_value(key, value, (*path, item), year, report) is None:
            sound = False
            if value == values[0]:
                break  # an unknown key is unknown for every value
    if not sound:
        return None
    nodes = report.root.find(path)[0].value
    numbers, unit = _numbers(values, kind_at(key, year))
    return Levels(key, tuple(values), tuple(node.place for node in nodes), numbers, unit)


def number_of(key: str, value: Plain, year: int | None) -> tuple[float | None, str]:
    """A value as a plain number and its unit, the key's own; None and '' for what is no quantity."""
    numbers, unit = _numbers([value], kind_at(key, year))
    return (None, "") if numbers is None else (numbers[0], unit)


def _numbers(values: list[Any], kind: Kind | None) -> tuple[tuple[float, ...] | None, str]:
    if kind is None or kind.dimension in ("flag", "text"):
        return None, ""
    try:
        return tuple(parse_quantity(value, kind) for value in values), kind.unit
    except UnitError:
        return None, ""  # a value such as null, which has no number


def _span(key: str, said: AxisFile, design: str, year: int | None, report: Report) -> Axis | None:
    path: Path = ("parameters", key)
    before = len(report.problems)
    for name, value in (("from", said.first), ("to", said.to)):
        check_value(key, value, (*path, name), year, report)
        if len(report.problems) > before:
            return None
    kind = kind_at(key, year)
    if kind is None or kind.dimension in ("flag", "text"):
        report.add(path, "takes no numbers between others; list its values: {values: [...]}")
        return None
    low, low_unit = in_own_unit(said.first, kind)
    high, unit = in_own_unit(said.to, kind)
    if low_unit != unit:  # 30 min to 2 h: both in the key's own unit
        low, high, unit = parse_quantity(said.first, kind), parse_quantity(said.to, kind), kind.unit
    if not low < high:
        report.add((*path, "to"), f"is not above from, {shorten(said.first)}")
        return None
    place = report.root.find((*path, "from"))[0].place
    if design != GRID:
        if said.steps is not None:
            report.add((*path, "steps"), f"only a grid has steps; {design} takes any value between")
            return None
        return Interval(key, low, high, unit, kind.whole, place)
    if said.steps is None:
        report.add(
            path, "steps is missing: how many values the grid takes from 'from' to 'to', both included"
        )
        return None
    numbers = stepped(low, high, said.steps)
    if kind.whole and any(not number.is_integer() for number in numbers):
        odd = next(number for number in numbers if not number.is_integer())
        report.add(
            (*path, "steps"), f"{said.steps} steps meet {written(odd, unit)}, {_other_steps(low, high)}"
        )
        return None
    return Levels(
        key, tuple(written(number, unit) for number in numbers), (place,) * len(numbers), numbers, unit
    )


def stepped(low: float, high: float, steps: int) -> tuple[float, ...]:
    """``steps`` numbers from ``low`` to ``high`` at equal distances, each the nearest to the exact one."""
    first, width = Fraction(str(low)), Fraction(str(high)) - Fraction(str(low))
    return tuple(float(first + width * step / (steps - 1)) for step in range(steps))


def _other_steps(low: float, high: float) -> str:
    width = round(high - low)
    good = [steps for steps in range(2, min(width, MOST_LEVELS - 1) + 2) if width % (steps - 1) == 0]
    return f"which is not a whole number; possible steps are {listed(good[:12], 'or')}"


def kind_at(key: str, year: int | None) -> Kind | None:
    """What the values of a key of the scenario measure; None where they are no single values."""
    parts = key_parts(key)
    if parts is None:
        return None
    if parts[0] == "parameters" and len(parts) == 2:
        known = evidence.Parameters(evidence.conventions().base_year if year is None else year)
        facts = parameters.entries(parts[1], known)
        return parameters.kind(next(iter(facts.values()))) if facts else None
    field = field_at(parts)
    for reader in field.metadata if field is not None else ():
        if isinstance(reader, Quantity):
            return reader.kind
        if isinstance(reader, Whole):
            return Kind("number", "", reader.example, whole=True, least=reader.low, most=reader.high)
    return None
