"""The page of a year at all crossings stays small, in the language whose words take the most bytes."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import kzsim

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MOST_BYTES = 960_000
"""A page may have a megabyte. Journeys in legs and a narrow map for telephones took some of what was left."""


def test_the_page_of_a_year_at_all_crossings_stays_well_below_a_megabyte(tmp_path):
    # 1: two replications do not reach the precision
    kzsim(tmp_path, "run", SCENARIOS / "green_all.yaml", "--replications", 2, "-q", ends=(0, 1))
    kzsim(tmp_path, "report", "green_all", "--lang", "ru", "--out", "page.html", "-q")
    assert 100_000 < (tmp_path / "page.html").stat().st_size < MOST_BYTES
