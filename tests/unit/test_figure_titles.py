"""A title states what the numbers show: the opposite numbers give the opposite title."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from kzsim.figures import (
    clouds,
    gains,
    goods,
    heat,
    hours,
    maps,
    precision,
    rankings,
    seasons,
    sensitivity,
    servers,
    sweeps,
    times,
    worlds,
)
from kzsim.language import speaker
from tests.figure_cases import comparison_study, ranking_study, run_study, sweep_study, worlds_study

SAY = speaker()
WAYS = ("kz_to_cn", "cn_to_kz")


def gaps(towards: float, back: float, half: float = 1.0) -> pd.DataFrame:
    rows = [
        {
            "crossing": crossing,
            "mode": "road",
            "direction": way,
            "class": "agricultural",
            "mean": 20.0,
            "gap": gap,
            "gap_low": gap - half,
            "gap_high": gap + half,
        }
        for crossing in ("bakhty", "dostyk")
        for way, gap in zip(WAYS, (towards, back), strict=True)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("towards", "back", "said"),
    [
        (5, 6, "take longer than the rest at every crossing"),
        (-5, -6, "take less time than the rest at every crossing"),
        (5, -6, "take longer than the rest towards China by road, and less time from it"),
        (-5, 6, "take less time than the rest towards China by road, and longer from it"),
        (0.5, -0.5, "No detectable difference"),
        (5, 0.5, "take longer than the rest in 2 of 4 flows by road, and less time in 0"),
    ],
)
def test_crossing_times(towards: float, back: float, said: str) -> None:
    assert said in times.crossing_times_title(gaps(towards, back), "road", SAY)


def within(*gaps_: tuple[float, float]) -> pd.DataFrame:
    rows = [
        {
            "mode": "road",
            "direction": way,
            "farm": 0.5 + gap,
            "rest": 0.5,
            "gap": gap,
            "gap_low": gap - half,
            "gap_high": gap + half,
        }
        for way, (gap, half) in zip(WAYS, gaps_, strict=True)
    ]
    return pd.DataFrame(rows)


def test_the_distribution_of_each_direction_rests_on_its_own_paired_interval() -> None:
    title = spaced(times.distribution_title(within((0.1, 0.05), (-0.1, 0.05)), "road", SAY))
    assert "Kazakhstan to China, more agricultural goods (60 %) than others (50 %)" in title
    assert "China to Kazakhstan, fewer agricultural goods (40 %) than others (50 %)" in title
    wide, near = ((0.1, 0.2), (0.01, 0.005))
    title = times.distribution_title(within(wide, near), "road", SAY)
    assert "Kazakhstan to China, no detectable difference" in title
    assert "China to Kazakhstan, about as many" in title
    one = times.distribution_title(within((0.1, np.nan), (0.1, np.nan)), "road", SAY)
    assert one.count("no detectable difference") == 2


def test_shares_within_a_day_are_weighted_by_cohorts_and_paired_by_replication() -> None:
    cells = [("bakhty", "agricultural", 0.8, 300), ("dostyk", "agricultural", 0.4, 100),
             ("bakhty", "rest", 0.6, 50), ("dostyk", "rest", 0.2, 50)]  # fmt: skip
    rows = [
        {
            "replication": number,
            "crossing": crossing,
            "mode": "road",
            "direction": "kz_to_cn",
            "class": klass,
            "corridor": "all",
            "cohort": cohort,
            "share_within_24h": share + 0.02 * number,
        }
        for number in range(3)
        for crossing, klass, share, cohort in cells
    ]
    found = run_study()
    found._read["replications"] = pd.DataFrame(rows)
    (row,) = times.within_a_day(found).to_dict("records")
    assert row["farm"] == pytest.approx(0.72)
    assert row["rest"] == pytest.approx(0.42)
    # luck is common to both, so that the difference is known exactly
    assert [row["gap"], row["gap_low"], row["gap_high"]] == pytest.approx([0.3, 0.3, 0.3])


def test_the_distribution_says_where_its_curves_are_cut() -> None:
    drawn = times.distributions(run_study(), SAY)
    assert drawn
    for one in drawn:
        far = one.figure.axes[-1].get_xlim()[1]
        assert f"cut at {far:.0f}" in spaced(one.source)


def accounts(closed: float, queue: float) -> pd.DataFrame:
    rows = [
        {
            "crossing": crossing,
            "mode": "road",
            "direction": "kz_to_cn",
            "account": name,
            "nature": "wait",
            "hours": value,
        }
        for crossing in ("bakhty", "dostyk")
        for name, value in (("closed", closed), ("queue", queue))
    ]
    return pd.DataFrame(rows)


def test_the_largest_account_is_named() -> None:
    assert hours.hours_title(accounts(6, 2), "road", SAY).startswith(
        "Closed hours: the largest part of the stay in every"
    )
    assert "75" in hours.hours_title(accounts(6, 2), "road", SAY)
    assert hours.hours_title(accounts(2, 6), "road", SAY).startswith("Queue: the largest")


def year(peak: float, days: int = 100) -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "crossing": "bakhty",
            "mode": "road",
            "direction": "kz_to_cn",
            "day": pd.date_range("2023-02-01", periods=days),
            "inside": 50.0,
            "exits": 9.0,
        }
    )
    found.loc[days // 2, "inside"] = peak
    return found.assign(inside_week=found["inside"], exits_week=found["exits"])


def test_the_fullest_week_is_named_and_an_even_year_is_called_so() -> None:
    peak, even, short = (
        spaced(seasons.year_title(table, "road", SAY)) for table in (year(400), year(60), year(400, 20))
    )
    assert "in the week around 23 March 2023, 400 trucks inside against 54" in peak
    assert even.startswith("Queues stay even by road")
    assert "on 11 February 2023, 400 trucks" in short


def test_queues_that_rise_or_fall_all_the_time_are_not_called_even() -> None:
    growing = year(50, 20)
    growing["inside"] = [60 + 5.0 * day for day in range(20)]  # 155 at last, less than 1.5 times the mean
    said = spaced(seasons.year_title(growing, "road", SAY))
    assert "on 20 February 2023, 155 trucks inside against 108" in said
    assert "even" not in said
    falling = growing.assign(inside=growing["inside"].iloc[::-1].to_numpy())
    assert "on 1 February 2023, 155 trucks inside" in spaced(seasons.year_title(falling, "road", SAY))


def test_titles_of_the_seasons_say_that_both_directions_are_together_where_they_are() -> None:
    for title, table in ((seasons.year_title, year(400)), (seasons.week_title, week(0, 4, 1.5))):
        two = pd.concat([table, table.assign(direction="cn_to_kz")], ignore_index=True)
        assert title(two, "road", SAY).endswith("(both directions together)")
        assert "both directions" not in title(table, "road", SAY)


def week(most: int, least: int, ratio: float) -> pd.DataFrame:
    inside = np.full(7, 100.0)
    inside[most], inside[least] = 100.0 * ratio, 100.0 / ratio
    return pd.DataFrame(
        {
            "crossing": "bakhty",
            "mode": "road",
            "direction": "kz_to_cn",
            "weekday": range(7),
            "inside": inside,
            "exits": 9.0,
            "days": 5,
        }
    )


def test_the_weekdays_of_the_longest_and_shortest_queues_are_named() -> None:
    assert "longest on Mondays and shortest on Fridays" in seasons.week_title(week(0, 4, 1.5), "road", SAY)
    assert "longest on Fridays and shortest on Mondays" in seasons.week_title(week(4, 0, 1.5), "road", SAY)
    assert "makes little difference" in seasons.week_title(week(0, 4, 1.01), "road", SAY)


def verdicts(user: tuple[float, str], other: tuple[float, str], klass: str = "all") -> pd.DataFrame:
    rows = [
        {
            "crossing": crossing,
            "mode": "road",
            "direction": "kz_to_cn",
            "class": klass,
            "corridor": role,
            "difference": gap,
            "low": gap - 0.1,
            "high": gap + 0.1,
            "verdict": verdict,
        }
        for crossing in ("bakhty", "dostyk")
        for role, (gap, verdict) in (("user", user), ("other", other))
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("user", "other", "said"),
    [
        ((-9.0, "gains"), (0.5, "loses"), "corridor users gain 9.00 to 9.00 h everywhere; others lose 0.500"),
        ((9.0, "loses"), (-0.5, "gains"), "corridor users lose 9.00 to 9.00 h everywhere; others gain 0.500"),
        (
            (-0.09, "undecided"),
            (0.05, "undecided"),
            "no detectable change for corridor users; no detectable change for others",
        ),
        (
            (-9.0, "undecided"),
            (0.05, "undecided"),
            "not decided for corridor users; no detectable change for others",
        ),
        ((0.01, "no change"), (0.0, "no change"), "corridor users see no change; others see no change"),
    ],
)
def test_who_gains_and_who_pays(user: tuple[float, str], other: tuple[float, str], said: str) -> None:
    assert said in gains.gains_title(verdicts(user, other), "road", SAY)


def test_who_gains_here_and_loses_there_is_said_to_do_both() -> None:
    table = verdicts((-9.0, "gains"), (0.5, "loses"))
    table.loc[0, ["difference", "verdict"]] = [2.0, "loses"]
    assert "corridor users gain in 1 of 2 flows and lose in 1" in gains.gains_title(table, "road", SAY)


def test_no_largest_gain_is_named_where_a_larger_undecided_one_is_drawn() -> None:
    table = verdicts((-2.0, "gains"), (0.0, "no change"))
    table.loc[2, ["difference", "verdict"]] = [-1.0, "undecided"]
    assert "gain up to 2.00 h in 1 of 2 flows" in gains.gains_title(table, "road", SAY)
    table.loc[2, "difference"] = -9.0
    title = gains.gains_title(table, "road", SAY)
    assert "corridor users gain in 1 of 2 flows, 1 are not decided" in title
    assert "up to" not in title


def test_undecided_changes_are_drawn_hollow_and_the_key_says_so() -> None:
    drawn = {one.name: one for one in gains.gains(comparison_study(), SAY)}
    for one in drawn.values():
        undecided = int((one.table["verdict"] == "undecided").sum())
        hollow = sum(
            line.get_markerfacecolor() == "white" and len(line.get_xdata()) == 1
            for axes in one.figure.axes
            for line in axes.lines
        )
        keyed = any("hollow" in text.get_text() for text in one.figure.findobj(Text))
        assert hollow == undecided + keyed
        assert keyed == (undecided > 0)


def test_the_class_that_gains_most_and_the_one_that_loses_most_are_named() -> None:
    table = pd.concat(
        [verdicts((-9, "gains"), (-9, "gains"), "grain"), verdicts((1, "loses"), (1, "loses"), "general")],
        ignore_index=True,
    )
    title = gains.classes_title(table, "road", SAY)
    assert "largest sure gain is that of grain: 9.00 h" in title
    assert "largest sure loss is that of general cargo: 1.00 h" in title
    assert title.lower().count("by road") == 1
    assert title.endswith("Kazakhstan to China")
    only_loss = gains.classes_title(table.assign(difference=table["difference"].abs()), "road", SAY)
    assert only_loss.startswith("By road, the largest sure loss is that of grain: 9.00 h")
    opposite = gains.classes_title(table.assign(difference=-table["difference"]), "road", SAY)
    assert "largest sure gain is that of general cargo" in opposite
    assert "largest sure loss is that of grain" in opposite
    undecided = table.assign(verdict="undecided")
    assert "it is not decided which class" in gains.classes_title(undecided, "road", SAY)
    held = undecided.assign(low=-10.0, high=10.0)
    assert "no detectable change for any class" in gains.classes_title(held, "road", SAY)
    assert "no change for any class" in gains.classes_title(table.assign(verdict="no change"), "road", SAY)


def pools(binds: str, bottleneck: bool) -> pd.DataFrame:
    rows = [
        {
            "crossing": "bakhty",
            "mode": "road",
            "direction": way,
            "side": "kz",
            "stage": stage,
            "pool": "general",
            "utilisation": busy,
            "binds": binds,
            "bound_side": "kz",
            "bound_stage": "exam" if bottleneck else "line_paths",
            "is_bottleneck": bottleneck and stage == "exam",
        }
        for way in WAYS
        for stage, busy in (("scan", 0.8), ("exam", 0.7))
    ]
    return pd.DataFrame(rows)


def test_the_bottleneck_is_named_where_a_stage_is_one() -> None:
    assert (
        "the bottleneck is a stage in 2 of 2 flows; the busiest of these is physical examination"
        in servers.utilisation_title(pools("stage", True), "road", SAY)
    )
    hours_bind = servers.utilisation_title(pools("hours", False), "road", SAY)
    assert "no stage is the bottleneck: in 2 of 2 flows it is the opening hours; the busiest" in hours_bind
    assert "nothing binds" in servers.utilisation_title(pools("nothing", False), "road", SAY)


def test_a_bottleneck_without_servers_is_named_and_not_denied() -> None:
    said = servers.utilisation_title(pools("stage", False), "road", SAY)
    assert "no stage is the bottleneck" not in said
    assert (
        "the bottleneck is a stage without servers in 2 of 2 flows, such as paths on the line (Kazakh side) "
        "at Bakhty"
    ) in said
    assert "the busiest stage with servers, X-ray scan" in said
    # one flow has its bottleneck among the pools, the other has not: both are counted
    mixed = pools("stage", True)
    mixed["is_bottleneck"] &= mixed["direction"] == "kz_to_cn"
    assert "the bottleneck is a stage in 2 of 2 flows; the busiest" in servers.utilisation_title(
        mixed, "road", SAY
    )


@pytest.mark.parametrize(
    ("full", "said"), [(0.0, "never full"), (0.004, "hardly ever full: at most 0.4"), (0.31, "are full 31")]
)
def test_how_often_the_tracks_are_full(full: float, said: str) -> None:
    table = pd.DataFrame(
        {
            "crossing": ["dostyk", "dostyk"],
            "direction": list(WAYS),
            "side": ["kz", "cn"],
            "share_full": [full, full / 2],
        }
    )
    assert said in servers.yards_title(table, SAY)


def test_the_commodity_and_the_crossing_with_most_tonnes_are_named() -> None:
    table = pd.DataFrame(
        {
            "crossing": ["dostyk", "bakhty"],
            "direction": "kz_to_cn",
            "class": ["grain", "container"],
            "mean": [300.0, 100.0],
        }
    )
    assert "Grain: 75 % of the tonnage by rail; 75 % of all goods goes through Dostyk" in spaced(
        goods.tonnage_title(table, "rail", SAY)
    )
    other = goods.tonnage_title(table.assign(mean=[100.0, 300.0]), "rail", SAY)
    assert "Containers: 75 % of the tonnage by rail; 75 % of all goods goes through Bakhty" in spaced(other)


def spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_map_names_where_most_pass_and_where_they_wait_longest() -> None:
    table = pd.DataFrame(
        {"crossing": ["bakhty", "dostyk"], "mode": "road", "per_day": [300.0, 100.0], "delay_h": [5.0, 9.0]}
    )
    assert "Bakhty – Baketu passes 75 % of the trucks; the longest delay is at Dostyk" in spaced(
        maps.map_title(table, SAY)
    )
    same = maps.map_title(table.assign(delay_h=[9.0, 5.0]), SAY)
    assert "delays them longest: 9.00 h" in same
    assert maps.map_title(table.head(1), SAY).startswith("Bakhty – Baketu passes 300 trucks a day")


def test_the_map_speaks_only_of_the_modes_it_has() -> None:
    assert maps.said_of({"road"}, SAY).endswith("; trucks")
    assert maps.said_of({"rail"}, SAY).endswith("; loaded trains")
    assert maps.said_of({"road", "rail"}, SAY).endswith("; trucks, and loaded trains")


def known_to(half: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "crossing": "bakhty",
            "mode": "road",
            "direction": "kz_to_cn",
            "n": [2, 3],
            "mean": 10.0,
            "low": 10.0 - half,
            "high": 10.0 + half,
            "final": 10.0,
        }
    )


def test_enough_and_too_few_replications() -> None:
    assert "With 3 replications every mean crossing time by road is known to ± 3.0 %" in spaced(
        precision.convergence_title(known_to(0.3), "road", SAY)
    )
    title = spaced(precision.convergence_title(known_to(0.6), "road", SAY))
    assert "3 replications are too few by road" in title
    assert "is known only to ± 6.0 %" in title


def test_an_interval_wider_than_its_mean_is_said_in_words() -> None:
    title = precision.convergence_title(known_to(13.57), "road", SAY)
    assert "half the interval is larger than the mean itself" in title
    assert "%" not in title


def cuts(asked: float, settled: bool = True) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "crossing": "bakhty",
            "mode": "road",
            "direction": list(WAYS),
            "run_in_days": 7.0,
            "asked_days": [asked, 1.0],
            "settled": [settled, True],
        }
    )


def test_a_run_in_that_is_long_enough_and_one_that_may_not_be() -> None:
    assert "7 days is long enough by road: MSER-5 asks for at most 5.0" in precision.run_in_title(
        cuts(5), "road", SAY
    )
    assert "asks for more than the run-in of 7 days in 1 of 2" in precision.run_in_title(cuts(9), "road", SAY)
    assert "asks for more" in precision.run_in_title(cuts(5, settled=False), "road", SAY)


@pytest.mark.parametrize(
    ("slope", "said"), [(-0.03, "falls from"), (0.03, "rises from"), (0.0, "no detectable change")]
)
def test_a_sweep_says_which_way_the_figure_goes(slope: float, said: str) -> None:
    table, split = sweeps.line_table(sweep_study("grid", slope))
    assert split is not None
    title = sweeps.lines_title(table, *split, "road", SAY)
    assert said in title
    assert "as “Trucks that China accepts a day, Bakhty – Baketu” goes from 140 to 700" in spaced(title)


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (-0.03, "accepts a day, Bakhty – Baketu” = 700 trucks per day"),
        (0.03, "accepts a day, Bakhty – Baketu” = 140 trucks per day"),
    ],
)
def test_a_heat_map_names_the_best_point(slope: float, said: str) -> None:
    (drawn,) = heat.heat_maps(sweep_study("grid", slope), SAY)
    assert said in spaced(drawn.title)
    assert "“Green corridor at Bakhty – Baketu” = standard" in drawn.title
    assert re.search(r"at most it is [\d.]+ h;", drawn.title)
    assert "(Kazakhstan to China)" in drawn.title
    assert "surely differ in 2 of 2 flows" in drawn.title
    assert "cannot be told" not in drawn.title


def test_the_numbers_in_a_heat_map_can_be_read_on_every_shade() -> None:
    for step in range(101):
        face = colormaps["Blues"](step / 100)
        assert heat.contrast(to_rgb(heat.readable_on(face)), face[:3]) > 3.9
    assert heat.contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)


def test_whole_values_of_a_key_have_no_decimals_below_a_heat_map() -> None:
    (drawn,) = heat.heat_maps(sweep_study("grid", -0.03), SAY)
    below = [label.get_text() for label in drawn.figure.axes[-1].get_xticklabels()]
    assert below[0] == "140"
    assert below[-1] == "700"


def test_a_heat_map_counts_the_points_that_cannot_be_told_from_the_least() -> None:
    found = sweep_study("grid", -0.03)
    results = found._read["results"]
    # the two other bundles at the largest intake lie 2 higher; only these intervals now reach the least
    found._read["results"] = results.assign(low=results["mean"] - 1.01, high=results["mean"] + 1.01)
    (drawn,) = heat.heat_maps(found, SAY)
    assert "cannot be told from 2 other points" in drawn.title


def test_a_heat_map_names_the_flow_in_which_the_points_differ() -> None:
    found = sweep_study("grid", -0.03)
    results = found._read["results"]
    flat = results["direction"] == "kz_to_cn"
    found._read["results"] = results.assign(
        **{name: results[name].where(~flat, 1.0) for name in ("mean", "low", "high")}
    )
    (drawn,) = heat.heat_maps(found, SAY)
    assert "(China to Kazakhstan) is least" in drawn.title
    assert "surely differ in 1 of 2 flows" in drawn.title


def test_a_heat_map_without_a_sure_difference_says_so() -> None:
    found = sweep_study("grid", 0.0)
    found._read["results"] = found._read["results"].assign(mean=20.0, low=19.0, high=21.0)
    (drawn,) = heat.heat_maps(found, SAY)
    assert "no detectable difference" in drawn.title


@pytest.mark.parametrize(("slope", "said"), [(-0.03, "correlation −1.00"), (0.0, "no single key decides it")])
def test_a_cloud_names_the_key_that_decides(slope: float, said: str) -> None:
    (drawn,) = clouds.clouds(sweep_study("latin_hypercube", slope), SAY)
    assert said in drawn.title


def sampled(points: int, keys: int, seed: int, cause: float = 0.0) -> tuple[pd.DataFrame, list[sweeps.Axis]]:
    """A sampled sweep of independent keys; the first moves the flow towards China by ``cause``."""
    luck = np.random.default_rng(seed)
    names = [f"road.all.{WAYS[n % 2]}.kz.stage{n}.time" for n in range(keys)]
    inputs = {f"{name} [min]": luck.random(points) for name in names}
    first = next(iter(inputs.values()))
    parts = [
        pd.DataFrame({"point": range(points), **inputs}).assign(
            crossing="bakhty",
            mode="road",
            direction=way,
            indicator="crossing_time",
            mean=20 + luck.normal(size=points) + cause * first * (way == WAYS[0]),
        )
        for way in WAYS
    ]
    table = pd.concat(parts, ignore_index=True)
    return table, [sweeps.Axis(f"{name} [min]", name, "min", numeric=True) for name in names]


@pytest.mark.parametrize(("points", "keys"), [(6, 3), (9, 20), (40, 60)])
def test_of_pure_noise_over_many_keys_a_cloud_names_none(points: int, keys: int) -> None:
    titles = [clouds.clouds_title(*sampled(points, keys, seed), "road", SAY) for seed in range(100)]
    assert sum("no single key" in title for title in titles) >= 95


def test_a_cause_among_many_keys_is_named_with_its_flow() -> None:
    title = clouds.clouds_title(*sampled(60, 60, 1, cause=12.0), "road", SAY)
    assert "(Kazakhstan to China) answers most to" in title
    assert "stage0" in title


def test_a_key_of_the_other_direction_moves_a_flow_only_by_shared_scanners() -> None:
    def axis(key: str) -> sweeps.Axis:
        return sweeps.Axis(key, key, "min", numeric=True)

    kept = [axis("road.all.cn_to_kz.kz.scan.time"), axis("road.all.both.kz.exam.time"), axis("demand")]
    other = [axis("road.all.cn_to_kz.kz.exam.time"), axis("crossings.dostyk.road.intake_cn_to_kz")]
    assert clouds.keys_of("kz_to_cn", [*other, *kept]) == kept
    assert clouds.keys_of("cn_to_kz", [*other, *kept]) == [*other, *kept]


def effects(*clear: bool) -> pd.DataFrame:
    names = [f"road.all.kz_to_cn.kz.{stage}.time" for stage in ("scan", "weighing")]
    findings = ["clear of luck" if one else "may be luck" for one in clear]
    return pd.DataFrame({"parameter": names, "size": [2.0, 1.0], "finding": findings})


def test_the_strongest_range_is_named_or_that_there_is_none() -> None:
    assert "depends most on time a scanner" in sensitivity.sensitivity_title(
        effects(True, True), "delay", SAY
    )
    assert "only one range surely moves it" in sensitivity.sensitivity_title(
        effects(True, False), "delay", SAY
    )
    assert "no range of the evidence surely" in sensitivity.sensitivity_title(
        effects(False, False), "delay", SAY
    )
    said = sensitivity.sensitivity_title(effects(False, True), "delay", SAY)
    assert "is the strongest range that is clear of luck" in said
    assert "weigh" in said
    few = effects(True, True).assign(finding="too few trajectories")
    assert "looks strongest; too little was run" in sensitivity.sensitivity_title(few, "delay", SAY)


# --- the numbers behind them ------------------------------------------------------------------------------


def test_the_gap_of_agricultural_goods_is_paired_by_replication() -> None:
    table = times.times_table(run_study())
    farm = table[table["class"] == "agricultural"]
    # every replication has the same luck in both classes, so that the gap is known exactly
    assert farm["gap"].to_numpy() == pytest.approx(5.0)
    assert (farm["gap_high"] - farm["gap_low"]).to_numpy() == pytest.approx(0.0, abs=1e-9)
    assert table.loc[table["class"] == "rest", "gap"].isna().all()


def test_days_are_those_of_kazakhstans_clock_after_the_run_in() -> None:
    table = seasons.daily(run_study())
    assert table["day"].min() == pd.Timestamp("2023-02-08")
    assert table["day"].max() == pd.Timestamp("2023-04-01")
    exits = table.loc[(table["crossing"] == "bakhty") & (table["direction"] == "kz_to_cn"), "exits"]
    assert exits.to_numpy() == pytest.approx(48.0)


def test_classes_beyond_four_are_put_together_and_nothing_is_lost() -> None:
    found = run_study()
    more = found.table("indicators")
    extra = more[more["class"] == "perishable"].assign(**{"class": "tiny", "mean": 1.0})
    found._read["indicators"] = pd.concat([more, extra], ignore_index=True)
    table = goods.tonnage(found)
    road = table[table["mode"] == "road"]
    assert road["class"].nunique() == 4
    own = more[(more["indicator"] == "tonnes_per_day") & (more["mode"] == "road")]
    assert road["mean"].sum() == pytest.approx(own["mean"].sum() + len(extra))


def test_running_means_end_at_the_mean_of_all_with_its_interval() -> None:
    table = precision.running_means(run_study())
    one = table[(table["crossing"] == "bakhty") & (table["direction"] == "kz_to_cn")].sort_values("n")
    values = 20.0 + 0.8 * np.sin(3.0 * np.arange(8))
    assert one["n"].tolist() == list(range(2, 9))
    last = one.iloc[-1]
    assert last["mean"] == pytest.approx(values.mean())
    # t(7; 0.975) = 2.364624
    assert last["high"] - last["mean"] == pytest.approx(2.364624 * values.std(ddof=1) / np.sqrt(8), rel=1e-6)


# --- plausible worlds and rankings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("luck", "said"),
    [
        ((0.6, 0.9), "A light corridor: shorter crossing times in most plausible worlds, 75 % of 40"),
        ((0.1, 0.4), "A light corridor: shorter crossing times not in most plausible worlds, only in 75 %"),
        ((0.3, 0.9), "in most plausible worlds is open: between 30 % and 90 % of 40 (all flows by road)"),
    ],
)
def test_the_verdict_over_worlds_counts_luck(luck: tuple[float, float], said: str) -> None:
    (drawn,) = worlds.plausible_worlds(worlds_study(luck), SAY)
    assert said in spaced(drawn.title)
    assert "falls by more than 5 min" in drawn.subtitle
    assert "against “No corridor”" in drawn.subtitle


def test_without_all_flows_together_the_verdict_is_of_where_it_helps_least() -> None:
    found = worlds_study()
    table = found._read["plausible_worlds"]
    single = table[~table["direction"].str.contains(" ")]
    single = single.assign(helps=single["helps"].where(single["direction"] != WAYS[1], 0.2))
    (drawn,) = worlds.plausible_worlds(replace(found, _read={"plausible_worlds": single}), SAY)
    assert "China to Kazakhstan" in drawn.title


def test_a_crossing_time_that_changes_in_no_world_has_no_figure() -> None:
    found = worlds_study()
    same = found._read["plausible_worlds"].assign(helps=np.nan)
    assert worlds.plausible_worlds(replace(found, _read={"plausible_worlds": same}), SAY) == ()


@pytest.mark.parametrize(
    ("states", "better", "said"),
    [
        (
            ("selected", "dropped"),
            "smaller",
            "“A corridor at crossing 0” is best: the smallest crossing time",
        ),
        (
            ("selected", "dropped"),
            "larger",
            "is best: the largest crossing time, all flows by road, selected",
        ),
        (
            ("survives", "survives", "dropped"),
            "smaller",
            "all flows by road: “A corridor at crossing 0”, “A corridor at crossing 1” are still in the race",
        ),
        (("survives",) * 5, "smaller", "5 alternatives are still in the race"),
    ],
)
def test_a_ranking_names_the_best_or_who_is_left(states: tuple[str, ...], better: str, said: str) -> None:
    (drawn,) = rankings.rankings(ranking_study(*states, better=better), SAY)
    assert said in drawn.title


def test_flows_of_a_ranking_that_were_named_by_a_pattern_stay_as_they_are() -> None:
    found = ranking_study()
    named = replace(found, manifest={**found.manifest, "flows": "road.*.*.all.user (4 together)"})
    (drawn,) = rankings.rankings(named, SAY)
    assert "road.*.*.all.user (4 together)" in drawn.subtitle
