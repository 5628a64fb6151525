"""What the evidence holds behind a key of a scenario: hours, closed days, demand, measures, bundles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kzsim.cli import words
from kzsim.indicators.spoken import plain

if TYPE_CHECKING:
    from kzsim.evidence import Crossing, Existing, Hours

VALUE, IN_FORCE, CONTAINS = "Value", "In force", "Contains"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
POSTS = {"kz": "Kazakh side", "cn": "Chinese side"}
CLOCKS = {"kz": "Kazakhstan's clock", "cn": "China's clock"}


@dataclass(frozen=True)
class Held:
    """One line of what is held; ``sources`` are keys of the evidence's list of sources."""

    name: str
    text: str
    grade: str = ""
    sources: tuple[str, ...] = ()


def held(key: str, year: int) -> tuple[Held, ...]:
    """Return what the evidence of `year` holds behind a key such as `crossings.bakhty.road.hours_kz`.

    A key that is written for any crossing, such as `crossings.<crossing>.road`, speaks of all of them.
    """
    return tuple(_held(key.split("."), year))


def _held(parts: list[str], year: int) -> Iterator[Held]:
    from kzsim.evidence import crossings

    head, *rest = parts
    if head == "demand" and not rest:
        for crossing in crossings().values():
            yield from _demand(crossing, crossing.modes, year, named=True)
        return
    if head not in ("crossings", "green_corridors"):
        return
    name, below = (rest[0], rest[1:]) if rest else ("", [])
    named = name not in crossings()
    chosen = list(crossings().values()) if named else [crossings()[name]]
    if head == "green_corridors":
        yield from _corridor(chosen, below, named=named)
    elif rest:
        for crossing in chosen:
            yield from _crossing(crossing, below, year, named=named)


def _crossing(crossing: Crossing, below: list[str], year: int, *, named: bool) -> Iterator[Held]:
    """What is held of a crossing, or of the part of it that `below` names."""
    mode, what = (*below, "", "")[:2]
    if not mode:
        yield from _corridor([crossing], ["existing"], named=named)
    if mode in ("", "road") and what in ("", "hours_kz", "hours_cn"):
        for side in [what.removeprefix("hours_")] if what else list(POSTS):
            yield from _hours(crossing, side, year, named=named)
    if what in ("", "demand"):
        modes = [each for each in crossing.modes if mode in ("", each)]
        yield from _demand(crossing, modes, year, named=named)


def _lead(crossing: Crossing, *, named: bool) -> str:
    return f"{words.crossing(crossing.key)}, " if named else ""


def _hours(crossing: Crossing, side: str, year: int, *, named: bool) -> Iterator[Held]:
    lead = _lead(crossing, named=named)
    post = f"{lead}{POSTS[side]}"
    for item in crossing.hours[side]:
        if item.first.year <= year and (item.last is None or item.last.year >= year):
            note = f". {item.note}" if item.note else ""
            text = f"{post}: {_spans(item)}, {CLOCKS[item.clock]}, {_span(item.first, item.last)}{note}"
            yield Held(IN_FORCE, text, item.grade, item.sources)
    weekly = [WEEKDAYS[day] + "s" for day in crossing.weekly_closed[side]]
    dates = [item for item in crossing.closed_dates.get(year, ()) if item.side == side]
    closed = "; ".join([*weekly, *([f"{year}: {_days(item.day for item in dates)}"] if dates else [])])
    grades = " and ".join(dict.fromkeys(item.grade for item in dates))
    sources = tuple(dict.fromkeys(source for item in dates for source in item.sources))
    yield Held(IN_FORCE, f"{post}: closed {closed or 'on no day of the year'}", grades, sources)


def _spans(hours: Hours) -> str:
    said = (f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in hours.open)
    return " and ".join(said)


def _span(first: date, last: date | None) -> str:
    return f"from {words.day(first)}" + (f" to {words.day(last)}" if last else "")


