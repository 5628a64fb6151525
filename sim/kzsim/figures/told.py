"""Words that several figures share: where and when, who made it, lists, modes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim.evidence import crossings
from kzsim.figures import colours
from kzsim.figures.colours import ORANGE, RAIL, ROAD, SKY_BLUE
from kzsim.indicators.layout import AGRICULTURAL, ALL, HEADLINE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.ticker import MaxNLocator

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MODES = ("road", "rail")
DIRECTIONS = ("kz_to_cn", "cn_to_kz")
COLOUR = {"road": ROAD, "rail": RAIL}
_EXPONENT = 1e5
"""From here on ``g`` writes with an exponent."""
SECOND = {"road": SKY_BLUE, "rail": ORANGE}
"""A second line of the same mode: the other direction."""
FARM, REST = colours.AGRICULTURAL, colours.REST
MARKER = {"road": "o", "rail": "s"}
FARM_MARKER, REST_MARKER = "D", "o"


def headline(mode: str) -> str:
    """The class that a mode's first figures speak of: all trucks, loaded trains."""
    return HEADLINE.get(mode, ALL)


def modes_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The modes that a table has rows of, road first."""
    there = set(table["mode"])
    return tuple(mode for mode in MODES if mode in there)


def crossings_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The crossings that a table has rows of, in the order of the evidence."""
    there = set(table["crossing"])
    known = [key for key in crossings() if key in there]
    return (*known, *sorted(there - set(known)))


def directions_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The directions that a table has rows of, towards China first."""
    there = set(table["direction"])
    return tuple(direction for direction in DIRECTIONS if direction in there)


def is_farm(klass: str, mode: str) -> bool:
    """Whether a class is of agricultural goods: by road those a corridor may take, by rail grain alone.

    Container trains carry some produce too, in a share of their boxes that nobody knows.
    """
    from kzsim.border.corridors import eligible_classes
    from kzsim.border.rail_line import GRAIN

    return klass == AGRICULTURAL or (klass == GRAIN if mode == "rail" else klass in eligible_classes("road"))


def class_colours(classes: Sequence[str], mode: str) -> dict[str, str]:
    """Shades by class: green those of agricultural goods, purple the others, first of each the colour itself.

    Beyond three of a kind the last shade serves for all that follow.
    """
    found: dict[str, str] = {}
    used = {True: 0, False: 0}
    for klass in classes:
        farm = is_farm(klass, mode)
        shades = colours.AGRICULTURAL_SHADES if farm else colours.REST_SHADES
        found[klass] = shades[min(used[farm], len(shades) - 1)]
        used[farm] += 1
    return found


def place(crossing: str, mode: str, say: Speaker) -> str:
    """What the crossing is called in that mode: by rail its stations."""
    return say.stations(crossing) if mode == "rail" else say.crossing(crossing)


def by_mode(mode: str, say: Speaker) -> str:
    """``by road`` or ``by rail``, as part of a sentence."""
    return say("by rail") if mode == "rail" else say("by road")


def counted(mode: str, say: Speaker) -> str:
    """``trucks`` or ``trains``."""
    return say.unit("trains") if mode == "rail" else say.unit("trucks")


def days_of(study: Study) -> tuple[date, date] | None:
    """First and last day of the measured window, in Kazakhstan's clock.

    None where the scenarios of a study have not the same, or an earlier version did not keep it.
    """
    kept = study.manifest.get("period")
    if kept:
        return date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"])
    if "start" not in study.manifest:
        return None
    start = datetime.fromisoformat(study.manifest["start"])
    first = start + timedelta(milliseconds=study.manifest["run_in_ms"])
    end = start + timedelta(milliseconds=study.manifest["horizon_ms"])
    return first.date(), (end - timedelta(microseconds=1)).date()


def period(study: Study, say: Speaker) -> str:
    """The measured window, from its first to its last day; '' where it is not known."""
    days = days_of(study)
    return say("{first} to {last}", first=say.date(days[0]), last=say.date(days[1])) if days else ""


def titles_of(study: Study) -> dict[str, str]:
    """By name what its author called each scenario of a study of several, the base first.

    The name stands behind a title that several have, and instead of one that is not known.
    """
    names = [str(name) for name in study.manifest.get("names", ())]
    titles = [str(title) for title in study.manifest.get("titles", ())]
    if len(titles) != len(names):
        titles = names
    return {
        name: title if title and titles.count(title) == 1 else f"{title} ({name})" if title else name
        for name, title in zip(names, titles, strict=True)
    }


def subtitle(what: str, study: Study, say: Speaker, of: Sequence[str] | None = None) -> str:
    """What is shown, then titles and the period where they are known.

    ``of``: the titles where it is not that of the study, such as none where ``what`` names the scenarios. The
    title of a sweep is followed by that of the scenario that it varies.
    """
    scenario = study.manifest.get("scenario") if study.kind == "sweep" else None
    titles = [study.title, str(scenario or "")] if of is None else of
    parts = [one for one in dict.fromkeys((what, *titles, period(study, say))) if one]
    return ". ".join([*(part.rstrip(".") for part in parts[:-1]), parts[-1]])


def source(study: Study, say: Speaker, *more: str) -> str:
    """Which program, which results, how many replications; then what else there is to say."""
    about = study.manifest
    digest = str(about.get("digest", ""))[:8]
    said = [say("Source: kzsim {version}, results {digest}", version=about.get("kzsim", ""), digest=digest)]
    if isinstance(about.get("replications"), int):
        said.append(say.plural("{n} replication", "{n} replications", about["replications"]))
    if isinstance(about.get("seed"), int):
        said.append(say("seed {seed}", seed=about["seed"]))
    return ". ".join([", ".join(said), *(text.rstrip(".") for text in more if text)]) + "."


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def top_of(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """The row in which a column is largest, the first of them if there are several."""
    return records(table.iloc[[int(np.nanargmax(table[column].to_numpy(dtype=float)))]])[0]


def bottom_of(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """The row in which a column is least."""
    return records(table.iloc[[int(np.nanargmin(table[column].to_numpy(dtype=float)))]])[0]


def few_ticks(most: int, *, whole: bool = False) -> MaxNLocator:
    """Places of so many marks at most on an axis, at whole numbers if asked for."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=most, min_n_ticks=2, integer=whole)


def tick(value: float, say: Speaker) -> str:
    """A number at an axis, with as many decimals as it has."""
    return say.number(value, len(f"{value:g}".partition(".")[2]) if abs(value) < _EXPONENT else 0)


def sentence(clauses: Sequence[str]) -> str:
    """Clauses as one sentence, the first letter a capital."""
    whole = "; ".join(clause for clause in clauses if clause)
    return whole[:1].upper() + whole[1:]


def interval_named(say: Speaker, replications: int) -> str:
    """What the thin lines at a mean are; that there is none with one replication."""
    if replications < 2:
        return say("No interval: there is one replication")
    return say("Interval: 95 % Student-t interval of the mean over the replications")
