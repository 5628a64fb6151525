"""Durations of every family: SciPy's quantiles, the same bits by every way, the same luck after a change."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special, stats

from kzsim import queueing as q
from kzsim.draws import filled, gammas, streams
from kzsim.draws.recipes import numbers_of, recipe_of
from kzsim.draws.variates import duration_ms, variate
from kzsim.network import Arrivals, Distribution, Kind, NetworkError, Source, Step, Work, compile_network
from kzsim.network.program import LONGEST_HORIZON_MS
from tests.networks import at, counter, network

F64 = npt.NDArray[np.float64]
m = q.minutes
MINUTE = 60_000.0

# a distribution, and SciPy's in ms
SAME_AS_SCIPY: list[tuple[Distribution, Any]] = [
    (q.exponential(m(5)), stats.expon(scale=5 * MINUTE)),
    (q.lognormal(m(5), 0.6), stats.lognorm(math.sqrt(math.log(1.36)), scale=5 * MINUTE / math.sqrt(1.36))),
    (q.lognormal(median=m(5), sigma=0.6), stats.lognorm(0.6, scale=5 * MINUTE)),
    *(
        (q.gamma(m(5), cv), stats.gamma(1 / cv**2, scale=5 * MINUTE * cv**2))
        for cv in (0.01, 0.1, 0.7, 1.0, 1.5, 3.0, 10.0)
    ),
    (q.gamma(shape=2.5, scale=m(2)), stats.gamma(2.5, scale=2 * MINUTE)),
    *(
        (q.weibull(shape=shape, scale=m(5)), stats.weibull_min(shape, scale=5 * MINUTE))
        for shape in (0.1, 0.5, 1.0, 1.7, 30.0)
    ),
    (q.uniform(m(2), m(9)), stats.uniform(2 * MINUTE, 7 * MINUTE)),
    (q.uniform(m(2), m(2)), stats.uniform(2 * MINUTE, 0.0)),
    (q.triangular(m(2), m(3), m(9)), stats.triang(1 / 7, 2 * MINUTE, 7 * MINUTE)),
    (q.triangular(m(2), m(9), m(9)), stats.triang(1, 2 * MINUTE, 7 * MINUTE)),
]
OTHERS = [*(given for given, _ in SAME_AS_SCIPY), q.empirical([m(1), m(4), m(9)], [0.5, 0.2, 0.3])]


def some_uniforms(count: int) -> F64:
    """Of the stream, and very near to both ends, as words give them."""
    ends = 10.0 ** -np.linspace(1, 16, 500)
    near = np.concatenate([ends, 1 - ends]) * 2.0**52
    of_words = (np.minimum(np.floor(near), 2.0**52 - 1) + 0.5) * 2.0**-52
    return np.concatenate([streams.uniforms(1, 0, "source", "purpose", count), of_words])


@pytest.mark.parametrize(("given", "exact"), SAME_AS_SCIPY, ids=str)
def test_quantiles_are_those_of_scipy(given: Distribution, exact: Any) -> None:
    number = some_uniforms(20_000)
    found = variate(given, number[:, np.newaxis])
    # where nothing but 0 ms can come of it, a millionth of a ms is near enough
    np.testing.assert_allclose(found, np.nan_to_num(exact.ppf(number), nan=2 * MINUTE), rtol=1e-8, atol=1e-6)


def test_an_empirical_value_comes_as_often_as_its_share() -> None:
    given = q.empirical([m(4), m(1), m(4), m(9)], [1, 5, 1, 3])
    found = variate(given, np.array([[0.0], [0.499], [0.501], [0.699], [0.701], [0.999999]]))
    assert (found / MINUTE).tolist() == [1, 1, 4, 4, 9, 9]
    assert given.mean / MINUTE == pytest.approx(0.5 * 1 + 0.2 * 4 + 0.3 * 9)


def test_an_empirical_value_without_a_share_never_comes() -> None:
    given = q.empirical([m(1), m(2), m(3)], [0, 1, 0])
    assert set(variate(given, some_uniforms(1000)[:, np.newaxis])) == {2 * MINUTE}


def test_the_compiler_gives_the_same_milliseconds_as_arrays() -> None:
    steps = tuple(Step(f"step{i}", "stage") for i in range(len(OTHERS)))
    work = {step.name: Work(given) for step, given in zip(steps, OTHERS, strict=True)}
    source = Source("s", "r", Arrivals("instants"), (Kind("k", 1.0, "c", 0, work),))
    kind = np.zeros(50_000, dtype=np.int16)
    found = filled.durations(numbers_of(recipe_of([source], [steps]), 3, 0), 0, kind, len(steps))
    for column, (step, given) in enumerate(zip(steps, OTHERS, strict=True)):
        number = streams.uniforms(3, 0, source.name, step.name, len(kind))
        assert np.array_equal(found[:, column], duration_ms(given, number[:, np.newaxis])), given


@pytest.mark.parametrize("given", OTHERS, ids=str)
def test_a_larger_number_never_gives_a_shorter_time(given: Distribution) -> None:
    """So a changed parameter leaves everybody its rank of luck."""
    number = np.sort(some_uniforms(200_000))
    assert np.all(np.diff(variate(given, number[:, np.newaxis])) >= 0)


BY_MEAN_AND_CV: list[tuple[Callable[[float], Distribution], tuple[float, ...]]] = [
    (lambda cv: q.lognormal(m(5), cv), (0.2, 0.9)),
    (lambda cv: q.gamma(m(5), cv), (0.2, 0.9, 1.8)),
    (lambda cv: q.weibull(m(5), cv), (0.05, 0.9, 1.8)),
    (lambda cv: q.uniform(mean=m(5), cv=cv), (0.2, 1 / math.sqrt(3))),
]


@pytest.mark.parametrize(("make", "cvs"), BY_MEAN_AND_CV)
def test_a_distribution_has_the_mean_and_the_cv_that_it_was_given(
    make: Callable[[float], Distribution], cvs: tuple[float, ...]
) -> None:
    number = ((np.arange(1_000_000) + 0.5) / 1_000_000)[:, np.newaxis]
    for cv in cvs:
        found = variate(make(cv), number)
        assert found.mean() == pytest.approx(5 * MINUTE, rel=1e-4)
        assert found.std() / found.mean() == pytest.approx(cv, rel=5e-3)


def test_the_gamma_function_is_that_of_scipy() -> None:
    for x in (1e-3, 0.3, 0.5, 1.0, 1.5, 2.0, 3.7, 15.9, 16.0, 100.0, 1e4, 1e6):
        assert gammas.log_gamma(x) == pytest.approx(special.gammaln(x), rel=1e-14, abs=1e-13)


def test_tails_of_the_gamma_distribution_are_those_of_scipy() -> None:
    for shape in (0.01, 0.5, 3.0, 1e4):
        x = shape * np.linspace(0.5, 1.5, 201)
        low, high = gammas.log_tails(shape, np.log(x))
        np.testing.assert_allclose(np.exp(low), special.gammainc(shape, x), rtol=1e-10, atol=1e-300)
        np.testing.assert_allclose(np.exp(high), special.gammaincc(shape, x), rtol=1e-10, atol=1e-16)


def test_the_table_of_quantiles_is_stable_bytes() -> None:
    """Changing these changes results: it needs a changelog line."""
    table = gammas.quantile_table(2.5)
    assert hashlib.sha256(table.tobytes()).hexdigest()[:16] == "9b2aadbdc72467d4"


WRONG: list[tuple[Callable[[], Distribution], str]] = [
    (lambda: q.gamma(m(5), 0.001), "gamma: cv is 0.001: give 0.01 to 10"),
    (lambda: q.gamma(m(5), 11), "gamma: cv is 11: give 0.01 to 10"),
    (lambda: q.gamma(m(5), math.nan), "gamma: cv: nan is no number of 0 or more"),
    (lambda: q.gamma(5, 1), "gamma: the mean is 5: give a time with its unit"),  # type: ignore[call-overload] - the mistake
    (lambda: q.gamma(m(5)), "gamma: cv is missing: give 0.01 to 10"),  # type: ignore[call-overload] - the mistake
    (lambda: q.gamma(m(5), 1, shape=1), "gamma: give shape and scale together and nothing else"),  # type: ignore[call-overload] - the mistake
    (lambda: q.gamma(shape=1), "gamma: give shape and scale together"),  # type: ignore[call-overload] - the mistake
    (lambda: q.gamma(shape=-1, scale=m(1)), "gamma: the shape: -1 is no number of 0 or more"),
    (lambda: q.weibull(m(5), 500), "weibull: cv is 500: give 0.00128 to 430"),
    (lambda: q.weibull(shape=0.05, scale=m(1)), "weibull: the shape is 0.05: give 0.1 to 1e+03"),
    (lambda: q.lognormal(m(5), 2000), "lognormal: cv is 2000: give 0 to 1e+03"),
    (lambda: q.lognormal(median=m(5)), "lognormal: give median and sigma together"),  # type: ignore[call-overload] - the mistake
    (lambda: q.lognormal(median=m(5), sigma=9), "lognormal: sigma is 9: give 0 to 3.72"),
    (lambda: q.uniform(mean=m(5), cv=0.6), "uniform: cv is 0.6: give 0 to 0.577"),
    (lambda: q.uniform(m(5), m(4)), "uniform: low 300000 ms, high 240000 ms do not rise"),
    (lambda: q.uniform(m(5)), "uniform: high is missing: give a time"),  # type: ignore[call-overload] - the mistake
    (lambda: q.triangular(m(1), m(5), m(4)), "triangular: low 60000 ms, mode 300000 ms, high 240000 ms do"),
    (lambda: q.empirical([]), "empirical: the values are []: give at least one, in a list"),
    (lambda: q.empirical(m(5)), "give at least one, in a list"),  # type: ignore[arg-type] - the mistake
    (lambda: q.empirical([m(5)], [0.5, 0.5]), "empirical: 2 shares for 1 values: give one for each"),
    (lambda: q.empirical([m(5)], [0.0]), "empirical: the shares sum to 0.0: give at least one above 0"),
    (lambda: q.empirical([m(5)], [-1.0]), "empirical: a share: -1.0 is no number of 0 or more"),
    (lambda: q.empirical([5.0]), "empirical: a value is 5.0: give a time with its unit"),  # type: ignore[list-item] - the mistake
]


@pytest.mark.parametrize(("make", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_a_distribution_cannot_have_is_refused_with_the_remedy(
    make: Callable[[], Distribution], said: str
) -> None:
    with pytest.raises(NetworkError) as refused:
        make()
    assert said in str(refused.value)


WRONG_IN_A_NETWORK: list[tuple[Distribution, str]] = [
    (Distribution("normal", 1.0), "unknown distribution 'normal': give one of empirical, "),  # type: ignore[arg-type] - the mistake
    (Distribution("gamma", 1.0, shape=0.0), "the shape is 0.0: give 0.01 to 10000"),
    (Distribution("weibull", 1.0, shape=math.nan), "the shape is nan: give 0.1 to 1000"),
    (Distribution("weibull", 2.0**38, shape=0.1), "lower the mean or raise the shape"),
    (Distribution("uniform", 1.0, points=(1.0,)), "uniform needs 2 points, not 1"),
    (Distribution("uniform", 1.0, points=(2.0, 0.0)), "put them in rising order"),
    (Distribution("triangular", 1.0, points=(0.0, 1.0, math.inf)), "give 0 to"),
    (Distribution("uniform", 1.0, points=(2.0, 4.0)), "the mean is 1.0 ms, that of the points 3.0 ms"),
    (Distribution("empirical", 1.0), "an empirical distribution without values: give at least one"),
    (Distribution("empirical", 1.0, points=(1.0,), shares=(0.5,)), "needs a share for each value"),
]


@pytest.mark.parametrize(("given", "said"), WRONG_IN_A_NETWORK, ids=[said for _, said in WRONG_IN_A_NETWORK])
def test_a_network_with_such_a_distribution_is_refused_by_name(given: Distribution, said: str) -> None:
    source = at("trucks", 0, route="r", work={"counter": Work(given)})
    with pytest.raises(NetworkError) as refused:
        compile_network(network([counter("counter")], {"r": ["counter"]}, [source]))
    (fault,) = refused.value.faults
    assert fault.startswith("source 'trucks', kind 'k', step 'counter': ")
    assert said in fault


def test_no_duration_of_an_accepted_distribution_outgrows_63_bits() -> None:
    largest = np.array([[1 - 2.0**-53]])
    for given in (each for each in OTHERS if each.mean <= LONGEST_HORIZON_MS):
        source = at("trucks", 0, route="r", work={"counter": Work(given)})
        compile_network(network([counter("counter")], {"r": ["counter"]}, [source]))
        assert variate(given, largest)[0] < 2.0**62
