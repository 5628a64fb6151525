from __future__ import annotations

import math

import numpy as np
import pytest

from kzsim.experiments.methods import MethodError, Rounds, Target, precision
from kzsim.experiments.methods.rounds import needed
from kzsim.indicators.intervals import Estimate, estimate, student_factor

SEEN = np.random.default_rng(11).normal(10.0, 2.0, size=(1, 400))


def test_an_experiment_without_its_first_round_asks_for_it() -> None:
    found = precision(SEEN[:, :4], [Target("time", 0.05)], Rounds(cap=100, first=12))
    assert (found.state, found.n, found.next_n) == ("more", 4, 12)


def test_rounds_grow_until_the_cap() -> None:
    rounds = Rounds(cap=40)
    looks = [10]
    while looks[-1] < 40:
        looks.append(rounds.next(looks[-1], met=False))
    assert looks == [10, 15, 23, 35, 40]
    found = precision(SEEN[:, :40], [Target("time", 1e-6)], rounds)
    assert (found.state, found.n, found.next_n) == ("cap", 40, 40)
    assert not found.targets[0].met


def test_a_round_that_meets_the_targets_is_confirmed_by_another() -> None:
    easy, rounds = [Target("time", 0.5)], Rounds(cap=100)
    first = precision(SEEN[:, :10], easy, rounds)
    assert first.targets[0].met
    assert (first.state, first.next_n) == ("more", 15)
    assert first.words().endswith("the next round is to confirm it.")
    second = precision(SEEN[:, :15], easy, rounds)
    assert (second.state, second.n) == ("reached", 15)
    assert second.words() == "Every declared indicator (1) is as precise as asked after 15 replications."


def test_a_cap_that_leaves_no_round_to_confirm_is_said() -> None:
    found = precision(SEEN[:, :10], [Target("time", 0.5)], Rounds(cap=10))
    assert (found.state, found.targets[0].met) == ("cap", True)
    assert found.words().endswith("the cap left no round to confirm it.")


def test_luck_that_does_not_last_is_not_believed() -> None:
    # ten equal replications look perfectly precise; the next five show that they were not
    seen = np.array([[5.0] * 10 + [0.0, 10.0, 0.0, 10.0, 20.0] + [5.0] * 10])
    found = precision(seen, [Target("time", 0.1)], Rounds(cap=100))
    assert found.state == "more"
    assert (found.n, found.next_n) == (23, 35)


def test_the_answer_depends_on_neither_interruptions_nor_superfluous_replications() -> None:
    targets, rounds = [Target("time", 0.03)], Rounds(cap=400)
    whole = precision(SEEN, targets, rounds)
    assert whole.state == "reached"
    n = 0
    while True:
        step = precision(SEEN[:, : max(n, 1)], targets, rounds)
        if step.state == "reached":
            break
        n = step.next_n
    assert step == whole
    assert whole.targets[0].estimate == estimate(SEEN[0, : whole.n].tolist())


def test_the_strictest_indicator_decides() -> None:
    seen = np.concatenate([SEEN, 100 * SEEN - 900])
    targets = [Target("easy", 0.2), Target("hard", 0.05)]
    found = precision(seen[:, :10], targets, Rounds(cap=100_000))
    assert [one.met for one in found.targets] == [True, False]
    assert found.words().startswith(
        "1 of 2 declared indicators are not as precise as asked after 10 replications: hard ("
    )


def test_a_floor_lets_a_mean_of_zero_be_precise_enough() -> None:
    seen = SEEN[:, :15] - SEEN[:, :15].mean()
    hopeless = precision(seen, [Target("difference", 0.05)], Rounds(cap=15)).targets[0]
    assert (hopeless.met, hopeless.needed) == (False, None)
    assert precision(seen, [Target("difference", 0.05, floor=3.0)], Rounds(cap=15)).state == "reached"


def test_differences_are_judged_by_the_baselines_mean() -> None:
    difference = SEEN[:, :15] - 10.0
    base = SEEN[:, :15] + 40.0
    found = precision(difference, [Target("difference", 0.05)], Rounds(cap=15), relative_to=base).targets[0]
    assert found.allowed == pytest.approx(0.05 * base.mean())
    assert found.met


def test_the_estimated_number_is_the_smallest_that_would_do() -> None:
    seen = estimate(SEEN[0, :20].tolist())
    found = needed(seen, 0.2)
    assert found is not None
    s = SEEN[0, :20].std(ddof=1)
    assert student_factor(found - 1) * s / math.sqrt(found) <= 0.2
    assert student_factor(found - 2) * s / math.sqrt(found - 1) > 0.2
    assert needed(seen, seen.half_width) == 20


def test_the_estimated_number_has_its_limits() -> None:
    assert needed(Estimate(1.0, 1.0, 1.0, 10), 0.0) == 2
    assert needed(Estimate(1.0, math.nan, math.nan, 1), 0.1) is None
    assert needed(Estimate(1.0, 0.0, 2.0, 10), 1e-9) is None
    assert needed(Estimate(1.0, 0.0, 2.0, 10), 0.0) is None


def test_replications_without_a_value_are_not_counted_as_precision() -> None:
    seen = np.full((1, 15), math.nan)
    found = precision(seen, [Target("time", 0.05)], Rounds(cap=15))
    assert (found.state, found.targets[0].met, found.targets[0].needed) == ("cap", False, None)
    assert "cannot be estimated" in found.words()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(MethodError, match="at least 10 replications, got 5"):
        Rounds(cap=100, first=5)
    with pytest.raises(MethodError, match="below the first round"):
        Rounds(cap=9)
    with pytest.raises(MethodError, match="growth"):
        Rounds(cap=100, growth=1.0)
    with pytest.raises(MethodError, match="confirm"):
        Rounds(cap=100, confirm=0.0)
    with pytest.raises(MethodError, match="time: a share of the mean or a floor"):
        Target("time", 0.0)
    with pytest.raises(MethodError, match="1 targets need as many rows"):
        precision(np.ones((2, 10)), [Target("time", 0.1)], Rounds(cap=10))
