"""Random numbers: keyed by name and index, the same bits by every way, moved by nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special

from kzsim import compiled
from kzsim.draws import draw, elementary, filled, scalar, streams
from kzsim.draws.arrivals import arrival_instants, profile_of
from kzsim.draws.draw import durations_by_arrays, kinds_of
from kzsim.draws.recipes import numbers_of, recipe_of
from kzsim.draws.variates import duration_ms, variate
from kzsim.network import (
    Arrivals,
    Condition,
    Distribution,
    Kind,
    Network,
    Source,
    Step,
    Swing,
    Work,
    compile_network,
)
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR
from tests.networks import counter, network, steady

WORDS = 10_000_000


def some_uniforms(count: int) -> np.ndarray:
    return streams.uniforms(1, 0, "source", "purpose", count)


def relative(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.max(np.abs(found - exact) / np.abs(exact)))


def test_elementary_functions_agree_with_scipy_to_1e_13() -> None:
    u = some_uniforms(200_000)
    extremes = np.array([1e-300, 1e-17, 1e-5, 0.0749, 0.0751, 0.9249, 0.9251, 1 - 2.0**-53])
    p = np.concatenate([u, extremes])
    assert relative(elementary.inverse_normal(p), special.ndtri(p)) < 1e-13
    assert relative(elementary.log(p * 1e3), np.log(p * 1e3)) < 1e-13
    assert relative(elementary.exp(p * 80 - 40), np.exp(p * 80 - 40)) < 1e-13


def test_logarithm_is_exact_to_1e_13_beside_one() -> None:
    x = 1.0 + np.concatenate([np.logspace(-15, -1, 2000), -np.logspace(-15, -1, 2000)])
    assert relative(elementary.log(x), np.log1p(x - 1.0)) < 1e-13


def test_compiled_transforms_give_the_same_bits_as_arrays_on_ten_million_words() -> None:
    """All families at once, by the function that fills durations, in whole ms and in raw doubles."""
    specs = [
        Distribution("lognormal", 7.2e6, 0.9),
        Distribution("exponential", 3.6e6),
        Distribution("erlang", 3.6e6, rows=3),
    ]
    steps = tuple(Step(f"step{i}", "stage") for i in range(len(specs)))
    work = {step.name: Work(spec) for step, spec in zip(steps, specs, strict=True)}
    source = Source("s", "r", Arrivals("instants"), (Kind("k", 1.0, "c", 0, work),))
    count = WORDS // sum(spec.rows for spec in specs)
    kind = np.zeros(count, dtype=np.int16)
    found = filled.durations(numbers_of(recipe_of([source], [steps]), 3, 0), 0, kind, len(steps))
    for column, (step, spec) in enumerate(zip(steps, specs, strict=True)):
        uniform = streams.uniforms(3, 0, source.name, step.name, count * spec.rows).reshape(count, spec.rows)
        assert np.array_equal(found[:, column], duration_ms(spec, uniform))


def by_itself(function: Any) -> Any:
    return function.alone() if isinstance(function, compiled.Part) else function


def test_scalar_and_array_functions_give_the_same_doubles() -> None:
    uniform, inverse_normal = by_itself(scalar.uniform), by_itself(scalar.inverse_normal)
    log, exp = by_itself(scalar.log), by_itself(scalar.exp)
    for i, u in enumerate(some_uniforms(3000)):
        assert uniform(np.uint64(streams.key_of(1, 0, "source", "purpose")), i) == u
        assert inverse_normal(u) == elementary.inverse_normal(u)
        assert log(u) == elementary.log(u)
        assert exp(60 * u - 30) == elementary.exp(60 * u - 30)


def test_streams_are_stable_bytes() -> None:
    """Changing these bytes changes every stored result: it needs a changelog line."""
    words = streams.raw_words(1, 2, "road.bakhty", "documents", 1000)
    assert hashlib.sha256(words.tobytes()).hexdigest()[:16] == "e72a6d9371e31bb9"


def test_a_stream_is_addressed_by_index() -> None:
    whole = streams.raw_words(1, 0, "a", "b", 100)
    assert np.array_equal(streams.raw_words(1, 0, "a", "b", 40, 60), whole[60:])


def test_every_part_of_the_key_gives_another_stream() -> None:
    keys = [
        (1, 0, "a", "b"),
        (2, 0, "a", "b"),
        (1, 1, "a", "b"),
        (1, 0, "c", "b"),
        (1, 0, "a", "c"),
        (0, 1, "a", "b"),
    ]
    assert len({streams.raw_words(*key, 2).tobytes() for key in keys}) == len(keys)
    # parts of fixed width: a large number is not spelt like two small ones
    assert streams.key_of(1 + (7 << 32), 0, "a", "b") != streams.key_of(1, 7, "a", "b")


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 is not between 0 and"):
        streams.key_of(-1, 0, "a", "b")


def test_the_generator_is_splitmix64() -> None:
    """The published first outputs for the state 1234567."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert streams.words_of_key(1234567, 4).tolist() == expected


