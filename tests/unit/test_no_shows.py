"""How often entities do not show up: drawn by inverse transform, refused where it makes no sense."""

from __future__ import annotations

import numpy as np
import pytest

from kzsim import compiled
from kzsim.draws import SKIPPED, draw
from kzsim.draws.no_shows import no_shows
from kzsim.network import Calendar, Condition, GateStage, Network, NetworkError, Refill, Work, compile_network
from kzsim.network.check_rules import MOST_NO_SHOWS
from tests.networks import at, counter, fixed, network


def missed(values: np.ndarray) -> np.ndarray:
    return np.where(values < SKIPPED, SKIPPED - values, 0)


def with_gate(shares: tuple[float, ...], *, refilled: bool = True) -> Network:
    gate = GateStage("gate", Calendar.always(1), (Refill(0, 1),) if refilled else ())
    work = {"gate": Work(None, (Condition("asked?", 0.0, 0.5),), shares)}
    return network([gate], {"r": ["gate"]}, [at("s", *(range(1000)), route="r", work=work)])


def test_each_attempt_fails_with_its_own_share_whatever_came_before() -> None:
    uniform = (np.arange(100_000) + 0.5) / 100_000
    found = missed(no_shows((0.5, 0.2, 1.0), uniform))
    assert [int((found >= k).sum()) for k in range(5)] == [100_000, 50_000, 10_000, 10_000, 0]


def test_larger_shares_make_nobody_show_up_more_often() -> None:
    uniform = np.random.default_rng(1).random(10_000)
    fewer, more = (missed(no_shows(shares, uniform)) for shares in ((0.3, 0.3), (0.3, 0.4, 0.1)))
    assert np.all(fewer <= more)
    assert np.any(fewer < more)


def test_no_shows_of_no_share_are_none() -> None:
    assert no_shows((0.0, 1.0), np.array([0.1, 0.9])).tolist() == [0, 0]


def test_with_and_without_the_compiler_the_same_entities_miss() -> None:
    program = compile_network(with_gate((0.5, 0.5)))
    entities = draw(program, seed=1, replication=0)
    (rows,) = entities.duration_ms
    with compiled.set_aside():
        (again,) = draw(program, seed=1, replication=0).duration_ms
    assert np.array_equal(rows, again)
    assert set(rows[:, 0].tolist()) == {SKIPPED, 0, SKIPPED - 1, SKIPPED - 2}
    assert not entities.free_flow_ms.any()


@pytest.mark.parametrize("shares", [(1.1,), (-0.1,), (float("nan"),), (0.5, 2.0)])
def test_shares_of_no_shows_that_are_none_are_refused_by_name(shares: tuple[float, ...]) -> None:
    said = "^source 's', kind 'k', step 'gate': the shares of no-shows are .*: give shares of 0 to 1$"
    with pytest.raises(NetworkError, match=said):
        compile_network(with_gate(shares))


def test_too_many_attempts_are_refused() -> None:
    compile_network(with_gate((0.5,) * MOST_NO_SHOWS))
    with pytest.raises(NetworkError, match="step 'gate': give at most 100 shares of no-shows"):
        compile_network(with_gate((0.5,) * (MOST_NO_SHOWS + 1)))


def test_no_shows_where_nothing_is_refilled_are_refused_with_the_remedy() -> None:
    said = "waits for a refill, and 'gate' is no gate with any: give it refills, or remove the no-shows"
    with pytest.raises(NetworkError, match=said):
        compile_network(with_gate((0.5,), refilled=False))
    work = {"a": Work(fixed(1).duration, no_shows=(0.5,))}
    with pytest.raises(NetworkError, match="'a' is no gate with any"):
        compile_network(network([counter("a")], {"r": ["a"]}, [at("s", 0, route="r", work=work)]))
