"""The brief of a sweep: how far apart its points are, and which is best."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kzsim.brief import method
from kzsim.brief.assumptions import plain
from kzsim.brief.changes import flow_of
from kzsim.brief.content import Assumption, Brief, Grid, KeyNumber, Message
from kzsim.brief.errors import BriefError
from kzsim.brief.rows import records
from kzsim.brief.spoken import flow, listed, sentence, starting, with_interval
from kzsim.indicators.intervals import Estimate

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

QUANTITY = re.compile(r"(?P<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?) ?(?P<unit>[^\d\s.:-][^\d:]*|)")
"""A number with its unit as the table of points has it; not a date or hours of the day."""
FIRST = ("crossing_time", "delay", "throughput_per_day", "share_not_through")
"""The first of these that the sweep holds is what its brief speaks of."""
LARGER_IS_BETTER = (
    "throughput_per_day",
    "tonnes_per_day",
    "share_within_24h",
    "share_within_48h",
    "share_within_72h",
)
MOST_NAMED = 3
MOST_PARAMETERS = 4
"""A point with more parameters is named by its number."""
NOT_POINTS = ("point", "replications", "failure")


@dataclass(frozen=True)
class Response:
    """One indicator of one flow over the points: ``at`` holds (point, mean with interval)."""

    flow: tuple[str, str, str]
    at: tuple[tuple[int, Estimate], ...]

    @property
    def lowest(self) -> tuple[int, Estimate]:
        """The point with the smallest mean."""
        return min(self.at, key=lambda pair: pair[1].mean)

    @property
    def highest(self) -> tuple[int, Estimate]:
        """The point with the largest mean."""
        return max(self.at, key=lambda pair: pair[1].mean)

    @property
    def spread(self) -> float:
        """Highest less lowest, over the larger of both sizes."""
        low, high = self.lowest[1].mean, self.highest[1].mean
        largest = max(abs(low), abs(high))
        return (high - low) / largest if largest else 0.0

    def beside(self, best: tuple[int, Estimate]) -> int:
        """How many other points have an interval that overlaps that of ``best``, or none."""
        low, high = best[1].low, best[1].high
        return sum(
            point != best[0]
            and (math.isnan(low) or math.isnan(one.low) or (one.low <= high and low <= one.high))
            for point, one in self.at
        )


def sweep_brief(study: Study, say: Speaker) -> Brief:
    """The brief of a stored sweep. Raises BriefError for one with no result of a whole flow."""
    about = study.manifest
    results, points = study.table("results"), study.table("points")
    indicator = first_indicator(results)
    found = responses(results, indicator)
    if not found:
        raise BriefError(
            f"{study.path}: this sweep has no result yet.", "The same 'kzsim sweep' goes on with it."
        )
    names = named_points(say, points)
    unit = say.unit(str(results.loc[results["indicator"] == indicator, "unit"].iloc[0]))
    what = say.indicator(indicator)
    best_is_low = indicator not in LARGER_IS_BETTER
    ordered = sorted(found, key=lambda one: -one.spread)
    return Brief(
        kind="sweep",
        lang=say.lang,
        title=study.title,
        description=str(about.get("description") or ""),
        headline=_headline(say, ordered[0], what, unit, best_is_low, names),
        lead=say(
            "{n} points, {replications} replications each.",
            n=say.number(int(about["points"]), 0),
            replications=say.number(int(about["replications"]), 0),
        ),
        numbers=_numbers(say, about, ordered, what, unit),
        messages=_messages(say, ordered, unit, best_is_low, names, results),
        tables=(_grid(say, found, what, unit, names),),
        assumptions=varied(say, points),
        decisive=varied(say, points)[:MOST_PARAMETERS],
        assumed=say("Everything that no parameter of the sweep sets is as in its scenario."),
        sources={},
        sure=_sure(say, about, ordered, best_is_low),
        remarks=tuple(
            f"{one['point']}/{one['replication']}: {one['message']}" for one in about.get("failed", ())
        ),
        provenance=method.provenance(say, study),
        method=say(
            "Discrete-event simulation, kzsim {version}; sweep {run}, {points} points, {replications} "
            "replications each.",
            version=about.get("model", ""),
            run=str(about["digest"])[: method.SHORT],
            points=about["points"],
            replications=about["replications"],
        ),
        figures=("sweep_lines", "sweep_heat", "sweep_points"),
    )


def first_indicator(results: pd.DataFrame) -> str:
    """What the brief speaks of; '' for an empty table."""
    there = list(dict.fromkeys(results["indicator"]))
    return str(next((name for name in (*FIRST, *there) if name in there), ""))


def responses(results: pd.DataFrame, indicator: str) -> tuple[Response, ...]:
    """One for each crossing, mode and direction: everybody, on rail all loaded trains."""
    from kzsim.indicators.layout import ALL, HEADLINE

    found: dict[tuple[str, str, str], list[tuple[int, Estimate]]] = {}
    rows = results[(results["indicator"] == indicator) & (results["corridor"] == ALL)]
    for row in records(rows):
        if row["class"] == HEADLINE.get(str(row["mode"]), ALL) and not math.isnan(row["mean"]):
            one = Estimate(float(row["mean"]), float(row["low"]), float(row["high"]), int(row["n"]))
            found.setdefault(flow_of(row), []).append((int(row["point"]), one))
    return tuple(Response(key, tuple(at)) for key, at in found.items())


def parameters(points: pd.DataFrame) -> list[str]:
    """Names of what the sweep changes."""
    return [str(name) for name in points.columns if name not in NOT_POINTS]


def named_points(say: Speaker, points: pd.DataFrame) -> dict[int, str]:
    """What each point is called: its values, or its number where these are too many."""
    names = parameters(points)
    found = {}
    for row in records(points):
        number = int(row["point"])
        if len(names) > MOST_PARAMETERS:
            found[number] = say("point {n}", n=number)
            continue
        found[number] = ", ".join(
            say("“{key}” = {value}", key=say.parameter(name), value=in_words(say, value_of(row[name])))
            for name in names
        )
    return found


def in_words(say: Speaker, value: str) -> str:
    """A value of a point with its number and unit as the language has them; words as they were written.

    Four figures of a fraction are shown: samples have values of many.
    """
    found = QUANTITY.fullmatch(value)
    if found is None:
        return value
    number = float(found["number"])
    return plain(say, number if number.is_integer() else float(f"{number:.4g}"), found["unit"])


def value_of(value: Any) -> str:
    """A value of a point as it was written."""
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:g}"
    return str(value)


def varied(say: Speaker, points: pd.DataFrame) -> tuple[Assumption, ...]:
    """Each parameter with the values it takes."""
    rows = records(points)
    found = []
    for name in parameters(points):
        told = _values(say, list(dict.fromkeys(value_of(row[name]) for row in rows)))
        meaning = say.parameter(name)
        found.append(Assumption(name, meaning, told, "", "scenario", say.grade("scenario"), ()))
    return tuple(found)


def _values(say: Speaker, values: Sequence[str]) -> str:
    """All values where they are few, else how many they are, from the least to the largest."""
    quantities = [QUANTITY.fullmatch(value) for value in values]
    if len(values) <= MOST_NAMED + 1:
        return ", ".join(in_words(say, value) for value in values)
    first, last = values[0], values[-1]
    numbers = sorted(float(one["number"]) for one in quantities if one is not None)
    units = {one["unit"] for one in quantities if one is not None}
    if len(numbers) == len(values) and len(units) == 1:
        (unit,) = units
        first, last = (f"{say.figure(end)} {say.unit(unit)}".strip() for end in (numbers[0], numbers[-1]))
    return say("{n} values, {first} … {last}", n=say.number(len(values), 0), first=first, last=last)


def _headline(
    say: Speaker, one: Response, what: str, unit: str, best_is_low: bool, names: Mapping[int, str]
) -> str:
    best = one.lowest if best_is_low else one.highest
    if one.spread == 0 or one.beside(best) >= len(one.at) - 1:
        return say("{what} does not differ detectably between the points", what=starting(what))
    told = say(
        "{what} at {where}: {low} to {high} {unit}",
        what=starting(what),
        where=flow(say, *one.flow),
        low=say.figure(one.lowest[1].mean),
        high=say.figure(one.highest[1].mean),
        unit=unit,
    )
    ties = one.beside(best)
    if ties:
        return say.plural(
            "{told}; {n} point cannot be told from the best",
            "{told}; {n} points cannot be told from the best",
            ties,
            told=told,
        )
    return say("{told}; best with {point}", told=told, point=names[best[0]])


def _numbers(
    say: Speaker, about: Mapping[str, Any], ordered: Sequence[Response], what: str, unit: str
) -> tuple[KeyNumber, ...]:
    one = ordered[0]
    where = flow(say, *one.flow)
    return (
        KeyNumber(say("Points"), say.number(int(about["points"]), 0)),
        KeyNumber(
            say("Lowest {what}, {unit}", what=what, unit=unit), with_interval(say, one.lowest[1]), "", where
        ),
        KeyNumber(
            say("Highest {what}, {unit}", what=what, unit=unit), with_interval(say, one.highest[1]), "", where
        ),
    )


def _messages(
    say: Speaker,
    ordered: Sequence[Response],
    unit: str,
    best_is_low: bool,
    names: Mapping[int, str],
    results: pd.DataFrame,
) -> tuple[Message, ...]:
    best: list[str] = []
    worst: list[str] = []
    for one in ordered:
        where = flow(say, *one.flow)
        good, bad = (one.lowest, one.highest) if best_is_low else (one.highest, one.lowest)
        for at, told in ((good, best), (bad, worst)):
            told.append(
                say(
                    "{where}: {value} {unit} with {point}; {n} other points cannot be told from it",
                    where=where,
                    value=with_interval(say, at[1]),
                    unit=unit,
                    point=names[at[0]],
                    n=say.number(one.beside(at), 0),
                )
            )
    return (
        Message("best", say("The best points"), sentence(say, listed(say, best, MOST_NAMED))),
        Message("spread", say("The worst points"), sentence(say, listed(say, worst, MOST_NAMED))),
        _late(say, results, names),
    )


def _late(say: Speaker, results: pd.DataFrame, names: Mapping[int, str]) -> Message:
    from kzsim.indicators.judgements import NOT_THROUGH_ABOVE

    heading = say("Who does not get through")
    found = responses(results, "share_not_through")
    if not found:
        return Message("waits", heading, say("The sweep does not hold who did not get through."))
    late = {
        point: max((one.mean for other in found for at, one in other.at if at == point), default=0.0)
        for response in found
        for point, _ in response.at
    }
    above = [point for point, share in late.items() if share > NOT_THROUGH_ABOVE]
    if not above:
        return Message("waits", heading, say("At every point nearly everybody gets through in time."))
    worst = max(above, key=lambda point: late[point])
    text = say(
        "At {n} of {m} points more than 1 % are not through in time, so means there are cut off; the "
        "most with {point}: "
        "{share}.",
        n=say.number(len(above), 0),
        m=say.number(len(late), 0),
        point=names[worst],
        share=say.percent(late[worst]),
    )
    return Message("waits", heading, text)


def _grid(say: Speaker, found: Sequence[Response], what: str, unit: str, names: Mapping[int, str]) -> Grid:
    return Grid(
        starting(what),
        say("In {unit}; in brackets the 95 % interval of the mean.", unit=unit),
        (say("Flow"), say("Lowest"), say("with"), say("Highest"), say("with")),
        (False, True, False, True, False),
        tuple(
            (
                flow(say, *one.flow),
                with_interval(say, one.lowest[1]),
                names[one.lowest[0]],
                with_interval(say, one.highest[1]),
                names[one.highest[0]],
            )
            for one in found
        ),
        file="points_by_flow",
    )


def _sure(
    say: Speaker, about: Mapping[str, Any], ordered: Sequence[Response], best_is_low: bool
) -> tuple[str, ...]:
    told = []
    if int(about["replications"]) < 2:
        told.append(say("One replication: no interval, so no two points can be told apart."))
    tied = sum(one.beside(one.lowest if best_is_low else one.highest) > 0 for one in ordered)
    told.append(
        say(
            "In {n} of {m} flows the best point cannot be told from at least one other: their "
            "intervals overlap.",
            n=say.number(tied, 0),
            m=say.number(len(ordered), 0),
        )
    )
    failed = len(about.get("failed", ()))
    if failed:
        told.append(say.plural("{n} replication gave no result.", "{n} replications gave no result.", failed))
    told.append(
        say("The intervals tell the luck of few replications only, and not what is unknown about the border.")
    )
    return tuple(told)
