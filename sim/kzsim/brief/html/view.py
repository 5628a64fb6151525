"""What the player needs: the map, the crossings on it, and the queues day by day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzsim.brief.html.mapview import WIDTH, View, map_view
from kzsim.brief.html.queues import Queues, queues
from kzsim.brief.spoken import place

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

NAMED = {"Kazakhstan": (78.2, 45.6), "China": (85.2, 44.6)}
"""Where the names of the two countries stand on the map, in degrees, if that is in the picture."""
FACE_PX = 60
"""Across the mark of the largest number of its mode in the period: a circle of trucks, a square of trains."""
GAP_PX = 2
"""A square stands so far to the west of the circle of the same crossing."""
LABEL_PX, SECOND_LABEL_PX = 34, 120
KEY_ROW_PX, KEY_COLUMN_PX = 68, 400
"""The key below the map has a row for each mode and two samples in it."""


@dataclass(frozen=True)
class PlayerView:
    """``data`` is plain, for the script; the rest is drawn by the template."""

    data: dict[str, Any]
    map: dict[str, Any]
    marks: tuple[dict[str, Any], ...]
    samples: tuple[dict[str, Any], ...]
    countries: tuple[dict[str, Any], ...]


def player_view(study: Study, say: Speaker) -> PlayerView | None:
    """The player of a run; None if it holds no hourly readings."""
    from kzsim.figures.basemap import read_basemap

    found = queues(study)
    if found is None:
        return None
    keys = list(dict.fromkeys(crossing for crossing, _, _ in found.flows))
    drawn = map_view(read_basemap(), keys)
    modes = {key: [mode for mode in ("road", "rail") if _has(found, key, mode)] for key in keys}
    marks = tuple(
        {
            "key": one.key,
            "name": say.crossing(one.key),
            "x": one.x,
            "y": one.y,
            "modes": [_mode(say, mode, one.x, number) for number, mode in enumerate(modes[one.key])],
        }
        for one in drawn.marks
    )
    rows = _rows(found)
    most = _most(rows)
    samples = _samples(say, most, drawn.view.height)
    data = {
        "rows": [
            {"key": list(key), "label": _label(say, *key), "to_cn": to_cn, "to_kz": to_kz, "line": line}
            for key, (to_cn, to_kz, line) in rows.items()
        ],
        "most": most,
        "face": FACE_PX,
        "gap": GAP_PX,
        "labels": [say.date(day) for day in found.days],
        "dates": [day.isoformat() for day in found.days],
        "runIn": found.run_in,
    }
    shapes = {
        "view": drawn.view,
        "view_width": WIDTH,
        "height": drawn.view.height + KEY_ROW_PX * len({one["mode"] for one in samples}),
        "land": drawn.land,
        "lakes": drawn.lakes,
        "rivers": drawn.rivers,
    }
    return PlayerView(data, shapes, marks, samples, _countries(say, drawn.view))


def _has(found: Queues, crossing: str, mode: str) -> bool:
    return any(key[:2] == (crossing, mode) for key in found.flows)


def _mode(say: Speaker, mode: str, x: float, number: int) -> dict[str, Any]:
    return {
        "key": mode,
        "label_x": round(x + LABEL_PX + SECOND_LABEL_PX * number, 1),
        "text": _counted(say, mode, "{n}"),
    }


def _counted(say: Speaker, mode: str, n: str) -> str:
    return say("{n} trains", n=n) if mode == "rail" else say("{n} trucks", n=n)


def _most(rows: Mapping[tuple[str, str], tuple[list[float], list[float], list[float]]]) -> dict[str, float]:
    """By mode the largest number at one crossing on one day."""
    most: dict[str, float] = {}
    for (_, mode), (to_cn, to_kz, _line) in rows.items():
        for there, back in zip(to_cn, to_kz, strict=True):
            most[mode] = max(most.get(mode, 0.0), there + back)
    return most


def _samples(say: Speaker, most: Mapping[str, float], top: int) -> tuple[dict[str, Any], ...]:
    """The key: for each mode two round numbers with marks of their sizes, in pixels below ``top``."""
    from kzsim.figures.maps import samples
    from kzsim.figures.told import tick

    found = []
    row = 0
    for mode in ("road", "rail"):
        sizes = samples(most.get(mode, 0.0))
        for column, value in enumerate(sizes):
            found.append(
                {
                    "mode": mode,
                    "size": round(FACE_PX * math.sqrt(value / most[mode]), 1),
                    "x": LABEL_PX + KEY_COLUMN_PX * column,
                    "y": top + round((row + 0.5) * KEY_ROW_PX),
                    "text": _counted(say, mode, tick(value, say)),
                }
            )
        row += bool(sizes)
    return tuple(found)


def _countries(say: Speaker, view: View) -> tuple[dict[str, Any], ...]:
    named = {"Kazakhstan": say("Kazakhstan"), "China": say("China")}
    found = []
    for name, degrees in NAMED.items():
        x, y = view.point(*degrees)
        if 0 < x < WIDTH and 0 < y < view.height:
            found.append({"name": named[name].upper(), "x": round(x), "y": round(y)})
    return tuple(found)


def _label(say: Speaker, crossing: str, mode: str) -> str:
    return say("{place} ({mode})", place=place(say, crossing, mode), mode=say.mode(mode))


def _rows(found: Queues) -> dict[tuple[str, str], tuple[list[float], list[float], list[float]]]:
    """By crossing and mode, day by day: to China, to Kazakhstan, and all who stand in a line."""
    import numpy as np

    rows = {}
    for key in dict.fromkeys(flow[:2] for flow in found.flows):
        own = {flow[2]: number for number, flow in enumerate(found.flows) if flow[:2] == key}
        nobody = np.zeros(len(found.days))
        there = [found.inside[own[way]] if way in own else nobody for way in ("kz_to_cn", "cn_to_kz")]
        # lines at stages that both directions share are of neither alone
        line = found.in_line[list(own.values())].sum(axis=0)
        rows[key] = (_rounded(there[0]), _rounded(there[1]), _rounded(line))
    return rows


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    """Tenths: a hundredth of a truck is not to be seen, and bytes are."""
    return [round(float(value), 1) for value in values]
