"""What the random networks have in them: what is hardly drawn is hardly compared."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from kzsim.draws import draw
from kzsim.engines import kernel
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import NO_PARTNER
from kzsim.network import Network, compile_network
from tests.property.random_networks import networks

DRAWN = 400


def test_in_one_network_of_twenty_two_meet_at_a_pairing() -> None:
    """More do, about one of nine."""
    meetings = 0

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(networks())
    def count(net: Network) -> None:
        nonlocal meetings
        program = compile_network(net)
        if program.has_pairings:
            try:
                outcome = kernel.run(program, draw(program, seed=11, replication=0), trace=True)
            except DeadlockError:
                return
            if outcome.trace is None:
                raise TypeError("a trace was asked for")
            meetings += any((partner != NO_PARTNER).any() for partner in outcome.trace.partner)

    count()
    assert meetings > DRAWN / 20
