"""The whole page: a brief, figures, the player or the explorer, and data, put together as one HTML file.

The page asks for nothing: its security policy forbids every request and every script and style but its own,
which it names by their hashes. Text is escaped by the template engine wherever it stands.
"""

from __future__ import annotations

import base64
import csv
import gc
import gzip
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kzsim.brief.html.explorer import explorer
from kzsim.brief.html.fonts import faces
from kzsim.brief.html.held import held
from kzsim.brief.html.pictures import pictures
from kzsim.brief.html.tables import Shown, csv_text, shown
from kzsim.brief.html.view import player_view
from kzsim.brief.html.words import page_words, section_names

if TYPE_CHECKING:
    import jinja2

    from kzsim.brief.content import Brief, Grid
    from kzsim.experiments.studies import Study
    from kzsim.figures.catalogue import Drawn
    from kzsim.language import Speaker

SECTIONS = {
    "map": "overview",
    "crossing_time": "times",
    "distribution": "times",
    "hours": "hours",
    "year": "seasons",
    "week": "seasons",
    "gains": "compared",
    "classes": "compared",
    "utilisation": "limits",
    "yard": "limits",
    "commodities": "goods",
    "sweep_lines": "response",
    "sweep_heat": "response",
    "sweep_points": "response",
}
"""Where the kinds of figures stand; others stand in the last section."""
ORDER = ("response", "compared", "overview", "times", "hours", "seasons", "limits", "goods", "more")
TABLES = {"run": "times", "comparison": "compared", "sweep": "response"}
"""Where the tables of a brief stand, by its kind; those of changes stand with what is compared."""


@dataclass(frozen=True)
class Figure:
    """A figure as the template takes it."""

    name: str
    title: str
    subtitle: str
    alt: str
    source: str
    svg: Any
    stack: Any
    shown: Shown
    left_out: str


@dataclass(frozen=True)
class Section:
    """A heading with tables (and their identifiers) and figures below it."""

    id: str
    name: str
    tables: tuple[tuple[Grid, str], ...]
    figures: tuple[Figure, ...]


def html_page(brief: Brief, study: Study, drawn: Sequence[tuple[str, Drawn]], say: Speaker) -> bytes:
    """The report as UTF-8. ``drawn``: figures with the name of their kind, in the order of the catalogue.

    The same study gives the same bytes. Raises ResultsError for tables that cannot be read.
    """
    from markupsafe import Markup

    with _collected_apart():
        inline = pictures([one for _, one in drawn])
    script = _asset("script.js")
    figures = [
        (SECTIONS.get(kind, "more"), _figure(one, svg, stack, say))
        for (kind, one), svg, stack in zip(drawn, inline.svgs, inline.stacks, strict=True)
    ]
    widths = [len(one.columns) for one in brief.tables] + [len(one.shown.columns) for _, one in figures]
    most = max(widths, default=0)
    style = "\n".join((_asset("style.css"), _number_columns(most), inline.rules, faces(inline.letters)))
    words = page_words(say, brief.kind)
    player = player_view(study, say) if brief.kind == "run" else None
    explored = explorer(study, say) if brief.kind == "sweep" else None
    if explored and explored["more"]:
        words["more_parameters"] = say(
            "{n} more parameters vary between the points and have no slider here.",
            n=say.number(explored["more"], 0),
        )
    sections = _sections(brief, figures, section_names(say))
    downloads = _downloads(study)
    number = say.number(1234.5, 1)
    data = {
        "words": {**words, "group": number[1], "decimal": number[-2]},
        "packed": packed(
            {
                "files": {
                    name: columns(text)
                    for name, text in {
                        **{f"{one.name}.csv": one.shown.csv for _, one in figures},
                        **downloads,
                    }.items()
                },
                "player": None if player is None else player.data,
                "explorer": explored,
            }
        ),
        "player": player is not None,
        "explorer": explored is not None,
    }
    page = _template().render(
        brief=brief,
        words=words,
        policy=policy(style, script),
        style=Markup(style),  # noqa: S704 - files of this package
        script=Markup(script),  # noqa: S704 - files of this package
        data=Markup(embedded(data)),  # noqa: S704 - no character of it can end the element
        contents=_contents(words, player is not None, explored is not None, sections),
        sections=sections,
        player=None if player is None else player.data,
        map=None if player is None else player.map,
        marks=() if player is None else player.marks,
        samples=() if player is None else player.samples,
        countries=() if player is None else player.countries,
        explorer=explored,
        downloads=list(downloads),
        decisive=held(brief.decisive),
        held=held(brief.assumptions),
    )
    return page.encode()


