"""`kzsim explain`: what a key means, its value, range and source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from kzsim.cli import options, screen, words
from kzsim.cli.failures import ExitCode, Session, Stop, scenario_mistakes
from kzsim.cli.table import fill

if TYPE_CHECKING:
    from kzsim import scenario
    from kzsim.cli.lookup import Found
    from kzsim.evidence.explain import Explanation as EvidenceExplanation
    from kzsim.indicators.dictionary import Indicator

EPILOG = """\b
Examples:
  kzsim explain green_corridors                          a key of a scenario
  kzsim explain road.bakhty.kz_to_cn.quota.cn_intake     an entry of the evidence
  kzsim explain dedicated_lane                           a measure of a green corridor
  kzsim explain crossing_time                            an indicator of the results
  kzsim explain quota                                    every entry with that word
"""

_MARGIN = " " * 9


@click.command(epilog=EPILOG)
@click.argument("key")
@click.option("--year", type=int, metavar="YEAR", help="Year of the evidence. Default: its base year.")
@options.common
@click.pass_obj
def explain(session: Session, key: str, year: int | None) -> ExitCode:
    """Say what a key means, its unit, value, range, grade and source.

    KEY is a key of a scenario, of the evidence, a measure of a green corridor or an indicator of the results.
    """
    with scenario_mistakes():
        from kzsim.cli import lookup
        from kzsim.cli.documents import write
        from kzsim.evidence import EvidenceError

        try:
            found = lookup.find(key, year)
        except EvidenceError as error:
            raise Stop(ExitCode.INVALID, f"kzsim: {error}", status="unknown") from error
        if found is not None:
            if session.json:
                write({"status": "explained", **found.document()})
            else:
                screen.out(_lines(found, screen.prose_width()))
            return ExitCode.DONE
        keys = lookup.holding(key)
        if not keys:
            near = lookup.nearest(key)
            hint = f", did you mean '{near}'?" if near else ""
            raise Stop(
                ExitCode.INVALID,
                f"kzsim: nothing is called '{key}'{hint}",
                status="unknown",
                remedy="" if near else "For example: kzsim explain green_corridors, or a word such as quota.",
            )
    if session.json:
        write({"status": "list", "keys": list(keys)})
    else:
        screen.out(keys[: lookup.LONGEST_LIST])
        left = len(keys) - lookup.LONGEST_LIST
        more = f"; {left} more are not shown, a longer word finds fewer" if left > 0 else ""
        screen.note(f"\n{words.count(len(keys), 'entry', 'entries')} of the evidence{more}")
    return ExitCode.DONE


def _lines(found: Found, width: int) -> Iterator[str]:
    yield screen.heading(found.key)
    if found.scenario is not None:
        yield from _scenario(found.scenario, width)
    if found.evidence is not None:
        if found.scenario is not None:
            yield from ("", screen.heading(found.evidence.key))
        yield from _evidence(found.evidence, width)
    if found.indicator is not None:
        yield from _indicator(found.indicator, width)


def _scenario(known: scenario.Explanation, width: int) -> Iterator[str]:
    yield from fill(known.meaning[:1].upper() + known.meaning[1:], width, rest="")
    if known.example:
        yield ""
        last = known.key.rpartition(".")[2]
        yield from _matter("Example", f"{last}: {known.example}", width)
    if known.details:
        yield ""
        for detail in known.details:
            yield from fill(detail, width, first="- ")
    if known.below:
        yield ""
        longest = max(len(name) for name, _ in known.below)
        for name, meaning in known.below:
            yield from fill(meaning, width, first=f"  {name:<{longest}}  ", rest=" " * (longest + 4))


def _evidence(known: EvidenceExplanation, width: int) -> Iterator[str]:
    yield from fill(known.meaning, width, rest="")
    yield ""
    for name, text in _matters(known):
        yield from _matter(name, text, width)
    for index, source in enumerate(known.sources):
        dated = ", ".join(filter(None, (source.publisher, source.date)))
        yield from _matter("" if index else "Sources", f"{source.title}. {dated} ({source.kind})", width)
        if source.url:
            yield from _matter("", source.url, width)


def _matters(known: EvidenceExplanation) -> Iterator[tuple[str, str]]:
    yield "Value", f"{_value(known.value)} {known.unit}, evidence of {known.year}"
    if known.low is not None and known.high is not None:
        yield "Range", f"{known.low:g} to {known.high:g}"
    spread = known.distribution
    if spread is not None:
        by = ""
        if spread.cv is not None:
            by = f", coefficient of variation {spread.cv:g}"
        elif spread.sd is not None:
            by = f", standard deviation {spread.sd}"
        yield "Spread", f"{spread.family} around that mean{by}"
    for index, period in enumerate(known.periods):
        days = f"{words.day(period.first)} to {words.day(period.last)}"
        yield "" if index else "Periods", f"{days}: {period.value:g}"
    if known.entry.partition("@")[0] != known.key:
        yield "Entry", f"{known.entry}, which stands for every crossing without its own"
    yield "Grade", f"{known.grade}: {known.grade_meaning}"
    if known.note:
        yield "Note", known.note
    unit = known.unit.partition(" (")[0]
    if isinstance(known.value, int | float) and not isinstance(known.value, bool):
        yield "Change", f"--set parameters.{known.key}='{known.value:g} {unit}'"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_value(item) for item in value)
    return str(value)


def _indicator(known: Indicator, width: int) -> Iterator[str]:
    from kzsim.indicators.dictionary import NOUN

    yield from fill(f"An indicator of the results. {known.definition}", width, rest="")
    yield ""
    yield from _matter("Unit", known.unit.replace(NOUN, "trucks or trains"), width)


def _matter(name: str, text: str, width: int) -> list[str]:
    return fill(text, width, first=f"{name:<{len(_MARGIN)}}", rest=_MARGIN)
