"""Which entry answers a request, what a scenario's own value does to it, and units."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from kzsim.evidence import EvidenceError, Fact, Parameters, Spread, conventions, corridor, crossings, facts
from kzsim.evidence.explain import read_vocabulary
from kzsim.evidence.parameters import candidates, crossings_by_mode, entry_for, requestable_keys
from kzsim.evidence.reader import packaged

LOADED = "road.bakhty.kz_to_cn.kz.documents.time_loaded"
GENERAL = "road.all.kz_to_cn.kz.documents.time_loaded"
NO_OFFICER = "no such entry in the evidence, did you mean 'road.bakhty.kz_to_cn.kz.documents.officers'?"
INTAKE = "road.nur_zholy.kz_to_cn.quota.cn_intake"


def test_candidates_go_from_the_crossing_in_the_year_to_all_crossings_in_any() -> None:
    assert list(candidates(LOADED, 2025)) == [f"{LOADED}@2025", LOADED, f"{GENERAL}@2025", GENERAL]
    assert list(candidates("cost.truck_hour", 2025)) == ["cost.truck_hour@2025", "cost.truck_hour"]


@pytest.mark.parametrize(
    ("year", "key", "entry"),
    [
        (2022, INTAKE, f"{INTAKE}@2022"),
        (2023, INTAKE, INTAKE),
        (2025, INTAKE, f"{INTAKE}@2025"),
        (2020, INTAKE, f"{INTAKE}@2020"),
        (2021, INTAKE, f"{INTAKE}@2021"),
        (2022, LOADED, GENERAL),
        (2023, LOADED, GENERAL),
        (2025, LOADED, GENERAL),
        (2023, "cost.khorgos_fixed", "cost.khorgos_fixed"),
        (2025, "cost.khorgos_fixed", "cost.khorgos_fixed@2025"),
    ],
)
def test_the_first_hit_answers(year: int, key: str, entry: str) -> None:
    assert Parameters(year).get(key).key == entry


def test_2020_and_2021_take_what_they_have_not_from_2022() -> None:
    assert (
        Parameters(2020).get("road.bakhty.kz_to_cn.equeue.slots")
        == facts()["road.bakhty.kz_to_cn.equeue.slots@2022"]
    )
    assert Parameters(2020).get("road.bakhty.kz_to_cn.quota.cn_intake").years == (2022,)
    assert Parameters(2021).get("road.bakhty.kz_to_cn.quota.cn_intake").years == (2021,)


def test_an_entry_compiled_for_other_years_does_not_answer() -> None:
    key = "road.dostyk.both.kz.post_capacity"
    assert facts()[key].years == (2023,)
    assert Parameters(2022).find(key) is None
    with pytest.raises(
        EvidenceError, match=r"^road\.dostyk\.both\.kz\.post_capacity: not in the evidence of 2022"
    ):
        Parameters(2022).get(key)


def test_a_bare_key_answers_for_the_base_year_whatever_year_it_was_observed_in() -> None:
    key = "rail.dostyk.cn_to_kz.headway"
    assert facts()[key].years == (2014,)
    assert Parameters(conventions().base_year).get(key) is facts()[key]
    assert Parameters(2025).find(key) is None


def test_only_what_came_later_or_is_dated_has_no_answer_in_the_base_year() -> None:
    base = Parameters(conventions().base_year)
    silent = {key.split(".", 2)[2] for key in requestable_keys() if base.find(key) is None}
    names = ("paid_express_share_cap", "registrations", "start", "vin_check")
    assert silent == {f"kz_to_cn.equeue.{name}" for name in names}


@pytest.mark.parametrize("year", [2019, 2024, 1999])
def test_a_year_without_parameters_is_refused(year: int) -> None:
    with pytest.raises(EvidenceError) as caught:
        Parameters(year)
    assert str(caught.value) == f"no parameters for the year {year}; there are 2020, 2021, 2022, 2023, 2025"


def test_a_misspelt_crossing_does_not_fall_through_to_all_crossings() -> None:
    with pytest.raises(EvidenceError) as caught:
        Parameters(2023).get("road.bahkty.kz_to_cn.kz.documents.time_loaded")
    assert str(caught.value) == (
        "road.bahkty.kz_to_cn.kz.documents.time_loaded: not in the evidence of 2023, "
        "did you mean 'road.bakhty.kz_to_cn.kz.documents.time_loaded'?"
    )


def test_the_crossings_of_the_keys_are_those_of_the_crossings_file() -> None:
    for mode, names in crossings_by_mode().items():
        assert names == {name for name, crossing in crossings().items() if mode in crossing.every_mode}


def test_an_override_of_the_crossing_wins_over_one_of_all() -> None:
    params = Parameters(2023, {GENERAL: 20, LOADED: 15})
    assert params.get(LOADED).value == 15
    assert params.get("road.dostyk.kz_to_cn.kz.documents.time_loaded").value == 20


def test_an_override_keeps_unit_range_and_spread_and_drops_periods() -> None:
    fact = Parameters(2023, {GENERAL: 10}).get(LOADED)
    assert (fact.key, fact.grade, fact.unit, fact.low, fact.high) == (GENERAL, "scenario", "min", 5, 30)
    assert fact.distribution == Spread("lognormal", "10 min", 0.7)
    assert fact.duration() == ("lognormal", 600_000, 0.7)
    intake = Parameters(2023, {INTAKE: 800}).get(INTAKE)
    assert intake.periods == ()
    assert intake.on(date(2023, 2, 1)) == 800


def test_an_override_may_name_an_entry_of_another_year() -> None:
    key = "road.dostyk.both.kz.post_capacity"
    assert Parameters(2022, {key: 300}).get(key).value == 300


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("road.bakhty.kz_to_cn.kz.documents.officer", 3, NO_OFFICER),
        (LOADED, True, "True is of another kind than the evidence's 12"),
        (LOADED, "slow", "'slow' is of another kind than the evidence's 12"),
        ("road.all.kz_to_cn.equeue.enabled", 1, "1 is of another kind than the evidence's True"),
    ],
)  # fmt: skip
def test_an_override_that_fits_no_entry_is_refused(key: str, value: float | bool | str, message: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        Parameters(2023, {key: value})
    assert str(caught.value) == f"{key}: {message}"


def test_used_keeps_the_requests_in_order_and_once() -> None:
    params = Parameters(2023)
    params.get(INTAKE)
    params.get(LOADED)
    params.get(INTAKE)
    params.find("road.dostyk.kz_to_cn.no.such.key")
    assert list(params.used) == [INTAKE, LOADED]
    assert params.used[LOADED] is facts()[GENERAL]


def test_periods_hold_on_their_days_and_the_value_on_the_others() -> None:
    intake = facts()[INTAKE]
    assert [intake.on(date(2023, *day)) for day in ((1, 1), (3, 31), (4, 1), (8, 14), (12, 31))] == [
        140, 140, 170, 260, 350,
    ]  # fmt: skip
    assert intake.on(date(2024, 1, 1)) == intake.value


def test_shares_are_between_0_and_1_in_every_unit_of_share() -> None:
    assert facts()["road.all.cn_to_kz.cn.scan.share_loaded"].share == 0.4
    assert facts()["road.all.cn_to_kz.cn.quarantine.sample_share"].share == 0.05
    assert facts()["road.all.kz_to_cn.equeue.overbooking_factor"].share == 1.09
    with pytest.raises(EvidenceError) as caught:
        _ = facts()[INTAKE].share
    assert str(caught.value) == f"{INTAKE}: unit 'trucks/day (per open day)' is not a share"


@pytest.mark.parametrize(
    ("unit", "ms"), [("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("day", 86_400_000)]
)
def test_durations_are_in_ms(unit: str, ms: int) -> None:
    fact = Fact("x", 1.5, unit, None, None, "assumed", ("analyst",))
    assert fact.ms == 1.5 * ms
    assert fact.duration() == ("fixed", 1.5 * ms, 0.0)


@pytest.mark.parametrize("unit", ["h/day", "day/year", "min/box", "lanes"])
def test_what_is_no_duration_has_no_ms(unit: str) -> None:
    with pytest.raises(EvidenceError, match="is not a duration"):
        _ = Fact("x", 1, unit, None, None, "assumed", ("analyst",)).ms


def test_the_spread_of_a_normal_and_an_exponential_duration_is_known_too() -> None:
    assert facts()["road.all.kz_to_cn.equeue.early_arrival"].duration() == ("normal", -3_600_000, 2.0)
    assert facts()["road.all.kz_to_cn.equeue.rebook_delay"].duration() == ("exponential", 259_200_000, 1.0)


def test_text_flags_and_lists_are_no_numbers() -> None:
    for key in (
        "road.all.both.kz.stage_order",
        "road.all.kz_to_cn.equeue.enabled",
        "rail.dostyk.both.wind.monthly_share",
    ):
        with pytest.raises(EvidenceError, match="is not a number"):
            _ = facts()[key].number
    assert facts()["road.all.kz_to_cn.equeue.enabled"].flag is True
    with pytest.raises(EvidenceError, match="is not true or false"):
        _ = facts()[INTAKE].flag


def test_every_parameter_changed_by_a_measure_is_an_entry_or_a_named_switch() -> None:
    ends = [key.split(".", 3)[3] for key in requestable_keys() if key.startswith(("road.", "rail."))]
    known = {*ends, *(end.split(".", 1)[1] for end in ends if end.startswith(("kz.", "cn.")))}
    known |= {f"rail.{end}" for end in ends}
    params = {change.param for measure in corridor().measures.values() for change in measure.changes}
    assert params - known == set(read_vocabulary(packaged()).switches)


def test_an_entry_has_the_same_answer_with_and_without_a_parameters_object() -> None:
    assert entry_for(INTAKE, 2025) == Parameters(2025).get(INTAKE)
    assert entry_for("road.nowhere.kz_to_cn.quota.cn_intake", 2025) is None


def test_parameters_travel_to_another_process_with_what_was_used() -> None:
    params = Parameters(2023, {GENERAL: 20})
    params.get(LOADED)
    copy = pickle.loads(pickle.dumps(params))  # noqa: S301  our own bytes
    assert (copy.year, copy.used) == (2023, params.used)
    assert copy.get("road.dostyk.kz_to_cn.kz.documents.time_loaded").value == 20
