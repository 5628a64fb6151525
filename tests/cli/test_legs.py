"""What the screen says of waits beside the crossing time; nothing where a model has none."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kzsim.brief import digest
from kzsim.cli import summary
from kzsim.experiments.comparisons.cells import in_words, who
from kzsim.experiments.result import RunResult
from kzsim.experiments.uncertainty.outputs import MethodError, single, together
from tests.cli.examples import run_result
from tests.unit import legs_world

legs_result = cache(legs_world.result)


def screen_of(result: RunResult, width: int = 110) -> str:
    return "\n".join(summary.lines("by-hand.yaml", result, digest.flows(result), width=width))


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The rows of Bakhty in the tables that follow a heading, up to the next one."""
    below = text[text.index(heading) :].partition("Reliability")[0]
    return [line.split() for line in below.splitlines() if line.startswith("Bakhty")]


def test_a_run_tells_the_waiting_at_home_with_farm_goods_beside_the_rest() -> None:
    at_home, *yard = rows_of(screen_of(legs_result()), "Waiting at home and in the yard")
    assert at_home[-6:] == ["9.00", "12.0", "6.00", "12.0", "50", "%"]
    assert [row[-4:] for row in yard] == [["2.00", "–", "–", "–"], ["–", "6.00", "12.0", "12.0"]]


DASHES = ["–"] * 6  # how much longer the way to Dostyk is is not known in that world, nor who crosses there


def test_a_run_tells_who_chose_which_crossing() -> None:
    stayed, changed = rows_of(screen_of(legs_result()), "Crossings chosen")[:2]
    assert stayed == ["Bakhty", "Bakhty", "1.00", "50", "%", "6.00", "0", *DASHES[2:]]
    assert changed == ["Bakhty", "Dostyk", "1.00", "50", "%", *DASHES]


def test_on_a_narrow_screen_the_same_is_said_in_sentences() -> None:
    text = re.sub(r"\s+", " ", screen_of(legs_result(), width=38))
    assert "mean wait at home in hours 9.00" in text
    assert "mean wait of a load for a truck in hours 6.00" in text


def test_what_binds_at_home_is_said_to_be_at_home() -> None:
    assert "quota at KZ electronic queue, at home" in screen_of(legs_result())


def test_a_corridor_that_shortens_the_waiting_at_home_is_said_to() -> None:
    text = screen_of(legs_result())
    below = text[text.index("Likewise the wait at home, in hours.") :]
    row = next(line for line in below.splitlines() if line.startswith("Bakhty"))
    assert row.split()[-7:] == ["−4.00", "±", "0.00", "–", "0", "±", "0"]
    assert "Corridor users, at home: gain at Bakhty (KZ to CN 4.00 h)." in text
    assert "Others, at home: no change" in text
    assert "These 6 words hold at once" in text


def test_the_longest_line_of_the_worst_day_is_one_at_the_border() -> None:
    worst = {flow.direction: flow.worst_day for flow in digest.flows(legs_result())}
    day = worst["kz_to_cn"]
    assert day is not None
    assert day.stage == "check"
    rows = [line for line in screen_of(legs_result(), width=200).splitlines() if line.startswith("Bakhty")]
    assert [row for row in rows if row.endswith("loads in CN yard")]


def test_loads_that_wait_for_trucks_are_what_binds_in_words() -> None:
    assert "trucks for loads in CN yard" in screen_of(legs_result(), width=200)


def test_the_hours_at_a_post_are_said_to_be_more_than_the_mean_counts() -> None:
    said = " ".join(screen_of(legs_result()).split())
    hours = (
        "mean and median hours at each post, without the electronic queue and, unlike the mean above, not cut"
    )
    assert hours in said


def test_the_wait_of_a_load_is_told_though_it_is_part_of_its_crossing() -> None:
    flows = digest.flows(legs_result())
    (wait,) = next(flow.waits for flow in flows if flow.direction == "cn_to_kz")
    assert (wait.leg, wait.all_h.mean, wait.agricultural_h.mean) == (digest.LOADS, 6, 12)
    assert wait.rest_h.mean == 0
    assert wait.p95_h == pytest.approx(12, rel=0.004)


def test_loads_for_which_trucks_wait_are_said_to_wait_for_no_time() -> None:
    result = legs_result()
    own = result.indicators.copy()
    own.loc[own["indicator"].isin(["account_pairing", "pairing_p95"]), "mean"] = 0.0
    flows = digest.flows(replace(result, indicators=own))
    (wait,) = next(flow.waits for flow in flows if flow.direction == "cn_to_kz")
    assert (wait.leg, wait.all_h.mean, wait.p95_h) == (digest.LOADS, 0, 0)
    older = own[own["indicator"] != "pairing_p95"]  # of which it is not known whether loads wait for trucks
    flows = digest.flows(replace(result, indicators=older))
    assert next(flow.waits for flow in flows if flow.direction == "cn_to_kz") == ()


def test_a_run_without_other_legs_says_nothing_of_them() -> None:
    result = run_result()
    assert "at home" not in screen_of(result)
    told = summary.document("x.yaml", result, digest.flows(result), Path("stored"), again=False)
    assert not {"waits", "changed"} & set(told["flows"][0])
    assert "choices" not in told
    own = legs_result()
    told = summary.document("x.yaml", own, digest.flows(own), Path("stored"), again=False)
    assert told["flows"][0]["changed"] == 0.5
    assert [(row["chosen"], row["home_h"]) for row in told["choices"]] == [("bakhty", 6.0), ("dostyk", None)]


def test_a_comparison_speaks_of_those_who_wait_too() -> None:
    layout = legs_world.collected(replications=1).layout
    cells = layout.cells
    spoken = {
        who(cells[number].mode, cells[number].klass, cells[number].corridor) for number in in_words(layout)
    }
    assert spoken == {
        "agricultural trucks",
        "general trucks",
        "corridor users",
        "agricultural trucks at home",
        "general trucks at home",
        "corridor users at home",
        "trucks waiting for a load",
    }


def test_a_figure_of_the_crossing_alone_is_refused_of_another_leg() -> None:
    layout = legs_world.collected(replications=1).layout
    (found,) = single(layout, ["crossing_time"], "road.bakhty.kz_to_cn.at_home")
    assert found.name == "Bakhty (road, KZ to CN), waiting at home, at_home"
    said = "'road.\\*.\\*.at_home' has no throughput_per_day: that is told of the crossing itself"
    with pytest.raises(MethodError, match=said):
        single(layout, ["throughput_per_day"], "road.*.*.at_home")
    with pytest.raises(MethodError, match=said):
        together(layout, "throughput_per_day", "road.*.*.at_home")
