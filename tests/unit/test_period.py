from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kzsim.experiments.period import common_days, measured_days
from kzsim.experiments.sweeps import results
from kzsim.scenario import load

HOUR_MS = 3_600_000
SCENARIOS = Path(__file__).parents[2] / "scenarios"


def test_the_days_that_count_begin_after_the_run_in() -> None:
    found = load(SCENARIOS / "minimal.yaml")
    assert measured_days(found) == {"first": "2023-03-04", "last": "2023-03-14"}
    part = replace(found, run_in_ms=60 * HOUR_MS)  # two days and a half
    assert measured_days(part)["first"] == "2023-03-03"


def test_scenarios_with_other_days_have_none_in_common() -> None:
    found = load(SCENARIOS / "minimal.yaml")
    assert common_days([found, replace(found, seed=2)]) == measured_days(found)
    assert common_days([found, replace(found, run_in_ms=0)]) is None
    assert common_days([]) is None


@pytest.mark.parametrize(
    ("varied", "known"), [("demand", True), ("period.from", False), ("run_in", False), ("year", False)]
)
def test_a_sweep_has_measured_days_unless_it_varies_them(varied: str, known: bool) -> None:
    class Base:
        scenario = load(SCENARIOS / "minimal.yaml")

    class Varied:
        base = Base

    class Points:
        names = (varied, "green_corridors.bakhty")
        sweep = Varied

    assert (results._period(Points) is not None) == known  # type: ignore[arg-type]  # all that it looks at
