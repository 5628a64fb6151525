"""The map of a comparison: what it sums, weighs and says."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from kzsim.figures.catalogue import FIGURES
from kzsim.figures.moved import moved_by_crossing, moved_title
from kzsim.language import LANGUAGES, speaker
from tests.unit import brief_studies as made

SAY = speaker("en")
CELL = {"class": "all", "corridor": "all"}


def comparison(path, change: float, spread: float = 0.0, replications: int = 3, others=()):
    """Both directions at Bakhty: delays of 10 and 20 h of 300 and 100 trucks, and the change in each."""
    study = made.comparison(path, (), others=others)
    rows, pairs = [], []
    for name in ("green", *others):
        for way, through, delay, n in (("kz_to_cn", 100.0, 10.0, 300), ("cn_to_kz", 50.0, 20.0, 100)):
            cell = {"alternative": name, "crossing": "bakhty", "mode": "road", "direction": way, **CELL}
            rows.append(
                {
                    **cell,
                    "indicator": "throughput_per_day",
                    "base_mean": through,
                    "alternative_mean": through + 1,
                }
            )
            rows.append({**cell, "indicator": "delay", "n": n})
            pairs += [
                {**cell, "replication": at, "indicator": "delay", "base": delay}
                | {"alternative_value": delay + change + spread * (at - 1)}
                for at in range(replications)
            ]
    study._read.update({"differences": pd.DataFrame(rows), "pairs": pd.DataFrame(pairs)})
    return study


def test_directions_are_summed_and_weighed_and_the_change_is_paired(tmp_path):
    row = moved_by_crossing(comparison(tmp_path, -2.0, 0.5))["green"].iloc[0]
    assert (row["per_day"], row["per_day_base"]) == (152.0, 150.0)
    assert (row["delay_base_h"], row["delay_h"], row["change_h"]) == (12.5, 10.5, -2.0)
    half = 4.302653 * 0.5 / math.sqrt(3)  # Student's t of two degrees of freedom
    assert [row["low"], row["high"]] == pytest.approx([-2 - half, -2 + half], abs=1e-5)


@pytest.mark.parametrize(
    ("change", "spread", "said"),
    [
        (-2.0, 0.1, "The delay of trucks surely falls most at Bakhty – Baketu, by 2.00 h"),
        (2.0, 0.1, "The delay of trucks surely grows most at Bakhty – Baketu, by 2.00 h"),
        (-2.0, 5.0, "No change of the delay of trucks can be told from chance at any crossing"),
    ],
)
def test_the_title_says_what_the_intervals_allow(tmp_path, change, spread, said):
    assert moved_title(moved_by_crossing(comparison(tmp_path, change, spread))["green"], SAY) == said


def test_one_replication_tells_no_interval(tmp_path):
    table = moved_by_crossing(comparison(tmp_path, -2.0, replications=1))["green"]
    assert table[["low", "high"]].isna().all(axis=None)
    assert moved_title(table, SAY).startswith("No change")


def test_every_alternative_has_a_map_of_its_own(tmp_path):
    found = FIGURES["map"].draw(comparison(tmp_path, -2.0, others=("second",)), SAY)
    assert [one.name for one in found] == ["map_green", "map_second"]
    assert "“With second”" in found[1].subtitle
    assert "“Without”" in found[1].subtitle


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_tells_the_change_and_the_half_of_its_interval(tmp_path, lang):
    say = speaker(lang)
    (drawn,) = FIGURES["map"].draw(comparison(tmp_path, -2.0, 0.5), say)
    texts = [text.get_text() for text in drawn.figure.axes[0].texts]
    change = f"{say.signed(-2.0, 1)} ± {say.number(1.2, 1)}"
    assert len([text for text in texts if change in text]) == 1


def test_where_nobody_gets_through_there_is_no_map(tmp_path):
    study = comparison(tmp_path, -2.0)
    found = study._read["differences"]
    study._read["differences"] = found[found["indicator"] != "throughput_per_day"]
    assert FIGURES["map"].draw(study, SAY) == ()