def test_neighbouring_streams_and_words_are_not_correlated() -> None:
    """Correlations of 1,000 streams, and of words one apart, lie within 5 standard errors."""
    count = 1000
    numbers = np.array([streams.uniforms(1, r, "s", "p", count) for r in range(count)])
    across = np.corrcoef(numbers[:-1].ravel(), numbers[1:].ravel())[0, 1]
    along = np.corrcoef(numbers[:, :-1].ravel(), numbers[:, 1:].ravel())[0, 1]
    assert abs(across) < 5 / math.sqrt(numbers.size)
    assert abs(along) < 5 / math.sqrt(numbers.size)
    assert abs(numbers.mean() - 0.5) < 5 * math.sqrt(1 / 12 / numbers.size)


def test_uniform_numbers_are_never_0_or_1() -> None:
    ends = np.array([0, 2**64 - 1], dtype=np.uint64)
    low, high = streams.uniform_of_words(ends)
    assert 0.0 < low < 1e-15
    assert high < 1.0
    assert math.isfinite(elementary.inverse_normal(high))


def test_two_meanings_of_one_name_are_refused() -> None:
    work = {"counter": Work(Distribution("fixed", 1.0), (Condition("counter", 0.0, 0.5),))}
    net = network([counter("counter")], {"r": ["counter"]}, [steady("s", 1, 24, route="r", work=work)])
    with pytest.raises(ValueError, match="'counter' names two different random numbers"):
        draw(compile_network(net), 1, 0)


def a_network(hours: int = 48, *, mean_ms: float = 6e5, scan: float = 0.4) -> Network:
    work = {
        "gate": Work(Distribution("lognormal", mean_ms, 0.6)),
        "scan": Work(Distribution("exponential", 3e5), (Condition("scan?", 0.0, scan),)),
    }
    return network(
        [counter("gate", 3), counter("scan", 3)],
        {"r": ["gate", "scan"]},
        [steady("s", 6, hours, route="r", work=work)],
        horizon_ms=hours * MS_PER_HOUR,
    )


def test_a_longer_horizon_keeps_the_earlier_entities() -> None:
    short, long = (draw(compile_network(a_network(hours)), 1, 0) for hours in (48, 96))
    assert np.array_equal(long.arrival_ms[: short.count], short.arrival_ms)
    assert np.array_equal(long.duration_ms[0][: short.count], short.duration_ms[0])


def test_a_changed_share_moves_no_other_number() -> None:
    few, many = (draw(compile_network(a_network(scan=scan)), 1, 0) for scan in (0.2, 0.6))
    assert np.array_equal(few.arrival_ms, many.arrival_ms)
    assert np.array_equal(few.duration_ms[0][:, 0], many.duration_ms[0][:, 0])
    scanned = few.duration_ms[0][:, 1] >= 0
    assert np.array_equal(few.duration_ms[0][scanned, 1], many.duration_ms[0][scanned, 1])


