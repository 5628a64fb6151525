"""Who can never move again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True)
class Want(Generic[Node]):
    """``lacking`` more of something of which others hold so many each; who gets them has what it wants."""

    lacking: int
    held: tuple[tuple[Node, int], ...]

    @classmethod
    def one_of(cls, others: Iterable[Node]) -> Want[Node]:
        """What any one of the others could give."""
        return cls(1, tuple((other, 1) for other in others))


def all_freed(
    waiters: Iterable[Node],
    releasers: Callable[[Node], Iterable[Node] | None],
    lot: Callable[[Node], Hashable | None],
) -> bool:
    """Whether all waiters are seen to be alive, found without building the whole graph.

    What they depend on may still hold others that nothing can free. Alive means that a way along
    releasers leads to a node that time alone frees; each search ends at the first, or at a lot
    on the way that an earlier one went. Nodes of one ``lot`` have the same releasers, so one of them
    speaks for all: where hundreds stand in a line, it is asked about once. The lot is None for nodes
    that time alone is known to free. A node that wants several things at once has no releasers here, for
    no single one frees it: somebody who depends on it may be alive though this cannot see it.
    """
    freed: set[Hashable | None] = {None}
    return all(_is_freed(waiter, releasers, lot, freed) for waiter in waiters)


def _is_freed(
    waiter: Node,
    releasers: Callable[[Node], Iterable[Node] | None],
    lot: Callable[[Node], Hashable | None],
    freed: set[Hashable | None],
) -> bool:
    """Depth first, one other at a time: where hundreds hold places, the first of them mostly is alive."""
    path: list[tuple[Hashable | None, Iterator[Node]]] = []
    seen: set[Hashable | None] = set()
    found: Node | None = waiter
    while found is not None:
        seen.add(lot(found))
        others = releasers(found)
        if others is None:
            freed.add(lot(found))
            freed.update(its_lot for its_lot, _ in path)
            return True
        path.append((lot(found), iter(others)))
        found = None
        while path and found is None:
            for other in path[-1][1]:
                if lot(other) in freed:
                    freed.update(its_lot for its_lot, _ in path)
                    return True
                if lot(other) not in seen:
                    found = other
                    break
            else:
                path.pop()
    return False


def deadlocked(waiters: Iterable[Node], wants: Callable[[Node], Sequence[Want[Node]] | None]) -> list[Node]:
    """Those of ``waiters``, and of all they depend on, whom nothing can free, in order of discovery.

    ``wants(node)`` is None if the passing of time alone frees the node, else all it must have at once.
    A node is alive if it is of the first sort, or if living nodes hold enough of each thing that it
    wants; the graph is reduced until no further node comes alive.
    """
    lacking: dict[Node, list[int]] = {}
    open_wants: dict[Node, int] = {}
    frees: dict[Node, list[tuple[Node, int, int]]] = {}
    alive: list[Node] = []
    found = list(dict.fromkeys(waiters))
    seen = set(found)
    for node in found:  # grows while it is walked: breadth first
        wanted = wants(node)
        if wanted is None:
            alive.append(node)
            continue
        lacking[node] = [want.lacking for want in wanted]
        open_wants[node] = len(wanted)
        for i, want in enumerate(wanted):
            for other, number in want.held:
                frees.setdefault(other, []).append((node, i, number))
                if other not in seen:
                    seen.add(other)
                    found.append(other)
    living = set(alive)
    while alive:
        for node, i, number in frees.get(alive.pop(), ()):
            before = lacking[node][i]
            lacking[node][i] = before - number
            if before > 0 >= lacking[node][i]:
                open_wants[node] -= 1
                if open_wants[node] == 0 and node not in living:
                    living.add(node)
                    alive.append(node)
    return [node for node in found if node not in living]


def unmet(
    node: Node, wants: Callable[[Node], Sequence[Want[Node]] | None], dead: set[Node]
) -> list[Want[Node]]:
    """What a dead node wants and never gets: too many of those who hold it are dead."""
    return [
        want
        for want in wants(node) or ()
        if sum(number for other, number in want.held if other not in dead) < want.lacking
    ]


def in_their_way(
    waiters: Iterable[Node], wants: Callable[[Node], Sequence[Want[Node]] | None], dead: set[Node]
) -> list[Node]:
    """Dead waiters, and all the dead who hold what these never get, or what those do, and so on."""
    found = list(waiters)
    seen = set(found)
    for node in found:  # grows while it is walked
        for want in unmet(node, wants, dead):
            for other, _ in want.held:
                if other in dead and other not in seen:
                    seen.add(other)
                    found.append(other)
    return found
