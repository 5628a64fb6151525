"""Random choices, and routes through them; see ``random_networks``."""

from __future__ import annotations

from hypothesis import strategies as st

from kzsim.network import Alternative, ChoiceStage, Step, Turns

MINUTE = 60_000
HORIZON_MIN = 240


def instants(most: int) -> st.SearchStrategy[list[int]]:
    later = st.lists(st.integers(1, HORIZON_MIN), max_size=most, unique=True).map(sorted)
    return later.map(lambda minutes: [0, *(m * MINUTE for m in minutes)])


@st.composite
def ways_on(draw: st.DrawFn, name: str, stage: str) -> Alternative:
    """An alternative; the turns of some stop early or come at the very instants of publications."""
    interval_ms = draw(st.sampled_from([0, 1, 10, 60])) * MINUTE
    if interval_ms == 0 or draw(st.booleans()):
        return Alternative(name, stage, interval_ms)
    every = draw(st.sampled_from([5, 7, 30]))
    at_ms = tuple(range(0, draw(st.integers(1, HORIZON_MIN + 60)) * MINUTE, every * MINUTE))
    number = tuple(draw(st.sampled_from([0, 0, 1, 2])) for _ in at_ms)
    return Alternative(name, stage, interval_ms, Turns(at_ms, number))


@st.composite
def choices(draw: st.DrawFn, name: str, names: list[str]) -> ChoiceStage:
    alternatives = tuple(
        draw(ways_on(f"a{i}", draw(st.sampled_from(names)))) for i in range(draw(st.integers(1, 3)))
    )
    often = tuple(range(0, HORIZON_MIN * MINUTE, 5 * MINUTE))
    published = draw(st.sampled_from([often, often, ()])) or tuple(draw(instants(6)))
    return ChoiceStage(name, alternatives, published)


@st.composite
def steps_of(draw: st.DrawFn, order: list[str], choices: list[ChoiceStage]) -> tuple[Step, ...]:
    """Steps at these stages; choices between them, and steps that some alternative is given for."""
    steps: list[Step] = []
    offered = [""]
    for i, stage in enumerate(order):
        for choice in choices:
            possible = [a.name for a in choice.alternatives if a.stage in order[i:]]
            if possible and draw(st.integers(0, len(order))) == 0:
                given = draw(st.sampled_from(offered))
                left_out = draw(st.sampled_from(["", *possible]))
                names = [name for name in possible if name != left_out] or possible
                run = [Step(f"{len(steps) + k}", choice.name, name, given) for k, name in enumerate(names)]
                steps += run
                offered += [step.name for step in run]
        steps.append(Step(f"{len(steps)}", stage, given=draw(st.sampled_from(["", *offered]))))
    return tuple(steps)
