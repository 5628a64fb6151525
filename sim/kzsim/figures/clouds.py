"""The points of a sampled sweep over the key that each figure answers to most."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import Sheet, styled, wrapped
from kzsim.figures.sweeps import FLOW, MOST_LINES, Axis, axes_of, dressed, heading, heads_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

_LUCK = 0.05
"""How often luck alone may have one key of one flow spoken of."""
_SHUFFLES = 999
_LEAST_POINTS = 5
"""Fewer points have too few orders for any correlation to be rarer than ``_LUCK``."""
_SHARED = re.compile(r"(^|[._])scan(ners)?([._]|$)")
"""Keys of scanners, which both directions share, act on either flow whatever direction they name."""
_QUANTITY = r"^([-+0-9.eE]+)\s*(.*)$"


@styled
def clouds(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """Every point of a sampled design over the key that moves it most, one figure a mode; () of a grid."""
    table = with_points(study, heads_of(study))
    numeric = [axis for axis in axes_of(table) if axis.numeric and table[axis.column].nunique() > MOST_LINES]
    if study.manifest.get("design") == "grid" or not numeric:
        return ()
    name = str(table["indicator"].iloc[0])
    table = table[table["indicator"] == name]
    able = table["direction"].map(lambda way: bool(keys_of(str(way), numeric)))
    return tuple(
        _cloud(study, table[table["mode"] == mode], numeric, mode, say) for mode in told.modes_of(table[able])
    )


def with_points(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the keys of each point beside it, where the results themselves have too many."""
    import pandas as pd

    if axes_of(table):
        return table
    points = study.table("points")
    found: dict[str, pd.Series] = {}
    for name in points.columns.difference(["point", "replications", "failure"], sort=False):
        parts = points[name].astype("str").str.extract(_QUANTITY)
        if parts[0].notna().all() and len(parts[1].unique()) == 1:
            unit = str(parts[1].iloc[0])
            found[f"{name} [{unit}]" if unit else str(name)] = pd.to_numeric(parts[0])
    values = pd.DataFrame(found).assign(point=points["point"])
    rest = [name for name in table.columns if name != "point"]
    return table.merge(values, on="point", how="left")[["point", *found, *rest]]


def keys_of(direction: str, numeric: list[Axis]) -> list[Axis]:
    """The keys that can act on a flow: not those that name the other direction, but for shared scanners."""
    other = next((way for way in told.DIRECTIONS if way != direction), "")
    return [axis for axis in numeric if other not in axis.key or _SHARED.search(axis.key)]


def strongest_of(own: pd.DataFrame, numeric: list[Axis]) -> tuple[Axis, float]:
    """The key with the largest rank correlation (Spearman) with the means of a flow, and that correlation."""
    found = [(axis, _correlation(own[axis.column], own["mean"])) for axis in numeric]
    return max(found, key=lambda one: abs(one[1]))


def _correlation(one: pd.Series, other: pd.Series) -> float:
    both = one.notna() & other.notna()
    if one[both].nunique() < 2 or other[both].nunique() < 2:
        return 0.0
    return float(np.corrcoef(one[both].rank(), other[both].rank())[0, 1])


def clear_of_luck(table: pd.DataFrame, numeric: list[Axis]) -> float:
    """The rank correlation that luck alone exceeds, in any key of any flow, in at most 5 of 100 sweeps.

    The points are dealt out anew over the results, all flows alike, and the largest correlation of all keys
    and flows is taken each time: a permutation test with the greatest statistic (Westfall and Young 1993),
    exact for any number of points and keys. Infinite with fewer than five points.
    """
    wide = table.pivot_table(index="point", columns=FLOW, values="mean").dropna()
    keys = table.drop_duplicates("point").set_index("point").loc[wide.index]
    if len(wide) < _LEAST_POINTS:
        return float("inf")
    outcomes = _standard(wide.rank().to_numpy(dtype=float))
    causes = _standard(keys[[axis.column for axis in numeric]].rank().to_numpy(dtype=float))
    allowed = np.array(
        [[axis in keys_of(str(flow[2]), numeric) for axis in numeric] for flow in wide.columns], dtype=float
    )
    luck = np.random.default_rng(0)  # always the same deals: the same results give the same title
    largest = [
        float(np.max(np.abs(outcomes[luck.permutation(len(wide))].T @ causes) * allowed))
        for _ in range(_SHUFFLES)
    ]
    # a hair's breadth above, so that a deal as extreme as the sweep itself counts as such despite rounding
    return float(np.sort(largest)[-int(_LUCK * (_SHUFFLES + 1))]) + 1e-9