def _days(days: Iterable[date]) -> str:
    """Return '1 and 7 May, 9 June'."""
    by_month: dict[str, list[str]] = {}
    for day in sorted(days):
        number, month, _ = words.day(day).split()
        by_month.setdefault(month, []).append(number)
    return ", ".join(f"{_listed(numbers)} {month}" for month, numbers in by_month.items())


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _demand(crossing: Crossing, modes: Iterable[str], year: int, *, named: bool) -> Iterator[Held]:
    from kzsim.evidence import EvidenceError, rail_demand, road_demand

    lead = _lead(crossing, named=named)
    for mode in modes:
        try:
            if mode == "road":
                road = road_demand(crossing.key, year)
                fact = road.trucks_each_way
                counts = {
                    direction: {name: flow.trucks for name, flow in flows.items()}
                    for direction, flows in road.flows.items()
                }
                grade, sources = fact.grade or "", fact.sources
                limits = (
                    f"; range {fact.low:,.0f} to {fact.high:,.0f} each way"
                    if fact.low is not None and fact.high is not None
                    else ""
                )
            else:
                rail = rail_demand(crossing.key, year)
                counts = {
                    direction: {name: flow.trains for name, flow in flows.items()}
                    for direction, flows in rail.flows.items()
                }
                grade, sources, limits = rail.grade, rail.sources, ""
        except EvidenceError:
            yield Held(VALUE, f"{lead}{mode}: no evidence of {year}")
            continue
        for direction, by_class in counts.items():
            text = (
                f"{lead}{mode}, {words.direction(direction)}: {sum(by_class.values()):,} "
                f"{words.COUNTED[mode]} in {year}{'' if named else _classes(by_class)}{limits}"
            )
            yield Held(VALUE, text, grade, sources)


def _classes(counts: Mapping[str, int]) -> str:
    said = (f"{plain(name)} {number:,}" for name, number in counts.items())
    return f" ({', '.join(said)})"


def _corridor(crossings: list[Crossing], below: list[str], *, named: bool) -> Iterator[Held]:
    """What corridors are made of: compliance, what exists where, and what the bundles contain."""
    from kzsim.evidence import corridor

    menu = corridor()
    what = below[0] if below else ""
    if what in ("", "compliance"):
        share = menu.compliance
        text = f"{100 * share.base:g} % of those eligible meet the conditions ({100 * share.low:g} to "
        text += f"{100 * share.high:g} %); {share.note}"
        yield Held(VALUE, f"compliance: {text}", share.grade, share.sources)
    if what in ("", "bundle", "existing"):
        for crossing in crossings:
            lead = f"existing at {words.crossing(crossing.key)}: " if named else "existing: "
            items = menu.existing.get(crossing.key, ())
            if named and items:
                grades = " and ".join(dict.fromkeys(item.grade for item in items))
                cited = dict.fromkeys(source for item in items for source in item.sources)
                yield Held(IN_FORCE, f"{lead}{_by_date(items)}", grades, tuple(cited))
                continue
            for item in items:
                yield Held(IN_FORCE, f"{lead}{_existing(item)}", item.grade, item.sources)
            if not items:
                yield Held(IN_FORCE, f"{lead}no measure is known to be in force")
    for name in menu.bundles:
        if what in ("", "bundle", name):
            note = menu.bundle_notes.get(name, "")
            text = f"{name}: {', '.join(menu.bundles[name])}" + (f" ({note})" if note else "")
            yield Held(CONTAINS, text)


def _existing(item: Existing) -> str:
    note = f" ({item.note})" if item.note else ""
    share = "" if item.share is None else f", used by {100 * item.share.base:g} % of those concerned"
    return f"{item.measure}, {_span(item.first, item.last)}{share}{note}"


def _by_date(items: Iterable[Existing]) -> str:
    spans: dict[str, list[str]] = {}
    for item in items:
        spans.setdefault(_span(item.first, item.last), []).append(item.measure)
    return "; ".join(f"{_listed(measures)} {span}" for span, measures in spans.items())
