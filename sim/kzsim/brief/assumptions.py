"""What a study assumes: each value it used with range, grade and sources, read from its resolved scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kzsim.brief import entries
from kzsim.brief.content import Assumption, Cited

if TYPE_CHECKING:
    from kzsim.language import Speaker

GRADES = ("scenario", "assumed", "derived", "reported")
"""In the order in which a reader should doubt them."""
MOST_DECISIVE = 8
DIRECTIONS = ("kz_to_cn", "cn_to_kz")
_NOT_VALUES = ("grade", "sources", "range", "unit", "op", "value")


def read_resolved(path: Path) -> dict[str, Any]:
    """What a resolved scenario holds, by the name of each map. Raises ResultsError."""
    from kzsim.experiments.errors import ResultsError
    from kzsim.experiments.resolved import resolved_entries

    remedy = "Remove the folder and make it again."
    try:
        return resolved_entries(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror}.", remedy) from error
    except ValueError as error:
        raise ResultsError(f"{path}: this is not a resolved scenario: {error}.", remedy) from error


def assumptions(
    say: Speaker, resolved: Mapping[str, Any], weights: Mapping[str, float]
) -> tuple[Assumption, ...]:
    """Every value used, one row an entry of the evidence, the most doubtful grades first.

    ``weights``: by entry the rank correlation with which it clearly decides a figure.
    """
    found: dict[str, Assumption] = {}
    for key, fact in resolved.get("evidence", {}).items():
        entry = str(fact.get("entry", key))
        found.setdefault(entry, _of_fact(say, entry, fact, weights))
    corridors, rest = _by_crossing(resolved.get("data", {}))
    alike: dict[str, list[str]] = {}
    for crossing, measures in corridors.items():
        alike.setdefault(_told_measures(say, measures), []).append(crossing)
    for told, where in alike.items():
        found[f"corridor.{'+'.join(where)}"] = _of_corridor(say, where, told)
    for key, taken in rest.items():
        found.setdefault(key, _of_taken(say, key, taken, weights))
    return tuple(sorted(found.values(), key=_order))


def _order(one: Assumption) -> tuple[int, str]:
    return (GRADES.index(one.grade) if one.grade in GRADES else len(GRADES), one.key)


def of_all(
    say: Speaker, scenarios: Mapping[str, Mapping[str, Any]], weights: Mapping[str, float]
) -> tuple[Assumption, ...]:
    """The values of several scenarios, by title: once where they agree, else with the title behind."""
    found: dict[tuple[str, str], Assumption] = {}
    seen: set[str] = set()
    for title, resolved in scenarios.items():
        own = assumptions(say, resolved, weights)
        for one in own:
            told = one
            if one.key in seen and (one.key, one.value) not in found:
                meaning = say("{meaning} – in {title}", meaning=one.meaning, title=title)
                told = replace(one, meaning=meaning, where="")
            found.setdefault((one.key, one.value), told)
        seen |= {one.key for one in own}
    return tuple(sorted(found.values(), key=_order))


def decisive(found: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """Those to name where there is no place for all.

    What decides the figures most, as far as that is known; then what the scenario sets; then what is
    assumed with the widest range.
    """
    every = list(found)
    clear = sorted((one for one in every if one.weight is not None), key=lambda one: -abs(one.weight or 0.0))
    own = [one for one in every if one.grade == "scenario" and one.weight is None]
    rest = sorted(
        (one for one in every if one.grade == "assumed" and one.width and one.weight is None),
        key=lambda one: (-one.width, one.key),
    )
    return tuple((*clear, *own, *rest)[:MOST_DECISIVE])


def graded(say: Speaker, found: Iterable[Assumption]) -> str:
    """How many of the values are assumed, derived, reported, and set by the scenario."""
    count = Counter(one.grade for one in found)
    total = sum(count.values())
    parts = [
        say("{n} {grade}", n=say.number(count[grade], 0), grade=say.grade(grade))
        for grade in GRADES
        if count[grade]
    ]
    return say("{n} values are used: {parts}.", n=say.number(total, 0), parts=", ".join(parts))


def cited(found: Iterable[Assumption]) -> Mapping[str, Cited]:
    """The sources of these assumptions, by key; one that the evidence does not list is left out."""
    from kzsim.evidence import sources

    known = sources()
    keys = sorted({key for one in found for key in one.sources})
    return {
        key: Cited(key, known[key].title, known[key].publisher, known[key].date, web(known[key].url))
        for key in keys
        if key in known
    }


def web(url: str) -> str:
    """The address if it is one of the web, else ''."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def _of_fact(say: Speaker, entry: str, fact: Mapping[str, Any], weights: Mapping[str, float]) -> Assumption:
    unit = str(fact.get("unit", ""))
    value = plain(say, fact.get("value"), unit)
    spans = [
        f"{period['from']} – {period['to']}: {plain(say, period['value'], unit)}"
        for period in fact.get("periods", ())
    ]
    spread = fact.get("distribution")
    told = "; ".join([value, *spans])
    if spread:
        told = say(
            "{value} (mean of a {family} distribution)",
            value=told,
            family=say.word("distribution", str(spread["family"])),
        )
    found = _assumption(say, entry, say.parameter(entry), told, unit, fact, weights)
    return replace(found, where=say.parameter_parts(entry)[1])


