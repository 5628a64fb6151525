"""A source's steps as the route and the work that the network is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kzsim import network as model
from kzsim.network import Work
from kzsim.queueing.choices import Choice, Pick
from kzsim.queueing.sources import Source, Step

Choices = Mapping[str, Choice]


def offers(pick: Pick, choices: Choices) -> list[str]:
    """What it offers of a choice that is known, in the order in which the choice has it."""
    named = [name for name, _ in pick.costs]
    return [each.name for each in choices[pick.stage].alternatives if each.name in named]


def route_of(source: Source, choices: Choices) -> model.Route:
    """Its steps, a pick being one for each alternative, and the zones that it holds places of."""
    steps: list[model.Step] = []
    ends: dict[str, tuple[str, str]] = {}  # first and last step of what goes by one name
    for number, each in enumerate(source.steps):
        given = given_of(source, number) if each.given is not None else ()
        after = given[0] if given else ""
        if isinstance(each, Pick):
            made = [
                model.Step(each.step(name), each.stage, alternative=name, given=after)
                for name in offers(each, choices)
            ]
        else:
            made = [model.Step(each.name, each.stage, given=after)]
        ends[each.name] = (made[0].name, made[-1].name)
        steps += made
    occupancies = (
        model.Occupancy(
            each.zone,
            ends.get(each.first, (each.first, ""))[0],
            ends.get(each.last, ("", each.last))[1],
            each.until,
        )
        for each in source.zones
    )
    return model.Route(source.name, tuple(steps), tuple(occupancies))


def work_of(source: Source) -> dict[str, Work]:
    """By step name, what its entities do there."""
    return dict(named for each in source.steps for named in _works(each))


def _works(step: Step | Pick) -> Iterator[tuple[str, Work]]:
    if isinstance(step, Pick):
        for name, cost in step.costs:
            yield step.step(name), Work(cost)
        return
    when = () if step.share == 1.0 else (model.Condition(f"{step.name}: taken", 0.0, step.share),)
    yield step.name, Work(step.duration, when, step.no_shows, step.needs)


def given_of(source: Source, number: int) -> tuple[str, ...]:
    """The earlier steps that offer what a step is given: one if all is well.

    It may be called by the alternative's name or by the whole of the step's, pick and alternative.
    """
    given = source.steps[number].given
    earlier = [each for each in source.steps[:number] if isinstance(each, Pick)]
    offered = [(each.step(name), name) for each in earlier for name, _ in each.costs]
    exact = tuple(step for step, _ in offered if step == given)
    return exact or tuple(step for step, name in offered if name == given)
