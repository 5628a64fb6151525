"""Gains of the same entities in signed buckets and in bands, against counting them one by one."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzsim.indicators.comparison import Passage, compare
from kzsim.indicators.gains import BAND_EDGES_MIN, N_BANDS, Gains, band_edges_h, bands, sparse_gains
from kzsim.network.model import MS_PER_HOUR
from tests.unit.indicators_world import FOLLOW_UP_MS, GENERAL, NONUSER, USER, Stay, layout, records

LONGEST = 2**38


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-LONGEST, LONGEST)), min_size=1, max_size=60))
def test_pooled_quantiles_are_those_of_the_sorted_gains_within_a_bucket(
    entities: list[tuple[int, int]],
) -> None:
    group = np.array([g for g, _ in entities], dtype=np.int32)
    gain = np.array([ms for _, ms in entities], dtype=np.int64)
    pooled = Gains()
    for part in (slice(0, len(gain) // 2), slice(len(gain) // 2, None)):
        pooled.add(*sparse_gains(group[part], gain[part]))
    member = np.ones(4, dtype=np.bool_)
    per_cent = (5, 25, 50, 75, 95)
    found = pooled.quantiles_ms(member, per_cent, len(gain))
    in_order = np.sort(gain)
    for share, value in zip(per_cent, found, strict=True):
        true = in_order[max(-(-share * len(gain) // 100), 1) - 1]
        assert abs(value - true) <= max(0.0005 * abs(true), 0.5)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-LONGEST, LONGEST)), max_size=60))
def test_every_gain_is_counted_in_the_one_band_that_holds_it(entities: list[tuple[int, int]]) -> None:
    group = np.array([g for g, _ in entities], dtype=np.int32)
    gain = np.array([ms for _, ms in entities], dtype=np.int64)
    counts = bands(group, gain, 3)
    assert counts.sum() == len(gain)
    for band in range(N_BANDS):
        low, high = (end * MS_PER_HOUR for end in band_edges_h(band))
        for g in range(3):
            own = gain[group == g]
            if band == N_BANDS // 2:
                inside = (own >= low) & (own <= high)
            elif band > N_BANDS // 2:
                inside = (own > low) & (own <= high)
            else:
                inside = (own >= low) & (own < high)
            assert counts[g, band] == inside.sum()


def test_the_bands_meet_without_gap_and_reach_to_both_ends() -> None:
    edges = [band_edges_h(band) for band in range(N_BANDS)]
    assert edges[0][0] == -math.inf
    assert edges[-1][1] == math.inf
    assert all(one[1] == other[0] for one, other in pairwise(edges))
    assert edges[N_BANDS // 2] == (-BAND_EDGES_MIN[0] / 60, BAND_EDGES_MIN[0] / 60)


@given(
    st.lists(
        st.tuples(
            st.sampled_from((USER, NONUSER, GENERAL)),
            st.floats(24.0, 190.0),
            st.none() | st.floats(0.1, 100.0),
            st.none() | st.floats(0.1, 100.0),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_winners_losers_and_their_hours_are_those_counted_one_by_one(entities) -> None:
    """Times are capped at the follow-up, changes of up to 5 min are none, everything adds up exactly."""

    def passage(which: int) -> Passage:
        stays = []
        for entity in entities:
            group, into, stayed = entity[0], entity[1], entity[which]
            out = None if stayed is None or into + stayed >= 240 else into + stayed
            stays.append(Stay(group, into, out))
        seen = records(stays)
        return Passage(seen.arrival_ms, seen.exit_ms, seen.free_flow_ms, seen.phase)

    where = layout()
    group = np.array([entity[0] for entity in entities], dtype=np.int32)
    base, other = passage(2), passage(3)
    found = compare(where, group, base, other)

    horizon = where.horizon_ms
    change = {}
    for i in range(len(entities)):
        if base.phase[i] == 1:
            one, two = (
                min(
                    FOLLOW_UP_MS,
                    int(horizon if run.exit_ms[i] < 0 else run.exit_ms[i]) - int(run.arrival_ms[i]),
                )
                for run in (base, other)
            )
            change[i] = two - one
    for cell, member in enumerate(where.member):
        own = [ms for i, ms in change.items() if member[group[i]]]
        won = [ms for ms in own if ms < -300_000]
        lost = [ms for ms in own if ms > 300_000]
        assert found.winners[cell] == len(won)
        assert found.losers[cell] == len(lost)
        assert found.gained_ms[cell] == -sum(won)
        assert found.lost_ms[cell] == sum(lost)
        assert found.drift_ms[cell] == sum(own) - sum(won) - sum(lost)
        middle = N_BANDS // 2
        assert found.gain_bands[cell, :middle].sum() == len(lost)
        assert found.gain_bands[cell, middle + 1 :].sum() == len(won)
    assert found.gain_count.sum() == len(change)


@pytest.mark.parametrize("ms", [0, 1, 2047, -2047])
def test_small_gains_are_exact(ms: int) -> None:
    pooled = Gains()
    pooled.add(*sparse_gains(np.array([0], dtype=np.int32), np.array([ms], dtype=np.int64)))
    assert pooled.quantiles_ms(np.array([True]), (50,), 1) == (float(ms),)
