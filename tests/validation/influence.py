"""Which unknown parameters matter most: one at a time, from the low to the high end of its evidence range.

    nice python -m tests.validation.influence [--write] [--jobs N] [--only PATTERN]

Everything else stays at the evidence's values, and all runs have the same random numbers. A shorter period
than a year: nine weeks up to 5 November 2023, of which the first four are the run-in (a railway starts with
all its platforms there) and the last two are the follow-up. First every parameter is run once at both ends;
then those that moved a mode's mean crossing time most are run again, with two replications and beside the
same border without corridors. An entry of one crossing and mode is run with that crossing and mode alone:
trucks do not choose their crossing at the evidence's values, and every source has random numbers of its
own, so nothing else can move.

Without ``--write`` the tables are printed only.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path

import numpy as np

from kzsim.engines.errors import DeadlockError
from kzsim.experiments.models import counterfactual_of, has_corridor
from kzsim.experiments.sweeps.unknowns import Unknown
from kzsim.experiments.uncertainty.varied import acting
from kzsim.experiments.warmup import make_ready
from kzsim.experiments.worlds import Together, Worlds
from kzsim.indicators.catalogue import INDICATORS
from kzsim.indicators.comparison import COMPARED
from kzsim.indicators.layout import ALL, LOADED, USER, Layout
from kzsim.indicators.legs import AT_HOME
from kzsim.network.model import MS_PER_DAY
from kzsim.scenario import Scenario, variant
from kzsim.scenario.problems import Place
from kzsim.scenario.variants import Base, load_base
from tests.validation import influence_page, page

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline_2023.yaml"
FIRST, LAST = date(2023, 9, 4), date(2023, 11, 5)
RUN_IN_MS = 28 * MS_PER_DAY
REPLICATIONS = 2
LOOKED_AT_CLOSELY = 12
"""Of each mode."""
FIGURES = ("time", "home", "throughput", "gain")
"""Hours of a crossing; hours at home before it; trucks or loaded trains a day; hours that the corridor saves
an agricultural user."""

Flow = tuple[str, str, str]
ENDS = ("low", "high")


@dataclass(frozen=True)
class Share:
    """A mean of one flow, and by how many it counts when flows are put together."""

    value: float
    weight: float


@dataclass(frozen=True)
class Seen:
    """Figures by replication: of each flow, those that it has."""

    replications: tuple[Mapping[Flow, Mapping[str, Share]], ...]

    def mean(self, figure: str, mode: str, crossing: str = "") -> float:
        """Of all flows of a mode, or of one crossing, mean over the replications; NaN where there is none."""
        return float(np.mean([_together(one, figure, mode, crossing) for one in self.replications]))

    def over(self, base: Seen) -> Seen:
        """These figures, and where there are none those of the base."""
        return Seen(tuple({**b, **own} for b, own in zip(base.replications, self.replications, strict=True)))


def _together(flows: Mapping[Flow, Mapping[str, Share]], figure: str, mode: str, crossing: str) -> float:
    shares = [
        found[figure]
        for (place, kind, _), found in flows.items()
        if kind == mode and place.startswith(crossing) and figure in found
    ]
    if figure == "throughput":
        return math.fsum(share.value for share in shares)
    weight = math.fsum(share.weight for share in shares)
    return math.fsum(share.value * share.weight for share in shares) / weight if weight else math.nan


@dataclass(frozen=True)
class Influence:
    """A parameter and the figures at both ends of its range; ``failed``: why an end gave none, by end.

    ``base``: the figures at the evidence's values, in as many replications.
    """

    unknown: Unknown
    mode: str
    base: Seen
    ends: Mapping[str, Seen]
    failed: Mapping[str, str]

    def at(self, end: str, figure: str, crossing: str = "") -> float:
        """A figure at an end; NaN if there is none."""
        return self.ends[end].mean(figure, self.mode, crossing) if end in self.ends else math.nan

    def at_value(self, figure: str, crossing: str = "") -> float:
        """A figure at the evidence's value."""
        return self.base.mean(figure, self.mode, crossing)

    def swing(self, figure: str, crossing: str = "") -> float:
        """The widest distance between the figure at low, at the evidence's value and at high."""
        values = [self.at(end, figure, crossing) for end in ENDS]
        values = [value for value in (*values, self.at_value(figure, crossing)) if value == value]
        return max(values) - min(values) if values else math.nan


def period(scenario: Scenario) -> Scenario:
    """The scenario over the period that is looked at."""
    return replace(scenario, first_day=FIRST, last_day=LAST, run_in_ms=RUN_IN_MS)


def figures(layout: Layout, together: Together) -> dict[Flow, dict[str, Share]]:
    """What is kept of one replication of the scenario, and of the pair with the same without corridors."""
    column = {indicator.name: number for number, indicator in enumerate(INDICATORS)}
    summary = together.summaries[-1]
    found: dict[Flow, dict[str, Share]] = {}
    for number, cell in enumerate(layout.cells):
        own = found.setdefault(cell.flow, {})
        time = float(summary.values[number, column["crossing_time"]])
        followed = float(summary.cohort[number])
        headline = LOADED if cell.mode == "rail" else ALL
        if not followed:
            continue
        if (cell.klass, cell.corridor) == (headline, ALL):
            through = float(summary.values[number, column["throughput_per_day"]])
            own |= {"time": Share(time, followed), "throughput": Share(through, 1.0)}
        elif (cell.klass, cell.corridor) == (AT_HOME, ALL):
            own["home"] = Share(time, followed)
        elif (cell.klass, cell.corridor) == ("agricultural", USER):
            for pairs in together.pairs:
                saved = pairs.base[number] - pairs.alternative[number]
                own["gain"] = Share(float(saved[COMPARED.index("crossing_time")]), followed)
    return found


