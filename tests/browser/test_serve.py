"""`kzsim serve` in a browser: from a form to results, with the keyboard, on a desk and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kzsim.scenario import load, validate
from tests.browser.served import Served, serving
from tests.browser.visiting import HEIGHTS, Visit, barriers, overflowing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

LONG_MS = 120_000
"""A simulation or a report may take that long on a busy machine."""
ANY_IMPACT = ("minor", "moderate", "serious", "critical")


@pytest.fixture(scope="package")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for these tests; each works on copies of its own. Not started where no browser is."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def field(page: Page, key: str) -> Locator:
    return page.locator(f'[id="{key}"]')


def test_the_smallest_scenario_goes_from_the_form_to_its_report(visit: Visit, served: Served) -> None:
    page = visit.open(served.address)
    page.get_by_role("link", name="Scenarios").click()
    page.get_by_role("link", name="Edit a copy of Bakhty, road, two weeks in March 2023").click()
    field(page, "file-name").fill("from-the-form")
    field(page, "title").fill("Bakhty, more trucks")
    field(page, "demand").fill("110 %")
    page.get_by_role("button", name="Save and run").click()
    page.get_by_role("heading", name="Simulation").wait_for()
    page.get_by_role("link", name="See the results").click(timeout=LONG_MS)
    page.get_by_role("heading", name="Bakhty, more trucks").wait_for()
    scenario = load(served.scenarios / "from-the-form.yaml")
    assert (scenario.title, scenario.demand_factor) == ("Bakhty, more trucks", 1.1)
    (stored,) = (path for path in (served.out / "from-the-form").iterdir() if path.is_dir())
    assert str(stored) in page.get_by_role("main").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="indicators.csv", exact=True).click()
    assert Path(download.value.path()).read_bytes() == (stored / "indicators.csv").read_bytes()
    for width, height in HEIGHTS.items():
        page.set_viewport_size({"width": width, "height": height})
        visit.picture(page, f"result-{width}")
        assert barriers(page, impacts=ANY_IMPACT) == []
        assert overflowing(page) == 0
    headline = page.get_by_role("heading", level=2).first.inner_text()
    page.get_by_role("link", name="Open the report").click(timeout=LONG_MS)
    page.get_by_role("heading", level=1).wait_for(timeout=LONG_MS)
    assert "/report?lang=en" in page.url
    assert headline in page.locator("body").inner_text()
    with page.expect_download() as download:
        page.locator("button[data-csv]:visible").first.click()
    assert download.value.suggested_filename.endswith(".csv")
    reached = "address => fetch(address).then(() => 'read', () => 'refused')"
    assert page.evaluate("() => window.origin") == "null"
    assert page.evaluate(reached, served.address) == "refused"
    assert all("Content Security Policy" in said or "Fetch API" in said for said in visit.complaints)
    visit.complaints.clear()
    page.goto(page.url.replace("lang=en", "lang=ru"), timeout=LONG_MS)
    assert page.locator("html").get_attribute("lang") == "ru"
    page.goto(served.address)
    assert page.get_by_role("link", name="Bakhty, more trucks").is_visible()


def test_a_mistake_is_shown_at_its_field_and_in_full_while_one_types(visit: Visit, served: Served) -> None:
    page = visit.open(f"{served.address}edit?scenario=tiny.yaml")
    assert page.get_by_role("status").inner_text() == "Valid."
    field(page, "run_in").fill("3")
    page.get_by_role("status").filter(has_text="1 mistake.").wait_for()
    assert field(page, "run_in").get_attribute("aria-invalid") == "true"
    (problem,) = validate(served.scenarios / "tiny-copy.yaml", field(page, "yaml").inner_text() + "\n")
    assert problem.key == "run_in"
    assert field(page, "run_in-remark").inner_text() == f"Mistake: {problem.message}"
    assert page.locator("#remarks pre").inner_text() == str(problem)
    field(page, "run_in").fill("3 day")
    page.get_by_role("status").filter(has_text="Valid.").wait_for()
    assert field(page, "run_in").get_attribute("aria-invalid") is None
    assert page.locator("#remarks li").count() == 0


def test_a_mistake_leads_to_its_field_wherever_that_is_folded_away(visit: Visit, served: Served) -> None:
    page = visit.open(f"{served.address}edit?scenario=tiny.yaml")
    hours = field(page, "crossings.bakhty.road.hours_kz")
    assert not hours.is_visible()
    page.get_by_text("Bakhty - Baketu (Pokitu)").first.click()
    hours.fill("20:00-08:00")
    page.get_by_text("Bakhty - Baketu (Pokitu)").first.click()
    page.get_by_role("link", name="'20:00-08:00' ends before it begins").click()
    assert hours.evaluate("element => element === document.activeElement")


def test_a_form_with_mistakes_is_not_saved_and_keeps_what_was_typed(visit: Visit, served: Served) -> None:
    page = visit.open(f"{served.address}edit?scenario=tiny.yaml")
    field(page, "file-name").fill("wrong")
    field(page, "demand").fill("lots")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("alert").or_(field(page, "demand-remark")).first.wait_for()
    assert field(page, "demand").input_value() == "lots"
    assert "does not start with a number" in field(page, "demand-remark").inner_text()
    assert not (served.scenarios / "wrong.yaml").exists()
    expected = [said for said in visit.complaints if "422" in said]
    assert visit.complaints == expected
    visit.complaints.clear()


def test_a_scenario_that_was_not_made_here_is_not_saved_over(visit: Visit, served: Served) -> None:
    before = (served.scenarios / "longer.yaml").read_bytes()
    page = visit.open(f"{served.address}edit?scenario=tiny.yaml")
    field(page, "file-name").fill("longer")
    field(page, "file-name-remark").filter(has_text="was not made here").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    field(page, "file-name-remark").filter(has_text="was not made here").wait_for()
    assert (served.scenarios / "longer.yaml").read_bytes() == before
    visit.complaints.clear()


def test_a_running_simulation_tells_how_far_it_is_and_is_stopped_by_a_button(
    visit: Visit, served: Served
) -> None:
    page = visit.open(f"{served.address}scenarios")
    page.get_by_role("button", name="Run longer.yaml").click()
    page.get_by_role("status").filter(has_text="of 10000 replications done").wait_for(timeout=LONG_MS)
    assert barriers(page, impacts=ANY_IMPACT) == []
    visit.picture(page, "running-1200")
    page.get_by_role("button", name="Stop it").click()
    page.get_by_text("longer.yaml was stopped; nothing of it was written.").wait_for()
    assert not (served.out / "longer").exists()


def test_everything_is_reached_and_done_by_keyboard_alone(visit: Visit, served: Served) -> None:
    page = visit.open(f"{served.address}edit?scenario=tiny.yaml")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "file-name"
    page.keyboard.press("Control+A")
    page.keyboard.type("by-keyboard")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Scenarios").wait_for()
    assert validate(served.scenarios / "by-keyboard.yaml") == ()


def test_pages_are_read_and_forms_are_sent_without_script(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}edit?scenario=tiny.yaml")
    field(page, "file-name").fill("without-script")
    field(page, "run_in").fill("3")
    page.get_by_role("button", name="Save", exact=True).click()
    assert "a unit is missing after 3" in field(page, "run_in-remark").inner_text()
    field(page, "run_in").fill("1 day")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.get_by_role("heading", name="Scenarios").is_visible()
    context.close()
    assert validate(served.scenarios / "without-script.yaml") == ()


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("path", ["", "scenarios", "edit?scenario=tiny.yaml", "simulation", "nowhere"])
def test_no_page_keeps_anyone_out_or_is_wider_than_its_screen(
    visit: Visit, served: Served, path: str, width: int
) -> None:
    page = visit.open(served.address + path, width)
    for details in page.locator("details:not([open]) > summary").all():
        if details.is_visible():
            details.click()
    visit.picture(page, f"{path.partition('?')[0] or 'results'}-{width}")
    assert barriers(page, impacts=ANY_IMPACT) == []
    assert overflowing(page) == 0
    if path == "nowhere":
        visit.complaints.clear()  # the console repeats that the page was not found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_form_with_mistakes_is_readable_by_day_and_by_night(
    visit: Visit, served: Served, scheme: str
) -> None:
    page = visit.page()
    page.emulate_media(color_scheme=scheme)
    visit.origins.add(served.address.rpartition("/")[0].rpartition("/")[0])
    page.goto(f"{served.address}edit?scenario=tiny.yaml")
    field(page, "demand").fill("5000 %")
    field(page, "green_corridors.bakhty.compliance").fill("5 %")
    page.get_by_role("status").filter(has_text="1 mistake, 1 warning.").wait_for()
    visit.picture(page, f"mistakes-{scheme}")
    assert barriers(page, impacts=ANY_IMPACT) == []


def test_ctrl_c_ends_the_server_and_the_simulation_and_says_so(visit: Visit, tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        page = visit.open(f"{server.address}scenarios")
        page.get_by_role("button", name="Run longer.yaml").click()
        page.get_by_role("status").filter(has_text="of 10000 replications done").wait_for(timeout=LONG_MS)
        page.close()
        code, said = server.end()
        assert code == 130
        assert "The simulation that was running was ended; nothing of it was written." in said
        assert not (server.out / "longer").exists()
