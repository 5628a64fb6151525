"""`kzsim explain`: what a key means, its value, range and source."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kzsim.cli import options, screen, words
from kzsim.cli.failures import ExitCode, Session, Stop, scenario_mistakes
from kzsim.cli.table import fill

if TYPE_CHECKING:
    from kzsim import scenario
    from kzsim.cli.held import Held
    from kzsim.cli.lookup import Found
    from kzsim.cli.search import Hit
    from kzsim.evidence import Source
    from kzsim.evidence.explain import Explanation as EvidenceExplanation
    from kzsim.indicators.dictionary import Indicator, Table

EPILOG = """\b
Examples:
  kzsim explain green_corridors                          a key of a scenario
  kzsim explain road.bakhty.kz_to_cn.quota.cn_intake     an entry of the evidence
  kzsim explain dedicated_lane                           a measure of a green corridor
  kzsim explain crossing_time                            an indicator of the results
  kzsim explain bakhty                                   all that has to do with that name or word
"""

NOT_READ = "not read by this version: setting it changes nothing"

_MARGIN = " " * 10


@click.command(epilog=EPILOG)
@click.argument("key")
@click.option("--year", type=int, metavar="YEAR", help="Year of the evidence. Default: its base year.")
@options.common
@click.pass_obj
def explain(session: Session, key: str, year: int | None) -> ExitCode:
    """Say what a key means, its unit, value, range, grade and source.

    KEY is a key of a scenario, of the evidence, a measure of a green corridor, a table or indicator of the
    results, or any word or name to look for among them.
    """
    with scenario_mistakes():
        from kzsim.cli import lookup, search
        from kzsim.cli.documents import write
        from kzsim.evidence import EvidenceError

        try:
            found = lookup.find(key, year)
            hits = () if found else search.search(key)
            if len(hits) == 1:
                found = lookup.find(hits[0].key, year)
        except EvidenceError as error:
            raise Stop(ExitCode.INVALID, f"kzsim: {error}", status="unknown") from error
        if found is not None:
            if session.json:
                write({"status": "explained", **found.document()})
            else:
                screen.out(_lines(found, screen.prose_width()))
            return ExitCode.DONE
        if not hits:
            near = lookup.nearest(key)
            hint = f", did you mean '{near}'?" if near else ""
            raise Stop(
                ExitCode.INVALID,
                f"kzsim: nothing is called '{key}'{hint}",
                status="unknown",
                remedy="" if near else "For example: kzsim explain green_corridors, or a word such as quota.",
            )
    if session.json:
        write({"status": "list", "keys": [hit.key for hit in hits], "hits": [asdict(hit) for hit in hits]})
        return ExitCode.DONE
    screen.out(_hits(hits[: search.MOST], screen.prose_width()))
    left = len(hits) - search.MOST
    if left > 0:
        screen.out([f"and {left} more"])
    screen.note("\nFor any of these but a column: kzsim explain KEY")
    return ExitCode.DONE


def _hits(hits: Iterable[Hit], width: int) -> Iterator[str]:
    for hit in hits:
        yield hit.key
        text = " ".join(hit.meaning.split())
        text = f"{hit.kind}: {text}"
        yield "    " + textwrap.shorten(text, max(width - 4, 20), placeholder=" …")


def _lines(found: Found, width: int) -> Iterator[str]:
    yield screen.heading(found.key)
    if found.scenario is not None:
        yield from _scenario(found.scenario, width)
    if found.held:
        yield ""
        yield from _held(found.held, width)
    if found.evidence is not None:
        if found.scenario is not None:
            yield from ("", screen.heading(found.evidence.key))
        yield from _evidence(found.evidence, width, read=found.read)
    if found.indicator is not None:
        yield from _indicator(found.indicator, width)
    if found.table is not None:
        yield from _table(found.table, width)


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


def _held(known: Sequence[Held], width: int) -> Iterator[str]:
    """Yield what the evidence holds, line by line with its grade, then the sources that these name."""
    from kzsim.evidence import sources

    name = ""
    for item in known:
        cited = "; ".join(filter(None, (item.grade, ", ".join(item.sources))))
        text = f"{item.text} [{cited}]" if cited else item.text
        heading = "" if item.name == name else item.name
        yield from fill(text, width, first=f"{heading:<{len(_MARGIN)}}", rest=_MARGIN + "  ")
        name = item.name
    named = dict.fromkeys(source for item in known for source in item.sources)
    yield from _sources([(key, sources()[key]) for key in named], width)


def _sources(known: Iterable[tuple[str, Source]], width: int) -> Iterator[str]:
    for index, (key, source) in enumerate(known):
        dated = ", ".join(filter(None, (source.publisher, source.date)))
        lead = f"{key}: " if key else ""
        yield from _matter(
            "" if index else "Sources", f"{lead}{source.title}. {dated} ({source.kind})", width
        )
        if source.url:
            yield from _matter("", source.url, width)


def _evidence(known: EvidenceExplanation, width: int, *, read: bool) -> Iterator[str]:
    yield from fill(known.meaning, width, rest="")
    yield ""
    for name, text in _matters(known, read=read):
        yield from _matter(name, text, width)
    yield from _sources([("", source) for source in known.sources], width)


def _matters(known: EvidenceExplanation, *, read: bool) -> Iterator[tuple[str, str]]:
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
    if not read:
        yield "Change", NOT_READ
    elif isinstance(known.value, int | float) and not isinstance(known.value, bool):
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


def _table(known: Table, width: int) -> Iterator[str]:
    yield from fill(f"The file {known.file} of a run's results. One row: {known.row}.", width, rest="")
    yield ""
    longest = max(len(column.name) for column in known.columns)
    for column in known.columns:
        first = f"  {column.name:<{longest}}  "
        yield from fill(column.definition, width, first=first, rest=" " * len(first))


def _matter(name: str, text: str, width: int) -> list[str]:
    return fill(text, width, first=f"{name:<{len(_MARGIN)}}", rest=_MARGIN)
