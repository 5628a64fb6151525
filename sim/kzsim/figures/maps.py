"""The map: what gets through each crossing, and what delay it meets or how that changes, by mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim import evidence
from kzsim.figures import map_frame, map_labels, told
from kzsim.figures.basemap import Basemap, Line, read_basemap
from kzsim.figures.drawn import Drawn
from kzsim.figures.map_labels import labels_of
from kzsim.figures.style import FAINT, INK, Sheet, styled, text_in, wrapped
from kzsim.indicators.layout import ALL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kzsim.experiments.studies import Study
    from kzsim.figures.map_frame import Frame, Window
    from kzsim.figures.map_labels import Label
    from kzsim.language import Speaker

LAND, HOME, WATER, BORDER = "#F4F1EA", "#FBF7E9", "#CFE3EE", "#8C8577"
AT_HOME = ("Kazakhstan", "China")
"""The countries of the base map that the crossings join, in lighter paint than the others."""
_FACE_IN = 0.40
"""Diameter of the mark of the crossing with most traffic of its mode."""
_LEAST_POINTS = 4.0
_NARROW_LABEL_IN = 1.45
"""The widest line of a label on a telephone's map; longer ones are wrapped."""
_KEY_ROW_IN, _KEY_LEFT_IN = _FACE_IN + 0.08, 0.12


@styled
def crossings_map(study: Study, say: Speaker, basemap: Basemap | None = None) -> tuple[Drawn, ...]:
    """Throughput and delay of each crossing by mode, on the packaged base map unless another is given.

    Of a comparison a map for each alternative, with the change of the delay.
    """
    ground = basemap or read_basemap()
    if study.kind == "comparison":
        from kzsim.figures.moved import moved_by_crossing, told_of

        return tuple(
            _map(study, table, say, ground, told_of(study, table, name, say))
            for name, table in moved_by_crossing(study).items()
        )
    table = by_crossing(study)
    return (_map(study, table, say, ground, _told(study, table, say)),)


@dataclass(frozen=True)
class Told:
    """What a map says: the end of its name, title, subtitle, what its source line adds, and of a row."""

    name: str
    title: str
    subtitle: str
    notes: tuple[str, ...]
    alt: str
    of_row: Callable[[dict[str, Any]], str]


def by_crossing(study: Study) -> pd.DataFrame:
    """A row for each crossing and mode: both directions together, all trucks, loaded trains.

    ``per_day``: throughput; ``delay_h``: mean delay, directions weighted by how many were followed; ``lat``
    and ``lon`` in degrees (NaN for a crossing that the evidence does not know).
    """
    import pandas as pd

    found = study.table("indicators")
    heads = found["class"] == found["mode"].map(told.headline)
    own = found[heads & (found["corridor"] == ALL) & found["indicator"].isin(["throughput_per_day", "delay"])]
    rows = []
    for crossing in told.crossings_of(own):
        for mode in told.modes_of(own):
            mine = own[(own["crossing"] == crossing) & (own["mode"] == mode)]
            if mine.empty:
                continue
            through, delay = (mine[mine["indicator"] == name] for name in ("throughput_per_day", "delay"))
            weight = delay["n"].to_numpy(dtype=float)
            mean = float(np.average(delay["mean"], weights=weight)) if weight.sum() else math.nan
            rows.append((crossing, mode, float(through["mean"].sum()), mean, *place_of(crossing)))
    return pd.DataFrame(rows, columns=["crossing", "mode", "per_day", "delay_h", "lat", "lon"])


def place_of(crossing: str) -> tuple[float, float]:
    """Latitude and longitude in degrees; NaN of a crossing that the evidence does not know."""
    known = evidence.crossings().get(crossing)
    return (known.location["kz"].lat, known.location["kz"].lon) if known else (math.nan, math.nan)


def map_title(table: pd.DataFrame, say: Speaker) -> str:
    """Where most trucks go through and where they wait longest; of trains where there are no trucks."""
    mode = told.modes_of(table)[0]
    own = table[table["mode"] == mode]
    busy, slow = told.top_of(own, "per_day"), told.top_of(own, "delay_h")
    values = {
        "counted": told.counted(mode, say),
        "busy": told.place(busy["crossing"], mode, say),
        "slow": told.place(slow["crossing"], mode, say),
        "n": say.number(busy["per_day"], 0),
        "share": say.percent(busy["per_day"] / own["per_day"].sum()),
        "delay": say.figure(slow["delay_h"]),
    }
    if len(own) == 1:
        return say("{busy} passes {n} {counted} a day, each delayed by {delay} h on average", **values)
    if busy["crossing"] == slow["crossing"]:
        return say(
            "{busy} passes {share} of the {counted} and delays them longest: {delay} h on average", **values
        )
    return say(
        "{busy} passes {share} of the {counted}; the longest delay is at {slow}, {delay} h on average",
        **values,
    )


