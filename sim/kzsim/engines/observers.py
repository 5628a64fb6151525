"""The observers of a run from what is known of every entity: by NumPy, for engines that keep that.

The tables are described in ``kzsim.network.observers``, what is counted and when in
``docs/engine.md``. The kernel counts as it goes and never has these arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from kzsim.draws.streams import FIRST_FACTOR, GOLDEN, SECOND_FACTOR
from kzsim.network.buckets import TIME_BITS, WAIT_BITS, bucket, n_buckets
from kzsim.network.observers import I32, I64, SQUARE_BITS, U64, Observers
from kzsim.network.program import Program

N_PHASES = 3
COHORT = 1


@dataclass(frozen=True)
class Records:
    """What is known of every entity, in their order.

    ``arrival_ms`` (negative: it never came), ``exit_ms`` (negative: inside at the horizon),
    ``free_flow_ms``: int64 [entities].
    ``group`` int32, ``phase`` int8 [entities]. ``wait_ms``: int64 [entities, 6], each waiting account
    over the whole stay, up to the horizon. ``span_ms``: int64 [entities, spans], the same by span.
    """

    arrival_ms: I64
    exit_ms: I64
    free_flow_ms: I64
    group: I32
    phase: npt.NDArray[np.int8]
    wait_ms: I64
    span_ms: I64


def observers_of(
    program: Program,
    records: Records,
    starts: I64,
    place_ms: I64,
    idle_ms: I64,
    chosen: I64 | None = None,
    no_shows: I64 | None = None,
    within_ceilings: I64 | None = None,
) -> Observers:
    """Count what is in the records; the other tables are passed on.

    ``chosen``, ``no_shows``, ``within_ceilings``: None without choices, where everybody shows up, and where
    no class counts as another.


    Who never came is not counted. Raises ValueError if somebody leaves before arriving, or at the horizon or
    later.
    """
    number = np.flatnonzero(records.arrival_ms >= 0)
    records = _only(records, number)
    inside = records.exit_ms < 0
    end = np.where(inside, program.horizon_ms, records.exit_ms)
    wrong = np.flatnonzero((end < records.arrival_ms) | (~inside & (end >= program.horizon_ms)))
    if wrong.size:
        first = int(wrong[0])
        raise ValueError(
            f"entity {number[first]} arrived at {records.arrival_ms[first]} ms and left at "
            f"{records.exit_ms[first]} ms in a run of {program.horizon_ms} ms"
        )
    n, follow_up = program.n_groups, program.follow_up_ms
    stay = end - records.arrival_ms
    slot = records.group.astype(np.int64) * N_PHASES + records.phase

    def by_slot(values: npt.NDArray[np.generic]) -> I64:
        return _sums(slot, values, n * N_PHASES).reshape(n, N_PHASES)

    followed = records.phase == COHORT
    group = records.group[followed].astype(np.int64)
    stay_followed, free_flow = stay[followed], records.free_flow_ms[followed]
    capped = np.minimum(stay_followed, follow_up)
    high, low = capped >> SQUARE_BITS, capped & ((1 << SQUARE_BITS) - 1)
    through = ~inside[followed] & (stay_followed <= follow_up)

    def by_group(values: npt.NDArray[np.generic]) -> I64:
        return _sums(group, values, n)

    def histogram(of: I64, time_ms: I64, bits: int, longest_ms: int, rows: int) -> I32:
        counts = np.zeros((rows, n_buckets(longest_ms, bits)), dtype=np.int32)
        np.add.at(counts, (of, bucket(time_ms, bits)), 1)
        return counts

    def over_stays(time_ms: I64) -> I32:
        columns = time_ms.shape[1]
        of = (group[:, None] * columns + np.arange(columns)).ravel()
        counts = histogram(of, time_ms[followed].ravel(), WAIT_BITS, program.horizon_ms, n * columns)
        return counts.reshape(n, columns, counts.shape[1])

    limits = [by_group(through & (stay_followed <= limit)) for limit in program.within_ms.tolist()]
    measured = ~inside & (records.exit_ms >= program.cohort_from_ms)
    return Observers(
        arrived=by_slot(np.ones_like(stay)),
        left=by_slot(~inside),
        stay_ms=by_slot(stay),
        left_measured=_sums(records.group, measured, n),
        capped_ms=by_group(capped),
        free_flow_ms=by_group(free_flow),
        capped_free_flow_ms=by_group(np.minimum(free_flow, follow_up)),
        through=by_group(through),
        squares=np.stack([by_group(high * high), by_group(high * low), by_group(low * low)], axis=1),
        within=np.array(limits, dtype=np.int64).reshape(-1, n).T.copy(),
        times=histogram(group[through], stay_followed[through], TIME_BITS, follow_up, n),
        waits=over_stays(records.wait_ms),
        spans=over_stays(records.span_ms),
        starts=starts,
        no_shows=np.zeros((n, 0), dtype=np.int64) if no_shows is None else no_shows,
        within_ceilings=np.zeros((n, 0), dtype=np.int64) if within_ceilings is None else within_ceilings,
        chosen=np.zeros((n, 0), dtype=np.int64) if chosen is None else chosen,
        arrivals=_by_interval(program, records.arrival_ms, records.group),
        exits=_by_interval(program, records.exit_ms[~inside], records.group[~inside]),
        place_ms=place_ms,
        idle_ms=idle_ms,
        digest=digest_of(records.exit_ms, records.free_flow_ms, number),
    )


def _only(records: Records, number: npt.NDArray[np.intp]) -> Records:
    """The records of the entities of these numbers, which rise."""
    if len(number) == len(records.arrival_ms):
        return records
    return Records(**{field.name: getattr(records, field.name)[number] for field in fields(records)})


def digest_of(exit_ms: I64, free_flow_ms: I64, number: npt.NDArray[np.integer] | None = None) -> U64:
    """uint64 [1]: the sum modulo 2**64 of a hash of each entity's number, exit and free-flow time.

    ``number`` is the place of each in the order between entities; None: they are all there are.
    """
    if number is None:
        number = np.arange(len(exit_ms))
    # those inside are -1, so that nothing is below 0 after the shift by one
    z = mixed((number + 1).astype(np.uint64) * np.uint64(GOLDEN) + (exit_ms + 1).astype(np.uint64))
    z = mixed(z + free_flow_ms.astype(np.uint64))
    return np.array([z.sum(dtype=np.uint64)], dtype=np.uint64)


def mixed(z: U64) -> U64:
    """The finaliser of SplitMix64, see ``kzsim.draws.streams``."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST_FACTOR)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND_FACTOR)
    return z ^ (z >> np.uint64(31))


def _sums(of: npt.NDArray[np.integer], values: npt.NDArray[np.generic], rows: int) -> I64:
    """int64 [rows]: exact sums of the values by row."""
    sums = np.zeros(rows, dtype=np.int64)
    np.add.at(sums, of, values.astype(np.int64))
    return sums


def _by_interval(program: Program, at_ms: I64, group: I32) -> I32:
    counts = np.zeros((program.n_intervals, program.n_groups), dtype=np.int32)
    np.add.at(counts, (at_ms // program.observe_every_ms, group), 1)
    return counts