def _by_crossing(
    data: Mapping[str, Any],
) -> tuple[dict[str, dict[str, Mapping[str, Any]]], dict[str, Mapping[str, Any]]]:
    """The measures that the scenario puts into force, by crossing; and everything else."""
    corridors: dict[str, dict[str, Mapping[str, Any]]] = {}
    rest: dict[str, Mapping[str, Any]] = {}
    for key, taken in data.items():
        head, _, tail = key.partition(".")
        crossing, _, measure = tail.partition(".")
        if head == "corridor" and measure and taken.get("grade") == "scenario" and "share" not in taken:
            corridors.setdefault(crossing, {})[measure] = taken
        else:
            rest[key] = taken
    return corridors, rest


def _told_measures(say: Speaker, measures: Mapping[str, Mapping[str, Any]]) -> str:
    told = []
    for measure, taken in measures.items():
        limits = [
            *(say.side(side) for side in taken.get("sides", ()) if len(taken["sides"]) == 1),
            *(say.direction(way) for way in taken.get("directions", ()) if len(taken["directions"]) == 1),
        ]
        text = say.measure(measure)
        told.append(f"{text} ({', '.join(limits)})" if limits else text)
    return "; ".join(told)


def _of_corridor(say: Speaker, crossings: Sequence[str], told: str) -> Assumption:
    places = ", ".join(say.crossing(crossing) for crossing in crossings)
    return Assumption(
        key=f"corridor.{'+'.join(crossings)}",
        meaning=say("Green corridor at {place}", place=places),
        value=told,
        range="",
        grade="scenario",
        graded=say.grade("scenario"),
        sources=(),
    )


def _of_taken(say: Speaker, key: str, taken: Mapping[str, Any], weights: Mapping[str, float]) -> Assumption:
    unit = str(taken.get("unit", ""))
    parts = [plain(say, taken["value"], unit)] if "value" in taken else []
    parts += [
        f"{say.word('field', name)}: {_said(say, name, value)}"
        for name, value in taken.items()
        if name not in _NOT_VALUES and value is not None
    ]
    return _assumption(say, key, _meaning(say, key), "; ".join(parts), unit, taken, weights)


def _said(say: Speaker, name: str, value: Any) -> str:
    """What a field holds, keys of the model in words."""
    words: dict[str, Callable[[str], str]] = {
        "classes": say.class_,
        "direction": say.direction,
        "clock": say.side,
        "kz": lambda day: say.word("field", day),
        "cn": lambda day: say.word("field", day),
        "side": lambda side: say.word("field", "both_sides") if side == "both" else say.side(side),
        "monthly_profile": lambda profile: say.class_(profile.removeprefix("rail_")),
        "who": lambda who: say.corridor(who.removesuffix("s")),
    }
    held = value if isinstance(value, list) else [value]
    if name in words and all(isinstance(one, str) for one in held):
        return ", ".join(words[name](one) for one in held)
    return plain(say, value)


def _of_whom(say: Speaker, rest: Sequence[str]) -> str:
    """Direction and class of goods in the tail of an entry of the demand, in brackets; '' without them."""
    told = [
        *(say.direction(one) for one in rest if one in DIRECTIONS),
        *(say.class_(one) for one in rest[1:] if rest[0] in DIRECTIONS),
    ]
    return f" ({'; '.join(told)})" if told else ""


