"""The brief as a PDF of two pages, set by Typst.

Texts go to the template as data, never as markup. The same brief and figures give the same bytes.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.brief.errors import BriefError
from kzsim.language.typeface import FAMILY, characters, folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kzsim.brief.content import Brief
    from kzsim.figures.catalogue import Drawn
    from kzsim.language import Speaker

STANDARD = "ua-1"
"""PDF/UA-1: what readers for the blind need."""

MOST_NUMBERS, MOST_ROWS, MOST_ASSUMED, MOST_SURE = 6, 10, 6, 7
LONGEST_TITLE, LONGEST_LINE, LONGEST_FACT, LONGEST_CELL, LONGEST_ASSUMED = 160, 600, 120, 240, 700
"""Characters that are shown of texts that users may lengthen; the rest gives way to an ellipsis.

What is assumed has room for all measures of the largest corridor, in the language that needs most for them.
"""

LONGEST_WORD, HASH = 25, 16
UNTITLED = "kzsim"
"""PDF/UA wants a title."""
UNKNOWN = "?"
NO_GLYPH = "could not be displayed"
"""In Typst's message about letters that no font has."""

PLACES = 2
"""Figures for which the packaged template has a place."""

REGIONS = {"zh": "CN", "ru": "KZ", "kk": "KZ"}


def pdf_bytes(brief: Brief, figures: Sequence[Drawn], say: Speaker, template: Path | None = None) -> bytes:
    """The brief as PDF/UA-1: two pages with the packaged template, or what ``template`` makes of the data.

    The map, or else the first figure, stands on the first page, the next on the second. A template may read
    files of its own folder, and no others. Raises ``BriefError`` where Typst is not installed, and for a
    template that cannot be read or set, with the place in it.
    """
    check(template)
    import typst

    ordered = _mapped_first(figures)
    if template is not None:
        data = brief_data(brief, ordered, say)
        return _set(typst, template.read_bytes(), template.resolve().parent, str(template), data)
    source = files("kzsim.brief") / "templates" / "brief.typ"
    data = brief_data(brief, ordered[:PLACES], say)
    with tempfile.TemporaryDirectory() as empty:
        return _set(typst, source.read_bytes(), Path(empty), "brief.typ", data)


def check(template: Path | None = None) -> None:
    """Raise ``BriefError`` for what can be told before anything is drawn: no Typst, no such template."""
    try:
        import typst  # noqa: F401 - whether it is there
    except ImportError as missing:
        raise BriefError(
            "A PDF is set by Typst, which is not installed.", "Install it: python -m pip install 'kzsim[pdf]'"
        ) from missing
    if template is not None and not template.is_file():
        raise BriefError(
            f"{template}: there is no such template.", "It is a Typst file; docs/pdf.md tells more."
        )


def _set(typst: Any, source: bytes, root: Path, name: str, data: dict[str, Any]) -> bytes:
    """The document in our typeface; with letters that it lacks, in the fonts of the machine too.

    PDF/UA refuses a text with letters that no font has: those are shown as ``UNKNOWN`` then.
    """
    lacking = set(_shown(data)) - characters()
    with tempfile.TemporaryDirectory() as more:
        paths = [str(folder())]
        if lacking:
            for file in _fallback_files():
                shutil.copy(file, more)
            paths.append(more)
        # Without need the machine's fonts are not looked at: else the bytes could depend on them.
        machine = bool(lacking)
        fonts = typst.Fonts(include_system_fonts=machine, include_embedded_fonts=False, font_paths=paths)
        try:
            return _compiled(typst, source, root, fonts, data)
        except typst.TypstError as mistake:
            if lacking and NO_GLYPH in mistake.message:
                return _set(typst, source, root, name, _without(lacking, data))
            remedy = "; ".join(mistake.hints) or "Mend the template."
            raise BriefError(_told(name, mistake), remedy) from mistake


def _compiled(typst: Any, source: bytes, root: Path, fonts: Any, data: dict[str, Any]) -> bytes:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    compiler = typst.Compiler(source, root=str(root), font_paths=fonts, sys_inputs={"brief": text})
    # A template has no clock: its bytes would change with the hour.
    return bytes(compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=0))


def _told(name: str, mistake: Any) -> str:
    """The mistake with its place in the template, where Typst names one."""
    place = re.search(r"__typst_py_bytes__\.typ:(\d+:\d+)", mistake.diagnostic)
    return f"{name}{f':{place[1]}' if place else ''}: {mistake.message}"