def said_of(modes: set[str], say: Speaker) -> str:
    """What the map shows, of the modes that it has."""
    if modes == {"road"}:
        return say("Throughput a day in both directions and mean delay; trucks")
    if modes == {"rail"}:
        return say("Throughput a day in both directions and mean delay; loaded trains")
    return say("Throughput a day in both directions and mean delay; trucks, and loaded trains")


def _told(study: Study, table: pd.DataFrame, say: Speaker) -> Told:
    title = map_title(table, say)
    return Told(
        "",
        title,
        told.subtitle(said_of({str(mode) for mode in table["mode"]}, say), study, say),
        (say("Mean over the replications"),),
        say(
            "Map of the crossings between Kazakhstan and China with throughput and delay at each. {title}.",
            title=title,
        ),
        partial(_said, say=say),
    )


def _map(study: Study, table: pd.DataFrame, say: Speaker, ground: Basemap, words: Told) -> Drawn:
    known = table.dropna(subset=["lat"])
    source = told.source(study, say, *words.notes, say("Boundaries are indicative and imply no endorsement"))
    called = "_".join(part for part in ("map", words.name) if part)
    labels = labels_of(known, say, words.of_row)
    slim = labels_of(known, say, words.of_row, _NARROW_LABEL_IN)
    narrow = map_frame.narrow(known, map_labels.width_in(slim), map_labels.height_in(slim))
    draw = partial(_sheet, table, known, say, ground, words, source)
    return Drawn(
        called,
        words.title,
        words.subtitle,
        source,
        words.alt,
        draw(labels, map_frame.wide(known)),
        table,
        draw(slim, narrow),
    )


def _sheet(
    table: pd.DataFrame,
    known: pd.DataFrame,
    say: Speaker,
    ground: Basemap,
    words: Told,
    source: str,
    labels: Sequence[Label],
    frame: Frame,
) -> Figure:
    from matplotlib.transforms import ScaledTranslation

    (west, east, south, north), height_in = frame.window, frame.height_in
    most = {mode: float(table.loc[table["mode"] == mode, "per_day"].max()) for mode in told.modes_of(table)}
    about = wrapped(say("area of a mark: throughput a day, both directions"), 7.5, 1.75)
    key_left = _KEY_LEFT_IN + max(text_in(line, 7.5) for line in about) + 0.15
    rows = _samples_in_rows(most, key_left, frame.width_in - _KEY_LEFT_IN, say)
    sheet = Sheet(
        words.title,
        words.subtitle,
        source,
        body_in=height_in + _KEY_ROW_IN * len(rows),
        width_in=frame.width_in,
    )
    axes = sheet.axes(0, 0, sheet.width_in, height_in)
    axes.set(xlim=(west, east), ylim=(south, north))
    axes.set_axis_off()
    axes.set_facecolor(LAND)
    _ground(axes, ground, (west, east, south, north))
    taken: dict[str, float] = {}
    for row in told.records(known):
        size = _mark_points(row["per_day"], most[row["mode"]])
        crossing = str(row["crossing"])
        # a second mode stands to the west of the first, so that neither hides the other
        shift = -(taken[crossing] + size / 2) if crossing in taken else 0.0
        taken.setdefault(crossing, size / 2 + 1.5)
        beside = ScaledTranslation(shift / 72, 0, sheet.figure.dpi_scale_trans)
        axes.plot(
            row["lon"], row["lat"], told.MARKER[row["mode"]], color=told.COLOUR[row["mode"]], markersize=size,
            alpha=0.85, markeredgecolor="white", markeredgewidth=0.8, zorder=6,
            transform=axes.transData + beside,
        )  # fmt: skip
    map_labels.put(axes, labels, frame)
    home, across = say("KAZAKHSTAN"), say("CHINA")
    for name, part, height in ((home, 0.04, 0.90), (across, 0.46, 0.05)):
        axes.text(
            west + part * (east - west), south + height * (north - south), name, fontsize=10, ha="left",
            color="#A79F8D", zorder=3,
        )  # fmt: skip
    _scale(axes, (west, east, south, north), say)
    if rows:
        _sizes(sheet, height_in, rows, most, about)
    return sheet.figure


def _mark_points(per_day: float, most: float) -> float:
    """Diameter in points of the mark of a throughput, of which ``most`` is the largest of its mode."""
    return max(_FACE_IN * 72 * math.sqrt(max(per_day, 0) / (most or 1.0)), _LEAST_POINTS)


def samples(most: float) -> tuple[float, ...]:
    """Round throughputs for a key of sizes, the larger first: up to the largest shown, and about a quarter.

    1, 2 or 5 times a power of ten; () where nothing gets through.
    """
    if not most > 0:
        return ()
    steps = [factor * 10.0**power for power in range(-6, 10) for factor in (1, 2, 5)]
    return tuple(max(step for step in steps if step <= limit) for limit in (most, most / 4))


