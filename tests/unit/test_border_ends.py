"""What a border does at the end of a run, and in months in which nobody is let through."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kzsim.border import assemble, build
from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.engines.errors import DeadlockError
from kzsim.network.compile import compile_network
from kzsim.network.model import MS_PER_DAY, Calendar, ServiceStage, Stage
from kzsim.scenario import Scenario, load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHUT_ON_THE_LAST_EVENING = 1
"""A replication in which the strip at Nur Zholy is full when the Kazakh post shuts on 9 November."""


def autumn() -> Scenario:
    """Nur Zholy by road: China's post is open day and night, the Kazakh one by day."""
    scenario = load(SCENARIOS / "baseline_2023.yaml")
    return replace(
        scenario, road=("nur_zholy",), rail=(), first_day=date(2023, 9, 1), last_day=date(2023, 11, 9)
    )


def run(scenario: Scenario) -> int:
    """The number of entities of a run that ends."""
    program = compile_network(build(scenario).network)
    kernel.run(program, entities := draw(program, scenario.seed, SHUT_ON_THE_LAST_EVENING))
    return int(entities.count)


def test_a_run_that_ends_while_a_post_is_shut_is_no_deadlock() -> None:
    assert run(autumn()) > 10_000


def test_without_another_morning_the_trucks_of_the_last_night_would_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def as_it_is(stage: Stage, horizon_ms: int) -> Stage:
        return stage

    monkeypatch.setattr(assemble, "_open_again", as_it_is)
    with pytest.raises(DeadlockError, match="nur_zholy"):
        run(autumn())


def test_all_servers_are_there_once_the_run_is_over() -> None:
    network = build(autumn()).network
    calendars = [
        pool.capacity for stage in network.stages if isinstance(stage, ServiceStage) for pool in stage.pools
    ]
    shut = [each for each in calendars if capacity_before(each, network.horizon_ms) < max(each.value)]
    assert shut
    assert all((each.at_ms[-1], each.value[-1]) == (network.horizon_ms, max(each.value)) for each in shut)


def capacity_before(calendar: Calendar, horizon_ms: int) -> int:
    """Servers in the last moment of the run."""
    return calendar.value[bisect_left(calendar.at_ms, horizon_ms) - 1]


def kalzhat_2022() -> list[float]:
    """Trucks that are expected to be booked at Kalzhat by day of the year 2022."""
    scenario = replace(load(SCENARIOS / "base_2022.yaml"), road=("kalzhat",), rail=())
    by_day = [0.0] * 365
    for source in build(scenario).network.sources:
        if ".home." in source.name or ".flexible." in source.name:
            pairs = zip(source.arrivals.edges_ms[1:], source.arrivals.expected, strict=True)
            for end_ms, amount in pairs:
                by_day[(end_ms - 1) // MS_PER_DAY] += amount
    return by_day


def test_nobody_sets_out_in_months_in_which_china_accepts_nobody() -> None:
    """Kalzhat was shut until 29 March 2022; loads of produce would otherwise come all winter."""
    by_day = kalzhat_2022()
    shut = (date(2022, 3, 29) - date(2022, 1, 1)).days + 1
    assert max(by_day[:shut]) == 0
    assert min(sum(by_day[day : day + 7]) for day in range(shut, 358)) > 0


def test_the_trucks_of_a_year_are_as_many_as_were_counted_however_long_the_crossing_was_shut() -> None:
    assert sum(kalzhat_2022()) == pytest.approx(6000)
