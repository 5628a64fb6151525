"""What choices offer, who is paired, whom ceilings bound and where tokens are used: read off a program."""

from __future__ import annotations

from dataclasses import dataclass

from kzsim.network.model import PairingStage
from kzsim.network.program import NONE, Program


@dataclass(frozen=True)
class AlternativeInfo:
    """One alternative: the element of its choice, and the element at which those who pick it are awaited."""

    name: str
    choice: int
    awaited_at: int


@dataclass(frozen=True)
class TokensInfo:
    """A kind of tokens: how many there are, and the elements where they are used, by number."""

    name: str
    number: int
    used_at: tuple[int, ...]

    @property
    def short(self) -> str:
        """The last part of its name: ``platforms``."""
        return self.name.rpartition("/")[2].rpartition(".")[2]


@dataclass(frozen=True)
class CeilingInfo:
    """A ceiling of a class at a gate, beyond which the class counts as another."""

    element: int
    klass: str


def ceilings(program: Program) -> tuple[CeilingInfo, ...]:
    """Every such ceiling, in the order in which their uses are counted."""
    return tuple(CeilingInfo(at, program.class_names[klass]) for at, klass in program.bounded.tolist())


def alternatives(program: Program) -> tuple[AlternativeInfo, ...]:
    """Every alternative of every choice, by its number."""
    found = []
    for element in range(program.n_elements if program.has_choices else 0):
        first, behind = (int(end) for end in program.alternative_ptr[element : element + 2])
        found += [
            AlternativeInfo(
                program.alternative_names[number].rpartition("/")[2],
                element,
                int(program.alternative_stage[number]),
            )
            for number in range(first, behind)
        ]
    return tuple(found)


def offers(program: Program) -> tuple[tuple[int, ...], ...]:
    """By group the alternatives that its routes offer at their first choice, in the routes' order.

    A route may offer one alternative alone: to entities of whom it is decided that they take it.
    """
    found: list[dict[int, None]] = [{} for _ in range(program.n_groups)]
    sources = sorted(program.network.sources, key=lambda source: source.name)
    for number, source in enumerate(sources):
        offered = _offered(program, int(program.source_route[number]))
        for kind in source.kinds:
            found[kind.group].update(dict.fromkeys(offered))
    return tuple(tuple(alternatives) for alternatives in found)


def _offered(program: Program, route: int) -> tuple[int, ...]:
    if not program.has_choices:
        return ()
    rows = slice(int(program.step_ptr[route]), int(program.step_ptr[route + 1]))
    steps = zip(program.step_element[rows].tolist(), program.step_alternative[rows].tolist(), strict=True)
    offered = [(element, alternative) for element, alternative in steps if alternative != NONE]
    return tuple(alternative for element, alternative in offered if element == offered[0][0])


def leads(program: Program) -> tuple[bool, ...]:
    """By group, whether any of it wait in a yard for somebody who lets them go on."""
    leading = {
        stage.name: stage.leaders for stage in program.network.stages if isinstance(stage, PairingStage)
    }
    routes = {route.name: route for route in program.network.routes}
    found = [False] * program.n_groups
    for source in program.network.sources:
        led = {klass for step in routes[source.route].steps for klass in leading.get(step.stage, ())}
        for kind in source.kinds:
            found[kind.group] |= kind.klass in led
    return tuple(found)


def tokens(program: Program) -> tuple[TokensInfo, ...]:
    """Every kind of tokens, by its number."""
    t = program.tokens
    return tuple(
        TokensInfo(
            name,
            int(t.number[kind]),
            tuple(t.user_element[t.user_ptr[kind] : t.user_ptr[kind + 1]].tolist()),
        )
        for kind, name in enumerate(t.names)
    )
