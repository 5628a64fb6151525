"""The indicators of one replication, from what the engine counted. Definitions: docs/networks.md."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kzsim.engines.outcome import Outcome
from kzsim.network import Account, Program
from kzsim.network.model import WAIT_ACCOUNTS, WORK_ACCOUNTS
from kzsim.network.program import ElementType
from kzsim.queueing.build import Window
from kzsim.queueing.parts import EVERYBODY
from kzsim.queueing.per_batch import BatchTimes

I64 = npt.NDArray[np.int64]

WHOLE = "network"
COHORT = 1

CAUSES = {
    ElementType.SERVICE: (Account.CLOSED, Account.TOKENS, Account.BLOCKED, Account.QUEUE),
    ElementType.DELAY: (Account.CLOSED,),
    ElementType.GATE: (Account.CLOSED, Account.QUOTA),
    ElementType.ZONE: (Account.BLOCKED,),
    ElementType.DEPARTURE: (Account.QUEUE,),
    ElementType.PAIRING: (Account.PAIRING,),
}
"""What entities wait for at an element of each type."""


class Key(NamedTuple):
    """What a figure is of. ``at`` is the indicator's parameter, NaN where it has none."""

    where: str
    group: str
    indicator: str
    unit: str
    at: float | None = None


@dataclass(frozen=True)
class Asked:
    """What a table shall hold beyond the usual: numbers at instants, shares of time at or above a number."""

    unit: str
    ms: int
    at_ms: tuple[int, ...] = ()
    at_least: tuple[int, ...] = ()


def values_of(
    program: Program,
    groups: tuple[str, ...],
    window: Window,
    asked: Asked,
    outcome: Outcome,
    batches: Sequence[BatchTimes] = (),
) -> dict[Key, float]:
    """Every indicator of one run; NaN where nobody was there to measure."""
    rows: list[tuple[str, slice | list[int]]] = [(EVERYBODY, slice(None))]
    if len(groups) > 1:
        rows += [(name, [number]) for number, name in enumerate(groups)]
    there = np.zeros(len(groups), dtype=np.int64)
    for source in program.network.sources:
        if source.arrivals.process == "initial":
            there[source.kinds[0].group] += len(source.arrivals.at_ms)
    found: dict[Key, float] = {}
    for group, chosen in rows:
        found.update(_of_network(group, chosen, window, asked, outcome, there))
        for number, name in enumerate(program.element_names):
            found.update(_of_element(program, number, name, group, chosen, asked, outcome))
    found.update(_of_batches(groups, asked, batches))
    found.update(_numbers(program, window, outcome))
    found.update(_of_pools(program, outcome))
    for name, idle_ms in zip(program.tokens.names, outcome.observers.idle_ms.tolist(), strict=True):
        found[Key(name, EVERYBODY, "idle_tokens", "tokens")] = idle_ms / program.horizon_ms
    return found


def _of_pools(program: Program, outcome: Outcome) -> Iterator[tuple[Key, float]]:
    """Servers held, those that there were where their number is not always the same, and the share held."""
    out_of_order = {each.pool for each in program.out_of_order}
    lengths = np.diff(program.capacity_ptr)
    for number, name in enumerate(program.pool_names):
        held, there = float(outcome.busy_ms[number]), float(outcome.capacity_ms[number])
        yield Key(name, EVERYBODY, "servers_held", "servers"), held / program.horizon_ms
        if lengths[number] > 1 or number in program.rule_pool or number in out_of_order:
            yield Key(name, EVERYBODY, "servers_there", "servers"), there / program.horizon_ms
        yield Key(name, EVERYBODY, "utilisation", "share"), _ratio(held, there)


