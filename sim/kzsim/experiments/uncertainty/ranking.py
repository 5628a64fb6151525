"""Which alternative is best: replications of all of them on the same entities until one is left."""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kzsim.engines.choice import Choice
from kzsim.experiments.comparisons.errors import ComparisonError
from kzsim.experiments.comparisons.same import check_same_entities
from kzsim.experiments.identity import model_version
from kzsim.experiments.methods import MethodError, Selection, paired_differences, select_best
from kzsim.experiments.sweeps.ledger import About, Ledger, PointRow, open_ledger, read_results
from kzsim.experiments.sweeps.payload import decode, encode
from kzsim.experiments.uncertainty.outputs import Output, together, usual_pattern
from kzsim.experiments.warmup import make_ready
from kzsim.experiments.worlds import Worlds, in_turn
from kzsim.indicators.intervals import estimate
from kzsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

F64 = npt.NDArray[np.float64]

CAP = 500
FIRST_STAGE = 10
LEAST_BATCH = 5

Rounds = Callable[[int, tuple[int, ...]], None]
"""Told after each round: replications so far, and numbers of the alternatives still in the race."""


@dataclass(frozen=True)
class Race:
    """Alternatives to be ranked by ``output``, smaller or larger being better as ``output.better`` says.

    ``delta``: the smallest difference worth detecting, in the output's unit; ``alpha``: the risk taken.
    """

    names: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    output: Output
    delta: float
    alpha: float
    cap: int
    seed: int

    @property
    def digest(self) -> str:
        """Sha256 in hex over all that decides the answer; names do not."""
        document = {
            "what": "rank",
            "scenarios": [
                {key: value for key, value in one.canonical().items() if key not in ("replications", "seed")}
                for one in self.scenarios
            ],
            "indicator": self.output.indicator,
            "cells": [cell.key for cell in self.output.cells],
            "delta": self.delta,
            "alpha": self.alpha,
            "cap": self.cap,
            "seed": self.seed,
            "model": model_version(),
        }
        text = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def race_of(
    names: Sequence[str],
    scenarios: Sequence[Scenario],
    indicator: str,
    pattern: str | None,
    *,
    delta: float,
    alpha: float,
    cap: int,
    seed: int,
) -> Race:
    """Check that these can be ranked. Raises MethodError with what stands against it."""
    if len(scenarios) < 2:
        raise MethodError("at least two alternatives are needed")
    if cap < FIRST_STAGE:
        raise MethodError(f"at least {FIRST_STAGE} replications must be allowed, got {cap}")
    if not 0 < alpha < 1 - 1 / len(scenarios):
        raise MethodError(
            f"the risk must lie between 0 and {100 * (1 - 1 / len(scenarios)):.3g} % for {len(scenarios)} "
            f"alternatives, got {100 * alpha:g} %"
        )
    digests = [json.dumps(dict(one.canonical()), sort_keys=True, default=str) for one in scenarios]
    for number, own in enumerate(digests):
        if own in digests[:number]:
            same = names[digests.index(own)]
            raise MethodError(f"{names[number]} means the same as {same}: neither can be better")
    worlds = Worlds(scenarios, seed=seed)
    for number in range(1, len(scenarios)):
        try:
            check_same_entities(
                scenarios[0],
                worlds.model(0),
                scenarios[number],
                worlds.model(number),
                names[number],
                names[0],
            )
        except ComparisonError as error:
            raise MethodError(f"they cannot be ranked together: {error}") from error
    layout = worlds.model(0).layout
    output = together(layout, indicator, pattern or usual_pattern(layout))
    if not (delta > 0 and math.isfinite(delta)):
        raise MethodError(f"the smallest difference worth detecting must be above 0, got {delta:g}")
    return Race(tuple(names), tuple(scenarios), output, delta, alpha, cap, seed)


@dataclass(frozen=True)
class Ranked:
    """The end of a race: ``observed``, float64 [alternatives, replications], NaN after dropping out."""

    race: Race
    observed: F64
    selection: Selection
    seconds: float

    @property
    def decided(self) -> bool:
        """Whether one was selected; else the cap came first."""
        return self.selection.selected is not None


