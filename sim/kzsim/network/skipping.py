"""Which steps of a route an entity may enter one after another: those between are skipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kzsim.network.model import ChoiceStage, Condition, Route, Stage, Work

BEFORE_ALL = -1

Pick = tuple[int, int]
"""The first step of a choice, and the step of it that is picked."""


def picks_of(route: Route, stages: Mapping[str, Stage]) -> list[Pick | None]:
    """By step, what must have been picked to enter it: at a choice (its first step) a step."""
    of_step: dict[str, Pick] = {}
    picks: list[Pick | None] = []
    first = 0
    for i, step in enumerate(route.steps):
        if isinstance(stages.get(step.stage), ChoiceStage):
            if i == 0 or route.steps[i - 1].stage != step.stage:
                first = i
            of_step[step.name] = (first, i)
            picks.append((first, i))
        else:
            picks.append(of_step.get(step.given))
    return picks


def may_follow(works: Sequence[Work], picks: Sequence[Pick | None], j: int, i: int) -> bool:
    """Whether somebody may enter step i after step j and none between.

    ``j`` is BEFORE_ALL: as its first; ``i`` is the number of steps: leave after step j. ``works`` are a
    kind's, by step, ``picks`` what ``picks_of`` says of the route.
    """
    entered = [step for step in (j, i) if BEFORE_ALL < step < len(works)]
    bounds = _common(condition for step in entered for condition in works[step].when)
    if any(low >= high for low, high in bounds.values()):
        return False
    picked = {pick for step in entered if (pick := picks[step]) is not None}
    if len({choice for choice, _ in picked}) < len(picked):
        return False  # two alternatives of one choice
    return not any(
        _is_sure(works[k], bounds) and (picks[k] is None or picks[k] in picked) for k in range(j + 1, i)
    )


def _common(conditions: Iterable[Condition]) -> dict[str, tuple[float, float]]:
    """By purpose, where its number must lie for all conditions to hold."""
    bounds: dict[str, tuple[float, float]] = {}
    for each in conditions:
        low, high = bounds.get(each.purpose, (0.0, 1.0))
        bounds[each.purpose] = (max(low, each.low), min(high, each.high))
    return bounds


def _is_sure(work: Work, bounds: Mapping[str, tuple[float, float]]) -> bool:
    """Whether the step is entered whenever the numbers lie within these bounds."""
    for each in work.when:
        low, high = bounds.get(each.purpose, (0.0, 1.0))
        if not each.low <= low or not high <= each.high:
            return False
    return True
