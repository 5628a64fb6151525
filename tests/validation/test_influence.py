"""The study of which parameters matter: what it ranks, and how it tells of it."""

from __future__ import annotations

import pytest

from kzsim.experiments.sweeps.unknowns import LeftOut, Unknown
from tests.validation import influence, influence_page
from tests.validation.influence import Flow, Influence, Seen, Share

DOSTYK: Flow = ("dostyk", "road", "cn_to_kz")
BAKHTY: Flow = ("bakhty", "road", "cn_to_kz")


def seen(dostyk: float, bakhty: float, weight: float = 1.0) -> Seen:
    """Two flows with their crossing times; Bakhty's trucks count ``weight`` times."""
    flows = {
        DOSTYK: {"time": Share(dostyk, 1.0), "throughput": Share(10.0, 1.0)},
        BAKHTY: {"time": Share(bakhty, weight), "throughput": Share(30.0, 1.0)},
    }
    return Seen((flows,))


def parameter(name: str, *keys: str) -> Unknown:
    """A parameter from 1 to 9 hours."""
    return Unknown(name, keys, 1.0, 4.0, 9.0, "h", False, "assumed", (name,), (1.0,) * len(keys))


def moved(name: str, low: Seen, high: Seen) -> Influence:
    """A parameter that acts on the road."""
    return Influence(parameter(name), "road", seen(10.0, 20.0), {"low": low, "high": high}, {})


def test_flows_are_put_together_by_how_many_they_carry() -> None:
    assert seen(10.0, 20.0, weight=3.0).mean("time", "road") == 17.5
    assert seen(10.0, 20.0, weight=3.0).mean("time", "road", "dostyk") == 10.0
    assert seen(10.0, 20.0, weight=3.0).mean("throughput", "road") == 40.0


def test_what_a_run_of_one_crossing_does_not_have_is_that_of_the_base() -> None:
    alone = Seen(({DOSTYK: {"time": Share(40.0, 1.0)}},))
    assert alone.over(seen(10.0, 20.0)).mean("time", "road") == 30.0


def test_a_swing_counts_the_value_between_the_ends() -> None:
    bent = moved("bent", seen(12.0, 20.0), seen(14.0, 20.0))
    assert bent.swing("time") == 2.0  # 15 at the value, 16 and 17 at the ends


def test_the_widest_swing_stands_first_and_what_moves_nothing_nowhere() -> None:
    weak = moved("weak", seen(10.0, 20.0), seen(11.0, 20.0))
    strong = moved("strong", seen(8.0, 20.0), seen(30.0, 20.0))
    idle = moved("idle", seen(10.0, 20.0), seen(10.0, 20.0))
    ranked = influence_page.ranked([idle, weak, strong], "time", "road")
    assert [one.unknown.name for one in ranked] == ["strong", "weak"]


def test_the_tables_show_range_grade_and_figures_at_both_ends() -> None:
    strong = moved("strong", seen(8.0, 20.0), seen(30.0, 20.0))
    text = influence_page.text([strong], [LeftOut("quota", "has periods")])
    assert "| 1 | `strong` | 1, 4, 9 h | assumed | road | 14.0, 15.0, 25.0 | 73 % |" in text
    assert "| dostyk | road | `strong` 8.00, 10.0, 30.0 |" in text
    assert "Not varied: `quota` has periods." in text


def test_who_overloads_a_stage_is_told_apart() -> None:
    def through(a_day: float) -> Seen:
        return Seen(({DOSTYK: {"time": Share(20.0, 1.0), "throughput": Share(a_day, 1.0)}},))

    base = through(100.0)
    jam = Influence(parameter("jam"), "road", base, {"low": base, "high": through(60.0)}, {})
    steady = Influence(parameter("steady"), "road", base, {"low": base, "high": through(99.0)}, {})
    assert (influence_page.carried(jam), influence_page.carried(steady)) == (False, True)


def test_an_end_without_figures_is_told() -> None:
    stopped = Influence(
        parameter("lanes"), "road", seen(10.0, 20.0), {"low": seen(12.0, 20.0)}, {"high": "deadlock"}
    )
    assert "`lanes` at its high end (road): deadlock." in influence_page.text([stopped], [])
    assert "14.0, 15.0, –" not in influence_page.text([stopped], [])
    assert "16.0, 15.0, –" in influence_page.text([stopped], [])


@pytest.mark.parametrize(
    ("key", "places"),
    [
        ("parameters.road.bakhty.kz_to_cn.kz.weighing.time", (("bakhty",), ())),
        ("crossings.dostyk.rail.demand", ((), ("dostyk",))),
        ("green_corridors.nur_zholy.compliance", (("nur_zholy",), ("nur_zholy",))),
    ],
)
def test_a_parameter_is_run_where_its_keys_act(key: str, places: tuple[tuple[str, ...], ...]) -> None:
    assert influence.where(parameter("any", key)) == places


@pytest.mark.study
def test_a_crossing_run_alone_has_the_figures_that_it_has_beside_the_others() -> None:
    scenario = influence._base().scenario
    whole = influence.run(scenario, closely=True)
    alone = influence.run(influence.only(scenario, ("maikapchagai",), ()), closely=True)
    assert alone.mean("time", "road") == whole.mean("time", "road", "maikapchagai")
    assert alone.mean("home", "road") == whole.mean("home", "road", "maikapchagai")