@contextmanager
def _collected_apart() -> Iterator[None]:
    """Spare what was there before from being looked through again and again.

    Figures are made of a million objects that stay; their writing makes a million that go.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def policy(style: str, script: str) -> str:
    """The security policy of a page with exactly this style and this script, and nothing from elsewhere."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def embedded(data: Any) -> str:
    """JSON that can stand in a script element: no character in it can end the element or begin a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate({ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"})


def packed(data: Mapping[str, Any]) -> str:
    """JSON, compressed, in letters: a year of queues is long and says little that is new."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def columns(text: str) -> list[list[str]]:
    """A CSV table column by column, heading first: what is alike stands together and packs well."""
    return [list(column) for column in zip(*csv.reader(io.StringIO(text, newline="")), strict=True)]


def _number_columns(most: int) -> str:
    """Rules by which a table's class n2 sets its second column as numbers, and so on."""
    cells = [f".n{at} {kind}:nth-child({at})" for at in range(1, most + 1) for kind in ("th", "td")]
    return f"{', '.join(cells)} {{ text-align: right; }}" if cells else ""


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    return (files("kzsim.brief.html") / "assets" / name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    import jinja2

    made = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return made.from_string(_asset("page.html"))


def _figure(drawn: Drawn, svg: str, stack: str, say: Speaker) -> Figure:
    from markupsafe import Markup

    table = shown(drawn.table, say)
    return Figure(
        name=drawn.name,
        title=drawn.title,
        subtitle=drawn.subtitle,
        alt=drawn.alt,
        source=drawn.source,
        svg=Markup(svg),  # noqa: S704 - made by an XML writer
        stack=Markup(stack),  # noqa: S704 - numbers and a name of ours
        shown=table,
        left_out=say("{n} more rows are in the download.", n=say.number(table.left_out, 0)),
    )


def _sections(
    brief: Brief, figures: Sequence[tuple[str, Figure]], names: dict[str, str]
) -> tuple[Section, ...]:
    tables: dict[str, list[tuple[Grid, str]]] = {}
    for number, grid in enumerate(brief.tables):
        where = TABLES[brief.kind]
        if brief.kind == "run" and grid.about == "changes":
            where = "compared"
        tables.setdefault(where, []).append((grid, f"table_{number + 1}"))
    found = []
    for key in ORDER:
        own = tuple(one for where, one in figures if where == key)
        if own or key in tables:
            found.append(Section(key, names[key], tuple(tables.get(key, ())), own))
    return tuple(found)


def _contents(
    words: dict[str, str], player: bool, explored: bool, sections: Sequence[Section]
) -> list[tuple[str, str]]:
    return [
        *([("queues", words["queues"])] if player else []),
        *([("explore", words["explore"])] if explored else []),
        *((one.id, one.name) for one in sections),
        ("assumed", words["assumed"]),
        ("sure", words["sure"]),
        ("method", words["method"]),
    ]


def _downloads(study: Study) -> dict[str, str]:
    """Tables of the study that are small enough to travel with the page, by the name of the file."""
    if study.kind == "run":
        from kzsim.indicators.layout import ALL, TOGETHER
        from kzsim.indicators.legs import OTHER_LEGS

        table = study.table("indicators")
        first = table[(table["corridor"] == ALL) & table["class"].isin([*TOGETHER, *OTHER_LEGS])]
        chosen = {"choices.csv": csv_text(study.table("choices"))} if study.has("choices") else {}
        return {"indicators.csv": csv_text(first), "binding.csv": csv_text(study.table("binding")), **chosen}
    if study.kind == "comparison":
        table = study.table("differences")
        return {
            "differences.csv": csv_text(table[table["in_words"]]),
            "verdicts.csv": csv_text(study.table("verdicts")),
        }
    if study.kind == "sweep":
        return {"points.csv": csv_text(study.table("points"))}
    return {}
