"""What a run says of waits beside the crossing time: at home, and in the yard for a load or a truck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kzsim.brief.digest import LOADS, WHO, Change, Estimate, Flow, Wait
from kzsim.cli import screen, words
from kzsim.cli.flow_table import fitted
from kzsim.cli.table import Column, fill
from kzsim.indicators.legs import HOME, YARD, Leg

_AT_HOME = (
    Column("At home\nh", number=True, said="mean wait at home in hours"),
    Column("\nP90", number=True, said="P90"),
    Column("\nAgri", number=True, said="agricultural mean"),
    Column("\nRest", number=True, said="mean of the rest"),
)
_CHOSEN = (Column("Chose\nanother", number=True, said="share that chose another crossing"),)
_IN_YARD = (
    Column("Truck waits\nfor load, h", number=True, said="mean wait of a truck for a load in hours"),
    Column("Load waits\nfor truck, h", number=True, said="mean wait of a load for a truck in hours"),
    Column("\nP95", number=True, said="P95"),
    Column("\nAgri", number=True, said="agricultural mean"),
)
_CHANGES = (
    Column("Corridor\nusers", number=True, said="difference of the mean wait in hours for corridor users"),
    Column("Eligible\nnon-users", number=True, said="for eligible non-users"),
    Column("\nOthers", number=True, said="for others"),
)
_LEADS: dict[Leg, str] = {HOME: "Likewise the wait at home, in hours."}
COMPARED: dict[Leg, str] = {HOME: "at home"}
"""Waits of which it is said what the corridors change, and what they are called there."""


def lines(flows: Sequence[Flow], width: int, prose: int) -> Iterator[str]:
    """Yield the waits at home and in the yard, if the model has any."""
    waiting = [flow for flow in flows if flow.waits]
    if not waiting:
        return
    yield screen.heading("Waiting at home and in the yard")
    chosen = any(flow.changed is not None for flow in waiting)
    share = "the share that chose another crossing than the one they usually use; " if chosen else ""
    yield from fill(
        "Mean hours from the booking in the electronic queue to the arrival at the border, no part of the "
        f"crossing time; {share}hours that a truck waits in China for a load, and a load for a truck, which "
        "is part of its crossing time.",
        prose,
        rest="",
    )
    yield ""
    home = [flow for flow in waiting if _of(flow, HOME)]
    yard = [flow for flow in waiting if _of(flow, YARD) or _of(flow, LOADS)]
    if home:
        parts = [(_AT_HOME, _home), *([(_CHOSEN, _chosen)] if chosen else [])]
        yield from fitted(home, parts, width)
        yield ""
    if yard:
        yield from fitted(yard, [(_IN_YARD, _yard)], width)
        yield ""


def _home(flow: Flow) -> tuple[str, ...]:
    wait = _of(flow, HOME)
    if wait is None:
        return ("–",) * len(_AT_HOME)
    means = (wait.agricultural_h.mean, wait.rest_h.mean)
    return (
        words.hours(wait.all_h.mean),
        words.hours(wait.p90_h),
        *(words.figure(mean) for mean in means),
    )


def _chosen(flow: Flow) -> tuple[str, ...]:
    return (words.percent(flow.changed),)


def _yard(flow: Flow) -> tuple[str, ...]:
    truck, load = _of(flow, YARD), _of(flow, LOADS)
    return (
        "–" if truck is None else words.hours(truck.all_h.mean),
        *(
            ("–",) * 3
            if load is None
            else (words.hours(value) for value in (load.all_h.mean, load.p95_h, load.agricultural_h.mean))
        ),
    )


def changes(flows: Sequence[Flow], shown: Callable[[Estimate], str], width: int, prose: int) -> Iterator[str]:
    """Yield what the corridors change in these waits; ``shown`` writes a difference with its interval."""
    for leg, lead in _LEADS.items():
        moved = [flow for flow in flows if (wait := _of(flow, leg)) is not None and wait.changes]
        if moved:
            yield from fill(lead, prose, rest="")
            yield ""
            yield from fitted(moved, [(_CHANGES, _differences(leg, shown))], width)
            yield ""


def _differences(leg: Leg, shown: Callable[[Estimate], str]) -> Callable[[Flow], tuple[str, ...]]:
    def cells(flow: Flow) -> tuple[str, ...]:
        found = (change_of(flow, leg, who) for who in WHO)
        return tuple("–" if change is None else shown(change.difference_h) for change in found)

    return cells


def change_of(flow: Flow, leg: Leg, who: str) -> Change | None:
    """Return what the corridors changed in a wait for some of those who wait; None where nothing is told."""
    wait = _of(flow, leg)
    return None if wait is None else next((change for change in wait.changes if change.who == who), None)


def _of(flow: Flow, leg: str) -> Wait | None:
    return next((wait for wait in flow.waits if wait.leg == leg), None)
