"""Run a network many times and say what came out, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzsim import compiled
from kzsim.draws import draw
from kzsim.engines import choice
from kzsim.engines.errors import DeadlockError
from kzsim.experiments.errors import ReplicationDeadlockError
from kzsim.experiments.warmup import make_ready
from kzsim.indicators.intervals import CONFIDENCE, estimate
from kzsim.network import NetworkError, Program
from kzsim.network.program import LONGEST_HORIZON_MS
from kzsim.network.size import expected_entities
from kzsim.queueing.build import Window, build
from kzsim.queueing.parts import Network
from kzsim.queueing.per_batch import batch_times, has_batches
from kzsim.queueing.units import MS_PER_UNIT, Time, time, whole
from kzsim.queueing.values import Asked, Key, values_of

if TYPE_CHECKING:
    import pandas as pd

NO_TIME = Time(0.0)

READINGS = 10_000
"""How often numbers are read over a run, unless told otherwise."""

MOST_READINGS = 2_000_000
"""Each takes memory for every group, stage and zone."""

COLUMNS = ("where", "group", "indicator", "unit", "at", "mean", "low", "high", "n")


@dataclass(frozen=True)
class _Experiment:
    """All that a replication needs."""

    program: Program
    groups: tuple[str, ...]
    window: Window
    asked: Asked
    chosen: choice.Choice
    seed: int

    def replication(self, number: int) -> dict[Key, float]:
        """The indicators of one replication."""
        engine = choice.load(self.chosen.engine)
        with nullcontext() if self.chosen.compiled else compiled.set_aside():
            entities = draw(self.program, self.seed, number)
            by_batch = has_batches(self.program)
            try:
                outcome = engine(self.program, entities, passage=by_batch)
            except DeadlockError as error:
                raise ReplicationDeadlockError(error.at_ms, error.waiters, number, "network") from error
            batches = tuple(batch_times(self.program, entities, outcome)) if by_batch else ()
        return values_of(self.program, self.groups, self.window, self.asked, outcome, batches)


def run(
    network: Network,
    *,
    duration: Time,
    warm_up: Time = NO_TIME,
    follow_up: Time = NO_TIME,
    replications: int = 30,
    seed: int = 1,
    engine: str | None = None,
    jobs: int = 1,
    confidence: float = CONFIDENCE,
    unit: str = "h",
    read_every: Time | None = None,
    at: Sequence[Time] = (),
    at_least: Sequence[int] = (),
) -> pd.DataFrame:
    """Run a network and return a tidy table: a row for each indicator, with its interval.

    Columns: ``where`` (a stage, a zone, a pool, an alternative, tokens, or ``network``), ``group``,
    ``indicator``, ``unit``, ``at`` (the instant or number asked for), ``mean``, ``low`` and ``high``
    (Student-t over replications, with ``confidence``), ``n``.

    Entities that arrive between ``warm_up`` and ``duration`` - ``follow_up`` are followed to the end.
    ``unit`` is that of times (s, min, h, d). Numbers are read every ``read_every`` (default: 10,000 times
    in a run). ``at``: instants at which the number in the system is wanted; ``at_least``: numbers of which
    the share of time at or above is wanted. ``engine``: ``kernel`` or ``reference`` (default: the quicker);
    ``jobs``: threads of the kernel. The table is the same whatever engine and jobs are.

    Warns of circles in which entities may wait for each other (DeadlockWarning), before the first
    replication. Raises NetworkError with every fault of the network or of these arguments, and
    ReplicationDeadlockError if entities wait for each other for ever.
    """
    import pandas as pd

    if not 0 < confidence < 1:
        raise NetworkError((f"run: the confidence is {confidence!r}: give a number between 0 and 1",))
    found = _replicated(
        network,
        duration=duration,
        warm_up=warm_up,
        follow_up=follow_up,
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        unit=unit,
        read_every=read_every,
        at=at,
        at_least=at_least,
    )
    rows = []
    for key, values in found.items():
        known = estimate(values, confidence)
        at_value = math.nan if key.at is None else key.at
        rows.append((*key[:4], at_value, known.mean, known.low, known.high, known.n))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def replicate(
    network: Network,
    *,
    duration: Time,
    warm_up: Time = NO_TIME,
    follow_up: Time = NO_TIME,
    replications: int = 30,
    seed: int = 1,
    engine: str | None = None,
    jobs: int = 1,
    unit: str = "h",
    read_every: Time | None = None,
    at: Sequence[Time] = (),
    at_least: Sequence[int] = (),
) -> dict[Key, tuple[float, ...]]:
    """The values behind the table of :func:`run`: of every indicator one a replication, in their order."""
    return _replicated(
        network,
        duration=duration,
        warm_up=warm_up,
        follow_up=follow_up,
        replications=replications,
        seed=seed,
        engine=engine,
        jobs=jobs,
        unit=unit,
        read_every=read_every,
        at=at,
        at_least=at_least,
    )


def _replicated(
    network: Network,
    *,
    duration: Time,
    warm_up: Time,
    follow_up: Time,
    replications: int,
    seed: int,
    engine: str | None,
    jobs: int,
    unit: str,
    read_every: Time | None,
    at: Sequence[Time],
    at_least: Sequence[int],
) -> dict[Key, tuple[float, ...]]:
    """What both of the above do, called by both alike: warnings name the line that called them."""
    count = whole("run: replications", replications, least=1)
    whole("run: seed", seed)
    whole("run: jobs", jobs, least=1)
    if not isinstance(network, Network):
        raise NetworkError((f"run: {network!r} is no network: give what network(...) returns",))
    window = _window(duration, warm_up, follow_up, read_every, at)
    asked = _asked(unit, at, at_least, window)
    program = build(network, window)
    entities = count * sum(expected_entities(program.network).values())
    experiment = _Experiment(program, network.groups, window, asked, _engine(engine, entities, jobs), seed)
    done = list(_in_turn(experiment, count, jobs))
    return {key: tuple(values[key] for values in done) for key in done[0]}


def _in_turn(experiment: _Experiment, count: int, jobs: int) -> Iterator[dict[Key, float]]:
    """All replications in their order, whatever ``jobs`` is."""
    chosen = experiment.chosen
    if chosen.engine == choice.KERNEL and chosen.compiled:
        make_ready()
    if min(jobs, count) == 1 or chosen.engine != choice.KERNEL:
        yield from map(experiment.replication, range(count))
        return
    with ThreadPoolExecutor(min(jobs, count), thread_name_prefix="replication") as executor:
        try:
            yield from executor.map(experiment.replication, range(count))
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _engine(asked: str | None, entities: float, jobs: int) -> choice.Choice:
    if asked not in (None, *choice.ENGINES):
        raise NetworkError((f"run: unknown engine {asked!r}: give {' or '.join(choice.ENGINES)}",))
    if asked == choice.REFERENCE and jobs > 1:
        raise NetworkError(("run: the reference engine runs in one thread: leave jobs at 1",))
    return choice.choose(asked, entities)


def _window(
    duration: Time, warm_up: Time, follow_up: Time, read_every: Time | None, at: Sequence[Time]
) -> Window:
    until = time("run: duration", duration).whole_ms
    before, after = time("run: warm_up", warm_up).whole_ms, time("run: follow_up", follow_up).whole_ms
    if not 0 < until <= LONGEST_HORIZON_MS:
        raise NetworkError(
            (f"run: the duration is {until} ms: give 1 to {LONGEST_HORIZON_MS} ms (8.7 years)",)
        )
    if before + after >= until:
        raise NetworkError(("run: nothing is left of the duration after warm_up and follow_up: lengthen it",))
    if read_every is not None:
        every = time("run: read_every", read_every).whole_ms
        if every < 1:
            raise NetworkError(("run: read_every is 0: give a time, such as minutes(1)",))
    else:
        instants = [time("run: at", each).whole_ms for each in at]
        every = math.gcd(*instants) if any(instants) else max(1, until // READINGS)
    if until // every > MOST_READINGS:
        said = f"run: numbers would be read every {every} ms, {until // every} times"
        raise NetworkError((f"{said}: give a longer read_every, or instants (at) that are multiples of one",))
    return Window(until, before, after, every)


def _asked(unit: str, at: Sequence[Time], at_least: Sequence[int], window: Window) -> Asked:
    if unit not in MS_PER_UNIT:
        raise NetworkError((f"run: unknown unit {unit!r}: give one of {', '.join(MS_PER_UNIT)}",))
    at_ms = tuple(time("run: at", each).whole_ms for each in at)
    for each in at_ms:
        if each > window.until_ms or each % window.observe_every_ms:
            said = f"run: no number is read at {each} ms"
            every = window.observe_every_ms
            raise NetworkError(
                (f"{said}: give instants up to the end, and multiples of read_every, {every} ms",)
            )
    for least in at_least:
        whole("run: at_least", least)
    return Asked(unit, MS_PER_UNIT[unit], at_ms, tuple(at_least))