def _meaning(say: Speaker, key: str) -> str:
    """What an entry that is no parameter stands for, as far as its name tells."""
    head, *rest = key.split(".")
    match head, rest:
        case "corridor", [crossing, "compliance"]:
            return say(
                "Share of those eligible who meet the corridor's conditions, {place}",
                place=say.crossing(crossing),
            )
        case "corridor", [crossing, measure, *_]:
            return say(
                "Green corridor at {place}: {measure}",
                place=say.crossing(crossing),
                measure=say.measure(measure),
            )
        case "measures", [measure, *tail]:
            told = say("What the measure changes: {measure}", measure=say.measure(measure))
            return told + entries.of_measure(say, tail)
        case "demand", [mode, crossing, *tail, "before_growth"]:
            told = say(
                "Demand before growth, {place} ({mode})", place=say.crossing(crossing), mode=say.mode(mode)
            )
            return told + _of_whom(say, tail)
        case "demand", [mode, crossing, *tail]:
            told = say("Demand, {place} ({mode})", place=say.crossing(crossing), mode=say.mode(mode))
            return told + _of_whom(say, tail)
        case "profiles", tail:
            return say("How arrivals are spread over time") + entries.of_profile(say, tail)
        case "road" | "rail", [crossing, "hours", side, *_]:
            return f"{say('Opening hours, {place}', place=say.crossing(crossing))} ({say.side(side)})"
        case "road" | "rail", [crossing, *_]:
            return say("Closed days, {place}", place=say.crossing(crossing))
        case "disruptions", [episode, *_]:
            return say("Dated episode: {name}", name=episode.replace("_", " "))
        case "macro", _:
            return say("Turnover of the trade between the two countries")
        case "time_zones", _:
            return say("Time zones")
    return key


def _assumption(
    say: Speaker,
    key: str,
    meaning: str,
    value: str,
    unit: str,
    held: Mapping[str, Any],
    weights: Mapping[str, float],
) -> Assumption:
    grade = str(held.get("grade", ""))
    return Assumption(
        key=key,
        meaning=meaning,
        value=value,
        range=_range(say, held.get("range"), unit),
        grade=grade,
        graded=say.grade(grade),
        sources=tuple(str(source) for source in held.get("sources", ())),
        weight=weights.get(key),
        width=_width(held),
    )


def _width(held: Mapping[str, Any]) -> float:
    ends, value = held.get("range"), held.get("value")
    if not isinstance(ends, list) or len(ends) != 2 or None in ends:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
        return 0.0
    return float(abs((ends[1] - ends[0]) / value))


def _range(say: Speaker, range_: Any, unit: str) -> str:
    if not isinstance(range_, list) or len(range_) != 2 or None in range_:
        return ""
    low, high = range_
    return say("{low} to {high}", low=plain(say, low), high=plain(say, high, unit))


def plain(say: Speaker, value: Any, unit: str = "") -> str:
    """A value as a person writes it, with its unit."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, int | float):
        if value == 1 and (one := _single(say, unit)):
            return one
        shown = f"{value:.6g}"
        digits = len(shown.partition(".")[2]) if "e" not in shown else 0
        number = say.number(float(value), digits)
        return f"{number} {say.unit(unit)}" if unit not in ("", "ratio", "flag", "rank") else number
    if isinstance(value, list):
        return ", ".join(plain(say, item) for item in value) or "–"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(say, item)}" for name, item in value.items())
    return str(value).replace("_", " ")


def _single(say: Speaker, unit: str) -> str:
    """One of what is counted; '' for units that are the same for one and for many."""
    match unit:
        case "bays":
            return say("1 bay")
        case "booths":
            return say("1 booth")
        case "bridges":
            return say("1 bridge")
        case "fronts":
            return say("1 front")
        case "inspectors":
            return say("1 inspector")
        case "lanes":
            return say("1 lane")
        case "officers":
            return say("1 officer")
        case "scanners":
            return say("1 scanner")
        case "teams":
            return say("1 team")
        case "tracks":
            return say("1 track")
    return ""
