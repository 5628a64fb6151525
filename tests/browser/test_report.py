"""The report as a person meets it: opened from disk, played, measured, photographed."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.browser.visiting import HEIGHTS, Visit, barriers, overflowing
from tests.cli.program import TINY, kzsim

if TYPE_CHECKING:
    from playwright.sync_api import Page

SWEEP = """\
title: Intake at Bakhty
scenario: tiny.yaml
design: grid
replications: 2
parameters:
  crossings.bakhty.road.intake_kz_to_cn: {from: 50 trucks/day, to: 110 trucks/day, steps: 3}
  green_corridors.bakhty: {values: [none, standard]}
indicators: [throughput_per_day, crossing_time, share_not_through]
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run and a sweep, each with its report."""
    home = tmp_path_factory.mktemp("reported")
    (home / "tiny.yaml").write_text(TINY, encoding="utf-8")
    (home / "grid.yaml").write_text(SWEEP, encoding="utf-8")
    kzsim(home, "run", "tiny.yaml")
    kzsim(home, "sweep", "grid.yaml")
    kzsim(home, "report", "tiny", "--out", "run.html")
    kzsim(home, "report", "grid", "--out", "sweep.html", "--lang", "ru")
    return home


def run_folder(home: Path) -> Path:
    (folder,) = [path for path in (home / "results" / "tiny").iterdir() if path.is_dir()]
    return folder


def ready(page: Page) -> Page:
    page.locator("#player, #explorer").wait_for(state="visible")
    return page


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("name", ["run", "sweep"])
def test_the_report_from_disk_asks_for_nothing_fits_and_has_no_barriers(
    visit: Visit, home: Path, name: str, width: int
) -> None:
    path = home / f"{name}.html"
    page = ready(visit.open(path, width))
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true }")
    page.wait_for_load_state("networkidle")
    assert [address for address in visit.asked if not address.startswith("data:font/")] == [path.as_uri()]
    assert barriers(page) == []
    assert overflowing(page) == 0
    visit.picture(page, f"report-{name}-{width}")


def test_slider_and_keys_move_the_day_and_its_numbers(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html"))
    slider = page.locator("#day")
    assert said(page) == "2 March 2023"
    first = page.locator("#to_cn-0").inner_text()
    slider.focus()
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    assert said(page) == "4 March 2023"
    assert slider.get_attribute("aria-valuetext") == page.locator("#date").inner_text()
    page.locator("#map").focus()
    page.keyboard.press("ArrowLeft")
    assert said(page) == "3 March 2023"
    page.keyboard.press("PageUp")
    assert said(page) == "6 March 2023"
    page.keyboard.press("PageDown")
    assert said(page) == "1 March 2023 (run-in, not measured)"
    assert page.locator("#to_cn-0").inner_text() != first


def test_nothing_plays_until_it_is_asked_to(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html"))
    before = page.locator("#date").inner_text()
    page.wait_for_timeout(1500)
    assert page.locator("#date").inner_text() == before
    button = page.locator("#play")
    button.click()
    assert button.inner_text() == "Pause"
    page.wait_for_function("before => document.getElementById('date').textContent !== before", arg=before)
    button.click()
    assert button.inner_text() == "Play"


def test_the_queues_of_a_day_are_those_of_the_stored_readings(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html"))
    hourly = pd.read_parquet(run_folder(home) / "hourly.parquet")
    inside = hourly[hourly["quantity"] == "inside"]
    start = inside["time_utc"].min()
    day = (inside["time_utc"] - start).dt.days
    third = inside[day == 2].groupby("direction", observed=True)["mean"].mean()
    page.locator("#day").fill("2")
    assert float(page.locator("#to_cn-0").inner_text()) == pytest.approx(third["kz_to_cn"], abs=0.051)
    assert float(page.locator("#to_kz-0").inner_text()) == pytest.approx(third["cn_to_kz"], abs=0.051)


def test_downloads_hold_what_the_page_shows(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html"))
    stored = pd.read_csv(run_folder(home) / "indicators.csv")
    with page.expect_download() as caught:
        page.get_by_role("button", name=re.compile(r"indicators\.csv")).click()
    text = Path(caught.value.path()).read_text(encoding="utf-8")
    found = pd.read_csv(io.StringIO(text))
    keys = ["crossing", "mode", "direction", "class", "corridor", "indicator"]
    both = found.merge(stored, on=keys, suffixes=("", "_stored"), validate="one_to_one")
    assert len(both) == len(found) > 0
    assert both["mean"].to_numpy() == pytest.approx(both["mean_stored"].to_numpy(), rel=1e-5, nan_ok=True)
    with page.expect_download() as caught:
        page.get_by_role("button", name=re.compile(r"changes\.csv")).click()
    rows = list(csv.reader(io.StringIO(Path(caught.value.path()).read_text(encoding="utf-8"))))
    assert rows[0][:2] == ["Flow", "Who"]
    assert len({len(row) for row in rows}) == 1
    with page.expect_download() as caught:
        page.get_by_role("button", name=re.compile(r"queues_per_day\.csv")).click()
    queues = pd.read_csv(caught.value.path())
    assert len(queues) == 6
    assert queues["kz_to_cn"].iloc[2] == float(page_value(page, "2", "#to_cn-0"))


def test_every_assumption_is_a_row_of_its_download(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html"))
    page.locator("details", has=page.locator("#assumptions")).evaluate("element => { element.open = true }")
    with page.expect_download() as caught:
        page.get_by_role("button", name=re.compile(r"assumptions\.csv")).click()
    found = pd.read_csv(caught.value.path())
    told = found["What"].tolist()
    assert len(told) == int(page.locator("#assumed + p").inner_text().split()[0])
    assert found["Value"].notna().all()
    assert any(re.fullmatch(r".+ \(road, Bakhty.*; Kazakh side\)", one) for one in told)


def said(page: Page) -> str:
    """The day that is shown, with ordinary blanks."""
    return page.locator("#date").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def page_value(page: Page, day: str, where: str) -> str:
    page.locator("#day").fill(day)
    return page.locator(where).inner_text()


def test_the_explorer_shows_the_point_that_was_simulated(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "sweep.html"))
    (folder,) = [path for path in (home / "results" / "grid").iterdir() if path.is_dir()]
    results = pd.read_csv(folder / "results.csv")
    page.locator("#slider-0").fill("2")
    page.locator("#slider-1").fill("1")
    assert page.locator("#value-0").inner_text() == "110 машин в сутки"
    assert page.locator("#value-1").inner_text() == "standard"
    point = int(re.search(r"\d+", page.locator("#nearest").inner_text())[0])
    row = results[(results["point"] == point) & (results["indicator"] == "crossing_time")]
    row = row[(row["class"] == "all") & (row["corridor"] == "all") & (row["direction"] == "kz_to_cn")]
    shown = page.locator("#explored tbody tr").first.locator("td").nth(1).inner_text()
    mean = float(shown.split(" ")[0].replace(",", "."))
    assert mean == pytest.approx(row["mean"].iloc[0], rel=5e-3)
    assert set(row.iloc[0, 1:3]) == {110.0, "standard"}


def test_without_a_script_everything_but_the_player_is_there(visit: Visit, home: Path) -> None:
    context = visit.context.browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto((home / "run.html").as_uri())
        assert page.locator("noscript").first.is_visible()
        assert not page.locator("#player").is_visible()
        assert page.locator("#table_1").is_visible()
        assert page.get_by_role("button").count() == 0
    finally:
        context.close()


def test_on_a_telephone_panels_stand_below_one_another_and_nothing_is_scrolled(
    visit: Visit, home: Path
) -> None:
    page = ready(visit.open(home / "run.html", 390))
    figure = page.locator("#figure-hours_road")
    title = figure.locator("figcaption")
    title.wait_for(state="visible")
    assert title.evaluate("element => element.scrollWidth <= element.clientWidth")
    parts = figure.locator(".parts > svg")
    assert parts.count() >= 3  # the key and a part for each direction
    boxes = [part.bounding_box() for part in parts.all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert all(above["y"] + above["height"] <= below["y"] + 1 for above, below in pairwise(boxes))
    assert figure.locator(".drawing").bounding_box()["width"] <= 1
    size = parts.last.evaluate("one => 8.5 * one.getBoundingClientRect().width / one.viewBox.baseVal.width")
    assert size >= 9  # pixels of the letters


def test_on_a_desk_the_figure_is_whole(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html"))
    figure = page.locator("#figure-hours_road")
    assert figure.locator(".drawing").bounding_box()["width"] > 600
    assert not figure.locator(".parts").is_visible()


def test_on_a_telephone_the_change_stays_in_sight(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html", 390))
    head = page.locator(".changes thead th")
    assert head.nth(4).inner_text().startswith("Change")
    box = page.locator(".changes tbody tr").first.locator("th, td").nth(4).bounding_box()
    assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize(
    "name", ["utilisation_road", "classes_road", "distribution_road", "convergence_road"]
)
def test_on_a_telephone_one_wide_panel_is_not_scrolled_either(visit: Visit, home: Path, name: str) -> None:
    page = ready(visit.open(home / "run.html", 390))
    figure = page.locator(f"#figure-{name}")
    boxes = [part.bounding_box() for part in figure.locator(".parts > svg").all()]
    assert len(boxes) > 1
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    assert figure.locator(".drawing").bounding_box()["width"] <= 1


def test_on_a_telephone_the_map_is_drawn_anew_in_letters_that_can_be_read(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html", 390))
    figure = page.locator("#figure-map")
    drawn = figure.locator(".parts > svg")
    box = drawn.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert figure.locator(".drawing").bounding_box()["width"] <= 1
    size = drawn.evaluate("one => 8 * one.getBoundingClientRect().width / one.viewBox.baseVal.width")
    assert size >= 8  # pixels of the letters
    assert "Bakhty" in drawn.text_content()
    assert figure.locator("figcaption").inner_text() not in drawn.text_content()  # the page says it itself


def test_on_a_telephone_what_is_too_wide_shows_that_it_scrolls(visit: Visit, home: Path) -> None:
    page = ready(visit.open(home / "run.html", 390))
    page.locator("#figure-map details").evaluate("element => { element.open = true }")
    table = page.locator("#figure-map .scroll")
    assert table.evaluate("element => element.scrollWidth > element.clientWidth")
    assert "gradient" in table.evaluate("element => getComputedStyle(element).backgroundImage")
