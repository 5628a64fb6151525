from __future__ import annotations

import math

import numpy as np
import pytest

from kzsim.experiments.methods import MethodError, Selection, select_best, two_stage_sizes
from kzsim.indicators.intervals import student_factor


def world(seed: int, k: int = 4, replications: int = 600, gap: float = 0.3) -> np.ndarray:
    """Correlated alternatives; the last is best (smallest) by ``gap``."""
    rng = np.random.default_rng(seed)
    seen = rng.normal(size=replications) + rng.normal(size=(k, replications))
    seen[-1] -= gap
    return seen


def word_for_word(seen: np.ndarray, delta: float, alpha: float, n0: int) -> tuple[int, int]:
    """The procedure as published, one replication after the other (larger is better): who, when."""
    k = len(seen)
    eta = ((2 * alpha / (k - 1)) ** (-2 / (n0 - 1)) - 1) / 2
    h2 = 2 * eta * (n0 - 1)
    s2 = [[np.var(a[:n0] - b[:n0], ddof=1) for b in seen] for a in seen]
    last = max(math.floor(h2 * s2[i][j] / delta**2) for i in range(k) for j in range(k))
    alive, r = list(range(k)), n0
    if n0 > last:
        return int(np.argmax(seen[:, :n0].mean(axis=1))), n0
    while True:
        mean = seen[:, :r].mean(axis=1)
        alive = [
            i
            for i in alive
            if all(
                mean[i] >= mean[j] - max(0.0, delta / (2 * r) * (h2 * s2[i][j] / delta**2 - r))
                for j in alive
                if j != i
            )
        ]
        if len(alive) == 1:
            return alive[0], r
        r += 1
        if r > last:
            return max(alive, key=lambda i: seen[i, :r].mean()), r


@pytest.mark.parametrize("seed", range(25))
def test_decisions_are_those_of_the_published_procedure(seed: int) -> None:
    seen = world(seed, k=3 + seed % 5)
    found = select_best(seen, 0.3, first_stage=8)
    assert (found.selected, max(found.used)) == word_for_word(-seen, 0.3, 0.05, 8)


def test_larger_and_smaller_are_mirror_images() -> None:
    seen = world(3)
    assert select_best(seen, 0.3) == select_best(-seen, 0.3, better="larger")


def test_decisions_do_not_depend_on_the_size_of_batches() -> None:
    seen = world(1)
    whole = select_best(seen, 0.2)
    assert whole.state == "selected"
    columns = 10
    known = np.full_like(seen, np.nan)
    while True:
        for row in range(len(seen)):
            known[row, :columns] = seen[row, :columns]
        step = select_best(known[:, :columns], 0.2)
        if step.state == "selected":
            break
        assert step.next_n > columns
        columns = step.next_n
    assert step == whole
    assert columns == max(whole.used)


def test_an_alternative_that_was_dropped_needs_no_more_replications() -> None:
    seen = world(1, gap=1.0)
    whole = select_best(seen, 0.2)
    cut = seen.copy()
    for row, used in enumerate(whole.used):
        cut[row, used:] = np.nan
    assert select_best(cut, 0.2) == whole
    cut[0, whole.used[0] - 1] = np.nan
    with pytest.raises(MethodError, match="gap"):
        select_best(cut, 0.2)


def test_at_most_is_an_upper_bound_and_shrinks() -> None:
    seen = world(7, k=6)
    whole = select_best(seen, 0.2)
    bounds = [select_best(seen[:, :n], 0.2).at_most for n in range(10, max(whole.used) + 1, 5)]
    known = [bound for bound in bounds if bound is not None]
    assert known == sorted(known, reverse=True)
    assert max(whole.used) <= known[-1]


def test_without_a_first_stage_nothing_is_decided() -> None:
    found = select_best(world(1)[:, :9], 0.2)
    assert found == Selection("first stage", (0, 1, 2, 3), (0,) * 4, (9,) * 4, None, 10, None, 0.2, 0.05)


def test_policies_without_any_difference_end_with_the_first_of_them() -> None:
    one = np.random.default_rng(4).normal(size=50)
    found = select_best(np.stack([one + 1, one, one]), 0.5)
    # differences do not vary at all, so the first stage decides
    assert (found.state, found.selected, found.used) == ("selected", 1, (10, 10, 10))


def test_a_tie_at_the_last_look_is_settled_there_and_stays_so() -> None:
    # sums are equal after every even number of replications
    seen = np.array([[0.0, 1.0] * 200, [1.0, 0.0] * 200])
    whole = select_best(seen, 2.0, first_stage=10)
    assert whole.state == "selected"
    for columns in range(max(whole.used), 400, 7):
        assert select_best(seen[:, :columns], 2.0, first_stage=10) == whole


def test_the_promise_is_put_in_words() -> None:
    text = select_best(world(1), 0.25).guarantee()
    assert "at least 95 %" in text
    assert "at least 0.25" in text


def test_two_stage_sizes_are_those_of_the_formula() -> None:
    first = world(2)[:3, :10]
    sizes = two_stage_sizes(first, 0.3)
    t = student_factor(9, 0.95)  # one-sided 1 - 0.05 / 2
    for i, size in enumerate(sizes):
        largest = max(np.var(first[i] - first[j], ddof=1) for j in range(3))
        assert size == max(10, math.ceil(t**2 * largest / 0.3**2))


def test_selections_that_make_no_sense_are_refused() -> None:
    seen = world(1)
    with pytest.raises(MethodError, match="at least two alternatives"):
        select_best(seen[:1], 0.2)
    with pytest.raises(MethodError, match="above 0"):
        select_best(seen, 0.0)
    with pytest.raises(MethodError, match=r"alpha must lie between 0 and 0\.75"):
        select_best(seen, 0.2, alpha=0.8)
    with pytest.raises(MethodError, match="at least 3 replications"):
        select_best(seen, 0.2, first_stage=2)
    with pytest.raises(MethodError, match="no number of replications"):
        select_best(seen, 1e-12)
    holed = seen.copy()
    holed[1, 3] = np.nan
    with pytest.raises(MethodError, match="their first 10"):
        select_best(holed, 0.2)
