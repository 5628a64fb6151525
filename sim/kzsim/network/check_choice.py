"""What makes a choice invalid; see ``network.check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby, pairwise

from kzsim.network.model import Alternative, ChoiceStage, Network, Route, Step
from kzsim.network.program import LONGEST_HORIZON_MS, MOST_ALTERNATIVES

MOST_TURNS = 1_000_000_000
"""Places that may come up at one instant: sums of them stay far within 64 bits."""


def check_choices(network: Network) -> Iterator[str]:
    """Choices by themselves, and what routes make of them."""
    choices = {stage.name: stage for stage in network.stages if isinstance(stage, ChoiceStage)}
    stages = {stage.name for stage in network.stages}
    for choice in choices.values():
        yield from _check_choice(choice, stages)
    for route in network.routes:
        yield from _check_steps(route, choices)
        yield from _check_occupancies(route, choices)


def _check_choice(choice: ChoiceStage, stages: set[str]) -> Iterator[str]:
    where = f"stage '{choice.name}'"
    if not choice.alternatives:
        yield f"{where} has no alternative: give it at least one"
    for name, count in Counter(one.name for one in choice.alternatives).items():
        if count > 1:
            yield f"{where}: alternative '{name}' is named {count} times: names must be unique"
        if not name:
            yield f"{where}: an alternative has no name: give it one"
    for one in choice.alternatives:
        if one.stage not in stages:
            yield f"{where}: alternative '{one.name}' names the unknown stage '{one.stage}'"
        if not 0 <= one.interval_ms <= LONGEST_HORIZON_MS:
            yield (
                f"{where}: the interval of alternative '{one.name}' is {one.interval_ms} ms: give 0 to"
                f" {LONGEST_HORIZON_MS} ms, the longest horizon"
            )
        yield from _check_turns(where, one)
    instants = choice.published_at_ms
    if any(at < 0 for at in instants[:1]) or any(b <= a for a, b in pairwise(instants)):
        yield f"{where}: let its publications rise strictly in time from 0 ms or later"


def _check_turns(where: str, one: Alternative) -> Iterator[str]:
    if one.turns is None:
        return
    at, number = one.turns.at_ms, one.turns.number
    of = f"{where}: the turns of alternative '{one.name}'"
    if len(at) != len(number) or not at:
        yield f"{of} are {len(at)} instants and {len(number)} numbers: give at least one, and as many of each"
    if any(instant < 0 for instant in at[:1]) or any(b <= a for a, b in pairwise(at)):
        yield f"{of} are out of order: let them rise strictly in time from 0 ms or later"
    if at and at[-1] > LONGEST_HORIZON_MS:
        yield f"{of} go on to {at[-1]} ms: end at {LONGEST_HORIZON_MS} ms, the longest horizon, at the latest"
    if any(not 0 <= each <= MOST_TURNS for each in number):
        yield f"{of}: give each instant 0 to {MOST_TURNS} places"
    if one.interval_ms == 0:
        yield f"{of} end, and without an interval nobody would come after them: give it an interval"


def _check_steps(route: Route, choices: Mapping[str, ChoiceStage]) -> Iterator[str]:
    offered: dict[str, int] = {}  # steps that offer, and the first step after their choice
    before = 0
    for stage, group in groupby(route.steps, key=lambda step: step.stage):
        steps = list(group)
        after = before + len(steps)
        for step in steps:
            where = f"route '{route.name}', step '{step.name}'"
            if step.given and offered.get(step.given, after) > before:
                yield f"{where}: given is '{step.given}': name an earlier step that offers an alternative"
            if stage not in choices and step.alternative:
                yield f"{where}: '{stage}' is no choice: remove the alternative '{step.alternative}'"
        if stage in choices:
            yield from _check_offer(route, choices[stage], steps, after)
            offered |= {step.name: after for step in steps}
        before = after
    if len(offered) > MOST_ALTERNATIVES:
        yield f"route '{route.name}' offers more than {MOST_ALTERNATIVES} alternatives: offer fewer"


def _check_offer(route: Route, choice: ChoiceStage, steps: list[Step], after: int) -> Iterator[str]:
    where = f"route '{route.name}', choice '{choice.name}'"
    place = {one.name: i for i, one in enumerate(choice.alternatives)}
    unknown = [step.name for step in steps if step.alternative not in place]
    for name in unknown:
        yield f"{where}: step '{name}' must name one of the alternatives {', '.join(place)}"
    if unknown:
        return
    if any(place[b.alternative] <= place[a.alternative] for a, b in pairwise(steps)):
        yield f"{where}: offer each alternative once, in the order in which the choice has them"
    if len({step.given for step in steps}) > 1:
        yield f"{where}: its steps are given different things: give them all the same, or nothing"
    later = {step.stage for step in route.steps[after:]}
    for step in steps:
        named = choice.alternatives[place[step.alternative]].stage
        if named not in later:
            yield (
                f"{where}: alternative '{step.alternative}' counts until '{named}', where no later step of"
                " the route leads: name a stage on the way"
            )


def _check_occupancies(route: Route, choices: Mapping[str, ChoiceStage]) -> Iterator[str]:
    steps = {step.name: i for i, step in enumerate(route.steps)}
    for occupancy in route.occupancies:
        where = f"route '{route.name}': the occupancy of zone '{occupancy.zone}'"
        if occupancy.first not in steps or occupancy.last not in steps:
            continue
        first, last = steps[occupancy.first], route.steps[steps[occupancy.last]].stage
        stage = route.steps[first].stage
        if first > 0 and stage in choices and route.steps[first - 1].stage == stage:
            yield f"{where} begins within the choice '{stage}': let it begin at its first step"
        if last in choices:
            yield f"{where} ends at the choice '{last}': let it end before or after it"