def run(scenario: Scenario, *, closely: bool) -> Seen:
    """The figures of a scenario in one replication. Raises DeadlockError.

    ``closely``: in several, and beside the same without corridors if it has any.
    """
    without = [counterfactual_of(scenario)] if closely and has_corridor(scenario) else []
    worlds = Worlds([*without, scenario], seed=scenario.seed)
    layout = worlds.cells_of(len(without))
    count = REPLICATIONS if closely else 1
    return Seen(tuple(figures(layout, worlds.run(number)) for number in range(count)))


def where(unknown: Unknown) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The crossings whose road and whose railway a parameter acts on, by the keys that it sets."""
    places: dict[str, set[str]] = {"road": set(), "rail": set()}
    for key in unknown.keys:
        head, *rest = key.split(".")
        if head == "parameters":
            places[rest[0]].add(rest[1])
        elif head == "crossings":
            places[rest[1]].add(rest[0])
        else:  # who complies with a corridor, by road and rail
            places["road"].add(rest[0])
            places["rail"].add(rest[0])
    return tuple(sorted(places["road"])), tuple(sorted(places["rail"]))


def only(scenario: Scenario, road: Sequence[str], rail: Sequence[str]) -> Scenario:
    """The scenario with some of its crossings alone."""
    return replace(
        scenario,
        road=tuple(name for name in scenario.road if name in road),
        rail=tuple(name for name in scenario.rail if name in rail),
        corridors={name: found for name, found in scenario.corridors.items() if name in {*road, *rail}},
    )


@cache
def _base() -> Base:
    make_ready()
    base = load_base(BASELINE)
    return replace(base, scenario=period(base.scenario))


def look(unknown: Unknown, *, closely: bool = False) -> tuple[dict[str, Seen], dict[str, str]]:
    """Both ends of a parameter's range: the figures of the flows it acts on, or why there are none."""
    base = _base()
    seen, failed = {}, {}
    for share, end in enumerate(ENDS):
        changed = variant(base, unknown.changes(float(share), Place("influence")))
        if changed.scenario is None:
            failed[end] = changed.errors[0].message
            continue
        scenario = period(changed.scenario)
        road, rail = where(unknown)
        if "choice" in unknown.name:
            road = scenario.road  # who may choose may come from anywhere
        try:
            seen[end] = run(only(scenario, road, rail), closely=closely)
        except DeadlockError as error:
            failed[end] = str(error).splitlines()[0]
    return seen, failed


def influences(unknowns: Sequence[Unknown], base: Seen, jobs: int, *, closely: bool) -> list[Influence]:
    """Every parameter in turn; one that acts on both modes stands twice."""
    found = []
    with ProcessPoolExecutor(jobs) as pool:
        answers = pool.map(partial(look, closely=closely), unknowns)
        for number, (unknown, (seen, failed)) in enumerate(zip(unknowns, answers, strict=True), start=1):
            print(f"\r{number} of {len(unknowns)} {unknown.name:60}", end="", file=sys.stderr)
            ends = {end: own.over(base) for end, own in seen.items()}
            found += [
                Influence(unknown, mode, base, ends, failed)
                for mode, places in zip(influence_page.MODES, where(unknown), strict=True)
                if places
            ]
    print(file=sys.stderr)
    return found


def study(unknowns: Sequence[Unknown], jobs: int) -> list[Influence]:
    """All parameters, the strongest looked at closely."""
    scenario = _base().scenario
    at_values = run(scenario, closely=False)
    all_of_them = influences(unknowns, at_values, jobs, closely=False)
    first = [
        one.unknown
        for mode in influence_page.MODES
        for one in influence_page.ranked(all_of_them, "time", mode)[:LOOKED_AT_CLOSELY]
    ]
    again = [one for one in unknowns if one in first]
    base = run(scenario, closely=True)
    closely = influences(again, base, jobs, closely=True)
    return [one for one in all_of_them if one.unknown not in again] + closely


def chosen(unknowns: Iterable[Unknown], pattern: str) -> list[Unknown]:
    """The parameters whose name fits a pattern such as ``rail.dostyk.*``."""
    return [one for one in unknowns if fnmatchcase(one.name, pattern)]


def main() -> None:
    """Run all parameters and print the tables; with --write put them into the page."""
    options = argparse.ArgumentParser(prog="python -m tests.validation.influence")
    options.add_argument("--write", action="store_true", help="renew the tables of docs/validation.md")
    options.add_argument("--jobs", type=int, default=1, help="processes")
    options.add_argument(
        "--only", default="*", metavar="PATTERN", help="parameters, for example 'rail.dostyk.*'"
    )
    asked = options.parse_args()
    if asked.write and (missing := page.missing("influence")):
        options.error(missing)
    varied = acting([_base()])
    unknowns = chosen(varied.unknowns, asked.only)
    if not unknowns:
        options.error(f"no parameter is called {asked.only!r}")
    if asked.write and asked.only != "*":
        options.error("--write is for all parameters; leave --only out")
    text = influence_page.text(study(unknowns, asked.jobs), varied.left_out)
    print(text)
    if asked.write:
        page.renew("influence", text)


if __name__ == "__main__":
    main()
