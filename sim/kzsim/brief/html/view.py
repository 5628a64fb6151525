"""What the player needs: the map, the crossings on it, and the queues day by day."""

from __future__ import annotations

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
APART_PX = 40
"""Trains stand so far to the east of trucks of the same crossing."""
LABEL_PX = 34


@dataclass(frozen=True)
class PlayerView:
    """``data`` is plain, for the script; the rest is drawn by the template."""

    data: dict[str, Any]
    map: dict[str, Any]
    marks: tuple[dict[str, Any], ...]
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
    data = {
        "rows": [
            {"key": list(key), "label": _label(say, *key), "to_cn": to_cn, "to_kz": to_kz, "line": line}
            for key, (to_cn, to_kz, line) in rows.items()
        ],
        "labels": [say.date(day) for day in found.days],
        "dates": [day.isoformat() for day in found.days],
        "runIn": found.run_in,
    }
    shapes = {
        "view": drawn.view,
        "view_width": WIDTH,
        "land": drawn.land,
        "lakes": drawn.lakes,
        "rivers": drawn.rivers,
    }
    return PlayerView(data, shapes, marks, _countries(say, drawn.view))


def _has(found: Queues, crossing: str, mode: str) -> bool:
    return any(key[:2] == (crossing, mode) for key in found.flows)


def _mode(say: Speaker, mode: str, x: float, number: int) -> dict[str, Any]:
    text = say("{n} trains", n="{n}") if mode == "rail" else say("{n} trucks", n="{n}")
    return {
        "key": mode,
        "x": round(x + APART_PX * number, 1),
        "label_x": round(x - LABEL_PX - 110 * number, 1),
        "text": text,
    }


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
