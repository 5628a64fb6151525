"""Finds what a word may mean: settings, measures, bundles, entries of the evidence, columns of results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

MOST = 12
"""Matches shown at once."""

Kind = Literal["setting", "measure", "bundle", "indicator", "table", "column", "evidence"]
ANY = "<crossing>"
_ORDER: tuple[Kind, ...] = ("setting", "bundle", "measure", "table", "indicator", "column", "evidence")


@dataclass(frozen=True)
class Hit:
    """Something that a word may mean; `key` can be explained unless it is a column."""

    key: str
    kind: Kind
    meaning: str


def search(text: str) -> tuple[Hit, ...]:
    """Return everything that `text` may mean, the best match first.

    The name of a crossing in any language, or an alias of it, stands for the crossing.
    """
    crossing = _crossing_called(text)
    wanted = crossing or text.strip().casefold()
    candidates = [*_settings(crossing or ANY), *_menu(), *_results(), *_evidence(single=crossing is not None)]
    found = [(rank, hit) for hit in candidates if (rank := _rank(wanted, hit)) is not None]
    return tuple(hit for _, hit in sorted(found, key=lambda item: (item[0], _place(item[1]))))


def _crossing_called(text: str) -> str | None:
    from kzsim.evidence import crossings
    from kzsim.scenario import words

    known = text.strip().casefold()
    return known if known in crossings() else words.crossing_called(known)


def _rank(wanted: str, hit: Hit) -> int | None:
    """0 where the name is what was asked for, more the less it is, None where it is not in it at all."""
    key = hit.key.casefold()
    name = key.rpartition(": ")[2]
    parts = name.split(".")
    if hit.kind != "column":  # a column has the name of what it speaks of, which is rather meant
        if name == wanted:
            return 0
        if wanted in parts:
            return 1
    if any(word.startswith(wanted) for part in parts for word in (part, *part.split("_"))):
        return 1 if hit.kind == "setting" else 2
    if wanted in key:
        return 3
    return 4 if re.search(rf"\b{re.escape(wanted)}", hit.meaning.casefold()) else None


def _place(hit: Hit) -> tuple[int, bool, int, str]:
    """What is general comes before what is said of one crossing, the short before the long."""
    single = hit.kind == "evidence" and ".all." not in hit.key and not hit.key.startswith("cost.")
    return _ORDER.index(hit.kind), single, hit.key.count("."), hit.key


@cache
def _settings(crossing: str = ANY) -> tuple[Hit, ...]:
    """What a scenario may say, of one crossing or of any."""
    from kzsim import scenario
    from kzsim.evidence import crossings
    from kzsim.scenario.schema import known_keys, sections

    keys = [
        f"{above}.{name}" if above else name
        for above, section in sections()
        for name in known_keys(section)
        if not above.endswith(("<measure>", "<episode>"))
    ]
    keys += [f"{key}.{ANY}" for key in keys if f"{key}.{ANY}." in "".join(keys)]
    if crossing != ANY:
        keys = [key.replace(ANY, crossing) for key in keys if ANY in key]
        absent = {"road", "rail"} - set(crossings()[crossing].modes)
        keys = [key for key in keys if not absent & set(key.split("."))]
    found = ((key, scenario.explain(key)) for key in keys)
    title = "" if crossing == ANY else f"{crossings()[crossing].title}. "
    return tuple(
        Hit(key, "setting", (title if key.count(".") == 1 else "") + known.meaning)
        for key, known in found
        if known is not None
    )


def _menu() -> Iterator[Hit]:
    from kzsim.evidence import corridor, disruptions
    from kzsim.scenario import words

    for episode in disruptions().episodes:
        yield Hit(f"disruptions.episodes.{episode.key}", "setting", episode.what)
    for name, measure in corridor().measures.items():
        yield Hit(name, "measure", measure.what)
    for name in words.bundle_names():
        yield Hit(name, "bundle", corridor().bundle_notes.get(name) or BUNDLE_WORDS.get(name, ""))


BUNDLE_WORDS = {
    "none": "No measure at all.",
    "existing": "The measures in force at a crossing on the first day of the period.",
}
"""The two words that a scenario may write in place of a bundle of the menu."""


def _results() -> Iterator[Hit]:
    from kzsim.indicators.dictionary import INDICATORS, TABLES

    indicators = {indicator.name for indicator in INDICATORS}
    for indicator in INDICATORS:
        yield Hit(indicator.name, "indicator", indicator.definition)
    columns: dict[tuple[str, str], list[str]] = {}
    for table in TABLES:
        if table.name.startswith("counterfactual_"):
            continue
        yield Hit(table.name, "table", f"{table.file}: one row is {table.row}.")
        for column in table.columns:
            if column.name not in indicators:
                columns.setdefault((column.name, column.definition), []).append(table.file)
    for (name, definition), files in columns.items():
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        yield Hit(f"{files[0]}{more}: {name}", "column", definition)


@cache
def _evidence(*, single: bool) -> tuple[Hit, ...]:
    """Every entry of the evidence; of one that stands for all crossings only that, unless ``single``."""
    from kzsim.evidence import meaning
    from kzsim.evidence.parameters import ANY_CROSSING, requestable_keys

    keys = requestable_keys()
    general = set(keys)

    def stands_alone(key: str) -> bool:
        mode, crossing, *rest = key.split(".")
        return crossing == ANY_CROSSING or ".".join((mode, ANY_CROSSING, *rest)) not in general

    return tuple(Hit(key, "evidence", meaning(key)) for key in keys if single or stands_alone(key))
