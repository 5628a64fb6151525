"""The values a scenario sets in place of the evidence's: keys, units, ranges."""

from __future__ import annotations

from functools import cache
from typing import Any

from kzsim import evidence
from kzsim.evidence import Fact
from kzsim.scenario import words
from kzsim.scenario.model import Setting
from kzsim.scenario.problems import listed, nearest, shorten
from kzsim.scenario.report import Path, Report
from kzsim.scenario.schema import ScenarioFile
from kzsim.scenario.units import Kind, UnitError, describe, kind_of, parse_flag, parse_quantity, show

ALL = "all"
# The settings of a crossing that stand for one entry of the evidence.
INTAKE = "road.{crossing}.kz_to_cn.quota.cn_intake"
SHORTCUTS = {
    ("road", "intake_kz_to_cn"): INTAKE,
    ("rail", "slots_kz_to_cn"): "rail.{crossing}.kz_to_cn.slots",
    ("rail", "slots_cn_to_kz"): "rail.{crossing}.cn_to_kz.slots",
}

Value = float | bool | str


def overrides(
    written: ScenarioFile, year: int, report: Report
) -> tuple[dict[str, Value], dict[str, Setting]]:
    """Evidence key -> value in the evidence's own unit, from ``parameters`` and the crossings' shortcuts.

    And evidence key -> what set it.

    What is set at ``all`` crossings is spelled out where the evidence has an entry for each; a crossing's own
    setting wins.
    """
    known = evidence.Parameters(year)
    found: dict[str, Value] = {}
    single: dict[str, Value] = {}
    paths: dict[str, Path] = {}
    for name, settings in written.crossings.items():
        for (mode, setting), pattern in SHORTCUTS.items():
            value = getattr(getattr(settings, mode, None), setting, None)
            path: Path = ("crossings", name, mode, setting)
            if value is None or mode not in evidence.crossings()[name].every_mode:
                continue
            key = pattern.format(crossing=name)
            if written.parameters.get(key) is not None:
                report.add(path, f"said twice: parameters has '{key}' too; keep one")
            single[key] = value
            paths[key] = path
            fact = known.find(key)
            if fact is not None:
                _warn_outside(path, value, [fact], report)
                _warn_of_periods(path, value, [fact], report)
    for name, settings in written.crossings.items():
        scale = getattr(getattr(settings, "road", None), "intake_scale", None)
        fact = known.find(INTAKE.format(crossing=name))
        if scale is not None and fact is not None and fact.key not in single:
            _warn_of_scale(("crossings", name, "road", "intake_scale"), scale, fact, report)
    for key, value in written.parameters.items():
        facts = entries(key, known)
        path = ("parameters", key)
        if report.full:
            break
        if not facts:
            report.add(path, _unknown(key, year, known), on_key=True)
            continue
        if value is None:
            continue
        read = _read(path, value, facts, report)
        if read is None:
            continue
        _warn_outside(path, read, list(facts.values()), report)
        _warn_of_periods(path, read, list(facts.values()), report)
        (found if len(facts) > 1 else single).update(dict.fromkeys(facts, read))
        for each in facts:
            if len(facts) == 1 or each not in single:
                paths[each] = path
    return {**found, **single}, {key: report.setting(path) for key, path in paths.items()}


def entries(key: str, known: evidence.Parameters) -> dict[str, Fact]:
    """The entries a key of a scenario sets: one, or one a crossing where only those have it."""
    fact = known.find(key)
    if fact is not None:
        return {key: fact}
    mode, _, rest = key.partition(".")
    crossing, _, rest = rest.partition(".")
    if crossing != ALL or mode not in evidence.conventions().modes:
        return {}
    keys = (f"{mode}.{name}.{rest}" for name in words.crossings_with(mode))
    return {each: fact for each in keys if (fact := known.find(each)) is not None}


def kind(fact: Fact) -> Kind | None:
    """How the value of an entry is written; None for lists, which a scenario cannot set."""
    return None if isinstance(fact.value, tuple) else kind_of(fact.unit, fact.value)


def _read(path: Path, written: Any, facts: dict[str, Fact], report: Report) -> Value | None:
    fact = next(iter(facts.values()))
    measured = kind(fact)
    if measured is None:
        report.add(path, "is a list in the evidence; a scenario cannot set it")
        return None
    if measured.dimension == "text":
        if isinstance(written, str) and written.strip():
            return written
        report.add(path, f"expected text, found {describe(written)}; for example {measured.example}")
        return None
    try:
        if measured.dimension == "flag":
            return parse_flag(written)
        value = parse_quantity(written, measured)
    except UnitError as error:
        report.add(path, str(error))
        return None
    if value == 0 and measured.dimension in ("count", "rate") and not _may_be_zero(fact):
        what = measured.unit.split("/")[0]
        report.add(
            path,
            f"with 0 {what} nothing would ever pass; write at least "
            f"'{show(1, measured.unit)}', or take the crossing out of simulate",
        )
        return None
    return value


