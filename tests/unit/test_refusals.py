"""Bad networks are refused before anything runs, each with the object and the remedy.

The same mistakes twice: in ``kzsim.network``, where a program writes a network, and in ``kzsim.queueing``,
where a person does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from kzsim import queueing as q
from kzsim.engines import choice
from kzsim.network import (
    NO_ARRIVALS,
    Arrivals,
    Batches,
    Calendar,
    DelayStage,
    Distribution,
    Follows,
    GateStage,
    Kind,
    Network,
    NetworkError,
    Occupancy,
    Refill,
    Route,
    ServiceStage,
    Source,
    Step,
    Work,
    Zone,
    compile_network,
)
from kzsim.network.model import Account
from tests.networks import MINUTE, at, counter, fixed, network

WORK = {"booth": fixed(MINUTE)}


def base(**changes: Any) -> Network:
    """A booth, a strip before it, and one source; with what is wrong about it."""
    good = network(
        [counter("booth")],
        {"r": ["booth"]},
        [at("trucks", 0, route="r", work=WORK)],
        zones=[Zone("strip", 2)],
        occupancies={"r": [Occupancy("strip", "booth", "booth")]},
    )
    return replace(good, **changes)


def with_work(**work: Any) -> Network:
    return base(sources=(at("trucks", 0, route="r", work={"booth": Work(**work)}),))


def with_arrivals(arrivals: Arrivals) -> Network:
    (source,) = base().sources
    return base(sources=(replace(source, arrivals=arrivals),))


def at_a_booth(name: str, arrivals: Arrivals, follows: Follows | None = None) -> Source:
    return Source(name, "r", arrivals, (Kind("k", 1.0, "c", 0, WORK),), follows)


def leg(name: str, follows: Follows, arrivals: Arrivals = NO_ARRIVALS) -> Source:
    return at_a_booth(name, arrivals, follows)


def with_return(
    follows: Follows, *names: str, arrivals: Arrivals = NO_ARRIVALS, after_booth: Work | None = None
) -> Network:
    """The trucks go through the booth again; ``after_booth`` is a step more there."""
    made = base()
    legs = tuple(leg(name, follows, arrivals) for name in names or ("back",))
    if after_booth is None:
        return replace(made, sources=(*made.sources, *legs))
    whole = Route("whole", (BOOTH, Step("again", "booth")))
    trucks = at("trucks", 0, route="whole", work=WORK | {"again": after_booth})
    return replace(made, routes=(*made.routes, whole), sources=(trucks, *legs))


def with_capacity(at_ms: tuple[int, ...], value: tuple[int, ...]) -> Network:
    return base(stages=(counter("booth", capacity=Calendar(at_ms, value)),))


def with_route(*steps: Step, occupancies: tuple[Occupancy, ...] = ()) -> Network:
    return base(routes=(Route("r", steps, occupancies),), zones=() if not occupancies else base().zones)


BOOTH = Step("booth", "booth")
WHERE = "source 'trucks', kind 'k', step 'booth'"

IN_THE_LANGUAGE: dict[str, tuple[Callable[[], Network], str]] = {
    "a step to an unknown stage": (
        lambda: with_route(Step("booth", "both")),
        "route 'r': step 'booth' names the unknown stage 'both'",
    ),
    "a source with an unknown route": (
        lambda: base(sources=(at("trucks", 0, route="q", work=WORK),)),
        "source 'trucks' names the unknown route 'q'",
    ),
    "a stage that nobody reaches": (
        lambda: base(stages=(counter("booth"), counter("other"))),
        "'other' is on no source's route: use it or remove it",
    ),
    "a zone that nobody enters": (
        lambda: base(zones=(Zone("strip", 2), Zone("yard", 2))),
        "'yard' is on no source's route: use it or remove it",
    ),
    "a zone that is left before it is entered": (
        lambda: base(
            stages=(counter("booth"), counter("scan")),
            routes=(Route("r", (BOOTH, Step("scan", "scan")), (Occupancy("strip", "scan", "booth"),)),),
            sources=(at("trucks", 0, route="r", work=WORK | {"scan": fixed(MINUTE)}),),
        ),
        "route 'r': the occupancy of zone 'strip' ends before it starts",
    ),
    "a zone that is left at no step of the route": (
        lambda: with_route(BOOTH, occupancies=(Occupancy("strip", "booth", "exit"),)),
        "route 'r': the occupancy of zone 'strip' names the unknown step 'exit'",
    ),
    "a zone without places": (
        lambda: base(zones=(Zone("strip", 0),)),
        "zone 'strip' has 0 places: give it at least 1",
    ),
    "a capacity that is never above zero": (
        lambda: with_capacity((0, MINUTE), (0, 0)),
        "stage 'booth' never has a server: raise a capacity above zero",
    ),
    "a gate that never opens": (
        lambda: replace(
            base(stages=(GateStage("booth", Calendar.always(0)),)),
            sources=(at("trucks", 0, route="r", work={"booth": Work()}),),
        ),
        "gate 'booth' never opens: give it an open interval",
    ),
    "a gate with a quota of nothing": (
        lambda: replace(
            base(stages=(GateStage("booth", Calendar.always(1), (Refill(0, 0),)),)),
            sources=(at("trucks", 0, route="r", work={"booth": Work()}),),
        ),
        "gate 'booth' never lets anybody pass: every refill is 0",
    ),
    "a delay that never opens": (
        lambda: base(stages=(DelayStage("booth", Account.HOLD, Calendar.always(0)),)),
        "stage 'booth' never opens: give it an open interval or no calendar",
    ),
    "pieces of a calendar that overlap": (
        lambda: with_capacity((0, 9, 5), (1, 2, 3)),
        "pool 'booth/p': the calendar's pieces overlap or do not start at 0; let its instants rise from 0",
    ),
    "a negative capacity": (
        lambda: with_capacity((0, 9), (1, -2)),
        "pool 'booth/p': the calendar has a negative value",
    ),
    "a stage without pools": (
        lambda: base(stages=(ServiceStage("booth", Account.INSPECTION, ()),)),
        "stage 'booth' has no pool: give it at least one",
    ),
    "a negative duration": (
        lambda: with_work(duration=Distribution("fixed", -1.0)),
        f"{WHERE}: the mean is -1.0 ms: give 0 to",
    ),
    "a duration that is no number": (
        lambda: with_work(duration=Distribution("exponential", math.nan)),
        f"{WHERE}: the mean is nan ms: give 0 to",
    ),
    "no duration": (lambda: with_work(), f"{WHERE}: give a duration"),
    "a rate that is no number": (
        lambda: with_arrivals(Arrivals("poisson", (0, MINUTE), (math.nan,))),
        "source 'trucks': an expected number of arrivals is negative or not finite",
    ),
    "a negative rate": (
        lambda: with_arrivals(Arrivals("poisson", (0, MINUTE), (-1.0,))),
        "source 'trucks': an expected number of arrivals is negative or not finite",
    ),
    "more entities than memory": (
        lambda: with_arrivals(Arrivals("poisson", (0, MINUTE), (1e12,))),
        "about 1e+12 entities would come in a replication, most of them from 'trucks', 1e+08 are the",
    ),
    "no horizon": (lambda: base(horizon_ms=0), "horizon_ms is 0: give a horizon of 1 to"),
    "an unknown class": (
        lambda: base(sources=(at("trucks", 0, route="r", work=WORK, klass="x"),)),
        "source 'trucks', kind 'k' names the unknown class 'x'",
    ),
    "a source that follows an unknown one": (
        lambda: with_return(Follows("lorries", "booth")),
        "source 'back' follows the unknown source 'lorries': name a source of the network",
    ),
    "a source that follows by an unknown step": (
        lambda: with_return(Follows("trucks", "scan")),
        "source 'back' follows 'trucks' by the unknown step 'scan': name a step of route 'r'",
    ),
    "a source that follows by a step after which nobody leaves": (
        lambda: with_return(Follows("trucks", "booth"), after_booth=fixed(MINUTE)),
        "source 'back' follows 'trucks' by step 'booth', after which nobody leaves: name a step that may be",
    ),
    "two sources that follow one by the same step": (
        lambda: with_return(Follows("trucks", "booth"), "back", "home"),
        "source 'home' follows 'trucks' by step 'booth', as does 'back': let one of them follow",
    ),
    "a source that follows itself": (
        lambda: with_return(Follows("back", "booth")),
        "source 'back' follows 'back': let one of them have arrivals of its own",
    ),
    "sources that follow each other": (
        lambda: replace(
            with_return(Follows("home", "booth")),
            sources=(leg("back", Follows("home", "booth")), leg("home", Follows("back", "booth"))),
        ),
        "source 'back' follows 'home', which follows 'back': let one of them have arrivals of its own",
    ),
    "a source that follows and has arrivals": (
        lambda: with_return(Follows("trucks", "booth"), arrivals=Arrivals("initial", at_ms=(0,))),
        "source 'back' follows 'trucks' and has arrivals of its own ('initial'): give it NO_ARRIVALS, or let",
    ),
    "a source that follows in batches": (
        lambda: with_return(
            Follows("trucks", "booth"), arrivals=replace(NO_ARRIVALS, batches=Batches((2,), (1.0,)))
        ),
        "source 'back' follows 'trucks' and has arrivals of its own ('none'): give it NO_ARRIVALS, or let",
    ),
    "a source that nobody brings": (
        lambda: with_arrivals(NO_ARRIVALS),
        "source 'trucks' has no arrivals and follows nobody: give it one of the two",
    ),
    "arrivals after those of an unknown source": (
        lambda: with_arrivals(Arrivals("after", of="lorries", by=Distribution("fixed", 1.0))),
        "source 'trucks' comes after the unknown source 'lorries': name a source of the network",
    ),
    "arrivals after those of a source that follows": (
        lambda: replace(
            with_return(Follows("trucks", "booth")),
            sources=(
                *base().sources,
                leg("back", Follows("trucks", "booth")),
                at_a_booth("late", Arrivals("after", of="back", by=Distribution("fixed", 1.0))),
            ),
        ),
        "source 'late' comes after 'back', which has no process of its own: name a source that neither",
    ),
    "arrivals after their own": (
        lambda: with_arrivals(Arrivals("after", of="trucks", by=Distribution("fixed", 1.0))),
        "source 'trucks' comes after 'trucks', which has no process of its own: name a source that neither",
    ),
    "arrivals after others and nobody knows when": (
        lambda: with_arrivals(Arrivals("after", of="trucks")),
        "source 'trucks' comes after 'trucks': say by how much",
    ),
    "arrivals a negative time after others": (
        lambda: with_arrivals(Arrivals("after", of="trucks", by=Distribution("fixed", -1.0))),
        "source 'trucks', after 'trucks': the mean is -1.0 ms: give 0 to",
    ),
    "arrivals after more than all others": (
        lambda: with_arrivals(Arrivals("after", of="trucks", by=Distribution("fixed", 1.0), share=1.5)),
        "source 'trucks': the share of 'trucks' is 1.5: give 0 to 1",
    ),
    "arrivals at instants and after others": (
        lambda: with_arrivals(Arrivals("instants", at_ms=(0,), of="trucks")),
        "source 'trucks': of, by and share are of the process 'after', not of 'instants': remove them",
    ),
    "more legs than memory": (
        lambda: replace(
            base(),
            sources=(
                at_a_booth("trucks", Arrivals("poisson", (0, MINUTE), (0.6e8,))),
                leg("back", Follows("trucks", "booth")),
            ),
        ),
        "about 1.2e+08 entities would come in a replication, most of them from 'trucks', 1e+08 are the most",
    ),
    "one name for two": (
        lambda: base(zones=(Zone("booth", 2),)),
        "stage or zone 'booth' is named 2 times: names must be unique",
    ),
}


@pytest.mark.parametrize("mistake", IN_THE_LANGUAGE)
def test_a_network_with_a_mistake_is_refused_by_object_and_remedy(mistake: str) -> None:
    make, said = IN_THE_LANGUAGE[mistake]
    with pytest.raises(NetworkError) as refused:
        compile_network(make())
    assert any(fault.startswith(said) for fault in refused.value.faults), refused.value.faults


def test_the_network_without_a_mistake_is_accepted() -> None:
    assert compile_network(base()).source_names == ("trucks",)


def test_every_mistake_is_told_at_once() -> None:
    bad = replace(with_capacity((0,), (0,)), zones=(Zone("strip", 0),), horizon_ms=-1)
    with pytest.raises(NetworkError) as refused:
        compile_network(bad)
    assert len(refused.value.faults) >= 3
    assert str(refused.value).splitlines() == list(refused.value.faults)


# --- the same, by a person -------------------------------------------------------------------------------

MINUTES = q.fixed(q.minutes(1))


def person(*parts: q.Part, source: Any = None) -> object:
    """Run a booth and a source, or what is given instead."""
    usual = q.source("trucks", q.crowd(1), [q.step("booth", MINUTES)])
    return q.run(q.network(*(parts or (q.service("booth", 1),)), source or usual), duration=q.hours(1))


def with_two(arrivals: Any) -> object:
    """A second source that has to do with the first."""
    trucks = q.source("trucks", q.crowd(1), [q.step("booth", MINUTES)])
    back = q.source("back", arrivals, [q.step("booth", MINUTES)])
    return q.run(q.network(q.service("booth", 1), trucks, back), duration=q.hours(1))


BY_A_PERSON: dict[str, tuple[Callable[[], object], str]] = {
    "a step to an unknown stage": (
        lambda: person(q.service("both", 1)),
        "source 'trucks': step 'booth' is at the unknown stage 'booth', did you mean 'both'?",
    ),
    "a stage that nobody reaches": (
        lambda: person(q.service("booth", 1), q.delay("way")),
        "'way' is on no source's route: use it or remove it",
    ),
    "a zone that is left before it is entered": (
        lambda: person(
            q.service("booth", 1),
            q.zone("strip", 1),
            source=q.source(
                "trucks",
                q.crowd(1),
                [q.step("booth", MINUTES), q.step("booth", MINUTES, name="again")],
                zones=[q.holding("strip", "again", "booth")],
            ),
        ),
        "route 'trucks': the occupancy of zone 'strip' ends before it starts",
    ),
    "a zone that is left at no step": (
        lambda: person(
            q.service("booth", 1),
            q.zone("strip", 1),
            source=q.source(
                "trucks",
                q.crowd(1),
                [q.step("booth", MINUTES)],
                zones=[q.holding("strip", "booth", "exit")],
            ),
        ),
        "route 'trucks': the occupancy of zone 'strip' names the unknown step 'exit'",
    ),
    "a number of servers that is never above zero": (
        lambda: person(q.service("booth", q.changing({q.hours(0): 0}))),
        "stage 'booth' never has a server: raise a capacity above zero",
    ),
    "pieces of a calendar that overlap": (
        lambda: q.changing({q.hours(0): 1, q.hours(9): 2, q.hours(5): 3}),
        "changing: the instants [0, 32400000, 18000000] ms do not rise from 0: put them in order",
    ),
    "a negative time": (
        lambda: q.minutes(-1),
        "minutes: -1 is no number of 0 or more: give one, such as 1.5",
    ),
    "a time that is no number": (lambda: q.minutes(math.nan), "minutes: nan is no number of 0 or more"),
    "a negative rate": (lambda: q.per_hour(-1), "per_hour: -1 is no number of 0 or more"),
    "a time that no run could hold": (
        lambda: person(source=q.source("trucks", q.crowd(1), [q.step("booth", q.fixed(q.days(4_000)))])),
        "source 'trucks', kind 'trucks', step 'booth': the mean is 345600000000.0 ms: give 0 to",
    ),
    "no duration": (
        lambda: person(source=q.source("trucks", q.crowd(1), [q.step("booth")])),
        "source 'trucks', kind 'trucks', step 'booth': give a duration",
    ),
    "a source that follows an unknown one": (
        lambda: with_two(q.following("truck")),
        "source 'back' follows the unknown source 'truck', did you mean 'trucks'?",
    ),
    "a source that follows by an unknown step": (
        lambda: with_two(q.following("trucks", "boot")),
        "source 'back' follows 'trucks' by the unknown step 'boot', did you mean 'booth'?",
    ),
    "a source that follows itself": (
        lambda: with_two(q.following("back")),
        "source 'back' follows 'back': let one of them have arrivals of its own",
    ),
    "a source that follows nobody by name": (lambda: q.following(""), "a source is named '': give it a name"),
    "arrivals after those of an unknown source": (
        lambda: with_two(q.after("truck", MINUTES)),
        "source 'back' comes after the unknown source 'truck', did you mean 'trucks'?",
    ),
    "arrivals after others by a bare number": (
        lambda: q.after("trucks", 5),
        "after 'trucks': by is 5: give a distribution, as in exponential(hours(5))",
    ),
    "arrivals after more than all others": (
        lambda: q.after("trucks", MINUTES, share=1.5),
        "after 'trucks': the share is 1.5: give a number between 0 and 1",
    ),
    "more entities than memory": (
        lambda: person(
            source=q.source("trucks", q.poisson(q.per_minute(1e12)), [q.step("booth", MINUTES)]),
        ),
        "about 6e+13 entities would come in a replication, most of them from 'trucks', 1e+08 are the",
    ),
}


@pytest.mark.parametrize("mistake", BY_A_PERSON)
def test_a_person_s_mistake_is_refused_before_any_engine_is_asked(mistake: str) -> None:
    make, said = BY_A_PERSON[mistake]
    with (
        patch.object(choice, "load", lambda _: pytest.fail("something ran")),
        pytest.raises(q.NetworkError) as refused,
    ):
        make()
    assert any(fault.startswith(said) for fault in refused.value.faults), refused.value.faults
