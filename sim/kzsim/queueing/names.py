"""Names that nothing has, found before the network is built, each with what was perhaps meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from kzsim.network import Tokens
from kzsim.queueing.choices import Choice, Pick
from kzsim.queueing.legs import After, Following
from kzsim.queueing.parts import Gate, Network, Pairing, Ranked, Service, Stage, Zone
from kzsim.queueing.sources import Source, Step
from kzsim.queueing.ways import given_of


def unknown_names(network: Network) -> Iterator[str]:
    """Every such name; the rest is checked by the network."""
    for source in network.sources:
        yield from _of_others(source, network)
        yield from _of_steps(source, network)
        zones = [p.name for p in network.parts if isinstance(p, Zone)]
        for each in source.zones:
            if each.zone not in zones:
                held = f"source '{source.name}' holds a place of the unknown zone '{each.zone}'"
                yield f"{held}{_meant(each.zone, zones)}"
    for part in network.parts:
        yield from _of_classes(part, network) if isinstance(part, Ranked) else ()
        yield from _of_alternatives(part, network) if isinstance(part, Choice) else ()


def _of_others(source: Source, network: Network) -> Iterator[str]:
    """Of those whom the source's entities follow or come after."""
    arrivals, where = source.arrivals, f"source '{source.name}'"
    others = {each.name: each for each in network.sources}
    if isinstance(arrivals, After) and arrivals.of not in others:
        yield f"{where} comes after the unknown source '{arrivals.of}'{_meant(arrivals.of, [*others])}"
    if isinstance(arrivals, Following):
        if arrivals.source not in others:
            meant = _meant(arrivals.source, [*others])
            yield f"{where} follows the unknown source '{arrivals.source}'{meant}"
            return
        steps = [each.name for each in others[arrivals.source].steps if isinstance(each, Step)]
        if arrivals.step is not None and arrivals.step not in steps:
            said = f"{where} follows '{arrivals.source}' by the unknown step '{arrivals.step}'"
            yield f"{said}{_meant(arrivals.step, steps)}"


def _of_steps(source: Source, network: Network) -> Iterator[str]:
    stages = [p.name for p in network.parts if isinstance(p, Stage)]
    stocks = [p.name for p in network.parts if isinstance(p, Tokens)]
    for number, step in enumerate(source.steps):
        where = f"source '{source.name}': step '{step.name}'"
        if step.stage not in stages:
            yield f"{where} is at the unknown stage '{step.stage}'{_meant(step.stage, stages)}"
        elif isinstance(step, Pick):
            yield from _of_pick(where, step, network)
        elif step.stage in network.choices:
            yield f"{where} is at the choice '{step.stage}': say pick('{step.stage}', ...) instead of a step"
        for each in step.needs if isinstance(step, Step) else ():
            if each.tokens not in stocks:
                yield f"{where} needs the unknown tokens '{each.tokens}'{_meant(each.tokens, stocks)}"
        if step.given is not None:
            yield from _of_given(where, source, number, step.given)


def _of_pick(where: str, step: Pick, network: Network) -> Iterator[str]:
    if step.stage not in network.choices:
        yield f"{where} picks at '{step.stage}', which is no choice: make it one, or say step('{step.stage}')"
        return
    there = [each.name for each in network.choices[step.stage].alternatives]
    for name, _ in step.costs:
        if name not in there:
            yield f"{where} offers the unknown alternative '{name}'{_meant(name, there)}"


def _of_given(where: str, source: Source, number: int, given: str) -> Iterator[str]:
    found = given_of(source, number)
    if not found:
        earlier = [each for each in source.steps[:number] if isinstance(each, Pick)]
        offered = [name for each in earlier for name, _ in each.costs]
        yield f"{where} is given '{given}', which no earlier pick offers{_meant(given, offered)}"
    if len(found) > 1:
        yield f"{where} is given '{given}', which several picks offer: say {' or '.join(map(repr, found))}"


def _of_alternatives(choice: Choice, network: Network) -> Iterator[str]:
    stages = [p.name for p in network.parts if isinstance(p, Stage)]
    for each in choice.alternatives:
        if each.stage not in stages:
            where = f"choice '{choice.name}': alternative '{each.name}'"
            yield f"{where} names the unknown stage '{each.stage}'{_meant(each.stage, stages)}"


def _of_classes(part: Ranked, network: Network) -> Iterator[str]:
    named = [klass for klass, _ in part.priority]
    if isinstance(part, Service):
        named += [klass for klass, _ in part.usable]
    if isinstance(part, Pairing):
        named += [*part.leaders, *part.followers, *(klass for klass, _ in part.goods)]
    if isinstance(part, Gate) and part.quota is not None:
        named += [klass for klass, _ in part.quota.ceilings]
    for klass in dict.fromkeys(named):
        if klass not in network.classes:
            yield f"'{part.name}' names the unknown class '{klass}'{_meant(klass, network.classes)}"


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    if close:
        return f", did you mean '{close[0]}'?"
    return f": there are {', '.join(repr(each) for each in known)}" if known else ": there is none, add it"