def two_ways(share: float) -> Network:
    """Of the entities that share goes by a step that draws as the one of the others."""
    lasts = Distribution("lognormal", 6e5, 0.6)
    work = {
        "round": Work(lasts, (Condition("way", 0.0, share),)),
        "straight": Work(lasts, (Condition("way", share, 1.0),)),
    }
    net = network(
        [counter("a", 3)],
        {"r": ["a"]},
        [steady("s", 6, 48, route="r", work=work)],
        horizon_ms=48 * MS_PER_HOUR,
    )
    steps = (Step("round", "a", draws_as="straight"), Step("straight", "a"))
    return dataclasses.replace(net, routes=(dataclasses.replace(net.routes[0], steps=steps),))


def test_whoever_is_sent_another_way_that_draws_as_the_usual_one_is_as_fast_on_it() -> None:
    usual, half = (draw(compile_network(two_ways(share)), 1, 0) for share in (0.0, 0.5))
    rows = half.duration_ms[0]
    sent = rows[:, 0] >= 0
    assert 0 < sent.sum() < len(sent)
    assert np.array_equal(np.where(sent, rows[:, 0], rows[:, 1]), usual.duration_ms[0][:, 1])
    source, steps = two_ways(0.5).sources[0], two_ways(0.5).routes[0].steps
    arrays = durations_by_arrays(source, steps, np.zeros(half.count, dtype=np.int16), 1, 0)
    assert np.array_equal(arrays, rows)


def test_a_step_draws_as_one_of_its_route_that_has_numbers_of_its_own() -> None:
    net = two_ways(0.5)
    (first, second) = net.routes[0].steps
    for steps in [
        (dataclasses.replace(first, draws_as="elsewhere"), second),
        (first, dataclasses.replace(second, draws_as="round")),
    ]:
        route = dataclasses.replace(net.routes[0], steps=steps)
        with pytest.raises(ValueError, match="name a step of the route that has numbers of its own"):
            compile_network(dataclasses.replace(net, routes=(route,)))


def test_a_shorter_mean_shortens_everybody_in_proportion() -> None:
    long, short = (draw(compile_network(a_network(mean_ms=mean)), 1, 0) for mean in (6e5, 3e5))
    assert np.all(np.abs(long.duration_ms[0][:, 0] - 2 * short.duration_ms[0][:, 0]) <= 1)


def test_compiled_and_array_durations_are_equal() -> None:
    net = a_network(500)
    (source,) = net.sources
    kind = np.zeros(70_000, dtype=np.int16)
    steps = net.routes[0].steps
    compiled = filled.durations(numbers_of(recipe_of([source], [steps]), 1, 0), 0, kind, len(steps))
    assert np.array_equal(compiled, durations_by_arrays(source, steps, kind, 1, 0))


@pytest.mark.parametrize(
    ("spec", "cv"),
    [
        (Distribution("lognormal", 5.0, 0.9), 0.9),
        (Distribution("exponential", 5.0), 1.0),
        (Distribution("erlang", 5.0, rows=4), 0.5),
        (Distribution("fixed", 5.0), 0.0),
    ],
)
def test_families_have_their_mean_and_variation(spec: Distribution, cv: float) -> None:
    numbers = variate(spec, some_uniforms(400_000 * spec.rows).reshape(-1, spec.rows))
    assert numbers.mean() == pytest.approx(5.0, rel=0.01)
    assert numbers.std() == pytest.approx(5.0 * cv, rel=0.02, abs=1e-12)