def _sizes(
    sheet: Sheet, top: float, rows: list[list[Size]], most: dict[str, float], words: list[str]
) -> None:
    """The key of sizes below the map: throughputs of each mode, drawn as there."""
    sheet.text(
        _KEY_LEFT_IN, top + _KEY_ROW_IN / 2, "\n".join(words), fontsize=7.5, color=FAINT, va="center",
        linespacing=1.15,
    )  # fmt: skip
    axes = sheet.axes(0, top, sheet.width_in, _KEY_ROW_IN * len(rows))
    axes.set(xlim=(0, sheet.width_in), ylim=(_KEY_ROW_IN * len(rows), 0))
    axes.set_axis_off()
    for down, row in enumerate(rows):
        y = (down + 0.5) * _KEY_ROW_IN
        for one in row:
            axes.plot(
                one.left + _FACE_IN / 2, y, told.MARKER[one.mode], color=told.COLOUR[one.mode], alpha=0.85,
                markersize=_mark_points(one.value, most[one.mode]), markeredgecolor="white",
                markeredgewidth=0.8,
            )  # fmt: skip
            axes.text(one.left + _FACE_IN + 0.08, y, one.words, fontsize=8, color=INK, va="center_baseline")


@dataclass(frozen=True)
class Size:
    """A sample of the key of sizes: its mode, throughput and words, and where it begins, in inches."""

    mode: str
    value: float
    words: str
    left: float


def _samples_in_rows(most: dict[str, float], left: float, width: float, say: Speaker) -> list[list[Size]]:
    """The samples of all modes side by side from ``left`` on, in as many rows as they need."""
    rows: list[list[Size]] = [[]]
    at = left
    for mode, largest in most.items():
        for value in samples(largest):
            words = f"{told.tick(value, say)}\N{NO-BREAK SPACE}{told.counted(mode, say)}"
            needed = _FACE_IN + 0.08 + text_in(words, 8) + 0.25
            if rows[-1] and at + needed - 0.25 > width:
                rows.append([])
                at = left
            rows[-1].append(Size(mode, value, words, at))
            at += needed
    return rows if rows[0] else []


def _ground(axes: Axes, ground: Basemap, window: Window) -> None:
    from matplotlib.patches import Polygon, Rectangle

    west, east, south, north = window
    axes.add_patch(Rectangle((west, south), east - west, north - south, facecolor=LAND, zorder=0))
    faces = [(ring, HOME) for name in AT_HOME for ring in ground.countries.get(name, ())]
    for ring, face in (*faces, *((ring, WATER) for ring in ground.lakes)):
        seen = within(ring, window)
        if len(seen):
            axes.add_patch(Polygon(seen, facecolor=face, edgecolor="none", zorder=2 if face == WATER else 1))
    for ring in (ring for rings in ground.countries.values() for ring in rings):
        axes.plot(ring[:, 0], ring[:, 1], color=BORDER, linewidth=0.9, zorder=1.5)
    for line in ground.rivers:
        axes.plot(line[:, 0], line[:, 1], color=WATER, linewidth=1, zorder=2)


def within(ring: Line, window: Window) -> Line:
    """The part of a ring inside the window, float64 [points, 2]: Sutherland and Hodgman (1974)."""
    west, east, south, north = window
    for axis, limit, keep_above in ((0, west, True), (0, east, False), (1, south, True), (1, north, False)):
        if not len(ring):
            break
        beyond = ring[:, axis] - limit if keep_above else limit - ring[:, axis]
        following, beyond_next = np.roll(ring, -1, axis=0), np.roll(beyond, -1)
        kept: list[Line] = []
        for here, there, inner, inner_next in zip(ring, following, beyond, beyond_next, strict=True):
            if inner >= 0:
                kept.append(here)
            if (inner >= 0) != (inner_next >= 0):
                kept.append(here + (there - here) * (inner / (inner - inner_next)))
        ring = np.array(kept).reshape(-1, 2)
    return ring


def _said(row: dict[str, Any], say: Speaker) -> str:
    values = {"delay": say.figure(row["delay_h"])}
    if row["mode"] == "rail":
        return say("{n} trains a day, {delay} h delay", n=say.number(row["per_day"], 1), **values)
    return say("{n} trucks a day, {delay} h delay", n=say.number(row["per_day"], 0), **values)


def _scale(axes: Axes, window: Window, say: Speaker) -> None:
    west, east, south, north = window
    length_km, lat = 200, south + 0.04 * (north - south)
    length_deg = length_km / (111.32 * math.cos(math.radians(lat)))
    lon = east - 0.03 * (east - west) - length_deg
    axes.plot([lon, lon + length_deg], [lat, lat], color=FAINT, linewidth=2, solid_capstyle="butt", zorder=4)
    axes.text(lon + length_deg / 2, lat + 0.012 * (north - south), say("{n} km", n=say.number(length_km, 0)),
              ha="center", fontsize=7.5, color=FAINT, zorder=4)  # fmt: skip
