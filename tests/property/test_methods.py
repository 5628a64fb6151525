"""What must hold of the methods whatever the numbers: ties, constants and steps among them."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kzsim.experiments.methods import (
    Rounds,
    Target,
    paired_differences,
    precision,
    ratio_of_means,
    select_best,
    split,
)

WHOLE = st.integers(-3, 3).map(float)


def table(rows: st.SearchStrategy[int], columns: st.SearchStrategy[int]) -> st.SearchStrategy[np.ndarray]:
    shape = st.tuples(rows, columns)
    return shape.flatmap(lambda size: arrays.arrays(np.float64, size, elements=WHOLE))


@settings(deadline=None)  # the machine may be busy, and time is not the property
@given(table(st.integers(2, 5), st.integers(3, 40)), st.sampled_from([0.5, 1.0, 4.0]), st.integers(3, 12))
def test_what_was_selected_stays_selected_and_what_was_dropped_stays_dropped(
    seen: np.ndarray, delta: float, first_stage: int
) -> None:
    before = None
    for columns in range(first_stage, seen.shape[1] + 1):
        now = select_best(seen[:, :columns], delta, first_stage=first_stage)
        if before is not None:
            assert set(now.survivors) <= set(before.survivors)
            if before.selected is not None:
                assert now == before
            for row, at in enumerate(before.dropped_at):
                assert at in (0, now.dropped_at[row])
        if now.selected is not None:
            assert now.survivors == (now.selected,)
            assert now.next_n == now.at_most == max(now.used)
        before = now


@settings(deadline=None)  # the machine may be busy, and time is not the property
@given(table(st.integers(1, 3), st.integers(1, 80)), st.sampled_from([0.05, 0.5, 2.0]))
def test_an_experiment_that_is_over_stays_over(seen: np.ndarray, relative: float) -> None:
    targets = [Target(str(row), relative, 0.3) for row in range(len(seen))]
    rounds = Rounds(cap=60)
    over = None
    for columns in range(1, seen.shape[1] + 1):
        now = precision(seen[:, :columns], targets, rounds)
        if over is not None:
            assert now == over
        elif now.state != "more":
            assert now.n == columns
            over = now
        else:
            assert now.n <= columns < now.next_n <= 60


@settings(deadline=None)  # the machine may be busy, and time is not the property
@given(table(st.just(2), st.integers(2, 30)))
def test_fiellers_interval_holds_the_ratio_and_turns_with_the_sign(seen: np.ndarray) -> None:
    found, mirrored = ratio_of_means(seen[0], seen[1]), ratio_of_means(-seen[0], seen[1])
    if not math.isnan(found.low):
        assert found.low <= found.mean <= found.high
        assert np.allclose(
            [-mirrored.high, -mirrored.mean, -mirrored.low], [found.low, found.mean, found.high]
        )


@settings(deadline=None)  # the machine may be busy, and time is not the property
@given(table(st.just(2), st.integers(2, 30)), st.sampled_from([0.0, 0.5, 2.0]))
def test_swapping_the_policies_swaps_the_word(seen: np.ndarray, threshold: float) -> None:
    (there,) = paired_differences(seen[:1], seen[1:], threshold)
    (back,) = paired_differences(seen[1:], seen[:1], threshold)
    swapped = {"gains": "loses", "loses": "gains"}
    assert back.verdict == swapped.get(there.verdict, there.verdict)


@settings(deadline=None)  # the machine may be busy, and time is not the property
@given(st.lists(st.floats(-1e6, 1e6), max_size=30), st.sampled_from([0.0, 0.5, 10.0]))
def test_winners_losers_and_unchanged_account_for_every_hour(change: list[float], threshold: float) -> None:
    found = split(change, threshold)
    assert found.entities == len(change)
    assert min(found.gained_h, found.lost_h) >= 0
    assert math.isclose(
        found.lost_h - found.gained_h + found.drift_h, math.fsum(change), rel_tol=1e-9, abs_tol=1e-6
    )