def run_race(
    race: Race,
    choice: Choice,
    *,
    jobs: int = 1,
    rounds: Rounds | None = None,
    progress: Callable[[int, int], None] | None = None,
    kept: Path | None = None,
) -> Ranked:
    """Run rounds of replications until one alternative is selected or the cap is reached.

    All alternatives still in the race are run in one task a replication, on the same entities. The answer
    depends on neither ``jobs`` nor interruptions; what is in ``kept`` is not run again. Raises
    ReplicationDeadlockError, InvariantError, MethodError, LockedError, ResultsError.
    """
    began = time.perf_counter()
    if choice.compiled:
        make_ready()
    observed = np.full((len(race.names), race.cap), np.nan)
    if kept is None:
        selection = _rounds(race, choice, jobs, observed, None, rounds, progress)
        return Ranked(race, observed, selection, time.perf_counter() - began)
    about = About(race.digest, model_version(), "rank", len(race.names), race.cap, "ranking")
    rows = (PointRow(race.digest, {"alternative": name}) for name in race.names)
    with open_ledger(kept, about, rows) as ledger:
        for number, replication, payload in read_results(kept):
            observed[number, replication] = float(decode(payload)["value"][0])
        selection = _rounds(race, choice, jobs, observed, ledger, rounds, progress)
    return Ranked(race, observed, selection, time.perf_counter() - began)


def _rounds(
    race: Race,
    choice: Choice,
    jobs: int,
    observed: F64,
    ledger: Ledger | None,
    rounds: Rounds | None,
    progress: Callable[[int, int], None] | None,
) -> Selection:
    runner = _Runner(race, choice)
    workers = jobs if choice.compiled else 1
    alive, n, wanted = tuple(range(len(race.names))), 0, min(FIRST_STAGE, race.cap)
    while True:
        runner.begin(alive)
        tasks = [r for r in range(n, wanted) if np.isnan(observed[list(alive), r]).any()]
        with in_turn(runner.run, tasks, workers, runner.stop) as answers:
            for replication, answer in zip(tasks, answers, strict=True):
                for number, value in answer.items():
                    observed[number, replication] = value
                    if ledger is not None:
                        ledger.add(number, replication, encode({"value": np.array([value])}))
                if progress is not None:
                    progress(replication + 1, race.cap)
            runner.finish()
        n = wanted
        selection = select_best(observed[:, :n], race.delta, alpha=race.alpha, better=race.output.better)
        if rounds is not None:
            rounds(n, selection.survivors)
        if selection.selected is not None or n >= race.cap:
            return selection
        alive = selection.survivors
        batch = max(LEAST_BATCH, jobs, math.ceil(n / 5))
        wanted = min(race.cap, max(selection.next_n, n + batch))


class _Runner:
    """Runs a replication of all alternatives in the race, in any thread; each model is built once."""

    def __init__(self, race: Race, choice: Choice) -> None:
        self._race = race
        self._stopped = threading.Event()
        self._alive: tuple[int, ...] = ()
        self._finished = False
        self._worlds = [
            Worlds([one], seed=race.seed, engine=choice.engine, compiled=choice.compiled)
            for one in race.scenarios
        ]

    def begin(self, alive: tuple[int, ...]) -> None:
        """A round of these alternatives."""
        self._alive, self._finished = alive, False

    def finish(self) -> None:
        """The round is over and nothing runs; the models stay for the next."""
        self._finished = True

    def run(self, replication: int) -> Mapping[int, float]:
        """The value of every alternative in the race."""
        found = {}
        for number in self._alive:
            if self._stopped.is_set():
                raise CancelledError
            worlds = self._worlds[number]
            seen = worlds.run(replication)
            value = self._race.output.of(worlds.model(0).layout, seen.summaries[0])
            if math.isnan(value):
                raise MethodError(
                    f"{self._race.names[number]} has no {self._race.output.indicator} at "
                    f"{self._race.output.name} in replication {replication}"
                )
            found[number] = value
        return found

    def stop(self) -> None:
        """Let threads that are at it end at their next step."""
        if self._finished:
            return
        self._stopped.set()
        for worlds in self._worlds:
            worlds.stop()


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
        most = "" if selection.at_most is None else f" At most {selection.at_most:,} would decide it."
        first = (
            f"Not decided after {race.cap} replications ({runs} runs in all): {left} are "
            "still in the race for the "
            f"{wanted} {what}.{most}"
        )
    promise = selection.guarantee().replace(f"at least {race.delta:g}.", f"at least {race.delta:g} {unit}.")
    caution = (
        "The means were stopped on and lean a little towards the answer; for how much better "
        "it is, compare the "
        "first two with other random numbers (kzsim compare with another --seed)."
    )
    return (first, promise, caution)


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
