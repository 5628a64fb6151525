"""Networks that cannot be run are refused, with the object and the remedy."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kzsim.draws.variates import variate
from kzsim.network import Arrivals, DepartureStage, Distribution, Network, NetworkError, Work, compile_network
from kzsim.network.distributions import FARTHEST_NORMAL, LONGEST_DURATION_MS, MOST_CV
from kzsim.network.model import MS_PER_HOUR, Swing
from kzsim.network.program import LONGEST_HORIZON_MS
from tests.networks import at, counter, network, steady

LARGEST_UNIFORM = 1 - 2.0**-53


def with_duration(distribution: Distribution) -> Network:
    source = at("trucks", 0, route="r", work={"counter": Work(distribution)})
    return network([counter("counter")], {"r": ["counter"]}, [source])


def with_swing(cv: float) -> Network:
    source = steady("trucks", 10, 1, route="r", work={"counter": Work(Distribution("fixed", 1.0))})
    arrivals = Arrivals("poisson", (0, MS_PER_HOUR), (10.0,), day=(0,), swing=Swing("tide", cv))
    return network([counter("counter")], {"r": ["counter"]}, [replace(source, arrivals=arrivals)])


def test_another_word_than_finish_or_suspend_is_refused_with_both() -> None:
    stage = replace(counter("counter"), on_close="stop")
    net = replace(with_duration(Distribution("fixed", 1.0)), stages=(stage,))
    with pytest.raises(
        NetworkError, match=r"stage 'counter': on_close is 'stop': give 'finish' or 'suspend'"
    ):
        compile_network(net)


@pytest.mark.parametrize(
    ("at_ms", "capacity", "said"),
    [
        ((), (), "departures need as many capacities as instants, and at least one"),
        ((0, 1), (1,), "departures need as many capacities as instants, and at least one"),
        ((0, 0), (1, 1), "let its departures rise strictly in time from 0 ms or later"),
        ((-1, 0), (1, 1), "let its departures rise strictly in time from 0 ms or later"),
        ((0, 1), (1, -1), "the capacity of a departure is negative"),
        ((0, 1), (0, 0), "never lets anybody leave: raise a capacity above zero"),
    ],
)
def test_departures_that_make_no_sense_are_refused_by_name_with_the_remedy(
    at_ms: tuple[int, ...], capacity: tuple[int, ...], said: str
) -> None:
    source = at("trucks", 0, route="r", work={"train": Work()})
    net = network([DepartureStage("train", at_ms, capacity)], {"r": ["train"]}, [source])
    with pytest.raises(NetworkError, match=f"^stage 'train'.*{said}$"):
        compile_network(net)


def test_a_duration_at_a_departure_is_refused() -> None:
    source = at("trucks", 0, route="r", work={"train": Work(Distribution("fixed", 1.0))})
    net = network([DepartureStage("train", (0,), (1,))], {"r": ["train"]}, [source])
    with pytest.raises(NetworkError, match="a departure takes no time, remove the duration"):
        compile_network(net)


@pytest.mark.parametrize("mean", [-1.0, math.nan, math.inf, LONGEST_HORIZON_MS * 1.001])
def test_a_mean_that_no_run_could_hold_is_refused_by_name_with_the_range(mean: float) -> None:
    with pytest.raises(NetworkError) as refused:
        compile_network(with_duration(Distribution("exponential", mean)))
    (fault,) = refused.value.faults
    assert fault.startswith(f"source 'trucks', kind 'k', step 'counter': the mean is {mean!r} ms: give 0 to ")


@pytest.mark.parametrize("cv", [-0.1, math.nan, math.inf, 1e200, MOST_CV * 1.001])
def test_a_cv_that_must_be_a_mistake_is_refused_by_name_with_the_range(cv: float) -> None:
    with pytest.raises(NetworkError) as refused:
        compile_network(with_duration(Distribution("lognormal", 1.0, cv)))
    (fault,) = refused.value.faults
    assert fault.startswith(f"source 'trucks', kind 'k', step 'counter': the cv is {cv!r}: give ")
    with pytest.raises(NetworkError, match=r"source 'trucks': the swing's cv is .*: give 0 to 1000"):
        compile_network(with_swing(cv))


def test_what_lies_at_the_edge_of_the_range_is_accepted() -> None:
    for distribution in (
        Distribution("fixed", float(LONGEST_HORIZON_MS)),
        Distribution("exponential", float(LONGEST_HORIZON_MS)),
        Distribution("lognormal", float(LONGEST_HORIZON_MS), 10.0),
        Distribution("lognormal", 60_000.0, MOST_CV),
        Distribution("lognormal", 0.0, 0.0),
    ):
        compile_network(with_duration(distribution))
    compile_network(with_swing(MOST_CV))


def test_a_long_mean_with_a_wide_spread_is_refused_where_durations_outgrow_63_bits() -> None:
    with pytest.raises(NetworkError, match=r"step 'counter': .* too long to be counted: lower one of them"):
        compile_network(with_duration(Distribution("lognormal", float(LONGEST_HORIZON_MS), 100.0)))


@pytest.mark.parametrize("cv", [0.1, 1.0, 10.0, 100.0, MOST_CV])
def test_no_duration_of_an_accepted_distribution_outgrows_63_bits(cv: float) -> None:
    variance = math.log1p(cv * cv)
    factor = math.exp(FARTHEST_NORMAL * math.sqrt(variance) - variance / 2)
    accepted = Distribution("lognormal", min(LONGEST_HORIZON_MS, 0.999 * LONGEST_DURATION_MS / factor), cv)
    compile_network(with_duration(accepted))
    longest = variate(accepted, np.array([[LARGEST_UNIFORM]]))[0]
    assert longest + LONGEST_HORIZON_MS < 2.0**63
