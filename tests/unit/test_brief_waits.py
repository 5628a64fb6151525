"""What a brief says of waits beside the crossing: told apart from it, and never its headline."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from kzsim.brief import changes, digest, method, posts
from kzsim.brief.html.queues import queues
from kzsim.brief.of_run import flow_grid, flows_of
from kzsim.brief.spoken import who
from kzsim.brief.wait_grid import wait_grid
from kzsim.experiments.studies import Study
from kzsim.language import LANGUAGES, speaker
from tests.unit import legs_world

SAY = speaker("en")


@cache
def study() -> Study:
    return legs_world.study()


@cache
def flows() -> tuple[digest.Flow, ...]:
    return flows_of(study())


def test_waits_have_a_table_of_their_own() -> None:
    (grid,) = wait_grid(SAY, flows())
    out, back = grid.rows
    assert out[1].startswith("9.00")
    assert out[2:5] == ("12.0", "6.00", "12.0")
    assert out[5].replace("\N{NO-BREAK SPACE}", " ") == "50 %"
    assert out[6].startswith("2.00")
    assert out[7:] == ("–",) * 3
    assert back[1:7] == ("–",) * 6
    assert back[7].startswith("6.00")
    assert back[8:] == ("12.0", "12.0")
    assert "95 %" in grid.note.replace("\N{NO-BREAK SPACE}", " ")


def test_a_run_without_such_waits_has_no_such_table() -> None:
    assert wait_grid(SAY, [replace(flow, waits=()) for flow in flows()]) == ()


def test_a_limit_that_is_felt_at_home_is_said_to_be() -> None:
    out, back = flow_grid(SAY, flows()).rows
    assert out[-1] == "the intake quota (electronic queue), waited for at home"
    assert "at home" not in back[-1]


def test_a_headline_speaks_of_the_crossing_alone() -> None:
    found = changes.of_run(study())
    assert {one.klass for one in found} == {"all", "at_home"}
    assert {one.klass for one in changes.spoken_of(found)} == {"all"}
    # at home the users gain four hours; at the border nothing changes for anybody
    assert changes.headline(SAY, "Corridors", found) == (
        "Corridors: no change for corridor users, within 5 minutes everywhere"
    )
    assert "corridor users at home" in changes.wins(SAY, found).text.lower()


@pytest.mark.parametrize(
    ("klass", "corridor", "said"),
    [
        ("all", "user", "corridor users"),
        ("at_home", "user", "corridor users at home"),
        ("at_home", "eligible_nonuser", "eligible non-users at home"),
        ("at_home", "other", "those not eligible, at home"),
        ("at_home_agricultural", "all", "agricultural trucks at home"),
        ("at_home_rest", "all", "general trucks at home"),
        ("at_home", "all", "trucks at home"),
        ("in_yard", "all", "trucks waiting for a load"),
    ],
)
def test_who_waits_is_called_by_where_they_wait(klass: str, corridor: str, said: str) -> None:
    assert who(SAY, "road", klass, corridor) == said


@pytest.mark.parametrize("code", ["growing_at_home", "growing_in_yard", "not_come", "not_loaded"])
def test_judgements_on_waits_are_given_in_every_language(code: str) -> None:
    row = {"code": code, "ok": False, "value": 0.25, "run": "scenario", "text": "as stored",
           "crossing": "bakhty", "mode": "road", "direction": "kz_to_cn"}  # fmt: skip
    said = {lang: next(method.judged(speaker(lang), [row], replications=3, days="7")) for lang in LANGUAGES}
    assert "as stored" not in said.values()
    assert len(set(said.values())) == len(LANGUAGES)
    assert all("25" in text for text in said.values())


def test_the_queues_that_are_played_leave_out_those_who_wait_at_home() -> None:
    found = queues(study())
    assert found is not None
    out = found.flows.index(("bakhty", "road", "kz_to_cn"))
    # in line before the check for two hours a day, at home for many more
    assert found.in_line[out][3] == pytest.approx(2 / 24)
    assert (found.in_line[out] <= found.inside[out]).all()


def test_hours_and_dollars_at_the_posts_stand_in_carecs_order_mean_before_median() -> None:
    out, back = flows()
    out = replace(
        out,
        kz_post_h=4.0,
        kz_post_p50_h=2.5,
        cn_post_h=3.0,
        cn_post_p50_h=1.5,
        kz_post_usd=40.0,
        kz_post_p50_usd=25.0,
        cn_post_usd=130.0,
        cn_post_p50_usd=115.0,
    )
    nothing = replace(back, kz_post_h=None, cn_post_h=None)
    (grid,) = posts.grid(SAY, [out, nothing])
    (row,) = grid.rows
    assert row[1:] == ("4.00", "2.50", "3.00", "1.50", "40.0", "25.0", "130", "115")
    assert len(set(grid.columns)) == len(grid.columns) == 9
    assert posts.grid(SAY, [nothing]) == ()


def test_where_no_cost_is_known_the_posts_have_hours_alone() -> None:
    free = {f"{side}_post{what}_usd": None for side in ("kz", "cn") for what in ("", "_p50")}
    (grid,) = posts.grid(SAY, [replace(flow, kz_post_h=4.0, **free) for flow in flows()])
    assert len(grid.columns) == len(grid.numeric) == 5
    assert {len(row) for row in grid.rows} == {5}