def _may_be_zero(fact: Fact) -> bool:
    """Whether the evidence knows a crossing that does without (a post without a scanner skips the scan)."""
    modelled = set(evidence.conventions().modelled_years)
    return any(
        other.low == 0 and _tail(other.key) == _tail(fact.key) and modelled & set(other.years)
        for other in evidence.facts().values()
    )


def _tail(key: str) -> list[str]:
    """What a key says besides mode, crossing and year."""
    return key.partition("@")[0].split(".")[2:]


def _warn_outside(path: Path, value: Value, facts: list[Fact], report: Report) -> None:
    if isinstance(value, bool | str):
        return
    outside = [
        fact
        for fact in facts
        if fact.low is not None and fact.high is not None and not fact.low <= value <= fact.high
    ]
    if not outside:
        return
    unit = kind_of(outside[0].unit, outside[0].number).unit
    ranges = [
        (f"{each.key.split('.')[1]}: " if len(facts) > 1 else "")
        + f"{each.low:g} to {show(each.high or 0.0, unit)} ({cite(each.grade, each.sources)})"
        for each in outside
    ]
    report.add(
        path,
        f"{show(value, unit)} lies outside the evidence's range of {'; '.join(ranges)}",
        "warning",
    )


def _warn_of_scale(path: Path, scale: float, fact: Fact, report: Report) -> None:
    span = scale_range(fact)
    if span is not None and not span[0] <= scale <= span[1]:
        low, high = (100 * end for end in span)
        report.add(
            path,
            f"{show(100 * scale, '%')} lies outside the evidence's range of {low:.3g} to {high:.3g} % "
            f"({cite(fact.grade, fact.sources)})",
            "warning",
        )


def scale_range(fact: Fact) -> tuple[float, float] | None:
    """The ends of an entry's range as factors of its value; None without a range."""
    if fact.low is None or fact.high is None or not fact.number > 0:
        return None
    return fact.low / fact.number, fact.high / fact.number


def _warn_of_periods(path: Path, value: Value, facts: list[Fact], report: Report) -> None:
    """Say that one value takes the place of several that follow each other within the year."""
    replaced = []
    for fact in facts:
        values = [period.value for period in fact.periods]
        if values and set(values) != {value}:
            many = "1 period" if len(values) == 1 else f"{len(values)} periods"
            where = f" at {fact.key.split('.')[1]}" if len(facts) > 1 else ""
            replaced.append(f"{many} ({min(values):g} to {max(values):g}){where}")
    if replaced:
        report.add(path, f"replaces {listed(replaced)} by one value", "warning")


def cite(grade: str, sources: tuple[str, ...]) -> str:
    """``reported: zakon_fito_2025 (zakon.kz, 2025-11-20)``."""
    known = evidence.sources()
    cited = [f"{name} ({known[name].publisher}, {known[name].date})" for name in sources]
    return f"{grade}: {listed(cited)}" if cited else grade


def _unknown(key: str, year: int, known: evidence.Parameters) -> str:
    if "@" in key:
        said = key.partition("@")[2]
        return f"leave out '@{said}'; which year's evidence is used is said by the key 'year' (now {year})"
    parts = key.split(".")
    modes = evidence.conventions().modes
    if len(parts) > 2 and parts[0] in modes and parts[1] not in (ALL, *words.crossings_with(parts[0])):
        near = nearest(parts[1], words.crossings_with(parts[0]))
        if near is not None:
            fixed = ".".join((parts[0], near, *parts[2:]))
            if entries(fixed, known):
                return f"unknown crossing '{parts[1]}', did you mean '{fixed}'?"
    near = nearest(key, _all_keys())
    if near is not None:
        return f"the evidence of {year} has no entry of this name, did you mean '{near}'?"
    return f"the evidence of {year} has no entry {shorten(key)}; docs/scenarios.md tells how to find the keys"


@cache
def _all_keys() -> list[str]:
    keys: set[str] = set()
    for key in evidence.facts():
        bare = key.partition("@")[0]
        keys.add(bare)
        parts = bare.split(".")
        if len(parts) > 2 and parts[1] == ALL:
            keys.update(".".join((parts[0], name, *parts[2:])) for name in words.crossings_with(parts[0]))
    return sorted(keys)
