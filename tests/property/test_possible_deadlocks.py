"""No deadlock without a warning."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from kzsim.draws import draw
from kzsim.engines import reference
from kzsim.engines.errors import DeadlockError
from kzsim.network import Network, PairingStage, ServiceStage, compile_network
from kzsim.network.possible_deadlocks import possible_deadlocks
from tests.property.random_networks import networks


def goes_on_for_ever(stage: object) -> bool:
    """Whether its servers are never gone for good, and nobody there depends on who may come."""
    if isinstance(stage, PairingStage):
        return False
    if isinstance(stage, ServiceStage):
        return all(pool.capacity.value[-1] > 0 and pool.staffing is None for pool in stage.pools)
    return True


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks(), st.integers(0, 5))
def test_what_comes_to_a_deadlock_was_warned_of(net: Network, replication: int) -> None:
    assume(all(goes_on_for_ever(stage) for stage in net.stages))
    program = compile_network(net)
    warned = possible_deadlocks(net)
    try:
        reference.run(program, draw(program, seed=11, replication=replication))
        said = ""
    except DeadlockError as deadlock:
        said = str(deadlock)
    event(f"{'a deadlock' if said else 'no deadlock'}, {'a warning' if warned else 'no warning'}")
    assert warned or not said
