"""Stored results: what they say in short, the way to the report, and every file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from kzsim.serve.folders import Stored
from kzsim.serve.html import Content, Html, joined, tag
from kzsim.serve.pages.lists import KINDS, result_path, time_of
from kzsim.serve.pages.shell import Shell, notice, table

if TYPE_CHECKING:
    from kzsim.brief.content import Brief, Grid

NO_BRIEF = (
    "There is no brief of results of this kind; the files hold all of them, 'kzsim runs show' prints them."
)


def result_page(
    shell: Shell, stored: Stored, brief: Brief | None, trouble: str, languages: Mapping[str, str]
) -> bytes:
    """What the brief of a study says in short; ``languages`` are those its report can be opened in."""
    facts = [KINDS.get(stored.kind, stored.kind), stored.scenario, stored.name]
    if stored.finished:
        facts.append(f"finished {time_of(stored.finished)} UTC")
    return shell.page(
        stored.title,
        tag("p", " · ".join(facts), class_="facts"),
        notice("warn", tag("p", trouble)) if trouble else None,
        _reports(shell, stored, languages),
        _said(brief) if brief is not None else None if trouble else tag("p", NO_BRIEF),
        _files(shell, stored),
        here="/",
    )


def _reports(shell: Shell, stored: Stored, languages: Mapping[str, str]) -> Html | None:
    if not languages:
        return None
    links = [
        tag(
            "li",
            shell.link(
                f"{result_path(stored)}/report?lang={lang}",
                "Open the report" if lang == "en" else name,
                lang=lang,
                hreflang=lang,
                class_="action" if lang == "en" else "action quiet",
            ),
        )
        for lang, name in languages.items()
    ]
    return tag("ul", *links, class_="row")


def _said(brief: Brief) -> Html:
    numbers = [
        tag(
            "div",
            tag("dt", each.label),
            tag("dd", tag("strong", each.value), f" {each.interval}", _note(each.note)),
        )
        for each in brief.numbers
    ]
    messages = [tag("li", tag("strong", each.heading), " ", each.text) for each in brief.messages]
    return joined(
        tag("h2", brief.headline),
        tag("p", brief.lead),
        tag("dl", *numbers, class_="numbers") if numbers else None,
        tag("ul", *messages) if messages else None,
        *(_grid(grid) for grid in brief.tables),
    )


def _note(note: str) -> Html | None:
    return tag("small", note) if note else None


def _grid(grid: Grid) -> Html:
    rows: list[tuple[Content, ...]] = [tuple(row) for row in grid.rows]
    return joined(
        tag("div", table(grid.heading, grid.columns, rows, grid.numeric), class_="wide"),
        tag("p", grid.note, class_="facts") if grid.note else None,
    )


def _files(shell: Shell, stored: Stored) -> Html:
    items = [
        tag("li", shell.link(f"{result_path(stored)}/files/{quote(name, safe='')}", name, download=name))
        for name in stored.files
    ]
    return joined(tag("h2", "Files"), tag("p", f"They lie in {stored.path}."), tag("ul", *items))
