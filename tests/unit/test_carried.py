"""What the railway carried is said in trains, wagons, TEU and tonnes, on the screen and in the report."""

from __future__ import annotations

import pandas as pd

from kzsim.brief import carried as in_report
from kzsim.brief.digest import Empties, Estimate, Flow, flows
from kzsim.cli import carried
from kzsim.language.speak import speaker

NONE = Estimate(None)


def flow(mode: str, trains: float, empties: float | None = None, **more: float) -> Flow:
    of_empties = None if empties is None else Empties(Estimate(empties), NONE, None, None, None, NONE)
    return Flow(
        crossing="dostyk",
        mode=mode,
        direction="cn_to_kz",
        who="loaded",
        throughput_per_day=Estimate(trains),
        crossing_time_h=NONE,
        p10_h=None,
        p50_h=None,
        p90_h=None,
        agricultural_h=NONE,
        rest_h=NONE,
        delay_h=NONE,
        share_not_through=None,
        largest_account="",
        largest_account_share=None,
        binding=None,
        without_throughput_per_day=None,
        without_crossing_time_h=None,
        without_delay_h=None,
        with_delay_h=None,
        changes=(),
        empties=of_empties,
        **more,
    )


TRAINS = flow(
    "rail",
    11.3,
    11.7,
    wagons_per_day=574.0,
    wagons_with_empties_per_day=1217.0,
    teu_per_day=950.0,
    tonnes_per_day=13475.0,
)


def test_the_screen_says_trains_wagons_teu_and_tonnes_of_each_flow_of_trains() -> None:
    text = "\n".join(carried.lines([flow("road", 300.0), TRAINS], 100, 100))
    row = next(line for line in text.splitlines() if line.startswith("Dostyk"))
    assert row.split()[-6:] == ["11.3", "11.7", "574", "1,217", "950", "13,475"]
    assert text.count("CN to KZ") == 1


def test_a_run_without_rail_says_nothing_of_it() -> None:
    assert list(carried.lines([flow("road", 300.0)], 100, 100)) == []
    assert in_report.grid(speaker("en"), [flow("road", 300.0)]) == ()


def test_the_report_has_a_table_of_it_in_every_language() -> None:
    for lang in ("en", "ru", "kk", "zh"):
        (grid,) = in_report.grid(speaker(lang), [TRAINS])
        assert len(grid.columns) == len(grid.numeric) == len(grid.rows[0]) == 7
    (grid,) = in_report.grid(speaker("en"), [TRAINS])
    assert grid.rows[0][1:] == ("11.3", "11.7", "574", "1,217", "950", "13,475")


def test_the_figures_are_those_of_loaded_trains_and_all_wagons_of_all() -> None:
    amounts = {
        ("loaded", "throughput_per_day"): 11.0,
        ("loaded", "crossing_time"): 30.0,
        ("loaded", "wagons_per_day"): 550.0,
        ("loaded", "teu_per_day"): 900.0,
        ("loaded", "tonnes_per_day"): 13000.0,
        ("loaded", "wagons_with_empties_per_day"): 550.0,
        ("all", "wagons_with_empties_per_day"): 1200.0,
    }
    columns = ["crossing", "mode", "direction", "class", "corridor", "indicator", "mean"]
    rows = [("dostyk", "rail", "cn_to_kz", who, "all", name, value) for (who, name), value in amounts.items()]

    class Tables:
        indicators = pd.DataFrame(rows, columns=columns)
        binding = pd.DataFrame(columns=["crossing", "mode", "direction"])
        worst_days = None
        comparison = None

    (found,) = flows(Tables())
    assert (found.wagons_per_day, found.wagons_with_empties_per_day) == (550.0, 1200.0)
    assert (found.teu_per_day, found.tonnes_per_day) == (900.0, 13000.0)