def brief_data(brief: Brief, figures: Sequence[Drawn], say: Speaker) -> dict[str, Any]:
    """What a template gets: plain texts, lists and SVG, the map first. ``docs/pdf.md`` lists it."""
    table = brief.tables[:1]
    return {
        "lang": brief.lang,
        "region": REGIONS.get(brief.lang),
        "font": [FAMILY],
        "kind": brief.kind,
        "title": _cut(brief.title, LONGEST_TITLE) or UNTITLED,
        "headline": brief.headline,
        "lead": _cut(brief.lead, LONGEST_LINE),
        "numbers": [asdict(number) for number in brief.numbers[:MOST_NUMBERS]],
        "messages": [asdict(message) for message in brief.messages],
        "tables": [_grid(asdict(grid), say) for grid in table],
        "assumed": brief.assumed,
        "decisive": [_assumption(asdict(item)) for item in brief.decisive[:MOST_ASSUMED]],
        "sure": [_cut(line, LONGEST_LINE) for line in brief.sure[:MOST_SURE]],
        "method": _cut(brief.method, LONGEST_LINE),
        "provenance": [[name, _cut(_abbreviated(value), LONGEST_FACT)] for name, value in brief.provenance],
        "figures": [_picture(drawn) for drawn in figures],
        "labels": {
            "messages": say("What to remember"),
            "assumed": say("What we assumed"),
            "sure": say("How sure we are"),
            "method": say("How it was computed"),
            "assumption": say("Assumption"),
            "value": say("Value"),
            "range": say("Range"),
            "grade": say("Grade"),
        },
    }


def _mapped_first(figures: Sequence[Drawn]) -> list[Drawn]:
    """One map, then what is none, then the maps of further alternatives."""
    maps = [drawn for drawn in figures if drawn.name.partition("_")[0] == "map"]
    others = [drawn for drawn in figures if drawn.name.partition("_")[0] != "map"]
    return [*maps[:1], *others, *maps[1:]]


def _picture(drawn: Drawn) -> dict[str, str]:
    from kzsim.figures.catalogue import figure_bytes

    return {
        "name": drawn.name,
        "title": drawn.title,
        "alt": drawn.alt,
        "svg": figure_bytes(drawn, "svg").decode("utf-8"),
    }


def _grid(grid: dict[str, Any], say: Speaker) -> dict[str, Any]:
    shown = sorted((grid.pop("first") or range(len(grid["rows"])))[:MOST_ROWS])
    del grid["file"]
    more = len(grid["rows"]) - len(shown)
    rows = [[_cut(cell, LONGEST_CELL) for cell in grid["rows"][number]] for number in shown]
    note = grid["note"]
    if more > 0:
        left_out = say.plural(
            "{n} more row is in the HTML report.", "{n} more rows are in the HTML report.", more
        )
        note = f"{note} {left_out}".strip()
    return {**grid, "rows": rows, "note": note}


def _assumption(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, **{name: _cut(item[name], LONGEST_ASSUMED) for name in ("meaning", "value", "range")}}


def _cut(text: str, longest: int) -> str:
    """The text, or its beginning up to a word and an ellipsis; one line."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    begun, _, last = line[: longest - 1].rpartition(" ")
    # Chinese has no spaces, and a word may be longer than what there is room for.
    return f"{(begun if 0 < len(last) < LONGEST_WORD else line[: longest - 1]).rstrip(' ;,.')}…"


def _abbreviated(text: str) -> str:
    """Without the end of what no line could hold, such as a hash; the HTML report has it whole."""
    return " ".join(
        word if len(word) <= LONGEST_WORD or set("/-_.") & set(word) else f"{word[:HASH]}…"
        for word in text.split()
    )


def _shown(data: Any) -> Iterator[str]:
    """Every character of the texts; pictures have none."""
    match data:
        case str():
            yield from data
        case dict():
            for name, value in data.items():
                if name != "svg":
                    yield from _shown(value)
        case list():
            for value in data:
                yield from _shown(value)


def _without(lacking: set[str], data: Any) -> Any:
    match data:
        case str():
            return data.translate({ord(mark): UNKNOWN for mark in lacking})
        case dict():
            return {
                name: value if name == "svg" else _without(lacking, value) for name, value in data.items()
            }
        case list():
            return [_without(lacking, value) for value in data]
    return data


def _fallback_files() -> tuple[Path, ...]:
    """DejaVu Sans, which comes with matplotlib."""
    import matplotlib as mpl

    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return (fonts / "DejaVuSans.ttf", fonts / "DejaVuSans-Bold.ttf")