def daily(process: str, per_day: float, days: int, **more: object) -> Source:
    arrivals = Arrivals(
        process,  # type: ignore[arg-type]  # parametrised by name
        edges_ms=tuple(d * MS_PER_DAY for d in range(days + 1)),
        expected=(per_day,) * days,
        day=tuple(range(days)),
        **more,  # type: ignore[arg-type]
    )
    return Source("s", "r", arrivals, ())


def instants_of(source: Source, horizon_ms: int, seed: int, replication: int) -> npt.NDArray[np.int64]:
    return arrival_instants(source, profile_of(source.arrivals), horizon_ms, seed, replication)


def test_poisson_arrivals_have_their_rate_and_exponential_gaps() -> None:
    instants = instants_of(daily("poisson", 100.0, 1000), 1000 * MS_PER_DAY, 1, 0)
    assert len(instants) == pytest.approx(100_000, abs=4 * math.sqrt(100_000))
    gaps = np.diff(instants)
    assert gaps.std() / gaps.mean() == pytest.approx(1.0, abs=0.02)


def test_timetabled_trains_come_as_often_as_planned_with_the_variation_their_lateness_gives() -> None:
    """Two independent exponential latenesses of mean l headways: a gap's cv is l times root 2."""
    lateness = 0.1  # so small that hardly a train overtakes another
    instants = instants_of(daily("timetable", 10.0, 2000, lateness=lateness), 2000 * MS_PER_DAY, 1, 0)
    assert len(instants) == pytest.approx(20_000, abs=3)
    gaps = np.diff(instants)
    assert gaps.std() / gaps.mean() == pytest.approx(lateness * math.sqrt(2), rel=0.03)


def test_a_swing_moves_whole_days_together_and_keeps_the_mean() -> None:
    source = daily("poisson", 100.0, 2000, swing=Swing("days", 0.25))
    counts = np.bincount(instants_of(source, 2000 * MS_PER_DAY, 1, 0) // MS_PER_DAY, minlength=2000)
    assert counts.mean() == pytest.approx(100.0, rel=0.03)
    assert counts.var() == pytest.approx(100.0 + 25.0**2, rel=0.15)
    twin = dataclasses.replace(source, name="twin")
    twin_counts = np.bincount(instants_of(twin, 2000 * MS_PER_DAY, 1, 0) // MS_PER_DAY, minlength=2000)
    assert np.corrcoef(counts, twin_counts)[0, 1] > 0.8


def test_arrivals_and_kinds_are_the_same_with_and_without_the_compiler() -> None:
    """Also where the rate is 0 for a while, and where it swings from day to day."""
    arrivals = Arrivals(
        "poisson",
        edges_ms=(0, MS_PER_DAY, 2 * MS_PER_DAY, 3 * MS_PER_DAY, 5 * MS_PER_DAY),
        expected=(300.0, 0.0, 2000.0, 0.0),
        day=(0, 1, 2, 3),
        swing=Swing("days", 0.25),
    )
    for replication in range(20):
        source = Source("s", "r", arrivals, ())
        for horizon_ms in (5 * MS_PER_DAY, 2 * MS_PER_DAY + MS_PER_HOUR):
            with_compiler = instants_of(source, horizon_ms, 1, replication)
            with compiled.set_aside():
                without = instants_of(source, horizon_ms, 1, replication)
            assert np.array_equal(with_compiler, without)
            assert len(without) > 100


def test_an_entity_is_of_the_same_kind_with_and_without_the_compiler() -> None:
    for bounds in ([], [0.3], [0.2, 0.2, 0.9]):
        shares = np.diff([0.0, *bounds, 1.0])
        source = Source(
            "s", "r", Arrivals("poisson"), tuple(Kind("k", float(share), "c", 0, {}) for share in shares)
        )
        with_compiler = kinds_of(source, 5000, 1, 0, source.name)
        with compiled.set_aside():
            without = kinds_of(source, 5000, 1, 0, source.name)
        assert np.array_equal(with_compiler, without)
        assert len(np.unique(without)) == np.count_nonzero(shares)
