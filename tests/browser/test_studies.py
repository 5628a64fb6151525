"""Comparisons, plausible worlds, samples, rankings and sensitivity studies: their reports and their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.served import Served, serving
from tests.browser.visiting import HEIGHTS, Visit, barriers, overflowing
from tests.cli.program import TINY, kzsim

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FEW = ("--over", "road.bakhty.kz_to_cn.kz.documents.officers", "--over", "demand.*")
SAMPLE = """\
title: Bakhty within the evidence
scenario: green.yaml
design: sobol
points: 8
replications: 2
parameters:
  crossings.bakhty.road.intake_kz_to_cn: {from: 75 trucks/day, to: 200 trucks/day}
over: [road.bakhty.kz_to_cn.kz.documents.officers]
indicators: [throughput_per_day, crossing_time]
"""
KINDS = ("Comparison", "Plausible worlds", "Sweep", "Ranking", "Sensitivity")
ANY_IMPACT = ("minor", "moderate", "serious", "critical")


@pytest.fixture(scope="package")
def studied(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one study of each kind and the reports there are of them, in Russian and English."""
    home = tmp_path_factory.mktemp("studied")
    (home / "green.yaml").write_text(TINY, encoding="utf-8")
    (home / "none.yaml").write_text(TINY.replace("standard", "none"), encoding="utf-8")
    (home / "sample.yaml").write_text(SAMPLE, encoding="utf-8")
    kzsim(home, "compare", "none.yaml", "green.yaml", "-q")
    kzsim(home, "compare", "none.yaml", "green.yaml", "--uncertainty", "--points", "20", *FEW, "-q")
    kzsim(home, "sweep", "sample.yaml", "-q")
    kzsim(home, "rank", "none.yaml", "green.yaml", "--replications", "20", "-q")
    kzsim(home, "sensitivity", "green.yaml", "--size", "4", "--replications", "2", *FEW, "-q")
    (worlds,) = (home / "results").glob("*/*-plausible")
    for lang in ("en", "ru"):
        kzsim(home, "report", "compare-none-green", "--lang", lang, "--out", f"comparison-{lang}.html")
        kzsim(home, "report", worlds, "--lang", lang, "--out", f"plausible-{lang}.html")
        kzsim(home, "report", "sample", "--lang", lang, "--out", f"sample-{lang}.html")
    return home


@pytest.fixture(scope="package")
def shown(studied: Path) -> Iterator[Served]:
    """A server of these studies."""
    with serving(studied) as server:
        yield server


@pytest.mark.parametrize(("lang", "width"), [("en", 1200), ("ru", 390)])  # Russian has the longest words
@pytest.mark.parametrize("name", ["comparison", "plausible", "sample"])
def test_the_report_of_any_study_asks_for_nothing_fits_and_has_no_barriers(
    visit: Visit, studied: Path, name: str, lang: str, width: int
) -> None:
    path = studied / f"{name}-{lang}.html"
    page = visit.open(path, width)
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true }")
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == lang
    assert [address for address in visit.asked if not address.startswith("data:font/")] == [path.as_uri()]
    assert barriers(page) == []
    assert overflowing(page) == 0
    visit.picture(page, f"report-{name}-{lang}-{width}")


def test_the_report_of_plausible_worlds_begins_with_the_verdict_over_them(
    visit: Visit, studied: Path
) -> None:
    page = visit.open(studied / "plausible-en.html")
    assert "worlds" in page.locator(".messages li").first.inner_text()
    figures = [figure.get_attribute("id") for figure in page.locator("figure[id]").all()]
    assert "figure-worlds_green_road" in figures
    assert "figure-gains_green_road" in figures


def test_the_report_of_a_comparison_says_who_wins_and_has_a_map(visit: Visit, studied: Path) -> None:
    page = visit.open(studied / "comparison-en.html")
    assert page.locator("#figure-map_green svg[role=img]").first.is_visible()
    assert page.locator(".changes tbody tr").count() >= 2


def test_the_explorer_of_a_sample_shows_a_point_near_to_what_is_chosen(visit: Visit, studied: Path) -> None:
    page = visit.open(studied / "sample-en.html")
    page.locator("#explorer").wait_for(state="visible")
    before = page.locator("#nearest").inner_text()
    slider = page.locator("#slider-0")
    slider.focus()
    slider.press("End")
    assert page.locator("#nearest").inner_text() != before


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_any_study_keeps_nobody_out(visit: Visit, shown: Served, kind: str, width: int) -> None:
    page = visit.open(shown.address, width)
    named = page.locator("td", has_text=re.compile(f"^{kind}$"))
    page.locator("tbody tr").filter(has=named).get_by_role("link").click()
    page.get_by_role("heading", name="Files").wait_for()
    assert kind in page.locator(".facts").first.inner_text()
    assert barriers(page, impacts=ANY_IMPACT) == []
    assert overflowing(page) == 0
    visit.picture(page, f"study-{kind.split()[0].lower()}-{width}")
