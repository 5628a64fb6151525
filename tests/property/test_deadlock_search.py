from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kzsim.engines.reference.deadlock import Want, all_freed, deadlocked, in_their_way

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

    def wants(node: int) -> list[Want[int]] | None:
        others = releasers(node)
        return None if others is None else [Want.one_of(others)]

    dead: list[int] = deadlocked(waiters, wants)
    stuck = set(waiters) & set(dead)
    assert all_freed(waiters, releasers, lot) is not bool(stuck)


WANTS = st.lists(
    st.tuples(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), max_size=4)),
    min_size=1,
    max_size=3,
)


@given(st.lists(st.none() | WANTS, min_size=7, max_size=7), st.lists(st.integers(0, 6), max_size=4))
def test_who_wants_several_things_at_once_is_dead_where_living_ones_hold_too_few_of_one(
    graph: list[list[tuple[int, list[tuple[int, int]]]] | None], waiters: list[int]
) -> None:
    def wants(node: int) -> list[Want[int]] | None:
        wanted = graph[node]
        return None if wanted is None else [Want(lacking, tuple(held)) for lacking, held in wanted]

    def has_all(node: int, living: set[int]) -> bool:
        return all(
            sum(number for other, number in want.held if other in living) >= want.lacking
            for want in wants(node) or ()
        )

    living: set[int] = set()
    while more := {node for node in range(7) if has_all(node, living)} - living:
        living |= more
    dead = set(deadlocked(waiters, wants))
    assert {node for node in waiters if node in dead} == set(waiters) - living
    assert not dead & living
    in_line = [node for node in dict.fromkeys(waiters) if node in dead]
    assert set(in_line) <= set(in_their_way(in_line, wants, dead)) <= dead
