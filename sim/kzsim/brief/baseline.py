"""Two runs of the same trucks and trains, paired replication by replication."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kzsim.brief.assumptions import read_resolved
from kzsim.brief.changes import Change, cell_of
from kzsim.brief.errors import BriefError
from kzsim.brief.rows import records

if TYPE_CHECKING:
    from kzsim.experiments.studies import Study

Cell = tuple[str, str, str, str, str]
SAME = {
    "year": "year",
    "first_day": "first day",
    "last_day": "last day",
    "run_in_ms": "run-in",
    "follow_up_ms": "follow-up",
    "road": "crossings by road",
    "rail": "crossings by rail",
    "demand_factor": "demand",
}
"""Settings that decide which trucks and trains there are, and whom a figure speaks of."""
_REMEDY = "'kzsim compare' runs both on the same trucks and trains, or says what differs."


def changes(study: Study, baseline: Study) -> tuple[Change, ...]:
    """How the mean crossing times of farm goods and of the rest differ, this run less the baseline.

    The runs must be of the same trucks and trains: same settings that decide demand, same seed, and in each
    replication the same number followed in each cell. Raises BriefError if not, ResultsError for a folder
    that cannot be read.
    """
    from kzsim.indicators.comparison import verdict
    from kzsim.indicators.intervals import estimate, simultaneous

    check(study, baseline)
    here, base = (_by_cell(one) for one in (study, baseline))
    cells = [cell for cell in here if cell in base and _spoken_of(cell)]
    found = []
    for cell in cells:
        pairs = [
            (one, other)
            for one, other in zip(here[cell], base[cell], strict=False)
            if known(one["crossing_time"]) and known(other["crossing_time"])
        ]
        if any(one["cohort"] != other["cohort"] for one, other in pairs):
            raise BriefError(
                "The two runs are not of the same trucks and trains: their numbers differ.", _REMEDY
            )
        if not pairs:
            continue
        crossing, mode, direction, klass, corridor = cell
        differences = [one["crossing_time"] - other["crossing_time"] for one, other in pairs]
        seen = estimate(differences)
        wide = estimate(differences, simultaneous(len(cells)))
        found.append(
            Change(
                "",
                crossing,
                mode,
                direction,
                klass,
                corridor,
                base=estimate(other["crossing_time"] for _, other in pairs).mean,
                here=estimate(one["crossing_time"] for one, _ in pairs).mean,
                mean=seen.mean,
                low=seen.low,
                high=seen.high,
                verdict=verdict(wide),
                n=int(sum(one["cohort"] for one, _ in pairs)),
            )
        )
    return tuple(found)


def check(study: Study, baseline: Study) -> None:
    """Raise BriefError, naming what differs, unless both are runs of the same trucks and trains."""
    if baseline.kind != "run":
        raise BriefError(f"The baseline is a {baseline.kind} and no run.", "Name a run with --baseline.")
    own, other = (settings_of(one) for one in (study, baseline))
    different = [name for key, name in SAME.items() if own.get(key) != other.get(key)]
    if study.manifest.get("seed") != baseline.manifest.get("seed"):
        different.append("seed")
    if different:
        raise BriefError(
            f"The two runs are not of the same trucks and trains: they differ in {', '.join(different)}.",
            _REMEDY,
        )


def settings_of(study: Study) -> dict[str, Any]:
    """The settings of a run's resolved scenario."""
    from kzsim.experiments.resolved import RESOLVED

    found: dict[str, Any] = read_resolved(study.path / RESOLVED).get("settings", {})
    return found


def known(value: float) -> bool:
    """Whether there is a value."""
    return not math.isnan(value)


def _by_cell(study: Study) -> dict[Cell, list[dict[str, Any]]]:
    found: dict[Cell, list[dict[str, Any]]] = {}
    rows = records(study.table("replications"))
    for row in sorted(rows, key=lambda one: int(one["replication"])):
        found.setdefault(cell_of(row), []).append(row)
    return found


def _spoken_of(cell: Cell) -> bool:
    from kzsim.indicators.layout import AGRICULTURAL, ALL, REST, like

    *_, klass, corridor = cell
    return corridor == ALL and like(klass) in (AGRICULTURAL, REST)
