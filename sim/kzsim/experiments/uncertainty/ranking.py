"""Which alternative is best: replications of all of them on the same entities until one is left."""

from __future__ import annotations

import hashlib
import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kzsim.engines.choice import Choice
from kzsim.experiments.comparisons.errors import ComparisonError
from kzsim.experiments.comparisons.measures import meaning
from kzsim.experiments.comparisons.roles import common_layouts
from kzsim.experiments.comparisons.same import check_same_entities, same_roles
from kzsim.experiments.identity import model_version
from kzsim.experiments.methods import MethodError, Selection, select_best
from kzsim.experiments.models import Model, make_model, with_run_values
from kzsim.experiments.sweeps.ledger import About, Ledger, PointRow, open_ledger, read_results
from kzsim.experiments.sweeps.payload import decode, encode
from kzsim.experiments.uncertainty.outputs import Output, together, usual_pattern
from kzsim.experiments.warmup import make_ready
from kzsim.experiments.worlds import Worlds, in_turn
from kzsim.indicators.layout import ALL
from kzsim.scenario import Scenario

F64 = npt.NDArray[np.float64]

CAP = 500
FIRST_STAGE = 10
LEAST_BATCH = 10
"""Replications of a round after the first; fewer would leave threads without work."""

Rounds = Callable[[int, Selection], None]
"""Told after each round: replications so far, and where the race stands."""


@dataclass(frozen=True)
class Race:
    """Alternatives to be ranked by ``output``, smaller or larger being better as ``output.better`` says.

    ``delta``: the smallest difference worth detecting, in the output's unit; ``alpha``: the risk taken. The
    layouts of ``models`` have the roles in a corridor in common where the same entities comply in all.
    """

    names: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    output: Output
    delta: float
    alpha: float
    cap: int
    seed: int
    models: tuple[Model, ...] = field(compare=False, repr=False)

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
    seed: int | None = None,
) -> Race:
    """Check that these can be ranked; ``seed``: None takes theirs, which must agree.

    All are of the same entities, and a pattern that names users of a corridor means the same entities in all:
    those who use one in any of the alternatives. Raises MethodError with what stands against it.
    """
    if len(scenarios) < 2:
        raise MethodError("at least two alternatives are needed")
    if cap < FIRST_STAGE:
        raise MethodError(f"at least {FIRST_STAGE} replications must be allowed, got {cap}")
    if not 0 < alpha < 1 - 1 / len(scenarios):
        raise MethodError(
            f"the risk must lie between 0 and {100 * (1 - 1 / len(scenarios)):.3g} % for {len(scenarios)} "
            f"alternatives, got {100 * alpha:g} %"
        )
    if not (delta > 0 and math.isfinite(delta)):
        raise MethodError(f"the smallest difference worth detecting must be above 0, got {delta:g}")
    given = tuple(with_run_values(one, None, seed) for one in scenarios)
    meanings = [meaning(replace(one, replications=1)) for one in given]
    for number, own in enumerate(meanings):
        if own in meanings[:number]:
            same = names[meanings.index(own)]
            raise MethodError(f"{names[number]} means the same as {same}: neither can be better")
    models = [make_model(one) for one in given]
    for name, scenario, model in zip(names[1:], given[1:], models[1:], strict=True):
        try:
            check_same_entities(given[0], models[0], scenario, model, name, names[0])
        except ComparisonError as error:
            raise MethodError(f"they cannot be ranked together: {error}") from error
    others = [name for name, one in zip(names[1:], given[1:], strict=True) if not same_roles(given[0], one)]
    if not others:
        layouts = common_layouts([model.layout for model in models])
        models = [replace(model, layout=own) for model, own in zip(models, layouts, strict=True)]
    layout = models[0].layout
    output = together(layout, indicator, pattern or usual_pattern(layout))
    if others and any(cell.corridor != ALL for cell in output.cells):
        raise MethodError(
            f"'{pattern}' would be other entities in each alternative, because {', '.join(others)} differs "
            f"from {names[0]} in who complies. Write the same compliance in all, or name whole flows, for "
            "example road.*.*"
        )
    return Race(tuple(names), given, output, delta, alpha, cap, given[0].seed, tuple(models))


@dataclass(frozen=True)
class RaceCost:
    """Seconds: of one replication of all alternatives, of the first stage, and of all that are allowed."""

    replication_s: float
    first_s: float
    most_s: float


def cost_of(race: Race, choice: Choice, jobs: int) -> RaceCost:
    """What a race takes, measured on one replication of each alternative. Raises what a run raises."""
    if choice.compiled:
        make_ready()
    runner = _Runner(race, choice)
    runner.begin(tuple(range(len(race.names))))
    began = time.perf_counter()
    runner.run(0)
    once = time.perf_counter() - began
    workers = jobs if choice.compiled else 1
    return RaceCost(
        once, *(once * math.ceil(number / workers) for number in (min(FIRST_STAGE, race.cap), race.cap))
    )


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
            rounds(n, selection)
        if selection.selected is not None or n >= race.cap:
            return selection
        alive = selection.survivors
        wanted = min(race.cap, n + _batch(selection, n))


def _batch(selection: Selection, n: int) -> int:
    """Replications of the next round: half the way to where the next alternative is expected to fall.

    So few are wasted on one that is as good as out, and a close race is not looked at every ten of them. It
    hangs on what was observed alone and not on the number of workers.
    """
    nearest = min((at for at in selection.falls_at if at), default=n)
    return min(max(LEAST_BATCH, (nearest - n) // 2), max(LEAST_BATCH, n))


class _Runner:
    """Runs a replication of all alternatives in the race, in any thread; each model is built once."""

    def __init__(self, race: Race, choice: Choice) -> None:
        self._race = race
        self._stopped = threading.Event()
        self._alive: tuple[int, ...] = ()
        self._finished = False
        self._worlds = [
            Worlds([one], seed=race.seed, engine=choice.engine, compiled=choice.compiled, models=[model])
            for one, model in zip(race.scenarios, race.models, strict=True)
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
