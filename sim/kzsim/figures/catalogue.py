"""Every kind of figure by its name."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, wraps
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.experiments.studies import readable
from kzsim.figures import (
    clouds,
    gains,
    goods,
    handover,
    heat,
    hours,
    maps,
    precision,
    rankings,
    seasons,
    sensitivity,
    servers,
    sweeps,
    times,
    waits,
    worlds,
)
from kzsim.figures.drawn import FORMS, Draw, Drawn, Form, Kind, figure_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kzsim.experiments.studies import Study
    from kzsim.figures.basemap import Basemap
    from kzsim.language import Speaker

__all__ = ["FIGURES", "FORMS", "Drawn", "Form", "Kind", "figure_bytes", "makers"]

RUN = frozenset({"run"})
COMPARED = frozenset({"run", "comparison"})
SWEEP = frozenset({"sweep"})
SENSITIVITY = frozenset({"sensitivity"})
WORLDS = frozenset({"plausible"})
RANKING = frozenset({"ranking"})

_MAP = "map"
_NEWER = "a run made by this version of kzsim: run the scenario again"
_CORRIDORS = "green corridors and the run without them (no --no-counterfactual), or a comparison"
_HOME = "a run in which trucks wait at home for the electronic queue"
_CHOICE = "a run in which those who book may choose a crossing"
_OLDER = "; a run of an older version of kzsim has to be made again"
_RAIL = f"rail{_OLDER}"
_SPOILS = f"perishables{_OLDER}"
_KINDS: tuple[Kind, ...] = (
    Kind(
        _MAP,
        "the crossings on a map: throughput and delay by mode, of a comparison its change",
        COMPARED,
        maps.crossings_map,
        "a run, or a comparison in which somebody gets through",
    ),
    Kind(
        "crossing_time",
        "crossing time: mean, interval, P10 to P90; agricultural goods beside the rest",
        RUN,
        times.crossing_times,
        "a run",
    ),
    Kind("hours", "where the hours go: a stay by cause", RUN, hours.where_the_hours_go, "a run"),
    Kind("home", "waiting at home beside the hours at the border", RUN, waits.at_home, _HOME),
    Kind("distribution", "share through within so many hours", RUN, times.distributions, _NEWER),
    Kind("year", "number inside and leaving through the period", RUN, seasons.years, "a run"),
    Kind(
        "week",
        "number inside and leaving by the day of the week",
        RUN,
        seasons.weeks,
        "a measured window of two weeks or more",
    ),
    Kind(
        "handover",
        "loads and trucks that wait for each other in China",
        RUN,
        handover.handover,
        "a run in which trucks fetch loads in China",
    ),
    Kind("gains", "who wins and who pays, by part in the corridor", COMPARED, gains.gains, _CORRIDORS),
    Kind("classes", "who wins and who pays, by class of goods", COMPARED, gains.gains_by_class, _CORRIDORS),
    Kind("utilisation", "how busy stages are, and the bottleneck", RUN, servers.utilisation, "a run"),
    Kind("yard", "how full the railway's receiving tracks are", RUN, servers.yards, _RAIL),
    Kind("commodities", "tonnage by class of goods", RUN, goods.commodities, "a run"),
    Kind("choices", "who chose another crossing than the usual one", RUN, waits.choices, _CHOICE),
    Kind("perishables", "value that perishables lose by delay", RUN, waits.perishables, _SPOILS),
    Kind(
        "convergence",
        "means and intervals as replications come in",
        RUN,
        precision.convergence,
        "two replications or more",
    ),
    Kind(
        "run_in",
        "whether the run-in is long enough, by MSER-5",
        RUN,
        precision.run_in,
        "a run of fifty hours or more",
    ),
    Kind("sweep_lines", "over a key of a grid", SWEEP, sweeps.lines, "a grid over a key with numbers"),
    Kind("sweep_heat", "over two keys of a grid", SWEEP, heat.heat_maps, "a grid over two keys"),
    Kind(
        "sweep_points",
        "points of a sample over the key that decides most",
        SWEEP,
        clouds.clouds,
        "a sample or list of points (no grid) over a key with numbers",
    ),
    Kind(
        "sensitivity",
        "which ranges move a figure most: Morris, Sobol'",
        SENSITIVITY,
        sensitivity.sensitivities,
        "a sensitivity study",
    ),
    Kind(
        "worlds",
        "in what share of plausible worlds an alternative helps, and by how much",
        WORLDS,
        worlds.plausible_worlds,
        "a crossing time that changes in some world",
    ),
    Kind(
        "ranking",
        "which alternative is best, and how far others are behind",
        RANKING,
        rankings.rankings,
        "a ranking",
    ),
)


def _read_with_care(draw: Draw) -> Draw:
    """The same, and a ResultsError where results of another version cannot be drawn."""

    @wraps(draw)
    def drawing(study: Study, say: Speaker) -> tuple[Drawn, ...]:
        with readable(study):
            return draw(study, say)

    return drawing


FIGURES: Mapping[str, Kind] = MappingProxyType(
    {kind.name: replace(kind, draw=_read_with_care(kind.draw)) for kind in _KINDS}
)


def makers(basemap: Basemap | None = None) -> Mapping[str, Draw]:
    """What draws each kind of figure, the map on that base map if one is given."""
    found: dict[str, Draw] = {name: kind.draw for name, kind in FIGURES.items()}
    if basemap is not None:
        found[_MAP] = _read_with_care(partial(maps.crossings_map, basemap=basemap))
    return found
