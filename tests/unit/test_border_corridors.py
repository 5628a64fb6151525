"""What each measure of a green corridor changes in the network, and what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from kzsim import evidence
from kzsim.border import build
from kzsim.border.corridors import MODELLED, RAIL_PREFIX, _param
from kzsim.border.idle import sentences
from kzsim.border.labels import DIRECTIONS, SIDES, Idle, Parts
from kzsim.draws import draw
from kzsim.evidence import EvidenceError
from kzsim.network.compile import compile_network
from kzsim.network.model import DelayStage, GateStage, Pool, ServiceStage, Work
from kzsim.scenario import Corridor, Scope
from tests.unit.border_cases import (
    BOTH_SIDES,
    BOTH_WAYS,
    bundle,
    corridor_of,
    parts_of,
    scenario,
    with_measures,
)

HOUR = 3_600_000
MEASURES = tuple(evidence.corridor().measures)
ONE_SIDED = [(direction, side) for direction in DIRECTIONS for side in SIDES]

SERVED = "entry_gate|border_guard|weighing|documents|scan|exam|quarantine|exit_gate"

# Which steps each measure changes the work at, and which stages (servers, hours, quota): patterns of
# the step's or stage's name behind the side. Both must be hit, and nothing else.
STEPS = {
    "agri_lab_on_site": r"lab_hold",
    "dedicated_lane": r"move\.\w+",
    "early_declaration": r"documents|documents_hold\.compliant",
    "inland_sealing": (
        r"(move\.)?exam(\.\w+)?|quarantine|documents_hold\.compliant|(move\.)?scan|handover\.warehouse"
    ),
    "release_on_passing": r"(move\.)?exam(\.\w+)?|quarantine|lab_hold",
    "xray_mutual_recognition": r"(move\.)?scan",
}
STAGES = {
    "dedicated_lane": r"entry_gate|documents|quarantine",
    "equeue_out_of_turn": r"equeue",
    "extended_hours": SERVED + "|documents_hold_extended",
}
PRIORITY = {
    "equeue_out_of_turn": r"equeue",
    "priority_class": SERVED + "|yard|strip|pairing",
}


def done(parts: Parts) -> dict[tuple[str, str, str], Work]:
    """Work by (class, compliant or other, step), without the steps that are never entered."""
    return {
        (parts.groups[kind.group].klass, kind.name.partition(".")[0], step): work
        for source in parts.sources
        for kind in source.kinds
        for step, work in kind.work.items()
        if all(condition.low < condition.high for condition in work.when)
    }


def ranks_of(parts: Parts) -> dict[tuple[str, str], int]:
    """Who goes first where, of the classes that anybody is of."""
    used = {kind.klass for source in parts.sources for kind in source.kinds}
    return {key: rank for key, rank in parts.priority.items() if key[0] in used}


def unlike(a: Mapping[Any, Any], b: Mapping[Any, Any]) -> set[Any]:
    return {key for key in a.keys() | b.keys() if a.get(key) != b.get(key)}


def changed_work(measure: str, directions: tuple[str, ...], sides: tuple[str, ...], way: str) -> set[Any]:
    case = with_measures(measure, directions=directions, sides=sides)
    return unlike(done(parts_of(scenario(), way)), done(parts_of(case, way)))


def changed_stages(measure: str, directions: tuple[str, ...], sides: tuple[str, ...], way: str) -> set[str]:
    case = with_measures(measure, directions=directions, sides=sides)
    before = {stage.name: stage for stage in parts_of(scenario(), way).stages}
    return unlike(before, {stage.name: stage for stage in parts_of(case, way).stages})


def side_of(name: str) -> str:
    """The side of a step (``kz.scan``) or stage (``bakhty.kz_to_cn.kz.scan``)."""
    found = re.search(r"(?:^|\.)(kz|cn|between)\.", name)
    return found.group(1) if found else "cn"  # the hand-over yard's steps name no side


@pytest.mark.parametrize("way", DIRECTIONS)
def test_a_corridor_without_measures_changes_nothing(way: str) -> None:
    assert parts_of(with_measures(), way) == parts_of(scenario(), way)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_that_is_nowhere_in_force_changes_nothing(measure: str) -> None:
    assert parts_of(with_measures(measure, directions=(), sides=BOTH_SIDES)) == parts_of(scenario())
    assert parts_of(with_measures(measure, sides=())) == parts_of(scenario())


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("direction", "side"), ONE_SIDED)
def test_a_measure_changes_only_its_own_steps_of_its_own_side_and_direction(
    measure: str, direction: str, side: str
) -> None:
    for way in DIRECTIONS:
        changed = changed_work(measure, (direction,), (side,), way)
        assert not changed or way == direction
        for klass, _, step in changed:
            assert side_of(step) == side, step
            assert re.fullmatch(STEPS[measure], step.removeprefix(f"{side}.")), step
            named = {k for change in evidence.corridor().measures[measure].changes for k in change.classes}
            assert klass in named


@pytest.mark.parametrize("measure", [name for name in MEASURES if name in STEPS])
def test_a_measure_everywhere_changes_every_step_it_is_about(measure: str) -> None:
    changed = {
        step.partition(".")[2] if side_of(step) + "." == step[:3] else step
        for way in DIRECTIONS
        for _, _, step in changed_work(measure, BOTH_WAYS, BOTH_SIDES, way)
    }
    assert changed
    assert all(re.fullmatch(STEPS[measure], step) for step in changed)


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "xray_mutual_recognition"])
def test_trucks_that_do_not_comply_do_the_same_work_as_without_a_corridor(measure: str) -> None:
    for way in DIRECTIONS:
        assert {who for _, who, _ in changed_work(measure, BOTH_WAYS, BOTH_SIDES, way)} <= {"compliant"}


def test_images_are_accepted_for_all_trucks_and_on_the_side_entered_second_only() -> None:
    for way, second in (("kz_to_cn", "cn"), ("cn_to_kz", "kz")):
        changed = changed_work("xray_mutual_recognition", BOTH_WAYS, BOTH_SIDES, way)
        assert {who for _, who, _ in changed} == {"compliant", "other"}
        assert {klass for klass, _, _ in changed} == set(evidence.profiles().classes["road"])
        assert {step for _, _, step in changed} == {f"{second}.scan", f"{second}.move.scan"}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("direction", "side"), ONE_SIDED)
def test_a_measure_changes_only_its_own_stages_of_its_own_side_and_direction(
    measure: str, direction: str, side: str
) -> None:
    for way in DIRECTIONS:
        for name in changed_stages(measure, (direction,), (side,), way):
            shared = name == f"bakhty.{side}.scan"
            gate = measure == "extended_hours" and name.endswith("cn.intake") and side == "cn"
            assert way == direction or shared, name
            assert side_of(name) == side, name
            assert gate or re.fullmatch(STAGES[measure], name.rpartition(".")[2]), name


@pytest.mark.parametrize("measure", MEASURES)
def test_only_priority_and_the_queue_change_who_goes_first(measure: str) -> None:
    for way in DIRECTIONS:
        ranks = ranks_of(parts_of(with_measures(measure), way))
        assert bool(ranks) == (
            measure in PRIORITY and not (measure == "equeue_out_of_turn" and way == "cn_to_kz")
        )
        for (klass, element), rank in ranks.items():
            assert rank < 0
            allowed = ("out_of_turn",) if measure == "equeue_out_of_turn" else ("corridor", "corridor_first")
            assert klass in allowed
            # perishables, and nobody else, get the first free truck
            assert not element.endswith(".pairing") or klass == "corridor_first"
            assert re.fullmatch(PRIORITY[measure], element.rpartition(".")[2]), element


def test_users_go_first_on_the_scoped_side_only() -> None:
    ranks = ranks_of(parts_of(with_measures("priority_class", sides=("cn",))))
    assert {side_of(element) for _, element in ranks} == {"cn"}


def test_a_dedicated_server_takes_its_share_of_days_from_the_general_ones() -> None:
    case = with_measures("dedicated_lane")
    stage = service(parts_of(case), "bakhty.kz_to_cn.kz.documents")
    plain = service(parts_of(scenario()), "bakhty.kz_to_cn.kz.documents")
    pools = {pool.name: pool for pool in stage.pools}
    (changes,) = {
        change.base
        for change in evidence.corridor().measures["dedicated_lane"].changes
        if "taken" in change.param
    }
    given_up = [
        before - at_noon(pools["general"], day)
        for day in range(14)
        for before in [at_noon(plain.pools[0], day)]
    ]
    assert sum(given_up) == 14 * changes
    assert set(given_up) == {0, 1}
    assert all(at_noon(pools["green"], day) == 1 for day in range(14))
    assert stage.usable["corridor"] == ("green", "general")
    assert stage.usable["ordinary"] == ("general",)


def test_the_last_general_server_stays() -> None:
    key = "road.bakhty.kz_to_cn.kz.quarantine.inspectors"
    case = replace(with_measures("dedicated_lane"), overrides={key: 1.0})
    general = service(parts_of(case), "bakhty.kz_to_cn.kz.quarantine").pools[1]
    assert {at_noon(general, day) for day in range(14)} == {1}


def test_extended_hours_open_a_window_for_users_after_closing_and_keep_the_intake_open() -> None:
    parts = parts_of(with_measures("extended_hours"))
    stage = service(parts, "bakhty.kz_to_cn.kz.weighing")
    general, window = stage.pools
    closing = 17
    assert (value_at(general, closing), value_at(window, closing)) == (0, value_at(general, closing - 1))
    assert value_at(window, closing - 1) == 0
    users = ("general", "window")
    assert stage.usable == {"ordinary": ("general",), "corridor": users, "corridor_first": users}
    before, after = (gate(p, "cn.intake").open for p in (parts_of(scenario()), parts))
    assert after.at_ms[4] == before.at_ms[4] + 3 * HOUR  # after lunch and closing


def test_users_papers_are_held_in_the_longer_hours_under_the_same_random_numbers() -> None:
    plain, longer = parts_of(scenario()), parts_of(with_measures("extended_hours"))
    steps = [
        {
            step.name: step.stage
            for route in parts.routes
            for step in route.steps
            if "documents_hold" in step.name
        }
        for parts in (plain, longer)
    ]
    assert steps[0].keys() == steps[1].keys()
    assert steps[0]["kz.documents_hold.compliant"] == "bakhty.kz_to_cn.kz.documents_hold"
    assert steps[1]["kz.documents_hold.compliant"] == "bakhty.kz_to_cn.kz.documents_hold_extended"
    stages = {stage.name: stage for stage in longer.stages}
    held = stages["bakhty.kz_to_cn.kz.documents_hold_extended"]
    assert isinstance(held, DelayStage)
    assert held.open is not None


def test_extended_hours_have_no_effect_where_the_posts_never_close() -> None:
    case = scenario(date(2025, 6, 10), 5, road=("nur_zholy",))
    longer = replace(
        case, corridors={"nur_zholy": Corridor({"extended_hours": Scope(BOTH_WAYS, BOTH_SIDES)})}
    )
    for way in DIRECTIONS:
        plain, same = parts_of(case, way, "nur_zholy"), parts_of(longer, way, "nur_zholy")
        assert replace(same, groups=()) == replace(plain, groups=())


def test_release_before_the_result_takes_its_share_out_of_the_laboratory_hold() -> None:
    works = done(parts_of(with_measures("release_on_passing")))
    (sampled, released) = works["perishable", "compliant", "cn.lab_hold"].when
    changes = {c.param: c for c in evidence.corridor().measures["release_on_passing"].changes}
    base = done(parts_of(scenario()))["perishable", "compliant", "cn.lab_hold"].when
    assert sampled.high == pytest.approx(base[0].high * changes["quarantine.sample_share"].base)
    assert released.low == changes["quarantine.lab_release_before_result_share"].base
    assert released.high == 1


def test_measures_on_one_parameter_multiply() -> None:
    measures = evidence.corridor().measures
    both = done(parts_of(with_measures("early_declaration", "inland_sealing"), "cn_to_kz"))
    plain = done(parts_of(scenario(), "cn_to_kz"))
    factor = 1.0
    for name in ("early_declaration", "inland_sealing"):
        (change,) = [c for c in measures[name].changes if c.param == "documents.hold_loaded"]
        factor *= change.base
    key = ("perishable", "compliant", "cn.documents_hold.compliant")
    assert both[key].duration is not None
    assert plain[key].duration is not None
    assert both[key].duration.mean == pytest.approx(plain[key].duration.mean * factor)
    assert both[key].duration.cv == plain[key].duration.cv


def test_a_laboratory_on_site_sets_the_hold_of_grain_and_multiplies_the_others() -> None:
    changes = {(c.param, c.op): c for c in evidence.corridor().measures["agri_lab_on_site"].changes}
    works, plain = done(parts_of(with_measures("agri_lab_on_site"))), done(parts_of(scenario()))
    grain = works["grain_and_oilseed", "compliant", "cn.lab_hold"].duration
    fruit = works["perishable", "compliant", "cn.lab_hold"].duration
    fruit_before = plain["perishable", "compliant", "cn.lab_hold"].duration
    assert grain is not None
    assert fruit is not None
    assert fruit_before is not None
    assert grain.mean == changes["cn.quarantine.lab_hold_grain", "set"].base * HOUR
    ratio = changes["cn.quarantine.lab_hold", "multiply"].base
    assert fruit.mean == pytest.approx(fruit_before.mean * ratio)


@pytest.mark.parametrize("name", ["light", "standard", "heavy"])
def test_whatever_the_corridor_the_arrivals_the_steps_and_who_complies_stay_the_same(name: str) -> None:
    for way in DIRECTIONS:
        plain, green = parts_of(scenario(), way), parts_of(with_measures(*bundle(name)), way)
        assert [s.arrivals for s in plain.sources] == [s.arrivals for s in green.sources]
        assert [s.name for s in plain.sources] == [s.name for s in green.sources]
        names = [[[step.name for step in route.steps] for route in p.routes] for p in (plain, green)]
        assert names[0] == names[1]
        for before, after in zip(plain.sources, green.sources, strict=True):
            assert complying(before) == pytest.approx(complying(after))


def test_compliant_trucks_are_users_only_where_a_measure_is_in_force() -> None:
    case = with_measures("priority_class", directions=("cn_to_kz",))
    roles = {way: {g.corridor for g in parts_of(case, way).groups if g.compliant} for way in DIRECTIONS}
    assert roles == {"kz_to_cn": {"eligible_nonuser"}, "cn_to_kz": {"user"}}


def test_a_scenarios_own_compliance_is_kept_without_measures() -> None:
    case = scenario(corridors={"bakhty": Corridor({}, compliance=0.4)})
    assert corridor_of(case).compliance == 0.4
    grain = [s for s in parts_of(case).sources if s.name.split(".")[3].startswith("grain_and_oilseed")]
    assert {s.name.split(".")[2] for s in grain} == {"home", "kz_to_cn", "yard"}
    for source in grain:
        # in the hand-over yard they are trucks without goods
        assert complying(source) == pytest.approx(0.0 if ".yard." in source.name else 0.4)


def test_every_change_of_the_menu_is_modelled_or_said_not_to_be() -> None:
    case = with_measures(*MEASURES)
    said = {idle.param for way in DIRECTIONS for idle in parts_of(case, way).idle}
    for measure in evidence.corridor().measures.values():
        for change in measure.changes:
            mode = "rail" if change.param.startswith(RAIL_PREFIX) else "road"
            known = any(_param(change, way)[0] in MODELLED[mode] for way in DIRECTIONS)
            assert known or change.param in said


def lacking(*places: str, road: tuple[str, ...]) -> tuple[str, ...]:
    """What is said if the first free truck for perishables were not modelled from China at these places."""
    idle = [Idle(place, "road", "cn_to_kz", "priority_class", "handover.priority") for place in places]
    return sentences(idle, scenario(road=road))


def test_what_a_measure_lacks_is_said_in_words_with_the_places() -> None:
    assert lacking("bakhty", road=("bakhty", "dostyk")) == (
        (
            "priority_class (agri served first at every stage) would also decide that perishables get the "
            "first free Kazakh truck; that is not modelled yet and has no effect at Bakhty (CN to KZ)"
        ),
    )
    (everywhere,) = lacking("bakhty", "nur_zholy", road=("bakhty", "nur_zholy"))
    assert everywhere.endswith("has no effect at any crossing (CN to KZ)")
    (two,) = lacking("bakhty", "nur_zholy", road=("bakhty", "dostyk", "nur_zholy"))
    assert two.endswith("has no effect at Bakhty (CN to KZ) and Nur Zholy (CN to KZ)")


def test_by_road_every_measure_of_the_menu_changes_what_it_says() -> None:
    assert build(with_measures(*MEASURES, road=("bakhty", "dostyk"))).notes == ()


def test_a_measure_that_some_do_not_use_is_used_by_its_share_of_all_trucks_concerned() -> None:
    plain = with_measures("priority_class", "inland_sealing", crossing="nur_zholy")
    some = replace(plain, uptake={"nur_zholy": {"inland_sealing": 0.15}})
    without = with_measures("priority_class", crossing="nur_zholy")
    for way in DIRECTIONS:
        made, whole = parts_of(some, way, "nur_zholy"), parts_of(plain, way, "nur_zholy")
        assert made.groups == whole.groups
        assert (made.stages, made.routes, made.priority) == (whole.stages, whole.routes, whole.priority)
        for source, all_use, none_use in zip(
            made.sources, whole.sources, parts_of(without, way, "nur_zholy").sources, strict=True
        ):
            labels = [made.groups[kind.group] for kind in source.kinds]
            if way == "kz_to_cn" or labels[0].klass not in ("perishable", "other_agri"):
                assert source == all_use
                continue
            use, leave, other = source.kinds
            assert (use.share, leave.share) == pytest.approx((0.15, 0.6))
            assert use.work == all_use.kinds[0].work
            assert leave.work == none_use.kinds[0].work
            assert other == all_use.kinds[1]
            assert use.group == leave.group != other.group


def test_a_share_of_users_moves_nobody_elses_random_numbers() -> None:
    plain = with_measures(
        "priority_class", "equeue_out_of_turn", "inland_sealing", crossing="nur_zholy", days=4
    )
    some = replace(plain, uptake={"nur_zholy": {"inland_sealing": 0.15}})
    without = with_measures("priority_class", "equeue_out_of_turn", crossing="nur_zholy", days=4)
    a, b, c = (draw(compile_network(build(case).network), 1, 0) for case in (some, plain, without))
    assert np.array_equal(a.arrival_ms, b.arrival_ms)
    assert np.array_equal(a.klass, b.klass)
    assert np.array_equal(a.group, b.group)
    for mine, sealed, open_ in zip(a.duration_ms, b.duration_ms, c.duration_ms, strict=True):
        assert ((mine == sealed).all(axis=1) | (mine == open_).all(axis=1)).all()
    assert any((x != y).any() for x, y in zip(a.duration_ms, c.duration_ms, strict=True))


def test_servers_of_their_own_cannot_be_for_a_share_of_the_users() -> None:
    case = replace(with_measures("dedicated_lane"), uptake={"bakhty": {"dedicated_lane": 0.5}})
    with pytest.raises(EvidenceError, match=r"bakhty: dedicated_lane changes entry_gate\.dedicated_lanes"):
        parts_of(case)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_user_is_somebody_whom_a_measure_in_force_concerns(measure: str) -> None:
    known = evidence.corridor().measures[measure]
    for way in DIRECTIONS:
        concerned = {
            klass
            for change in known.changes
            if known.who == "users" and change.direction in (way, "both")
            for klass in change.classes
            if _param(change, way)[0] in MODELLED["road"] and not change.param.startswith(RAIL_PREFIX)
        }
        for group in parts_of(with_measures(measure), way).groups:
            if group.compliant:
                assert (group.corridor == "user") == (group.klass in concerned), group
            else:
                assert group.corridor != "user"


def complying(source: Any) -> float:
    return sum(kind.share for kind in source.kinds if kind.name.startswith("compliant"))


def service(parts: Parts, name: str) -> ServiceStage:
    return next(s for s in parts.stages if isinstance(s, ServiceStage) and s.name == name)


def gate(parts: Parts, ending: str) -> GateStage:
    return next(s for s in parts.stages if isinstance(s, GateStage) and s.name.endswith(ending))


def value_at(pool: Pool, hour: int) -> int:
    at = [i for i, instant in enumerate(pool.capacity.at_ms) if instant <= hour * HOUR]
    return pool.capacity.value[at[-1]]


def at_noon(pool: Pool, day: int) -> int:
    return value_at(pool, day * 24 + 11)
