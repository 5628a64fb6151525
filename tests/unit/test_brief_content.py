"""What a brief says follows from the numbers, and from nothing else."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from kzsim.brief.assumptions import assumptions, plain, web
from kzsim.brief.changes import of_comparison
from kzsim.brief.content import brief_of
from kzsim.brief.errors import BriefError
from kzsim.experiments.errors import ResultsError
from kzsim.indicators.intervals import estimate
from kzsim.language import LANGUAGES, speaker
from tests.unit import brief_studies as made
from tests.unit.brief_studies import BACK, FLOW

EN = speaker("en")


def with_corridor(path, *, users, others=("no change", 0.0), **more):
    """A run whose corridor users and others got these verdicts and differences, with narrow intervals."""
    spoken = [
        (flow, who, difference, difference - 0.1, difference + 0.1, verdict)
        for flow in (FLOW, BACK)
        for who, (verdict, difference) in (("user", users), ("other", others))
    ]
    return made.run(path, spoken, **more)


def said(brief):
    return {one.about: f"{one.heading}. {one.text}" for one in brief.messages}


def test_users_that_gain_make_a_headline_that_says_faster(tmp_path):
    brief = brief_of(with_corridor(tmp_path, users=("gains", -3.0)), EN)
    assert brief.headline == "Green corridors: corridor users faster in 2 of 2 cases, by up to 3.0 h"
    assert "3.0 [2.9 to 3.1] h faster" in said(brief)["wins"]
    assert said(brief)["pays"].startswith("Nobody is slower")


def test_the_opposite_numbers_make_the_opposite_headline(tmp_path):
    brief = brief_of(with_corridor(tmp_path, users=("loses", 3.0)), EN)
    assert brief.headline == "Green corridors: corridor users slower in 2 of 2 cases, by up to 3.0 h"
    assert said(brief)["wins"].startswith("Nobody is detectably faster")
    assert "3.0 [2.9 to 3.1] h slower" in said(brief)["pays"]


def test_those_who_pay_are_in_the_headline_too(tmp_path):
    brief = brief_of(with_corridor(tmp_path, users=("gains", -3.0), others=("loses", 0.5)), EN)
    assert brief.headline.endswith("by up to 3.0 h; others slower in 2 of 2")
    assert "0.50 [0.40 to 0.60] h slower" in said(brief)["pays"]


def test_gains_here_and_losses_there_are_both_said(tmp_path):
    study = made.run(
        tmp_path, [(FLOW, "user", -3.0, -3.1, -2.9, "gains"), (BACK, "user", 2.0, 1.9, 2.1, "loses")]
    )
    assert (
        brief_of(study, EN).headline == "Green corridors: corridor users faster in 1 of 2 cases, slower in 1"
    )


def test_an_interval_around_nothing_is_no_detectable_change(tmp_path):
    study = made.run(tmp_path, [(flow, "user", -0.2, -0.9, 0.5, "undecided") for flow in (FLOW, BACK)])
    brief = brief_of(study, EN)
    assert brief.headline == "Green corridors: no detectable change for corridor users"
    assert "2 undecided, of which 2 with an interval that holds 0" in said(brief)["wins"]
    assert said(brief)["pays"].startswith("Nobody is detectably slower")
    assert [row[-1] for row in brief.tables[0].rows] == ["no detectable change"] * 2


def test_no_change_is_said_only_where_every_interval_lies_within_five_minutes(tmp_path):
    small = made.run(tmp_path / "a", [(flow, "user", 0.01, 0.0, 0.02, "no change") for flow in (FLOW, BACK)])
    assert "no change for corridor users, within 5 minutes" in brief_of(small, EN).headline
    mixed = made.run(
        tmp_path / "b",
        [(FLOW, "user", 0.01, 0.0, 0.02, "no change"), (BACK, "user", 0.1, -0.2, 0.4, "undecided")],
    )
    assert "no detectable change" in brief_of(mixed, EN).headline


def test_a_run_without_corridors_says_where_the_hours_are_lost(tmp_path):
    brief = brief_of(made.run(tmp_path, hours=(10.0, 11.0, 12.0)), EN)
    assert brief.headline.startswith("The longest delay is at Bakhty – Baketu (road, ")
    assert "5.50 h of 11.0 h, most of it quota used up" in brief.headline
    assert [one.about for one in brief.messages] == ["waits", "pays", "binds"]
    assert "the intake quota" in said(brief)["binds"].lower()


def test_key_numbers_are_means_over_replications_with_their_intervals(tmp_path):
    hours, without = (10.0, 11.0, 12.0), (13.0, 13.5, 15.0)
    study = with_corridor(tmp_path, users=("gains", -3.0), hours=hours, without=without)
    number = next(one for one in brief_of(study, EN).numbers if "crossing time" in one.label)
    seen = estimate(hours)
    moved = estimate(here - base for here, base in zip(hours, without, strict=True))
    assert number.value == "11.0"
    assert number.interval == f"{seen.low:.1f} to {seen.high:.1f}"
    assert f"−{-moved.mean:.1f} [−{-moved.low:.1f} to −{-moved.high:.1f}] h" in number.note


def test_both_directions_are_summed_for_throughput(tmp_path):
    number = brief_of(made.run(tmp_path), EN).numbers[0]
    assert (number.label, number.value) == ("Trucks per day", "100")


def test_one_replication_has_no_interval(tmp_path):
    brief = brief_of(made.run(tmp_path, hours=(10.0,)), EN)
    assert {one.interval for one in brief.numbers} == {"no interval"}
    assert any("no interval" in text for text in brief.sure)


def test_judgements_against_the_result_come_first_and_in_the_page_s_own_words(tmp_path):
    nowhere = {"crossing": "", "mode": "", "direction": "", "run": "scenario", "text": "As it is."}
    judgements = [
        {**nowhere, "code": "growing", "ok": True, "value": 0.0},
        {**nowhere, **FLOW, "code": "precision", "ok": False, "value": 0.125},
        {**nowhere, "code": "new", "ok": True, "value": 0.0},
    ]
    brief = brief_of(made.run(tmp_path, judgements=judgements), EN)
    assert brief.sure[0].startswith("3 replications are too few")
    assert "± 12.5 %" in brief.sure[0].replace("\N{NO-BREAK SPACE}", " ")
    assert brief.sure[2] == "As it is."


@pytest.mark.parametrize(
    ("helps", "low", "high", "words"),
    [
        (0.95, 0.88, 0.99, "shorter crossing times in 95 % of 100 plausible worlds"),
        (0.05, 0.01, 0.12, "shorter crossing times in only 5 % of 100 plausible worlds"),
        (
            1.0,
            0.01,
            1.0,
            "too few to tell; crossing times got shorter in 100 % of 100 plausible worlds, surely in only 1",
        ),
        (0.51, 0.45, 0.57, "in 51 % of 100 plausible worlds, surely in 45 %: whether in most is open"),
    ],
)
def test_the_verdict_over_plausible_worlds_leads(tmp_path, helps, low, high, words):
    made.worlds(tmp_path / "20260101T000000Z-cdcdcdcd-plausible", helps, low, high)
    study = made.comparison(tmp_path / "a", [(FLOW, "user", -3.0, -3.1, -2.9, "gains")])
    brief = brief_of(study, EN)
    assert words in brief.headline.replace("\N{NO-BREAK SPACE}", " ")
    assert [one.about for one in brief.messages] == ["robust", "wins", "pays"]
    assert any("7 ranges of the evidence" in text for text in brief.sure)


def test_the_few_rows_of_a_short_table_stand_for_the_largest_flows_and_every_group(tmp_path):
    small = [
        ({**FLOW, "crossing": f"c{n}"}, who, -1.0, -1.1, -0.9, "gains")
        for n in range(5)
        for who in ("user", "eligible_nonuser", "other")
    ]
    large = [
        ({**FLOW, "mode": mode, "crossing": "z"}, who, -1.0, -1.1, -0.9, "gains")
        for mode in ("road", "rail")
        for who in ("user", "other")
    ]
    study = made.comparison(tmp_path / "a", [*small, *large])
    differences = study.table("differences")
    differences.loc[differences["crossing"] == "z", "n"] = 9_000
    first = brief_of(study, EN).tables[0].first
    told = [(one.crossing, one.mode, one.corridor) for one in (of_comparison(study)[n] for n in first)]
    assert sorted(first) == list(range(len(small) + len(large)))
    assert told[:5] == [
        ("z", "road", "user"),
        ("z", "rail", "user"),
        ("z", "road", "other"),
        ("z", "rail", "other"),
        ("c0", "road", "eligible_nonuser"),
    ]


UNDECIDED = [(FLOW, "all", -3.0, -3.1, -2.9, "undecided"), (FLOW, "user", -3.0, -7.1, 1.1, "undecided")]


def test_a_comparison_that_is_mostly_undecided_leads_with_all_flows_together(tmp_path):
    brief = brief_of(made.comparison(tmp_path / "a", UNDECIDED), EN)
    assert brief.headline == (
        "With the corridor: trucks together −3.0 [−3.0 to −3.0] h; too few replications to decide flow by "
        "flow (1 of 1 groups undecided)"
    )
    decided = [UNDECIDED[0], (FLOW, "user", -3.0, -3.1, -2.9, "gains")]
    assert "too few" not in brief_of(made.comparison(tmp_path / "b", decided), EN).headline


def test_messages_of_several_alternatives_name_the_one_they_speak_of(tmp_path):
    spoken = [(FLOW, "user", -3.0, -3.1, -2.9, "gains"), (FLOW, "other", 2.0, 1.9, 2.1, "loses")]
    brief = brief_of(made.comparison(tmp_path / "a", spoken, others=("blue",)), EN)
    assert re.search(
        r"Corridor users, Bakhty[^:;]*, green: 3.0 .*corridor users, Bakhty[^:;]*, blue: 3.0 ",
        said(brief)["wins"],
    )
    assert re.search(r"not eligible, Bakhty[^:;]*, green: 2.0 .*, blue: 2.0 ", said(brief)["pays"])
    assert re.search(r"Bakhty[^:;]*, green: [^;]*; Bakhty[^:;]*, blue: ", said(brief)["binds"])
    alone = brief_of(made.comparison(tmp_path / "b", spoken), EN)
    assert "green" not in " ".join(said(alone).values())


def test_worlds_of_other_scenarios_of_the_same_names_do_not_lead(tmp_path):
    made.worlds(
        tmp_path / "20260101T000000Z-cdcdcdcd-plausible", 0.9, 0.8, 0.95, settings={"demand_factor": 1.2}
    )
    study = made.comparison(tmp_path / "a", [(FLOW, "user", -3.0, -3.1, -2.9, "gains")])
    brief = brief_of(study, EN)
    assert brief.headline.startswith("With the corridor: corridor users faster in 1 of 1")
    assert "robust" not in said(brief)


def test_a_comparison_s_key_number_is_the_paired_difference_of_a_mode(tmp_path):
    spoken = [(FLOW, "all", -3.0, -3.1, -2.9, "gains"), (FLOW, "user", -3.0, -3.1, -2.9, "gains")]
    (number,) = brief_of(made.comparison(tmp_path / "a", spoken), EN).numbers
    assert (number.value, number.note) == ("19.0", "−3.0 [−3.0 to −3.0] h against 22.0 h")


def test_scenarios_of_one_title_are_told_apart_by_their_names(tmp_path):
    spoken = [(FLOW, "user", -3.0, -3.1, -2.9, "gains")]
    brief = brief_of(made.comparison(tmp_path / "a", spoken, titles=["Same", "Same"]), EN)
    assert brief.title == "Same (green) against Same (none)"
    assert brief.headline.startswith("Same (green): ")


def test_a_baseline_is_paired_replication_by_replication(tmp_path):
    here = made.run(tmp_path / "a", hours=(10.0, 12.0, 14.0))
    base = made.run(tmp_path / "b", hours=(13.0, 15.0, 17.1), title="The old way")
    brief = brief_of(here, EN, base)
    assert brief.headline == "A title: trucks and trains faster in 4 of 4 cases, by up to 3.0 h"
    assert brief.tables[0].heading == "Compared with The old way"
    assert "against The old way" in " ".join(one.note for one in brief.numbers)
    assert ("Baseline", "abababab") in brief.provenance
    swapped = brief_of(base, EN, here)
    assert "slower in 4 of 4 cases" in swapped.headline


@pytest.mark.parametrize(
    ("settings", "manifest", "words"),
    [
        ({"demand_factor": 1.2}, {}, "demand"),
        ({"last_day": "2023-03-20"}, {}, "last day"),
        ({}, {"seed": 2}, "seed"),
    ],
)
def test_a_baseline_of_other_trucks_is_refused_with_what_differs(tmp_path, settings, manifest, words):
    here = made.run(tmp_path / "a")
    base = made.run(tmp_path / "b", settings=settings, **manifest)
    with pytest.raises(BriefError, match=f"differ in {words}"):
        brief_of(here, EN, base)


def test_a_baseline_with_other_numbers_of_trucks_is_refused(tmp_path):
    with pytest.raises(BriefError, match="their numbers differ"):
        brief_of(made.run(tmp_path / "a"), EN, made.run(tmp_path / "b", cohort=99))


def test_a_baseline_is_for_runs(tmp_path):
    study = made.comparison(tmp_path / "a", [(FLOW, "user", -3.0, -3.1, -2.9, "gains")])
    with pytest.raises(BriefError, match="A baseline is for a run"):
        brief_of(study, EN, made.run(tmp_path / "b"))


def test_the_best_point_of_a_sweep_is_the_one_with_the_shortest_time(tmp_path):
    brief = brief_of(made.sweep(tmp_path, (30.0, 20.0, 10.0), 1.0), EN)
    assert brief.headline.endswith(
        "10.0 to 30.0 h; best with “Trucks that China accepts a day, Bakhty – Baketu” = 90 trucks per day"
    )


def test_the_best_point_of_a_sweep_is_the_one_with_most_throughput(tmp_path):
    brief = brief_of(made.sweep(tmp_path, (30.0, 20.0, 10.0), 1.0, "throughput_per_day"), EN)
    assert brief.headline.endswith(
        "best with “Trucks that China accepts a day, Bakhty – Baketu” = 50 trucks per day"
    )


def test_a_unit_is_written_as_it_is_in_the_note_of_a_sweep_s_table(tmp_path):
    (grid,) = brief_of(made.sweep(tmp_path, (30.0, 20.0, 10.0), 1.0), EN).tables
    assert grid.note.startswith("In h; ")


def test_points_that_cannot_be_told_apart_have_no_best(tmp_path):
    some = brief_of(made.sweep(tmp_path / "a", (30.0, 10.5, 10.0), 1.0), EN)
    assert some.headline.endswith("1 point cannot be told from the best")
    all_ = brief_of(made.sweep(tmp_path / "b", (10.2, 10.5, 10.0), 1.0), EN)
    assert all_.headline == "Crossing time does not differ detectably between the points"


def test_a_study_without_a_brief_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(BriefError, match="kzsim plot"):
        brief_of(made.study("sensitivity", tmp_path, {}), EN)


def test_a_missing_resolved_scenario_is_named(tmp_path):
    study = made.run(tmp_path)
    (tmp_path / "scenario.resolved.yaml").unlink()
    with pytest.raises(ResultsError, match=r"scenario\.resolved\.yaml"):
        brief_of(study, EN)


def test_assumptions_have_value_range_grade_and_sources(tmp_path):
    brief = brief_of(with_corridor(tmp_path, users=("gains", -3.0)), EN)
    corridor, scan = brief.assumptions
    assert (corridor.grade, corridor.meaning) == ("scenario", "Green corridor at Bakhty – Baketu")
    assert (scan.value, scan.range, scan.grade, scan.sources) == (
        "12 min",
        "8 to 20 min",
        "assumed",
        ("analyst",),
    )
    assert brief.sources["analyst"].url == ""
    assert brief.assumed == "2 values are used: 1 scenario, 1 assumed."


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (1, "bays", "1 bay"), (2, "bays", "2 bays"), (1.5, "bays", "1.5 bays"), (1, "h", "1 h"),
        (1, "scanners", "1 scanner"), (True, "flag", "yes"),
    ],
)  # fmt: skip
def test_one_of_a_thing_is_no_plural(value, unit, told):
    assert plain(EN, value, unit) == told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_thing_that_is_counted_has_a_word_for_one(lang):
    counted = ["bays", "booths", "bridges", "fronts", "inspectors", "lanes", "officers", "scanners", "teams"]
    for unit in (*counted, "tracks"):
        assert plain(speaker(lang), 1, unit).startswith("1 ")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https:", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_become_links(url, kept):
    assert web(url) == (url if kept else "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_brief_in_any_language_leaves_no_placeholder_open(tmp_path, lang):
    study = with_corridor(
        tmp_path, users=("gains", -3.0), others=("undecided", 0.01), without=(13.0, 14.0, 15.0)
    )
    brief = brief_of(study, speaker(lang))
    assert brief.lang == lang
    texts = [text for name, text in asdict(brief).items() if name != "sources"]
    assert not re.search(r"\{\w*\}", repr(texts))


def test_braces_and_per_cent_signs_of_users_are_left_as_they_are(tmp_path):
    title = "100 % {0} {title} %s"
    base = made.run(tmp_path / "b", hours=(13.0, 15.0, 17.0), title=title)
    brief = brief_of(made.run(tmp_path / "a", title=title), EN, base)
    assert brief.headline.startswith(title)
    assert brief.tables[0].heading == f"Compared with {title}"


FLOWS = {
    "demand.road.bakhty.kz_to_cn.empty": {"trucks": 23392, "share": 0.86, "load_t": 0},
    "demand.road.bakhty.cn_to_kz.empty": {"trucks": 2720, "share": 0.1, "load_t": 0},
    "demand.rail.dostyk.kz_to_cn.grain": {"trains_per_day": 1.4, "monthly_profile": "rail_grain"},
    "measures.priority_class.handover.priority": {"value": 1, "who": "users", "classes": ["grain"]},
    "road.bakhty.hours.cn.2005-11-15": {"open": ["10:30-14:00"], "to": "2024-02-29", "side": "both"},
    "road.bakhty.hours.kz.2005-11-15": {"open": ["10:30-14:00"], "direction": "kz_to_cn"},
    "road.kalzhat.weekly_closed": {"kz": [], "cn": ["Sunday"]},
    "demand.road.bakhty.trucks_each_way": {"value": 27200, "unit": "trucks/year"},
}


@pytest.mark.parametrize("lang", ["ru", "kk", "zh"])
def test_fields_of_the_data_are_said_in_the_reader_s_language(lang):
    found = assumptions(speaker(lang), {"data": FLOWS}, {})
    assert len(found) == len(FLOWS)
    for one in found:
        assert not re.search("[A-Za-z]{2}", f"{one.meaning} {one.value}"), one


def test_flows_and_posts_of_one_crossing_can_be_told_apart():
    found = assumptions(EN, {"data": FLOWS}, {})
    assert len({one.meaning for one in found}) == len(FLOWS)
    assert "Demand, Bakhty – Baketu (road) (Kazakhstan to China; empty trucks)" in {
        one.meaning for one in found
    }