def _of_network(
    group: str, chosen: slice | list[int], window: Window, asked: Asked, outcome: Outcome, there: I64
) -> Iterator[tuple[Key, float]]:
    """``there``: by group, how many are in line at the start."""
    seen = outcome.observers
    followed = int(seen.arrived[chosen, COHORT].sum())
    arrived, left = int(seen.arrived[chosen].sum()), int(seen.left[chosen].sum())
    measured = window.measured_ms / asked.ms
    # number inside at each reading: who came before it less who left before it
    change = seen.arrivals[:, chosen].sum(axis=1, dtype=np.int64) - seen.exits[:, chosen].sum(
        axis=1, dtype=np.int64
    )
    inside = np.concatenate([[0], np.cumsum(change)])
    inside[0] = int(there[chosen].sum())
    first = -(-window.warm_up_ms // window.observe_every_ms)
    # the last sum is the number at the end, which is no reading if the end lies between two
    readings = inside[first:-1]
    yield Key(WHOLE, group, "followed", "entities"), float(followed)
    yield Key(WHOLE, group, "still_inside", "entities"), float(arrived - left)
    yield (
        Key(WHOLE, group, "throughput", f"entities/{asked.unit}"),
        float(seen.left_measured[chosen].sum()) / measured,
    )
    stay = float(seen.stay_ms[chosen, COHORT].sum())
    yield Key(WHOLE, group, "time_in_system", asked.unit), _ratio(stay, followed) / asked.ms
    yield Key(WHOLE, group, "number_in_system", "entities"), _mean(readings)
    for at_ms in asked.at_ms:
        number = float(inside[at_ms // window.observe_every_ms])
        yield Key(WHOLE, group, "number_in_system_at", "entities", at_ms / asked.ms), number
    for least in asked.at_least:
        yield Key(WHOLE, group, "share_of_time_at_least", "share", float(least)), _mean(readings >= least)


def _of_batches(
    groups: tuple[str, ...], asked: Asked, batches: Sequence[BatchTimes]
) -> Iterator[tuple[Key, float]]:
    if not batches:
        return
    rows = {EVERYBODY: list(batches)}
    if len(groups) > 1:
        for each in batches:
            rows.setdefault(groups[each.group], []).append(each)
    for group, of in rows.items():
        means = np.concatenate([each.mean_ms for each in of])
        longest = np.concatenate([each.longest_ms for each in of])
        yield Key(WHOLE, group, "batches", "batches"), float(len(means))
        yield Key(WHOLE, group, "batch_time_in_system", asked.unit), _mean(means) / asked.ms
        yield Key(WHOLE, group, "batch_time_to_clear", asked.unit), _mean(longest) / asked.ms


def _of_element(
    program: Program,
    number: int,
    name: str,
    group: str,
    chosen: slice | list[int],
    asked: Asked,
    outcome: Outcome,
) -> Iterator[tuple[Key, float]]:
    type_ = ElementType(int(program.element_type[number]))
    if type_ is ElementType.CHOICE:
        yield from _of_choice(program, number, name, group, chosen, outcome)
        return
    starts, waited = outcome.observers.starts[chosen, number].sum(axis=0).tolist()
    account_ms = outcome.account_ms[chosen, COHORT, number].sum(axis=0)
    yield Key(name, group, "visits", "entities"), float(starts)
    for gate in np.flatnonzero(program.no_show_gates == number).tolist():
        lost = float(outcome.observers.no_shows[chosen, gate].sum())
        yield Key(name, group, "no_shows", "entities"), lost
        yield Key(name, group, "share_of_places_lost", "share"), _ratio(lost, lost + starts)
    if type_ is not ElementType.DELAY:
        yield Key(name, group, "share_who_wait", "share"), _ratio(waited, starts)
    wait = float(account_ms[list(WAIT_ACCOUNTS)].sum())
    yield Key(name, group, "wait", asked.unit), _ratio(wait, starts) / asked.ms
    for cause in CAUSES[type_]:
        if cause is Account.TOKENS and number not in program.tokens.user_element:
            continue
        value = _ratio(float(account_ms[cause]), starts) / asked.ms
        yield Key(name, group, f"wait_{cause.name.lower()}", asked.unit), value
    if type_ in (ElementType.SERVICE, ElementType.DELAY):
        work = float(account_ms[list(WORK_ACCOUNTS)].sum())
        yield Key(name, group, "work", asked.unit), _ratio(work, starts) / asked.ms


def _of_choice(
    program: Program,
    number: int,
    name: str,
    group: str,
    chosen: slice | list[int],
    outcome: Outcome,
) -> Iterator[tuple[Key, float]]:
    first, last = program.alternative_ptr[number : number + 2]
    picked = outcome.observers.chosen[chosen, first:last].sum(axis=0)
    everybody = float(picked.sum())
    yield Key(name, group, "visits", "entities"), everybody
    for alternative, count in zip(program.alternative_names[first:last], picked.tolist(), strict=True):
        yield Key(alternative, group, "share_chosen", "share"), _ratio(count, everybody)


def _numbers(program: Program, window: Window, outcome: Outcome) -> Iterator[tuple[Key, float]]:
    """Mean numbers in lines and zones, over the readings after the run-in."""
    first = -(-window.warm_up_ms // window.observe_every_ms)
    for number, name in enumerate(program.element_names):
        type_ = ElementType(int(program.element_type[number]))
        if type_ not in (ElementType.DELAY, ElementType.CHOICE):
            line = outcome.in_line[first:, number]
            yield Key(name, EVERYBODY, "number_waiting", "entities"), _mean(line)
        if type_ is ElementType.ZONE:
            yield Key(name, EVERYBODY, "places_taken", "places"), _mean(outcome.in_zone[first:, number])


def _ratio(sum_: float, count: float) -> float:
    return sum_ / count if count else math.nan


def _mean(values: npt.NDArray[np.integer] | npt.NDArray[np.bool_] | npt.NDArray[np.floating]) -> float:
    return float(np.mean(values)) if values.size else math.nan
