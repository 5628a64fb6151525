from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kzsim.engines.reference.deadlock import all_freed, deadlocked

# by lot: None where time alone frees its nodes, else the nodes any one of which could free them
Graph = dict[int, list[int] | None]
NODES_PER_LOT = 2


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    lots = draw(st.integers(1, 7))
    nodes = st.integers(0, lots * NODES_PER_LOT - 1)
    return {lot: draw(st.none() | st.lists(nodes, max_size=4)) for lot in range(lots)}


@given(graphs(), st.lists(st.integers(0, 13), max_size=5))
def test_the_quick_search_finds_a_stuck_waiter_exactly_where_the_whole_graph_has_one(
    graph: Graph, numbers: list[int]
) -> None:
    waiters = [number % (len(graph) * NODES_PER_LOT) for number in numbers]

    def releasers(node: int) -> list[int] | None:
        return graph[node // NODES_PER_LOT]

    def lot(node: int) -> int | None:
        # lots whose nodes time frees say so only half of the time: both ways must do
        number = node // NODES_PER_LOT
        return None if graph[number] is None and number % 2 else number

    dead: list[int] = deadlocked(waiters, releasers)
    stuck = set(waiters) & set(dead)
    assert all_freed(waiters, releasers, lot) is not bool(stuck)
