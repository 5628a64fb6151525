"""What holds at the end of every instant of every network: a look into the reference engine.

The kernel gives the same integers for the same networks (``test_engines_equal``).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kzsim.draws import draw
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import STILL_INSIDE
from kzsim.engines.reference import engine
from kzsim.engines.reference.stages import Service
from kzsim.engines.reference.suspending import SuspendingService
from kzsim.engines.reference.zones import Zone
from kzsim.network import Network, Occupancy, compile_network
from kzsim.network import Zone as Strip
from tests.networks import MINUTE, at, counter, fixed, network
from tests.property.random_networks import networks

EVERYDAY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Watched(engine._Run):
    """Looks at its own state whenever an instant is over."""

    instants = 0

    def _close_instant(self) -> None:
        self.instants += 1
        self.nobody_is_lost()
        self.lines_stand_in_order_and_nobody_waits_who_could_go_on()
        for pool in self.pools:
            self.servers_are_within_capacity(pool)
        for zone in self.zones:
            assert len(zone.holders) <= zone.places
            assert {e.index for e in zone.holders.values()} <= self.inside.keys()
        super()._close_instant()

    def nobody_is_lost(self) -> None:
        """Arrived = left + inside, and whoever is inside waits, works, or both: paused, or missed at a gate.

        Of those only who waits and does nothing else stands in a line that acts, and in one alone.
        """
        arrived = self.entities.count - sum(self.to_come)
        left = int((self.exit_ms != STILL_INSIDE).sum())
        assert arrived == left + len(self.inside)
        assert all(e.waits_at is not None or e.works_at is not None for e in self.inside.values())
        in_line = [m.index for element in self.elements for m in element.members()]
        assert len(in_line) == len(set(in_line))
        assert {*in_line} == {e.index for e in self.inside.values() if e.waits_at and not e.is_paused}

    def lines_stand_in_order_and_nobody_waits_who_could_go_on(self) -> None:
        for element in self.elements:
            for klass, line in enumerate(element.lines):
                heads = [place[:2] for place in line]
                assert not heads or heads[0] == min(heads)
                assert not (line and element.can_admit(klass)), f"somebody waits at {element.name}"

    def servers_are_within_capacity(self, pool: Any) -> None:
        """More are held only by those who started before it fell, or who are blocked."""
        stage = self.elements[pool.element]
        assert isinstance(stage, Service)
        in_service = [e for e in pool.holders.values() if e.works_at is stage]
        assert len(in_service) + pool.blocked == len(pool.holders)
        if len(pool.holders) > pool.capacity:
            assert all(e.server_since_ms < self.env.now_ms for e in pool.holders.values())
            if isinstance(stage, SuspendingService):
                assert in_service == []
        elif pool.paused:
            assert len(pool.holders) == pool.capacity


def watch(net: Network, replication: int) -> None:
    program = compile_network(net)
    entities = draw(program, seed=7, replication=replication)
    watched = Watched(program, entities, trace=False)
    with suppress(DeadlockError):  # everything up to it has been looked at
        watched.outcome(passage=False)
    assert watched.instants > 0 or entities.count == 0


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_at_every_instant_nobody_is_lost_and_nothing_is_over_full(net: Network, replication: int) -> None:
    watch(net, replication)


def a_strip_of_one() -> Network:
    booth = counter("booth", 3)
    source = at("s", 0, 0, route="r", work={"booth": fixed(MINUTE)})
    return network(
        [booth],
        {"r": ["booth"]},
        [source],
        zones=[Strip("strip", 1)],
        occupancies={"r": [Occupancy("strip", "booth", "booth")]},
    )


@pytest.mark.parametrize(
    ("method", "instead"),
    [
        ("can_admit", lambda zone, _: len(zone.holders) <= zone.places),  # one more than it has
        ("act", lambda _: None),  # it has one, and grants none
    ],
)
def test_the_watch_sees_a_zone_that_grants_too_much_or_too_little(method: str, instead: object) -> None:
    """A negative control."""
    watch(a_strip_of_one(), 0)
    with patch.object(Zone, method, instead), pytest.raises(AssertionError):
        watch(a_strip_of_one(), 0)
