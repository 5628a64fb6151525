"""Every kind of figure by its name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim.figures import gains, goods, hours, seasons, servers, times
from kzsim.figures.drawn import FORMS, Drawn, Form, Kind, figure_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIGURES", "FORMS", "Drawn", "Form", "Kind", "figure_bytes"]

RUN = frozenset({"run"})
COMPARED = frozenset({"run", "comparison"})

_KINDS: tuple[Kind, ...] = (
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
)

FIGURES: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _KINDS})
