"""The end of a race as tables, in words and as a document."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kzsim.experiments.methods import paired_differences
from kzsim.experiments.uncertainty.ranking import Ranked
from kzsim.indicators.intervals import estimate

if TYPE_CHECKING:
    import pandas as pd


def rank_table(ranked: Ranked) -> pd.DataFrame:
    """One row an alternative, the best first: mean, interval, when it dropped out, difference to the best."""
    import pandas as pd

    race, selection = ranked.race, ranked.selection
    used = selection.used
    sign = -1.0 if race.output.better == "larger" else 1.0
    means = [estimate(row[:n].tolist()) for row, n in zip(ranked.observed, used, strict=True)]
    leader = (
        selection.selected
        if selection.selected is not None
        else min(selection.survivors, key=lambda i: sign * means[i].mean)
    )
    rows: list[dict[str, Any]] = []
    for number, name in enumerate(race.names):
        n = used[number]
        dropped = selection.dropped_at[number]
        difference = (math.nan, math.nan, math.nan)
        if number != leader:
            both = paired_differences(
                ranked.observed[[leader], :n],
                ranked.observed[[number], :n],
                race.delta,
                comparisons=max(len(race.names) - 1, 1),
                better=race.output.better,
            )[0].simultaneous
            difference = (both.mean, both.low, both.high)
        state = "dropped" if dropped else "survives"
        rows.append(
            {
                "alternative": name,
                "title": race.scenarios[number].title,
                "state": "selected" if number == selection.selected else state,
                "indicator": race.output.indicator,
                "unit": race.output.unit,
                "flows": race.output.name,
                "mean": means[number].mean,
                "low": means[number].low,
                "high": means[number].high,
                "behind_best": difference[0],
                "behind_best_low": difference[1],
                "behind_best_high": difference[2],
                "replications": n,
                "dropped_after": dropped if dropped else math.nan,
            }
        )
    order = {"selected": 0, "survives": 1, "dropped": 2}
    rows.sort(key=lambda row: (order[str(row["state"])], sign * float(row["mean"])))
    return pd.DataFrame(rows)


def replication_table(ranked: Ranked) -> pd.DataFrame:
    """One row for each alternative and replication that was used."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"alternative": name, "replication": r, "value": float(ranked.observed[number, r])}
            for number, name in enumerate(ranked.race.names)
            for r in range(ranked.selection.used[number])
        ]
    )


def words(ranked: Ranked) -> tuple[str, ...]:
    """The answer, what it is worth, and what it does not say."""
    race, selection = ranked.race, ranked.selection
    what = f"{race.output.indicator.replace('_', ' ')} at {race.output.name}"
    unit = race.output.unit
    wanted = "largest" if race.output.better == "larger" else "smallest"
    runs = sum(selection.used)
    if selection.selected is not None:
        first = (
            f"{race.names[selection.selected]} first: the {wanted} {what}, selected after "
            f"{max(selection.used)} "
            f"replications ({runs} runs in all)."
        )
    else:
        left = ", ".join(race.names[number] for number in selection.survivors)
        first = (
            f"Not decided after the {race.cap} replications allowed ({runs} runs in all): {left} are still "
            f"in the race for the {wanted} {what}. {outlook(ranked)}"
        )
    promise = selection.guarantee().replace(f"at least {race.delta:g}.", f"at least {race.delta:g} {unit}.")
    caution = (
        "The means were stopped on and lean a little towards the answer; for how much better "
        "it is, compare the "
        "first two with other random numbers (kzsim compare with another --seed)."
    )
    return (first, promise, caution)


def outlook(ranked: Ranked) -> str:
    """What would decide a race that the replications allowed did not."""
    selection, unit = ranked.selection, ranked.race.output.unit
    if selection.about is None or selection.at_most is None:
        return "Allow more replications."
    return (
        f"By the differences seen so far about {selection.about:,} would decide it, at most "
        f"{selection.at_most:,} (--replications). At most half as many do if differences up to "
        f"{2 * ranked.race.delta:g} {unit} may count as none (--delta)."
    )


def document(ranked: Ranked) -> dict[str, Any]:
    """What is stored of a race besides its tables."""
    race, selection = ranked.race, ranked.selection
    return {
        "indicator": race.output.indicator,
        "unit": race.output.unit,
        "flows": race.output.name,
        "better": race.output.better,
        "delta": race.delta,
        "alpha": race.alpha,
        "cap": race.cap,
        "seed": race.seed,
        "decided": ranked.decided,
        "selected": None if selection.selected is None else race.names[selection.selected],
        "survivors": [race.names[number] for number in selection.survivors],
        "words": list(words(ranked)),
        "wall_s": ranked.seconds,
    }
