"""What holds on every path of every network, by hypothesis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from kzsim.draws import SKIPPED, Entities, draw
from kzsim.engines import reference
from kzsim.engines.errors import DeadlockError
from kzsim.engines.outcome import NOT_ENTERED, STILL_INSIDE, Outcome, Trace
from kzsim.network import Network, Program, Route, ServiceStage, compile_network
from kzsim.network.buckets import WAIT_BITS, bucket
from kzsim.network.entities import NOT_YET
from kzsim.network.model import WORK_ACCOUNTS, Account
from kzsim.network.program import ElementType
from tests.property.random_networks import networks

EVERYDAY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def run(net: Network, replication: int) -> tuple[Program, Entities, Outcome, Trace] | None:
    program = compile_network(net)
    entities = draw(program, seed=7, replication=replication)
    try:
        outcome = reference.run(program, entities, trace=True)
    except DeadlockError:
        event("deadlock")
        return None
    if outcome.trace is None:
        raise TypeError("a trace was asked for")
    return program, entities, outcome, outcome.trace


def stay_ms(program: Program, outcome: Outcome) -> np.ndarray:
    """0 of who never came."""
    end = np.where(outcome.exit_ms == STILL_INSIDE, program.horizon_ms, outcome.exit_ms)
    return np.where(outcome.arrival_ms == NOT_YET, 0, end - outcome.arrival_ms)


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_every_millisecond_of_every_stay_is_in_one_account(net: Network, replication: int) -> None:
    if (found := run(net, replication)) is None:
        return
    program, entities, outcome, _ = found
    stay = stay_ms(program, outcome)
    for group in range(program.n_groups):
        for phase in range(3):
            members = (entities.group == group) & (entities.phase == phase)
            assert outcome.account_ms[group, phase].sum() == stay[members].sum()
    assert outcome.account_ms.min() >= 0


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_time_in_a_span_of_all_stages_and_zones_is_the_stay(net: Network, replication: int) -> None:
    everything = tuple(each.name for each in (*net.stages, *net.zones))
    if (found := run(replace(net, spans={"nothing": (), "all": everything}), replication)) is None:
        return
    program, entities, outcome, _ = found
    stay = stay_ms(program, outcome)
    for group in range(program.n_groups):
        members = (entities.group == group) & (entities.phase == 1) & (outcome.arrival_ms != NOT_YET)
        counts = np.bincount(bucket(stay[members], WAIT_BITS), minlength=outcome.observers.spans.shape[2])
        assert outcome.observers.spans[group, 1].tolist() == counts.tolist()
        nothing = outcome.observers.spans[group, 0]
        assert nothing.sum() == nothing[0] == members.sum()


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_the_accounts_of_each_entity_are_its_stay_and_those_of_a_group_add_up(
    net: Network, replication: int
) -> None:
    if (found := run(net, replication)) is None:
        return
    program, entities, outcome, trace = found
    assert trace.account_ms.shape == (entities.count, len(Account))
    assert np.array_equal(trace.account_ms.sum(axis=1), stay_ms(program, outcome))
    gone = outcome.exit_ms != STILL_INSIDE
    work = trace.account_ms[:, list(WORK_ACCOUNTS)].sum(axis=1)
    assert np.array_equal(work[gone], outcome.free_flow_ms[gone])
    if not program.has_choices:
        came = outcome.arrival_ms != NOT_YET
        assert np.array_equal(outcome.free_flow_ms, np.where(came, entities.free_flow_ms, 0))
    by_group = outcome.account_ms.sum(axis=2)
    for group in range(program.n_groups):
        for phase in range(3):
            members = (entities.group == group) & (entities.phase == phase)
            assert np.array_equal(trace.account_ms[members].sum(axis=0), by_group[group, phase])


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_who_has_left_has_done_every_step_of_its_own_and_no_other(net: Network, replication: int) -> None:
    if (found := run(net, replication)) is None:
        return
    program, entities, outcome, trace = found
    for source, durations in enumerate(entities.duration_ms):
        left = outcome.exit_ms[entities.first[source] : entities.first[source + 1]] != STILL_INSIDE
        entered = trace.end_ms[source] != NOT_ENTERED
        assert not np.any(entered & (durations == SKIPPED))
        for columns in _choices_and_steps(net, program.source_names[source]):
            open_to = (durations[:, columns] != SKIPPED) & _is_given(
                net, program, source, columns[0], entered
            )
            assert np.array_equal(entered[left][:, columns].sum(axis=1), open_to[left].any(axis=1))
    gone = outcome.exit_ms != STILL_INSIDE
    assert np.all((outcome.exit_ms - outcome.arrival_ms)[gone] >= outcome.free_flow_ms[gone])


def _route_of(net: Network, source: str) -> Route:
    names = {one.name: one.route for one in net.sources}
    return next(route for route in net.routes if route.name == names[source])


def _choices_and_steps(net: Network, source: str) -> list[list[int]]:
    """The steps of a route, those of one choice together: one of them is entered."""
    groups: list[list[int]] = []
    steps = _route_of(net, source).steps
    for i, step in enumerate(steps):
        if step.alternative and i > 0 and steps[i - 1].stage == step.stage:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _is_given(net: Network, program: Program, source: int, column: int, entered: np.ndarray) -> np.ndarray:
    """Who has picked what the step is given; a column."""
    steps = _route_of(net, program.source_names[source]).steps
    names = [step.name for step in steps]
    given = steps[column].given
    return entered[:, [names.index(given)]] if given else np.ones((len(entered), 1), dtype=bool)


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_no_one_starts_above_capacity_and_no_zone_is_over_full(net: Network, replication: int) -> None:
    if (found := run(net, replication)) is None:
        return
    program, _, outcome, trace = found
    assert np.all(outcome.in_zone <= program.places)
    for stage in net.stages:
        if isinstance(stage, ServiceStage):
            spans = _spans(program, trace, stage.name)
            for start, _ in spans:
                # those still holding a server when this one started, itself included
                busy = sum(1 for s, e in spans if s <= start and (e > start or (s, e) == (start, start)))
                assert busy <= _limit(stage, start) + _instantaneous(spans, start)


def _spans(program: Program, trace: Trace, stage: str) -> list[tuple[int, int]]:
    number = program.element_names.index(stage)
    spans = []
    for source, route in enumerate(program.source_route):
        steps = program.step_element[program.step_ptr[route] : program.step_ptr[route + 1]]
        for column in np.flatnonzero(steps == number):
            start, end = trace.start_ms[source][:, column], trace.end_ms[source][:, column]
            ended = np.where(end == NOT_ENTERED, program.horizon_ms, end)
            spans += [(int(s), int(e)) for s, e in zip(start, ended, strict=True) if s != NOT_ENTERED]
    return spans


def _instantaneous(spans: list[tuple[int, int]], at_ms: int) -> int:
    """Services of no length may follow each other on one server within an instant."""
    return sum(1 for s, e in spans if s == e == at_ms)


def _limit(stage: ServiceStage, at_ms: int) -> int:
    """How many may hold servers of a stage when somebody starts.

    Of the pool of the one who starts, its capacity; of any other, as many as it ever had, since
    whoever was in service when it closed is finished.
    """
    now, ever = [], []
    for pool in stage.pools:
        piece = int(np.searchsorted(pool.capacity.at_ms, at_ms, side="right"))
        now.append(pool.capacity.value[piece - 1])
        ever.append(max(pool.capacity.value[:piece]))
    return max(n + sum(ever) - e for n, e in zip(now, ever, strict=True) if n > 0)


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_tokens_are_conserved_and_little_s_law_holds_exactly_for_those_idle(
    net: Network, replication: int
) -> None:
    """From the start of a step until the time away after its end has passed, its tokens are not there."""
    if (found := run(net, replication)) is None:
        return
    program, entities, outcome, trace = found
    for kind, tokens in enumerate(program.tokens.names):
        taken = _taken(program, entities, trace, kind)
        number, horizon = int(program.tokens.number[kind]), program.horizon_ms
        out = sum(count * (min(back, horizon) - start) for start, back, count in taken)
        assert outcome.observers.idle_ms[kind] == number * horizon - out
        changes = sorted(
            change
            for start, back, count in taken
            if back > start
            # at one instant those that are back can be taken again
            for change in ((back, 0, -count), (start, 1, count))
        )
        in_use = np.cumsum([count for _, _, count in changes])
        event(f"{tokens} were taken" if changes else "no tokens were taken")
        assert np.all(in_use <= number)


def _taken(program: Program, entities: Entities, trace: Trace, kind: int) -> list[tuple[int, int, int]]:
    """(start, when back, how many) of every step that took tokens of a kind; at the horizon: not back."""
    name, found = program.tokens.names[kind], []
    steps = {route.name: route.steps for route in program.network.routes}
    for s, source in enumerate(sorted(program.network.sources, key=lambda each: each.name)):
        kind_of = entities.kind[entities.first[s] : entities.first[s + 1]]
        for column, step in enumerate(steps[source.route]):
            needs = [{need.tokens: need.number for need in k.work[step.name].needs} for k in source.kinds]
            counts = np.array([each.get(name, 0) for each in needs])[kind_of]
            start, end = trace.start_ms[s][:, column], trace.end_ms[s][:, column]
            for row in np.flatnonzero((counts > 0) & (start != NOT_ENTERED)):
                back = program.horizon_ms
                if end[row] != NOT_ENTERED:
                    back = int(end[row] + entities.away_ms[s][column, kind][row])
                found.append((int(start[row]), back, int(counts[row])))
    return found


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_those_of_a_class_who_need_the_same_tokens_are_served_in_order_of_joining(
    net: Network, replication: int
) -> None:
    if (found := run(net, replication)) is None:
        return
    program, entities, _, trace = found
    for number in np.flatnonzero(program.element_type != ElementType.ZONE):
        for line in range(program.tokens.n_lines):
            starts = [start for _, start in sorted(_visits(program, entities, trace, int(number), line))]
            assert starts == sorted(starts)


def _visits(
    program: Program, entities: Entities, trace: Trace, number: int, line: int
) -> list[tuple[int, int]]:
    """(joined, start) of every visit to a stage of a class that needs certain tokens, or none; who still
    waits starts last. Without no-shows.

    Not by entity: whoever joins at an instant after somebody has already started at that instant
    comes later, whatever their order.
    """
    visits = []
    for source, route in enumerate(program.source_route):
        steps = program.step_element[program.step_ptr[route] : program.step_ptr[route + 1]]
        members = slice(int(entities.first[source]), int(entities.first[source + 1]))
        for column in np.flatnonzero(steps == number):
            lines = entities.klass[members]
            if program.tokens.names:
                first = entities.numbers.work_from[source] + column
                lines = program.tokens.work_line[first + entities.kind[members].astype(int) * len(steps)]
            for row in np.flatnonzero(lines == line):
                joined = int(trace.joined_ms[source][row, column])
                start = int(trace.start_ms[source][row, column])
                if joined != NOT_ENTERED and entities.duration_ms[source][row, column] >= 0:
                    late = program.horizon_ms if start == NOT_ENTERED else start
                    visits.append((joined, late))
    return visits


@EVERYDAY
@given(networks(), st.integers(0, 5))
def test_little_s_law_holds_exactly_on_the_path(net: Network, replication: int) -> None:
    """The area under the number inside, added up event by event, is the sum of all stays."""
    if (found := run(net, replication)) is None:
        return
    program, _, outcome, _ = found
    end = np.where(outcome.exit_ms == STILL_INSIDE, program.horizon_ms, outcome.exit_ms)
    came = outcome.arrival_ms != NOT_YET
    events = sorted([(int(t), 1) for t in outcome.arrival_ms[came]] + [(int(t), -1) for t in end[came]])
    area, inside, last = 0, 0, 0
    for at_ms, step in events:
        area += inside * (at_ms - last)
        inside, last = inside + step, at_ms
    assert area == outcome.account_ms.sum()
    assert inside == 0
