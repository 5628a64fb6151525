"""Who can never move again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


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
