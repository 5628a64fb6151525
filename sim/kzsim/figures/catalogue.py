"""Every kind of figure by its name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.figures import gains, goods, hours, map, precision, seasons, sensitivity, servers, sweeps, times
from kzsim.figures.drawn import FORMS, Drawn, Form, Kind, figure_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIGURES", "FORMS", "Drawn", "Form", "Kind", "figure_bytes"]

RUN = frozenset({"run"})
COMPARED = frozenset({"run", "comparison"})
SWEEP = frozenset({"sweep"})
SENSITIVITY = frozenset({"sensitivity"})

_KINDS: tuple[Kind, ...] = (
    Kind("map", "the crossings on a map: throughput and delay by mode", RUN, map.crossings_map),
    Kind(
        "crossing_time", "crossing time per crossing: mean, interval, P10 to P90", RUN, times.crossing_times
    ),
    Kind("hours", "where the hours go: the accounts of a stay, stacked", RUN, hours.where_the_hours_go),
    Kind("distribution", "share through within so many hours", RUN, times.distributions),
    Kind("year", "number inside and leaving through the year", RUN, seasons.years),
    Kind("week", "number inside and leaving by the day of the week", RUN, seasons.weeks),
    Kind("gains", "who wins and who pays: corridor users, eligible non-users, others", COMPARED, gains.gains),
    Kind("classes", "who wins and who pays, by class of goods", COMPARED, gains.gains_by_class),
    Kind("utilisation", "how busy stages are, and the bottleneck", RUN, servers.utilisation),
    Kind("yard", "how full the railway's receiving tracks are", RUN, servers.yards),
    Kind("commodities", "tonnage by class of goods", RUN, goods.commodities),
    Kind("convergence", "means and intervals as replications come in", RUN, precision.convergence),
    Kind("run_in", "whether the run-in is long enough, by MSER-5", RUN, precision.run_in),
    Kind("sweep_lines", "a sweep's figures over a key of its grid", SWEEP, sweeps.lines),
    Kind("sweep_heat", "a sweep's first figure over two keys of its grid", SWEEP, sweeps.heat_maps),
    Kind("sweep_points", "a sampled sweep's points over the key that decides most", SWEEP, sweeps.clouds),
    Kind(
        "sensitivity",
        "which ranges move a figure most: Morris, Sobol'",
        SENSITIVITY,
        sensitivity.sensitivities,
    ),
)

FIGURES: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _KINDS})
