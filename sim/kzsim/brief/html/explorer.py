"""The explorer of a sweep: its points and results as plain data; the script shows the nearest point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kzsim.brief.of_sweep import first_indicator, in_words, parameters, responses, value_of
from kzsim.brief.rows import records
from kzsim.brief.spoken import flow

if TYPE_CHECKING:
    import pandas as pd

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

MOST_SLIDERS = 6
"""Of more parameters those are taken that go with the first indicator most (rank correlation)."""
MOST_STOPS = 25
"""A parameter of more values than this has a slider without steps."""


def explorer(study: Study, say: Speaker) -> dict[str, Any]:
    """Sliders, points and results.

    ``sliders``: label and the values in order; a value is (text, share of the way from the lowest to
    the highest). ``points``: number and, by slider, the index of its value. ``flows`` and ``results``: by
    indicator, point and flow the mean with its interval, null where there is none.
    """
    points, results = study.table("points"), study.table("results")
    names = _chosen(points, results, parameters(points))
    rows = records(points)
    sliders, at = [], []
    for name in names:
        values = _ordered([value_of(row[name]) for row in rows])
        shown = [(in_words(say, text), share) for text, share in values]
        sliders.append({"label": say.parameter(name), "values": shown})
        index = {text: number for number, (text, _) in enumerate(values)}
        at.append([index[value_of(row[name])] for row in rows])
    found = _results(results, [int(row["point"]) for row in rows])
    return {
        "sliders": sliders,
        "points": [
            {"n": int(row["point"]), "at": [one[number] for one in at]} for number, row in enumerate(rows)
        ],
        "more": max(0, len(parameters(points)) - len(names)),
        "stops": MOST_STOPS,
        "flows": [flow(say, *key) for key in found["flows"]],
        "indicators": [
            {"name": say.indicator(name), "unit": say.unit(unit), "share": unit == "share"}
            for name, unit in found["indicators"]
        ],
        "results": found["values"],
    }


def _results(results: pd.DataFrame, points: list[int]) -> dict[str, Any]:
    names = list(dict.fromkeys(str(name) for name in results["indicator"]))
    by_name = {name: responses(results, name) for name in names}
    by_name = {name: found for name, found in by_name.items() if found}
    flows = list(dict.fromkeys(one.flow for found in by_name.values() for one in found))
    values = []
    for found in by_name.values():
        by_flow = {one.flow: dict(one.at) for one in found}
        values.append(
            [
                [
                    None
                    if (one := by_flow.get(key, {}).get(point)) is None
                    else _three(one.mean, one.low, one.high)
                    for key in flows
                ]
                for point in points
            ]
        )
    units = {name: str(results.loc[results["indicator"] == name, "unit"].iloc[0]) for name in by_name}
    return {"flows": flows, "indicators": list(units.items()), "values": values}


def _three(mean: float, low: float, high: float) -> list[float | None]:
    return [float(f"{value:.4g}") if math.isfinite(value) else None for value in (mean, low, high)]


def _ordered(texts: list[str]) -> list[tuple[str, float]]:
    """Distinct values in order, each with its share of the way; words in the order in which they come."""
    distinct = list(dict.fromkeys(texts))
    numbers = [_number(text) for text in distinct]
    if any(number is None for number in numbers) or len({_unit(text) for text in distinct}) > 1:
        last = max(len(distinct) - 1, 1)
        return [(text, number / last) for number, text in enumerate(distinct)]
    pairs = sorted(
        (number, text) for number, text in zip(numbers, distinct, strict=True) if number is not None
    )
    least, most = pairs[0][0], pairs[-1][0]
    span = most - least or 1.0
    return [(text, round((number - least) / span, 6)) for number, text in pairs]


def _number(text: str) -> float | None:
    try:
        return float(text.partition(" ")[0].replace("%", ""))
    except ValueError:
        return None


def _unit(text: str) -> str:
    return text.partition(" ")[2]


def _chosen(points: pd.DataFrame, results: pd.DataFrame, names: list[str]) -> list[str]:
    if len(names) <= MOST_SLIDERS:
        return names
    mean = {
        point: value
        for one in responses(results, first_indicator(results))[:1]
        for point, value in ((point, found.mean) for point, found in one.at)
    }
    outcome = points["point"].map(mean)
    strength = {}
    for name in names:
        numbers = points[name].map(lambda value: _number(value_of(value)))
        if numbers.notna().all() and numbers.min() < numbers.max():
            strength[name] = abs(float(numbers.rank().corr(outcome.rank())))
    best = sorted(strength, key=lambda name: -strength[name] if math.isfinite(strength[name]) else 0.0)
    return best[:MOST_SLIDERS]