def _standard(ranks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Columns with mean nought and length one; columns of one value, or with gaps, are nought."""
    centred = ranks - ranks.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    scaled: npt.NDArray[np.float64] = np.nan_to_num(centred / np.where(length > 0, length, 1.0))
    return scaled


def clouds_title(table: pd.DataFrame, numeric: list[Axis], mode: str, say: Speaker) -> str:
    """Which key moves a figure most, and in which flow; or that none does more than luck."""
    name = str(table["indicator"].iloc[0])
    best = [
        (*strongest_of(own, keys), flow)
        for flow, own in table.groupby(FLOW, sort=False)
        if (keys := keys_of(str(flow[2]), numeric))
    ]
    axis, value, flow = max(best, key=lambda one: abs(one[1]))
    if abs(value) <= clear_of_luck(table, numeric):
        by = told.by_mode(mode, say)
        return told.sentence([say("{what} {by}: no single key decides it", what=say.indicator(name), by=by)])
    return told.sentence(
        [
            say(
                "{what} at {place} ({direction}) answers most to “{key}”: rank correlation {value}",
                what=say.indicator(name),
                place=told.place(str(flow[0]), mode, say),
                direction=say.direction(str(flow[2])),
                key=say.parameter(axis.key),
                value=say.signed(value, 2),
            )
        ]
    )


def _cloud(study: Study, table: pd.DataFrame, numeric: list[Axis], mode: str, say: Speaker) -> Drawn:
    title = clouds_title(table, numeric, mode, say)
    name, unit = str(table["indicator"].iloc[0]), str(table["unit"].iloc[0])
    least = clear_of_luck(table, numeric)
    what = say("{what}, {unit}: every point of the sweep over the key with the largest rank correlation",
               what=say.indicator(name), unit=say.unit(unit))  # fmt: skip
    subtitle = told.subtitle(told.sentence([what]), study, say)
    luck = say("Correlations in brackets may be luck among so many keys and flows (permutation test, 5 %)")
    source = told.source(
        study, say, told.interval_named(say, int(study.manifest.get("replications", 1))), luck
    )
    flows = [
        flow
        for flow in dict.fromkeys(table[FLOW].itertuples(index=False, name=None))
        if keys_of(str(flow[2]), numeric)
    ]
    row_in, gap_in, left, gap, columns = 1.05, 0.86, 0.55, 0.35, 2
    lines = -(-len(flows) // columns)
    sheet = Sheet(title, subtitle, source, body_in=0.10 + (row_in + gap_in) * lines)
    width = (sheet.width_in - left - 0.15 - gap * (columns - 1)) / columns
    for number, flow in enumerate(flows):
        down, across = divmod(number, columns)
        above, start = 0.32 + down * (row_in + gap_in), left + across * (width + gap)
        axes = sheet.axes(start, above, width, row_in)
        own = table[(table[FLOW] == list(flow)).all(axis=1)]
        axis, value = strongest_of(own, keys_of(str(flow[2]), numeric))
        number_said = say.signed(value, 2)
        x = own[axis.column].to_numpy(dtype=float)
        if np.isfinite(own["low"].to_numpy(dtype=float)).any():
            axes.vlines(x, own["low"], own["high"], color=BASELINE, linewidth=0.5, alpha=0.6)
        axes.plot(x, own["mean"], told.MARKER[mode], color=told.COLOUR[mode], markersize=2.6, alpha=0.8)
        dressed(axes, say)
        axes.set_xlabel("\n".join(wrapped(heading(axis, say), 7, width)), fontsize=7)
        words = say("{place}, {direction}: {value}", place=told.place(flow[0], mode, say),
                    direction=say.direction(flow[2]),
                    value=number_said if abs(value) > least else f"({number_said})")  # fmt: skip
        lines_of = wrapped(words, 7.5, width, bold=True)
        sheet.text(
            start,
            above - 0.04,
            "\n".join(lines_of),
            fontsize=7.5,
            weight="bold",
            va="bottom",
            linespacing=1.0,
        )
    alt = say("Points of the sweep over the key that each figure answers to most. {title}.", title=title)
    return Drawn(
        f"sweep_points_{mode}", title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True)
    )
