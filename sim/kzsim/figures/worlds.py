"""Does it help whatever the border is like: in what share of plausible worlds, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kzsim.figures import told
from kzsim.figures.colours import BASELINE, ORANGE
from kzsim.figures.drawn import Drawn
from kzsim.figures.style import FAINT, GRID, INK, Mark, Sheet, line_in, styled, wrapped
from kzsim.indicators.layout import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

HALF = 0.5
ROLES = (ALL, "user", "eligible_nonuser", "other")
LOOKS = {
    ALL: (INK, "s"),
    "user": (told.FARM, told.FARM_MARKER),
    "eligible_nonuser": (ORANGE, "^"),
    "other": (told.REST, told.REST_MARKER),
}
_FLOW = ["crossing", "mode", "direction"]
_SEVERAL = " "
"""Between the names of several crossings or directions in one row."""
_LABEL_IN, _LINE_IN, _GAP_IN, _BETWEEN_IN = 2.05, 0.165, 0.12, 0.30


@styled
def plausible_worlds(study: Study, say: Speaker) -> tuple[Drawn, ...]:
    """The verdict over worlds for each alternative and mode; () where no crossing time changes in any."""
    table = over_worlds(study)
    return tuple(
        _worlds(study, own[own["mode"] == mode], str(alternative), mode, say)
        for alternative, own in table.groupby("alternative", sort=False)
        for mode in told.modes_of(own)
    )


def over_worlds(study: Study) -> pd.DataFrame:
    """The rows of ``plausible_worlds.csv`` on crossing times that change in some world.

    Of everybody, corridor users, eligible non-users and others; flows together come before single ones.
    """
    found = study.table("plausible_worlds")
    own = found[
        (found["indicator"] == "crossing_time") & found["corridor"].isin(ROLES) & found["helps"].notna()
    ]
    rank = (~own["crossing"].astype(str).str.contains(_SEVERAL)) & (
        ~own["direction"].astype(str).str.contains(_SEVERAL)
    )
    return own.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)


def standing(row: dict[str, Any]) -> str:
    """Whether it helps in most worlds, luck counted: ``robust``, ``not robust`` or ``open``."""
    if float(row["helps_with_luck_low"]) > HALF:
        return "robust"
    return "not robust" if float(row["helps_with_luck_high"]) < HALF else "open"


def deciding(table: pd.DataFrame) -> dict[str, Any]:
    """The row that a title rests on: of all flows together, or the flow in which it helps least often."""
    every = [row for row in told.records(table) if row["corridor"] == ALL] or told.records(table)
    together = [row for row in every if _is_together(row)]
    return min(together or every, key=lambda row: float(row["helps"]))


def worlds_title(table: pd.DataFrame, policy: str, say: Speaker) -> str:
    """The robust verdict on one alternative: in most worlds, not in most, or open."""
    row = deciding(table)
    values = {
        "policy": policy,
        "share": say.percent(float(row["helps"])),
        "low": say.percent(float(row["helps_with_luck_low"])),
        "high": say.percent(float(row["helps_with_luck_high"])),
        "n": say.number(int(row["worlds"]), 0),
        "where": _where(row, say),
    }
    match standing(row):
        case "robust":
            return say(
                "{policy}: shorter crossing times in most plausible worlds, {share} of {n} ({where})",
                **values,
            )
        case "not robust":
            return say(
                "{policy}: shorter crossing times not in most plausible worlds, only in {share} of {n} "
                "({where})",
                **values,
            )
    return say(
        "{policy}: whether crossing times get shorter in most plausible worlds is open: between {low} and "
        "{high} of {n} ({where})",
        **values,
    )


def _is_together(row: dict[str, Any]) -> bool:
    return _SEVERAL in str(row["crossing"]) or _SEVERAL in str(row["direction"])


def _where(row: dict[str, Any], say: Speaker) -> str:
    mode = str(row["mode"])
    if _is_together(row):
        return say("all flows by rail") if mode == "rail" else say("all flows by road")
    return say(
        "{place}, {direction}",
        place=told.place(str(row["crossing"]), mode, say),
        direction=say.direction(str(row["direction"])),
    )


def _worlds(study: Study, table: pd.DataFrame, alternative: str, mode: str, say: Speaker) -> Drawn:
    titles = told.titles_of(study)
    title = told.sentence([worlds_title(table, titles.get(alternative, alternative), say)])
    first = told.records(table)[0]
    subtitle = told.subtitle(
        say(
            "Worlds within the ranges of the evidence in which the mean crossing time falls by more than "
            "{minutes} min, and its change over the worlds",
            minutes=say.number(60 * float(first["threshold"]), 0),
        ),
        study,
        say,
        [say("against “{base}”", base=next(iter(titles.values())))] if titles else None,
    )
    source = told.source(
        study,
        say,
        say(
            "{ranges} ranges vary over {n} worlds, taken as independent and triangular, which is an "
            "assumption",
            ranges=say.number(len(study.manifest.get("varied", ())), 0),
            n=say.number(int(first["worlds"]), 0),
        ),
        say("Luck counted: from the worlds that surely help to all that may, with their binomial interval"),
    )
    there = [role for role in ROLES if (table["corridor"] == role).any()]
    marks = [Mark("point", LOOKS[role][0], _who(role, mode, say), LOOKS[role][1]) for role in there]
    marks += [
        Mark("point", FAINT, say("share of worlds, median change")),
        Mark("bar", FAINT, say("luck counted; P5 to P95 of the worlds")),
    ]
    flows = list(dict.fromkeys(table[_FLOW].itertuples(index=False, name=None)))
    sizes = [int((table[_FLOW] == list(flow)).all(axis=1).sum()) for flow in flows]
    heights = [max(_LINE_IN * size, 2 * line_in(8)) + _GAP_IN for size in sizes]
    begins = [sum(heights[:number]) for number in range(len(flows))]
    height = sum(heights)
    top = 0.30
    sheet = Sheet(title, subtitle, source, body_in=top + height + 0.27, key=marks)
    width = (sheet.width_in - _LABEL_IN - 0.25 - _BETWEEN_IN) / 2
    panels = [
        sheet.axes(_LABEL_IN + number * (width + _BETWEEN_IN), top, width, height) for number in range(2)
    ]
    for axes, heading in zip(
        panels, (say("share of worlds that get faster"), say("change, hours")), strict=True
    ):
        axes.set_ylim(height, 0)
        axes.set_title(
            "\n".join(wrapped(heading, 8.5, width, bold=True)), fontsize=8.5, weight="bold", loc="left", pad=4
        )
        axes.grid(visible=True, axis="x")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.tick_params(labelsize=7.5)
        for at in begins[1:]:
            axes.axhline(at, color=GRID, linewidth=0.6)
    share, change = panels
    share.set(xlim=(-0.02, 1.16), xticks=[0, 0.5, 1])
    share.axvline(HALF, color=BASELINE, linewidth=1.0)
    share.xaxis.set_major_formatter(lambda value, _: say.percent(value))
    change.axvline(0, color=BASELINE, linewidth=1.0)
    change.xaxis.set_major_locator(told.few_ticks(5))
    change.xaxis.set_major_formatter(
        lambda value, _: say.signed(value, 0 if float(value).is_integer() else 1)
    )
    ends = table[["difference_p5", "difference_p95"]].to_numpy(dtype=float)
    low, high = min(float(np.nanmin(ends)), 0.0), max(float(np.nanmax(ends)), 0.0)
    change.set_xlim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    done = dict.fromkeys(flows, 0)
    for row in sorted(told.records(table), key=lambda one: ROLES.index(one["corridor"])):
        flow = tuple(row[name] for name in _FLOW)
        at = flows.index(flow)
        y = begins[at] + heights[at] / 2 + _LINE_IN * (done[flow] - (sizes[at] - 1) / 2)
        done[flow] += 1
        colour, marker = LOOKS[row["corridor"]]
        _bar(share, row["helps_with_luck_low"], row["helps_with_luck_high"], y, colour)
        share.plot(row["helps"], y, marker, color=colour, markersize=4.4, clip_on=False)
        end = max(float(row["helps"]), float(row["helps_with_luck_high"]))
        share.annotate(
            say.percent(row["helps"]), (end, y), (5, 0), textcoords="offset points", va="center", fontsize=7.2
        )
        _bar(change, row["difference_p5"], row["difference_p95"], y, colour)
        change.plot(row["difference_p50"], y, marker, color=colour, markersize=4.4)
    for at, flow in enumerate(flows):
        _label(sheet, top + begins[at] + heights[at] / 2, dict(zip(_FLOW, flow, strict=True)), say)
    alt = say(
        "Shares of the plausible worlds in which {policy} shortens crossing times {by}, and the change over "
        "the worlds. {title}.",
        policy=titles.get(alternative, alternative),
        by=told.by_mode(mode, say),
        title=title,
    )
    name = f"worlds_{alternative}_{mode}"
    return Drawn(name, title, subtitle, source, alt, sheet.figure, table.reset_index(drop=True))


def _bar(axes: Any, low: float, high: float, y: float, colour: str) -> None:
    if np.isfinite([low, high]).all():
        axes.barh(y, high - low, left=low, height=0.13, color=colour, alpha=0.30, linewidth=0)


def _who(role: str, mode: str, say: Speaker) -> str:
    if role == ALL:
        return say("all trains") if mode == "rail" else say("all trucks")
    return say.corridor(role)


def _label(sheet: Sheet, middle: float, row: dict[str, Any], say: Speaker) -> None:
    """The crossing and below it the direction, or all flows together."""
    lines: Sequence[str] = wrapped(_where(row, say), 8, _LABEL_IN - 0.25, bold=_is_together(row))
    sheet.text(
        0.12, middle, "\n".join(lines), va="center", fontsize=8, linespacing=1.05,
        weight="bold" if _is_together(row) else "normal",
    )  # fmt: skip
