"""Who can never move again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def all_freed(
    waiters: Iterable[Node],
    releasers: Callable[[Node], Iterable[Node] | None],
    lot: Callable[[Node], Hashable | None],
) -> bool:
    """Whether all waiters are alive, as ``deadlocked`` has it, found without building the whole graph.

    What they depend on may still hold others that nothing can free. Alive means that a way along
    releasers leads to a node that time alone frees; each search ends at the first, or at a waiter
    whose search has ended so. Nodes of one ``lot`` have the same releasers, so one of them speaks for
    all: where hundreds stand in a line, it is asked about once. The lot is None for nodes that time
    alone is known to free.
    """
    freed: set[Hashable | None] = {None}
    return all(_is_freed(waiter, releasers, lot, freed) for waiter in waiters)


def _is_freed(
    waiter: Node,
    releasers: Callable[[Node], Iterable[Node] | None],
    lot: Callable[[Node], Hashable | None],
    freed: set[Hashable | None],
) -> bool:
    own = lot(waiter)
    to_ask, seen = [waiter], {own}
    while to_ask:
        others = releasers(to_ask.pop())
        if others is None:
            freed.add(own)
            return True
        for other in others:
            its_lot = lot(other)
            if its_lot in freed:
                freed.add(own)
                return True
            if its_lot not in seen:
                seen.add(its_lot)
                to_ask.append(other)
    return False


def deadlocked(waiters: Iterable[Node], releasers: Callable[[Node], Iterable[Node] | None]) -> list[Node]:
    """Those of ``waiters``, and of all they depend on, whom nothing can free, in order of discovery.

    ``releasers(node)`` is None if the passing of time alone frees the node, else the nodes any one
    of which could free it. A node is alive if it is of the first sort or has a living releaser;
    the graph is reduced until no further node comes alive.
    """
    depends_on: dict[Node, list[Node]] = {}
    frees: dict[Node, list[Node]] = {}
    alive: list[Node] = []
    found = list(waiters)
    seen = set(found)
    for node in found:  # grows while it is walked: breadth first
        others = releasers(node)
        if others is None:
            alive.append(node)
            continue
        depends_on[node] = list(others)
        for other in depends_on[node]:
            frees.setdefault(other, []).append(node)
            if other not in seen:
                seen.add(other)
                found.append(other)
    living = set(alive)
    while alive:
        for node in frees.get(alive.pop(), ()):
            if node not in living:
                living.add(node)
                alive.append(node)
    return [node for node in found if node not in living]
