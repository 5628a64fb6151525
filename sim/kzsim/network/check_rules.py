"""What makes the finer rules of a network invalid: who does not show up.

As in ``check``, each ``check_*`` yields one sentence per fault, with the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator

from kzsim.network.model import GateStage, Network

MOST_NO_SHOWS = 100


def check_no_shows(network: Network) -> Iterator[str]:
    """Shares are shares, at gates that are refilled."""
    routes = {route.name: route for route in network.routes}
    refilled = {stage.name for stage in network.stages if isinstance(stage, GateStage) and stage.refills}
    for source in network.sources:
        steps = routes[source.route].steps if source.route in routes else ()
        for kind in source.kinds:
            for step in steps:
                shares = kind.work[step.name].no_shows if step.name in kind.work else ()
                where = f"source '{source.name}', kind '{kind.name}', step '{step.name}'"
                if any(not 0 <= share <= 1 for share in shares):
                    yield f"{where}: the shares of no-shows are {shares}: give shares of 0 to 1"
                if len(shares) > MOST_NO_SHOWS:
                    yield f"{where}: give at most {MOST_NO_SHOWS} shares of no-shows"
                if shares and step.stage not in refilled:
                    yield (
                        f"{where}: who does not show up waits for a refill, and '{step.stage}' is no gate"
                        " with any: give it refills, or remove the no-shows"
                    )
