"""Random small networks over everything the language has: times collide, zones are tight,
calendars shut in mid-service, quotas run out. Some routes are longer than what an engine looks ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from kzsim.network import (
    NO_ARRIVALS,
    Account,
    Arrivals,
    Batches,
    Calendar,
    ChoiceStage,
    Condition,
    DelayStage,
    DepartureStage,
    Distribution,
    Follows,
    GateStage,
    Kind,
    Need,
    Network,
    Occupancy,
    Outages,
    PairingStage,
    Pool,
    Refill,
    Route,
    ServiceStage,
    Source,
    StaffingRule,
    Step,
    Swing,
    Tokens,
    Work,
    Zone,
)
from kzsim.network.model import Stage
from kzsim.network.skipping import may_follow, picks_of
from tests.property.random_choices import HORIZON_MIN, MINUTE, choices, instants, steps_of

CLASSES = ("w", "x", "y", "z")
SPANS = ("one", "other")
MOST_STEPS = 5
LONG = (17, 20)  # steps of a long route: it does not end where the kernel's first look ahead does
OTHERS = ["uniform", "triangular", "weibull", "gamma", "empirical"]
MINUTES = (0, 0, 1, 5, 10, 30)
FEWEST = st.sampled_from([4, 4, 4, 0])  # entities of a source; with none there is little to compare
MINUTES_OF_LONG = (0, 0, 0, 0, 1, 5)  # many must come to the end of it before the horizon


@st.composite
def calendars(draw: st.DrawFn, largest: int) -> Calendar:
    """Opens at some time at the latest at the end, so that the network is valid."""
    at_ms = draw(instants(4))
    value = [draw(st.integers(0, largest)) for _ in at_ms]
    if not any(value):
        value[-1] = 1
    return Calendar(tuple(at_ms), tuple(value))


@st.composite
def staffing(draw: st.DrawFn) -> StaffingRule:
    at_ms = draw(instants(8))[draw(st.integers(0, 1)) :] or [0]
    close_at, fewest = draw(st.integers(0, 2)), draw(st.integers(0, 1))
    open_at, most = close_at + draw(st.integers(1, 2)), max(1, fewest) + draw(st.integers(0, 2))
    return StaffingRule(tuple(at_ms), open_at, close_at, fewest, most, draw(st.integers(1, 2)))


@st.composite
def outages(draw: st.DrawFn, most: int = 1) -> tuple[Outages, ...]:
    """None mostly; few streams, so that some are shared. In whole minutes or not, some of no length."""
    minutes = st.sampled_from([0, 5, 20, 60])
    families = st.sampled_from(["fixed", "exponential"])
    return tuple(
        Outages(
            draw(st.sampled_from(["power", "swing"])),
            Distribution(draw(families), max(5, draw(minutes)) * MINUTE),
            Distribution(draw(families), draw(minutes) * MINUTE),
            draw(st.integers(1, most)),
        )
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2])))
    )


@st.composite
def services(draw: st.DrawFn, name: str) -> ServiceStage:
    on_close = draw(st.sampled_from(["finish", "suspend"]))
    rules = st.none() | staffing() if on_close == "finish" else st.none()
    pools = tuple(
        Pool(f"p{i}", draw(calendars(3)), draw(rules), draw(outages(2)))
        for i in range(draw(st.integers(1, 2)))
    )
    names = [pool.name for pool in pools]
    usable = {
        klass: tuple(draw(st.permutations(names))[: draw(st.integers(1, len(names)))])
        for klass in CLASSES
        if draw(st.booleans())
    }
    account = draw(st.sampled_from([Account.INSPECTION, Account.DOCUMENTS]))
    return ServiceStage(name, account, pools, usable, on_close)


@st.composite
def gates(draw: st.DrawFn, name: str) -> GateStage:
    refills = []
    # w and x count as none but themselves, so that nobody counts on
    otherwise = {k: draw(st.sampled_from("wx")) for k in "yz" if draw(st.integers(0, 3)) == 0}
    if draw(st.booleans()):
        for at_ms in draw(instants(5)):
            often = {k: draw(st.integers(0, 3)) > 0 for k in otherwise}
            bound = [k for k in CLASSES if often.get(k, draw(st.integers(0, 3)) == 0)]
            limits = {k: draw(st.integers(0, 3)) for k in bound}
            are_kept = draw(st.integers(0, 2)) == 0
            refills.append(Refill(at_ms, draw(st.integers(0, 4)), None if are_kept else limits))
        if not any(refill.overall for refill in refills):
            refills[-1] = Refill(refills[-1].at_ms, 1)
    return GateStage(name, draw(calendars(1)), tuple(refills), draw(outages()), otherwise)


@st.composite
def delays(draw: st.DrawFn, name: str) -> DelayStage:
    return DelayStage(name, Account.HOLD, draw(st.none() | calendars(1)), draw(outages()))


@st.composite
def departures(draw: st.DrawFn, name: str) -> DepartureStage:
    at_ms = draw(instants(8))[draw(st.integers(0, 1)) :] or [0]
    capacity = [draw(st.integers(0, 4)) for _ in at_ms]
    if not any(capacity):
        capacity[-1] = 1
    return DepartureStage(name, tuple(at_ms), tuple(capacity))


@st.composite
def pairings(draw: st.DrawFn, name: str) -> PairingStage:
    """x always leads, so that some class can come to every pairing of a route; z always follows."""
    leaders, followers, goods = draw(
        st.sampled_from(
            [
                ("x", "z", {}),
                ("xy", "z", {}),
                ("x", "yz", {"x": "a", "y": "a", "z": "a"}),
                ("wx", "yz", {}),
                ("wx", "yz", {"w": "a", "y": "a"}),
            ]
        )
    )
    return PairingStage(name, tuple(leaders), tuple(followers), goods)


def classes_of(route: Route, pairings: dict[str, PairingStage]) -> list[str]:
    """The classes that may take a route: they lead at its pairings, or follow at its end."""
    allowed = set(CLASSES)
    for number, step in enumerate(route.steps):
        if step.stage in pairings:
            stage = pairings[step.stage]
            is_last = number + 1 == len(route.steps)
            allowed &= {*stage.leaders, *(stage.followers if is_last else ())}
    return sorted(allowed)


@st.composite
def works(
    draw: st.DrawFn,
    step: str,
    minutes_of_step: tuple[int, ...],
    tokens: list[Tokens],
    *,
    at_gate: bool,
    may_miss: bool,
) -> Work:
    when = ()
    if draw(st.integers(0, 3)) == 0:
        when = (Condition(f"{step}?", 0.0, draw(st.sampled_from([0.0, 0.5, 1.0]))),)
    if at_gate:
        shares = draw(st.sampled_from([(), (), (0.3,), (1.0, 0.5), (0.5, 0.5, 0.5)])) if may_miss else ()
        return Work(None, when, shares)
    needs = tuple(
        Need(each.name, draw(st.integers(1, each.number)), draw(distributions(minutes_of_step)))
        for each in tokens
        if draw(st.integers(0, 2)) == 0
    )
    return Work(draw(distributions(minutes_of_step)), when, needs=needs)


@st.composite
def distributions(draw: st.DrawFn, minutes_of_step: tuple[int, ...]) -> Distribution:
    """Mostly fixed times, so that instants collide; every other family too."""
    mean = draw(st.sampled_from(minutes_of_step)) * MINUTE
    family = draw(st.sampled_from(["fixed"] * 5 + ["exponential", "lognormal", "erlang"] * 2 + OTHERS))
    match family:
        case "erlang":
            return Distribution(family, mean, rows=draw(st.integers(1, 3)))
        case "gamma" | "weibull":
            return Distribution(family, mean, shape=draw(st.sampled_from([0.3, 2.5])))
        case "uniform":
            return Distribution(family, mean, points=(0.5 * mean, 1.5 * mean))
        case "triangular":
            return Distribution(family, mean, points=(0.5 * mean, mean, 1.5 * mean))
        case "empirical":
            return Distribution(family, mean, points=(0.0, 2.0 * mean), shares=(0.5, 0.5))
        case _:
            return Distribution(family, mean, cv=0.7)


@st.composite
def occupancies(draw: st.DrawFn, zones: list[Zone], steps: tuple[Step, ...]) -> tuple[Occupancy, ...]:
    found = []
    n_steps = len(steps)
    for zone in zones:
        if draw(st.booleans()):
            first = draw(st.integers(0, n_steps - 1))
            last = draw(st.integers(first, n_steps - 1))
            while steps[first].alternative and first > 0 and steps[first - 1].stage == steps[first].stage:
                first -= 1  # not in the middle of a choice
            while steps[last].alternative:
                last += 1
            found.append(Occupancy(zone.name, f"{first}", f"{last}", draw(st.sampled_from(["start", "end"]))))
    return tuple(found)


@st.composite
def sources(
    draw: st.DrawFn,
    name: str,
    route: Route,
    stages: list[Stage],
    classes: list[str],
    tokens: list[Tokens],
    group: int,
) -> Source:
    n_kinds = draw(st.integers(1, 2))
    minutes_of_step = MINUTES if len(route.steps) <= MOST_STEPS else MINUTES_OF_LONG
    gates = {stage.name for stage in stages if isinstance(stage, GateStage | DepartureStage | PairingStage)}
    services = {stage.name for stage in stages if isinstance(stage, ServiceStage)}
    refilled = {stage.name for stage in stages if isinstance(stage, GateStage) and stage.refills}

    passing = {stage.name for stage in stages if isinstance(stage, DelayStage | ChoiceStage)}
    first = route.steps[0]
    are_there = first.stage not in passing and draw(st.integers(0, 3)) == 0

    def work_at(step: Step) -> Work:
        here, missed = step.stage in gates, step.stage in refilled
        wanted = tokens if step.stage in services else []
        work = draw(works(step.name, minutes_of_step, wanted, at_gate=here, may_miss=missed))
        return replace(work, when=()) if are_there and step == first else work

    kinds = tuple(
        Kind(
            f"k{i}",
            1 / n_kinds,
            draw(st.sampled_from(classes)),
            group,
            {s.name: work_at(s) for s in route.steps},
        )
        for i in range(n_kinds)
    )
    return Source(name, route.name, draw(initial() if are_there else arrivals()), kinds)


@st.composite
def initial(draw: st.DrawFn) -> Arrivals:
    """Who stands in line at the start, since whole minutes; some join at 0, as others come then."""
    minutes = sorted(draw(st.lists(st.integers(-5, 0), min_size=draw(FEWEST), max_size=12)))
    return Arrivals("initial", at_ms=tuple(m * MINUTE for m in minutes))


@st.composite
def arrivals(draw: st.DrawFn) -> Arrivals:
    """At given instants, by chance or by timetable, alone or in batches; rates may swing from day to day."""
    batches = draw(st.sampled_from([None, None, Batches((1, 2), (0.5, 0.5)), Batches((3,), (1.0,))]))
    process = draw(st.sampled_from(["instants", "instants", "poisson", "timetable"]))
    if process == "instants":
        minutes = sorted(draw(st.lists(st.integers(0, 60), min_size=draw(FEWEST), max_size=12)))
        return Arrivals("instants", at_ms=tuple(m * MINUTE for m in minutes), batches=batches)
    edges = tuple(m * MINUTE for m in (0, 60, HORIZON_MIN))
    expected = (draw(st.sampled_from([0.1, 2.0, 5.0]) | st.floats(0.1, 15)), draw(st.floats(0, 15)))
    # two sources of one stream have the same factors
    stream = draw(st.none() | st.sampled_from(["swing", "tide"]))
    swing = None if stream is None else Swing(stream, draw(st.sampled_from([0.0, 0.3, 1.0])))
    day = () if swing is None else (0, draw(st.integers(0, 1)))
    lateness = draw(st.sampled_from([0.0, 0.5, 3.0])) if process == "timetable" else 0.0
    return Arrivals(process, edges, expected, day, swing, lateness, batches=batches)


@st.composite
def legs(
    draw: st.DrawFn,
    sources: tuple[Source, ...],
    routes: list[Route],
    stages: list[Stage],
    meeting: Sequence[str],
) -> list[Source]:
    """Of these some follow others by a step that may be the last, or come after them; in no circle."""
    steps_of = {route.name: route.steps for route in routes}
    picks = {route.name: picks_of(route, {stage.name: stage for stage in stages}) for route in routes}
    taken: set[Follows] = set()
    before: list[Source] = []
    for source in draw(st.permutations(sources)):
        by_steps = [
            Follows(other.name, step.name)
            for other in before
            for number, step in enumerate(steps_of[other.route])
            if any(
                may_follow([*kind.work.values()], picks[other.route], number, len(kind.work))
                for kind in other.kinds
            )
        ]
        alone = [other.name for other in before if other.arrivals.process not in {"after", "none"}]
        possible = [follows for follows in by_steps if follows not in taken]
        # two that are to meet at a pairing mostly come by themselves
        ways = ["alone"] if source.name in meeting and draw(st.integers(0, 3)) > 0 else []
        how = draw(st.sampled_from(ways or ["alone", "follows", "follows", "after"]))
        if how == "follows" and possible:
            follows = draw(st.sampled_from(possible))
            taken.add(follows)
            before.append(replace(source, arrivals=NO_ARRIVALS, follows=follows))
        elif how == "after" and alone:
            by, share = draw(distributions(MINUTES)), draw(st.sampled_from([0.0, 0.5, 1.0, 1.0]))
            arrivals = Arrivals("after", of=draw(st.sampled_from(alone)), by=by, share=share)
            before.append(replace(source, arrivals=replace(arrivals, batches=source.arrivals.batches)))
        else:
            before.append(source)
    return sorted(before, key=lambda source: source.name)


def _of_stages(stage: Stage, used: set[str]) -> Stage:
    """A choice without the alternatives that count until a stage which nobody comes to."""
    if not isinstance(stage, ChoiceStage):
        return stage
    return replace(stage, alternatives=tuple(a for a in stage.alternatives if a.stage in used))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """A valid network; it may deadlock."""
    stages: list[Stage] = []
    for i in range(draw(st.integers(1, 5))):
        others = [gates, delays, departures, pairings]
        maker = draw(st.sampled_from([services] * 4 + others))
        stages.append(draw(maker(f"s{i}")))
    if draw(st.integers(0, 3)) == 0 and not any(isinstance(stage, PairingStage) for stage in stages):
        stages.append(draw(pairings(f"s{len(stages)}")))
    zones = [Zone(f"z{i}", draw(st.integers(1, 3))) for i in range(draw(st.integers(0, 3)))]
    names = [stage.name for stage in stages]
    tokens = [Tokens(f"t{i}", draw(st.integers(1, 4))) for i in range(draw(st.sampled_from([0, 0, 1, 1, 2])))]
    pairing = {stage.name: stage for stage in stages if isinstance(stage, PairingStage)}
    meeting = draw(st.sampled_from(sorted(pairing))) if pairing else None
    # mostly one source leads there and the next one follows: by chance alone hardly two would meet
    sides = ["x", "z"] if meeting is not None and draw(st.integers(0, 7)) > 0 else []
    chooses = [draw(choices(f"c{i}", names)) for i in range(draw(st.sampled_from([0, 0, 1, 2])))]
    routes = []
    for i in range(draw(st.integers(1, 3))):
        lengths = [(0, 1)] if sides and draw(st.integers(0, 3)) > 0 else [(1, MOST_STEPS)] * 4 + [LONG]
        fewest, most = draw(st.sampled_from(lengths))
        # with a pairing in the middle nobody may follow at the end
        on_the_way = (
            names if draw(st.integers(0, 3)) == 0 else [n for n in names if n not in pairing] or names
        )
        order = draw(st.lists(st.sampled_from(on_the_way), min_size=fewest, max_size=most))
        if draw(st.booleans()):
            order = sorted(order)  # most networks flow one way, so that most do not deadlock
        if meeting is not None and (sides or draw(st.integers(0, 3)) > 0):
            order.append(meeting)  # at the end of a route one may follow
        steps = draw(steps_of(order, chooses))
        routes.append(Route(f"r{i}", steps, draw(occupancies(zones, steps))))
    chosen = [draw(st.sampled_from(routes)) for _ in range(draw(st.sampled_from([1, 2, 2, 3, 3, 4])))]
    chosen += [draw(st.sampled_from(routes)) for _ in sides[len(chosen) :]]
    used_stages = {step.stage for route in chosen for step in route.steps}
    used_zones = {occupancy.zone for route in chosen for occupancy in route.occupancies}
    elements = [*used_stages, *used_zones]
    priority = {
        (klass, element): draw(st.integers(0, 4))
        for klass in CLASSES
        for element in sorted(elements)
        if draw(st.booleans())
    }
    follow_up = draw(st.sampled_from([120, 30, 10, 5]))  # many stays last just that long
    classes = [classes_of(route, pairing) for route in chosen]
    for i, klass in enumerate(sides):
        classes[i] = [klass] if klass in classes[i] else classes[i]
    all_sources = tuple(
        draw(sources(f"source{i}", route, [*stages, *chooses], classes[i], tokens, i))
        for i, route in enumerate(chosen)
    )
    all_sources = tuple(
        draw(legs(all_sources, routes, [*stages, *chooses], [f"source{i}" for i in range(len(sides))]))
    )
    works_done = [work for source in all_sources for kind in source.kinds for work in kind.work.values()]
    needed = {need.tokens for work in works_done for need in work.needs}
    of_span = {name: draw(st.sampled_from(["", *SPANS])) for name in sorted(used_stages | used_zones)}
    return Network(
        horizon_ms=HORIZON_MIN * MINUTE,
        classes=CLASSES,
        stages=tuple(
            _of_stages(stage, used_stages) for stage in [*stages, *chooses] if stage.name in used_stages
        ),
        zones=tuple(zone for zone in zones if zone.name in used_zones),
        routes=tuple(route for route in routes if route in chosen),
        sources=all_sources,
        n_groups=len(chosen),
        priority=priority,
        cohort_ms=(30 * MINUTE, (HORIZON_MIN - follow_up) * MINUTE),
        observe_every_ms=MINUTE,
        within_ms=(0, 10 * MINUTE, 60 * MINUTE),
        tokens=tuple(each for each in tokens if each.name in needed),
        spans={span: tuple(name for name, of in of_span.items() if of == span) for span in SPANS},
    )
