"""Railway crossings as network: routes, tracks, slots, fronts, trains, corridors."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from kzsim import evidence
from kzsim.border import build
from kzsim.border.calendars import clock
from kzsim.border.corridors import crossing_corridor
from kzsim.border.labels import DIRECTIONS, CorridorRole, Direction, GroupLabel, Idle, Parts
from kzsim.border.rail import rail_parts
from kzsim.evidence import EvidenceError, Parameters
from kzsim.network.model import (
    MS_PER_DAY,
    MS_PER_HOUR,
    Account,
    Calendar,
    Condition,
    DelayStage,
    Distribution,
    GateStage,
    Kind,
    Occupancy,
    Pool,
    ServiceStage,
    Source,
    Zone,
)
from kzsim.scenario import Corridor, CrossingSettings, RailSettings, Scenario, Scope

BOTH_DIRECTIONS = ("kz_to_cn", "cn_to_kz")
EVERYWHERE = Scope(BOTH_DIRECTIONS, ("kz", "cn"))
HOUR = float(MS_PER_HOUR)


def scenario(year: int = 2023, **changes: object) -> Scenario:
    base = Scenario(
        title="rail",
        year=year,
        first_day=date(year, 1, 1),
        last_day=date(year, 12, 31),
        run_in_ms=0,
        follow_up_ms=0,
        replications=1,
        seed=1,
        road=(),
        rail=("dostyk", "nur_zholy"),
    )
    return replace(base, **changes)


def parts(
    direction: Direction, crossing: str = "dostyk", of: Scenario | None = None, **changes: object
) -> Parts:
    if of is None and not changes:
        return _as_is(direction, crossing)
    return _parts(direction, crossing, of or scenario(**changes))


@cache
def _as_is(direction: Direction, crossing: str) -> Parts:
    return _parts(direction, crossing, scenario())


def _parts(direction: Direction, crossing: str, asked: Scenario) -> Parts:
    return rail_parts(
        asked,
        Parameters(asked.year, asked.overrides),
        crossing,
        direction,
        clock(asked.first_day, asked.last_day),
        crossing_corridor(asked, crossing, "rail"),
    )


def with_measures(*measures: str, scope: Scope = EVERYWHERE, compliance: float | None = None) -> Scenario:
    return scenario(corridors={"dostyk": Corridor(dict.fromkeys(measures, scope), compliance)})


def steps(found: Parts, klass: str) -> list[str]:
    route = next(route for route in found.routes if route.name.endswith(f".{klass}"))
    return [step.name for step in route.steps]


def occupancies(found: Parts, klass: str) -> tuple[Occupancy, ...]:
    return next(route for route in found.routes if route.name.endswith(f".{klass}")).occupancies


def source(found: Parts, klass: str) -> Source:
    return next(source for source in found.sources if source.name.endswith(f".{klass}"))


def kind(found: Parts, klass: str, name: str) -> Kind:
    return next(kind for kind in source(found, klass).kinds if kind.name == name)


def stage(found: Parts, name: str) -> ServiceStage | DelayStage | GateStage:
    return next(stage for stage in found.stages if stage.name == name)


def gate(found: Parts) -> GateStage:
    return next(each for each in found.stages if isinstance(each, GateStage) and each.name.endswith(".slot"))


# --- routes -----------------------------------------------------------------------------------


def test_a_container_train_to_china_is_inspected_here_checked_there_and_transshipped_there() -> None:
    assert steps(parts("kz_to_cn"), "container") == [
        "kz.documents_hold",
        "kz.inspection",
        "kz.slot",
        "kz.locomotive",
        "between.run",
        "cn.customs",
        "cn.front_container",
        "cn.unloaded",
        "cn.platforms",
        "cn.documents_hold",
    ]


def test_a_grain_train_may_go_to_either_front_at_once_or_after_the_laboratory() -> None:
    way_in = ["kz.documents_hold", "kz.inspection", "kz.slot", "kz.locomotive", "between.run", "cn.customs"]
    assert steps(parts("kz_to_cn"), "grain") == [
        *(f"{name}.to_siding" for name in way_in),
        "cn.lab_hold",
        "cn.front_container.after_hold",
        "cn.reception.after_hold",
        "cn.front_bulk.after_hold",
        *way_in,
        "cn.front_container",
        "cn.reception",
        "cn.front_bulk",
        "cn.unloaded",
        "cn.platforms",
        "cn.documents_hold",
    ]


def test_bulk_trains_use_the_bulk_front_only() -> None:
    fronts = [name for name in steps(parts("kz_to_cn"), "other_bulk") if "front" in name]
    assert fronts == ["cn.front_bulk"]


def test_trains_from_china_take_the_same_way_mirrored() -> None:
    found = parts("cn_to_kz")
    way = ["cn.documents_hold", "cn.customs", "cn.slot", "cn.locomotive", "between.run", "kz.inspection"]
    out = ["kz.documents_hold", "kz.line_paths"]
    boxes = ["kz.front_container", "kz.unloaded", "kz.platforms"]
    assert steps(found, "container") == [*way, *boxes, *out]
    assert steps(found, "boxcars") == [*way, "kz.front_boxcar", *out]


def test_trains_leave_over_a_line_with_counted_paths_only_where_the_evidence_counts_them() -> None:
    at_altynkol = steps(parts("cn_to_kz", "nur_zholy"), "container")
    assert at_altynkol[-1] == "kz.documents_hold"
    assert steps(parts("kz_to_cn"), "container")[-1] == "cn.documents_hold"


@pytest.mark.parametrize(
    ("direction", "checks"),
    [("kz_to_cn", ("kz.inspection", "cn.customs")), ("cn_to_kz", ("cn.customs", "kz.inspection"))],
)
def test_empties_are_checked_twice_but_need_no_slot_no_papers_and_no_front(
    direction: Direction, checks: tuple[str, str]
) -> None:
    assert steps(parts(direction), "empties") == [checks[0], "between.run", checks[1]]


def test_every_step_is_a_stage_named_after_it() -> None:
    for direction in DIRECTIONS:
        found = parts(direction)
        names = {stage.name for stage in found.stages}
        for route in found.routes:
            for step in route.steps:
                # a train that is held goes through the same stages as the others
                what = step.name.removesuffix(".after_hold").removesuffix(".to_siding")
                assert step.stage == f"rail.dostyk.{direction}.{what}"
                assert step.stage in names


def test_every_stage_and_zone_has_a_label_that_repeats_its_name() -> None:
    found = parts("kz_to_cn")
    assert found.elements.keys() == {element.name for element in (*found.stages, *found.zones)}
    for name, label in found.elements.items():
        assert name == f"{label.mode}.{label.crossing}.{label.direction}.{label.side}.{label.stage}"
    kinds = {label.stage: label.what for label in found.elements.values()}
    assert (kinds["slot"], kinds["receiving_tracks"], kinds["customs"]) == ("gate", "zone", "stage")


# --- tracks -----------------------------------------------------------------------------------


def test_the_stations_have_the_tracks_of_the_evidence() -> None:
    assert parts("kz_to_cn").zones == (
        Zone("rail.dostyk.kz_to_cn.kz.receiving_tracks", 14),
        Zone("rail.dostyk.kz_to_cn.cn.receiving_tracks", 12),
        Zone("rail.dostyk.kz_to_cn.cn.siding", 11),
        Zone("rail.dostyk.kz_to_cn.cn.container_yard", 50),  # 5,000 TEU, 100 a train
    )
    assert parts("cn_to_kz", "nur_zholy").zones == (
        Zone("rail.nur_zholy.cn_to_kz.cn.receiving_tracks", 12),
        Zone("rail.nur_zholy.cn_to_kz.kz.receiving_tracks", 8),
        Zone("rail.nur_zholy.cn_to_kz.kz.container_yard", 90),
    )


def test_a_loaded_train_holds_its_track_until_it_departs_and_the_next_until_it_is_emptied() -> None:
    at = "rail.dostyk.kz_to_cn"
    until = {"container": "cn.unloaded", "other_bulk": "cn.documents_hold"}
    for klass, emptied in until.items():
        assert occupancies(parts("kz_to_cn"), klass)[:2] == (
            Occupancy(f"{at}.kz.receiving_tracks", "kz.inspection", "between.run", "start"),
            Occupancy(f"{at}.cn.receiving_tracks", "kz.locomotive", emptied, "start"),
        )


def test_a_train_that_will_be_held_has_its_siding_before_it_is_sent_and_until_it_is_emptied() -> None:
    at = "rail.dostyk.kz_to_cn"
    here, there = f"{at}.kz.receiving_tracks", f"{at}.cn.receiving_tracks"
    assert occupancies(parts("kz_to_cn"), "grain") == (
        Occupancy(f"{at}.cn.siding", "kz.documents_hold.to_siding", "cn.front_bulk.after_hold", "end"),
        Occupancy(here, "kz.inspection.to_siding", "between.run.to_siding", "start"),
        Occupancy(there, "kz.locomotive.to_siding", "cn.lab_hold", "start"),
        Occupancy(here, "kz.inspection", "between.run", "start"),
        Occupancy(there, "kz.locomotive", "cn.front_bulk", "end"),
        Occupancy(f"{at}.cn.container_yard", "cn.unloaded", "cn.platforms", "start"),
    )


def test_boxes_without_platforms_stand_in_the_yard() -> None:
    yard = Occupancy("rail.dostyk.kz_to_cn.cn.container_yard", "cn.unloaded", "cn.platforms", "start")
    assert occupancies(parts("kz_to_cn"), "container")[2:] == (yard,)
    assert occupancies(parts("kz_to_cn"), "other_bulk")[2:] == ()


def test_empties_stand_on_the_other_gauge_and_take_no_track() -> None:
    for direction in DIRECTIONS:
        assert occupancies(parts(direction), "empties") == ()


# --- stages -----------------------------------------------------------------------------------


def test_stages_carry_the_accounts_and_servers_of_the_evidence() -> None:
    found = parts("kz_to_cn")
    at = "rail.dostyk.kz_to_cn"
    assert stage(found, f"{at}.kz.inspection") == ServiceStage(
        f"{at}.kz.inspection", Account.INSPECTION, (Pool("teams", Calendar.always(2)),)
    )
    bulk = stage(found, f"{at}.cn.front_bulk")
    assert isinstance(bulk, ServiceStage)
    assert (bulk.account, bulk.on_close) == (Account.HANDLING, "suspend")
    assert [(pool.name, pool.capacity) for pool in bulk.pools] == [("fronts", Calendar.always(5))]
    boxcars = stage(parts("cn_to_kz"), "rail.dostyk.cn_to_kz.kz.front_boxcar")
    assert boxcars == ServiceStage(
        "rail.dostyk.cn_to_kz.kz.front_boxcar", Account.HANDLING, (Pool("fronts", Calendar.always(2)),)
    )
    assert stage(found, f"{at}.between.run") == DelayStage(f"{at}.between.run", Account.TRAVEL)
    assert stage(found, f"{at}.cn.lab_hold") == DelayStage(f"{at}.cn.lab_hold", Account.HOLD)


def test_a_front_that_opens_during_the_year_serves_from_that_day_on() -> None:
    found = parts("cn_to_kz", "nur_zholy", year=2022)
    fronts = stage(found, "rail.nur_zholy.cn_to_kz.kz.front_container")
    assert isinstance(fronts, ServiceStage)
    october = (date(2022, 10, 1) - date(2022, 1, 1)).days * MS_PER_DAY
    assert fronts.pools[0].capacity == Calendar((0, october), (2, 3))


def test_durations_are_those_of_the_evidence() -> None:
    work = kind(parts("kz_to_cn"), "grain", "other").work
    durations = {name: done.duration for name, done in work.items()}
    way_in = {
        "kz.documents_hold": Distribution("lognormal", HOUR, 0.8),
        "kz.inspection": Distribution("lognormal", 1.5 * HOUR, 0.5),
        "kz.slot": None,
        "kz.locomotive": Distribution("fixed", 0.0),
        "between.run": Distribution("lognormal", 0.5 * HOUR, 0.2),
        "cn.customs": Distribution("lognormal", 35 * 60_000.0, 0.4),
    }
    fronts = {
        "cn.front_container": Distribution("lognormal", 6.5 * HOUR, 0.5),
        "cn.reception": None,
        "cn.front_bulk": Distribution("lognormal", 20 * HOUR, 0.5),
    }
    assert durations == {
        **{f"{name}.to_siding": each for name, each in way_in.items()},
        "cn.lab_hold": Distribution("lognormal", 72 * HOUR, 0.5),
        **{f"{name}.after_hold": each for name, each in fronts.items()},
        **way_in,
        **fronts,
        "cn.unloaded": Distribution("fixed", 0.0),
        "cn.platforms": Distribution("fixed", 0.0),
        "cn.documents_hold": Distribution("lognormal", 10 * HOUR, 0.8),
    }


def test_grain_goes_to_exactly_one_front_and_a_share_of_it_to_the_laboratory() -> None:
    work = kind(parts("kz_to_cn"), "grain", "other").work
    hoppers, boxes = Condition("grain.in_hoppers", 0.0, 0.22), Condition("grain.in_hoppers", 0.22, 1.0)
    held, at_once = Condition("grain.sampled", 0.0, 0.3), Condition("grain.sampled", 0.3, 1.0)
    assert work["cn.front_bulk"].when == work["cn.reception"].when == (at_once, hoppers)
    assert work["cn.front_container"].when == (at_once, boxes)
    assert work["cn.lab_hold"].when == (held,)
    for name in ("kz.documents_hold", "kz.inspection", "kz.slot", "kz.locomotive", "between.run"):
        assert (work[f"{name}.to_siding"].when, work[name].when) == ((held,), (at_once,))
    assert work["cn.front_bulk.after_hold"].when == work["cn.reception.after_hold"].when == (held, hoppers)
    assert work["cn.front_container.after_hold"].when == (held, boxes)
    assert work["cn.unloaded"].when == work["cn.platforms"].when == (boxes,)


# --- departure slots --------------------------------------------------------------------------


def test_half_a_slot_a_day_makes_one_more_train_every_other_day() -> None:
    refills = gate(parts("kz_to_cn")).refills
    assert [refill.overall for refill in refills[:6]] == [14, 15, 14, 15, 14, 15]
    days = len(refills)
    assert sum(refill.overall for refill in refills) == math.floor(14.5 * days)


def test_slots_are_refilled_at_midnight_of_the_country_that_accepts_the_trains() -> None:
    towards_china = [refill.at_ms for refill in gate(parts("kz_to_cn")).refills]
    assert towards_china[:3] == [0, 22 * MS_PER_HOUR, 46 * MS_PER_HOUR]  # China is two hours ahead in 2023
    from_china = [refill.at_ms for refill in gate(parts("cn_to_kz")).refills]
    assert from_china[:3] == [0, MS_PER_DAY, 2 * MS_PER_DAY]
    assert len(from_china) == 365


def test_slots_follow_the_periods_of_the_evidence() -> None:
    span = {"first_day": date(2025, 3, 30), "last_day": date(2025, 4, 3)}
    refills = gate(parts("kz_to_cn", "nur_zholy", year=2025, **span)).refills
    assert [refill.overall for refill in refills] == [8, 8, 11, 11, 11, 11]  # five nights of China's clock


def test_slots_of_the_scenario_replace_those_of_the_evidence_and_their_periods() -> None:
    span = {"first_day": date(2025, 3, 30), "last_day": date(2025, 4, 2)}
    overrides = {"rail.nur_zholy.cn_to_kz.slots": 20.25}
    refills = gate(parts("cn_to_kz", "nur_zholy", year=2025, overrides=overrides, **span)).refills
    assert [refill.overall for refill in refills] == [20, 20, 20, 21]


# --- trains -----------------------------------------------------------------------------------


@pytest.mark.parametrize("crossing", ["dostyk", "nur_zholy"])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("year", [2022, 2023, 2025])
def test_the_expected_trains_of_a_year_are_those_of_the_evidence(
    crossing: str, direction: Direction, year: int
) -> None:
    found = parts(direction, crossing, year=year)
    flows = evidence.rail_demand(crossing, year).flows[direction]
    names = [f"rail.{crossing}.{direction}.{klass}" for klass in sorted(flows)]
    assert [item.name for item in found.sources] == names
    for klass, flow in flows.items():
        expected = math.fsum(source(found, klass).arrivals.expected)
        assert expected == pytest.approx(365 * flow.trains_per_day.number, rel=1e-9)


def test_trains_follow_the_months_and_run_on_every_weekday_alike() -> None:
    arrivals = source(parts("kz_to_cn"), "grain").arrivals
    january = math.fsum(arrivals.expected[: 31 * 24])
    assert january == pytest.approx(0.105 * 365 * 1.4, rel=1e-9)
    by_day = [math.fsum(arrivals.expected[24 * day : 24 * day + 24]) for day in range(31)]
    assert by_day == pytest.approx([january / 31] * 31, rel=1e-9)


def test_demand_is_multiplied_by_the_factor_of_the_scenario_and_that_of_the_crossing() -> None:
    settings = {"dostyk": CrossingSettings(rail=RailSettings(demand_factor=0.9))}
    more = parts("kz_to_cn", demand_factor=1.1, crossings=settings)
    expected = math.fsum(source(more, "container").arrivals.expected)
    assert expected == pytest.approx(6.5 * 365 * 1.1 * 0.9, rel=1e-9)


def test_part_of_a_year_has_its_own_share_of_the_trains() -> None:
    february = parts("kz_to_cn", first_day=date(2023, 2, 1), last_day=date(2023, 2, 28))
    expected = math.fsum(source(february, "container").arrivals.expected)
    assert expected == pytest.approx(0.072 * 6.5 * 365, rel=1e-9)


def test_trains_are_planned_and_late_so_that_gaps_vary_as_the_evidence_says() -> None:
    found = parts("kz_to_cn")
    for item in found.sources:
        assert item.arrivals.process == "timetable"
        assert item.arrivals.lateness * math.sqrt(2) == pytest.approx(0.8)


def test_all_classes_of_a_direction_have_their_heavy_days_together() -> None:
    streams = {
        (item.arrivals.swing.stream, item.arrivals.swing.cv)
        for direction in DIRECTIONS
        for item in parts(direction).sources
        if item.arrivals.swing
    }
    assert streams == {("rail.dostyk.kz_to_cn.day", 0.2), ("rail.dostyk.cn_to_kz.day", 0.2)}


def test_eligible_classes_have_a_compliant_kind_with_and_without_a_corridor() -> None:
    for found in (parts("kz_to_cn"), parts("kz_to_cn", of=with_measures("priority_class"))):
        shares = {item.name: [(k.name, k.share) for k in item.kinds] for item in found.sources}
        assert shares == {
            "rail.dostyk.kz_to_cn.container": [("compliant", 0.75), ("other", 0.25)],
            "rail.dostyk.kz_to_cn.empties": [("other", 1.0)],
            "rail.dostyk.kz_to_cn.grain": [("compliant", 0.75), ("other", 0.25)],
            "rail.dostyk.kz_to_cn.other_bulk": [("other", 1.0)],
        }


def test_groups_say_what_a_train_carries_and_whether_it_uses_a_corridor() -> None:
    found = parts("cn_to_kz", of=with_measures("priority_class"))

    def label(
        klass: str, role: CorridorRole, load_t: float, teu: float, wagons: float, *, loaded: bool = True
    ) -> GroupLabel:
        return GroupLabel(
            crossing="dostyk",
            mode="rail",
            direction="cn_to_kz",
            klass=klass,
            eligible=role != "other",
            compliant=role == "user",
            corridor=role,
            load_t=load_t,
            teu=teu,
            wagons=wagons,
            agricultural=False,
            loaded=loaded,
        )

    assert found.groups == (
        label("boxcars", "other", 55 * 55, 0, 55),
        label("container", "user", 850, 100, 50),
        label("container", "eligible_nonuser", 850, 100, 50),
        label("empties", "other", 0, 0, 55, loaded=False),
    )
    numbers = [kind.group for item in found.sources for kind in item.kinds]
    assert numbers == [0, 1, 2, 3]
    assert [group.corridor for group in parts("cn_to_kz").groups] == [
        "other",
        "eligible_nonuser",
        "eligible_nonuser",
        "other",
    ]


def test_grain_trains_are_agricultural_and_container_trains_only_eligible() -> None:
    for direction in DIRECTIONS:
        for group in parts(direction).groups:
            assert group.agricultural == (group.klass == "grain")
            assert group.loaded == (group.klass != "empties")
            assert group.eligible == (group.klass in ("grain", "container"))


def test_a_crossing_without_a_railway_is_refused() -> None:
    with pytest.raises(EvidenceError, match="no rail demand for the crossing 'kalzhat'"):
        parts("kz_to_cn", "kalzhat")


def test_a_planned_railway_is_refused_in_years_without_its_trains() -> None:
    with pytest.raises(EvidenceError, match="no rail demand for bakhty in 2022; there are 2023, 2025"):
        parts("kz_to_cn", "bakhty", year=2022)


# --- corridors --------------------------------------------------------------------------------


def test_without_a_corridor_nobody_has_priority_and_all_are_of_one_class() -> None:
    found = parts("kz_to_cn")
    assert found.priority == {}
    assert {k.klass for item in found.sources for k in item.kinds} == {"ordinary"}
    assert found.idle == ()


def test_priority_on_both_sides_holds_for_tracks_checks_and_fronts() -> None:
    found = parts("kz_to_cn", of=with_measures("priority_class"))
    at = "rail.dostyk.kz_to_cn"
    assert found.priority == {
        ("corridor", f"{at}.kz.receiving_tracks"): -1,
        ("corridor", f"{at}.kz.inspection"): -1,
        ("corridor", f"{at}.cn.receiving_tracks"): -1,
        ("corridor", f"{at}.cn.customs"): -1,
        ("corridor", f"{at}.cn.siding"): -1,
        ("corridor", f"{at}.cn.container_yard"): -1,
        ("corridor", f"{at}.cn.front_container"): -1,
        ("corridor", f"{at}.cn.front_bulk"): -1,
        ("corridor", f"{at}.cn.platforms"): -1,
    }
    classes = {(item.name.rpartition(".")[2], k.name): k.klass for item in found.sources for k in item.kinds}
    assert classes == {
        ("container", "compliant"): "corridor",
        ("container", "other"): "ordinary",
        ("empties", "other"): "ordinary",
        ("grain", "compliant"): "corridor",
        ("grain", "other"): "ordinary",
        ("other_bulk", "other"): "ordinary",
    }


def test_priority_on_one_side_stops_at_the_border() -> None:
    only_kz = with_measures("priority_class", scope=Scope(("cn_to_kz",), ("kz",)))
    assert {name for _, name in parts("cn_to_kz", of=only_kz).priority} == {
        "rail.dostyk.cn_to_kz.kz.receiving_tracks",
        "rail.dostyk.cn_to_kz.kz.inspection",
        "rail.dostyk.cn_to_kz.kz.container_yard",
        "rail.dostyk.cn_to_kz.kz.front_container",
        "rail.dostyk.cn_to_kz.kz.front_boxcar",
        "rail.dostyk.cn_to_kz.kz.platforms",
    }
    other_way = parts("kz_to_cn", of=only_kz)
    assert other_way.priority == {}
    assert {group.corridor for group in other_way.groups} == {"eligible_nonuser", "other"}


def test_a_laboratory_on_site_shortens_the_hold_of_compliant_grain_only() -> None:
    found = parts("kz_to_cn", of=with_measures("agri_lab_on_site"))
    compliant, other = (kind(found, "grain", name).work["cn.lab_hold"] for name in ("compliant", "other"))
    assert compliant.duration == Distribution("lognormal", 24 * HOUR, 0.5)
    assert other.duration == Distribution("lognormal", 72 * HOUR, 0.5)
    assert compliant.when == other.when


def test_the_compliance_of_the_scenario_splits_the_trains() -> None:
    found = parts("kz_to_cn", of=with_measures("priority_class", compliance=0.4))
    assert [k.share for k in source(found, "grain").kinds] == [0.4, 0.6]


def test_measures_that_change_nothing_for_trains_leave_the_network_as_it_is_and_say_so() -> None:
    found = parts("kz_to_cn", of=with_measures("dedicated_lane", "early_declaration", "release_on_passing"))
    idle = ("early_declaration", "release_on_passing")
    assert found.idle == tuple(Idle("dostyk", "rail", "kz_to_cn", measure) for measure in idle)
    assert replace(found, idle=()) == parts("kz_to_cn")
    assert all(group.corridor != "user" for group in found.groups)
    case = with_measures("early_declaration", "release_on_passing")
    assert build(replace(case, road=(), rail=("dostyk", "nur_zholy"))).notes == (
        (
            "early_declaration (declaration lodged and risk-checked before arrival) and release_on_passing "
            "(check on arrival, release on passing) may be in force by rail too, but the evidence names "
            "nothing that changes there; no effect by rail at Dostyk (both ways)"
        ),
    )


def test_container_trains_are_no_users_of_a_laboratory_for_grain() -> None:
    groups = parts("kz_to_cn", of=with_measures("agri_lab_on_site")).groups
    assert {group.klass for group in groups if group.corridor == "user"} == {"grain"}
    assert {group.klass for group in groups if group.corridor == "eligible_nonuser"} == {"container", "grain"}


def test_a_corridor_elsewhere_changes_nothing_here() -> None:
    elsewhere = scenario(corridors={"nur_zholy": Corridor({"priority_class": EVERYWHERE})})
    assert parts("kz_to_cn", of=elsewhere) == parts("kz_to_cn")


def test_the_purposes_of_random_numbers_do_not_depend_on_the_corridor() -> None:
    every = tuple(name for name, measure in evidence.corridor().measures.items() if "rail" in measure.modes)
    for direction in DIRECTIONS:
        with_all, without = parts(direction, of=with_measures(*every)), parts(direction)
        for one, other in zip(with_all.sources, without.sources, strict=True):
            assert one.arrivals == other.arrivals
            assert [list(k.work) for k in one.kinds] == [list(k.work) for k in other.kinds]


def test_days_of_the_scenario_bound_the_run() -> None:
    day = date(2023, 5, 1)
    found = parts("kz_to_cn", first_day=day, last_day=day + timedelta(days=1))
    assert source(found, "container").arrivals.edges_ms[-1] == 2 * MS_PER_DAY
