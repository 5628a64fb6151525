"""Intervals of simulated models cover the truth as often as they say, and common random numbers pay.

Shorter versions of ``coverage_studies`` with the same seeds; limits are four standard errors of a binomial
share away, so that chance decides in one of 16,000 cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.verification import coverage_studies as study

EXPERIMENTS = 1_000
SLACK = 4 * math.sqrt(0.95 * 0.05 / EXPERIMENTS)


@pytest.mark.parametrize("make", study.MODELS)
def test_an_interval_of_thirty_replications_covers_the_exact_mean_as_often_as_it_says(
    make: Callable[[], study.Model],
) -> None:
    assert abs(study.coverage(make(), EXPERIMENTS).mean - 0.95) < SLACK


def test_a_paired_interval_covers_the_exact_difference_as_often_as_it_says() -> None:
    assert abs(study.paired_coverage(EXPERIMENTS).mean - 0.95) < SLACK


def test_a_narrow_interval_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = study.estimate
    monkeypatch.setattr(study, "estimate", lambda values: usual(values, 0.85))
    assert study.coverage(study.crowd(3), EXPERIMENTS).mean < 0.95 - SLACK


def test_the_same_luck_makes_a_difference_of_lanes_several_times_more_precise() -> None:
    assert study.worth(0.75, replications=40).low > 5


def test_the_studies_print_a_row_for_every_model_and_load() -> None:
    rows = list(study.lines(experiments=2, replications=20))
    assert len(rows) == len(study.MODELS) + 1 + len(study.LOADS)
    assert all(row.startswith("| ") and row.endswith(" |") for row in rows)
