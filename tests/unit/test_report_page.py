"""The HTML page: what users wrote stays text, the policy fits, pictures lose nothing but bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest

from kzsim.brief import of_sweep
from kzsim.brief.content import brief_of
from kzsim.brief.html import html_page
from kzsim.brief.html.headings import heading
from kzsim.brief.html.page import embedded
from kzsim.brief.html.pictures import pictures
from kzsim.brief.html.tables import FIRST_ROWS, MOST_ROWS, shown
from kzsim.figures import waits
from kzsim.language import LANGUAGES, speaker
from tests.unit import brief_studies as made
from tests.unit import legs_world
from tests.unit.brief_cases import drawn
from tests.unit.brief_studies import BACK, FLOW

EN = speaker("en")
NASTY = (
    """</title></style></script><script>alert(1)</script><img src=x onerror="alert(2)">"""
    """ & ' " ]]> --> {{ 7 }}"""
)


class Page(HTMLParser):
    """Elements with their attributes, and the text of those that matter."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def run(path, **more):
    spoken = [(flow, "user", -3.0, -3.1, -2.9, "gains") for flow in (FLOW, BACK)]
    return made.run(path, spoken, **more)


def page(study, lang="en", figures=(), **more) -> str:
    say = speaker(lang)
    return html_page(brief_of(study, say), study, figures, say, **more).decode()


def packed(text: str) -> dict:
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text)[1])
    return json.loads(gzip.decompress(base64.b64decode(data["packed"])))


def test_a_picture_is_called_what_the_page_says_it_shows(tmp_path):
    text = page(run(tmp_path), figures=[("hours", drawn("any"))])
    assert '<p class="note" id="alt-any">What any shows</p>' in text


def test_what_users_wrote_stays_text(tmp_path):
    plain = Page(page(run(tmp_path / "a")))
    nasty = Page(page(run(tmp_path / "b", title=NASTY, warnings=[NASTY], command=NASTY)))
    assert [name for name, _ in nasty.elements if name in ("script", "img", "style", "title")] == [
        name for name, _ in plain.elements if name in ("script", "img", "style", "title")
    ]
    assert not [name for _, attributes in nasty.elements for name in attributes if name.startswith("on")]
    assert NASTY in "".join(nasty.texts["title"])


def test_titles_of_figures_and_cells_of_tables_stay_text(tmp_path):
    one = drawn("any")
    spoilt = type(one)(
        NASTY.partition(" ")[0], NASTY, NASTY, NASTY, NASTY, one.figure, pd.DataFrame({NASTY: [NASTY]})
    )
    seen = Page(page(run(tmp_path), figures=[("hours", spoilt)]))
    assert len(seen.all("script")) == 2
    assert not seen.all("img")


def test_data_cannot_end_its_element():
    text = embedded({"a": "</script><!--<script>\u2028&"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--<script>\u2028&"}


def test_the_policy_forbids_everything_but_the_page_s_own_style_and_script(tmp_path):
    text = page(run(tmp_path), figures=[("hours", drawn("any"))])
    seen = Page(text)
    (policy,) = [
        meta["content"] for meta in seen.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        own = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not [
        name for _, attributes in seen.elements for name in attributes if name in ("style", "src", "srcset")
    ]


def test_the_page_links_to_the_web_only_in_its_sources(tmp_path):
    seen = Page(page(run(tmp_path)))
    for link in seen.all("a"):
        assert link["href"].startswith("#") or link.get("rel") == "noopener noreferrer"


def test_every_identifier_stands_once_and_every_reference_is_there(tmp_path):
    figures = [("hours", drawn("one")), ("year", drawn("two"))]
    seen = Page(page(run(tmp_path), figures=figures))
    names = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(names) == len(set(names))
    wanted = {
        name
        for _, attributes in seen.elements
        for key in ("aria-labelledby", "for", "data-table")
        for name in (attributes.get(key) or "").split()
    }
    wanted |= {
        attributes["href"][1:]
        for _, attributes in seen.elements
        if (attributes.get("href") or "").startswith("#")
    }
    assert wanted <= set(names)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_its_language_and_leaves_no_placeholder_open(tmp_path, lang):
    text = page(run(tmp_path), lang)
    assert f'<html lang="{lang}">' in text
    body = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"\{\w*\}", re.sub(r'data-text="[^"]*"', "", body))


def test_the_same_study_gives_the_same_bytes(tmp_path):
    study = run(tmp_path)
    assert page(study, figures=[("hours", drawn("any"))]) == page(study, figures=[("hours", drawn("any"))])


def test_pictures_keep_their_shapes_and_lose_their_styles():
    found = pictures([drawn("any")])
    (svg,) = found.svgs
    assert "style=" not in svg
    assert 'role="img" aria-labelledby="alt-any"' in svg
    assert "stroke: #1f77b4" in found.rules
    assert set("012") <= found.letters["400"]


def test_a_table_beside_a_chart_says_how_much_is_left_to_the_download():
    long = pd.DataFrame({"hours": range(MOST_ROWS + 1)})
    assert shown(long, EN).left_out == MOST_ROWS + 1 - FIRST_ROWS
    assert shown(long, EN).csv.count("\n") == MOST_ROWS + 2
    assert shown(long.head(MOST_ROWS), EN).left_out == 0


def test_a_table_beside_a_chart_says_keys_in_words():
    table = shown(pd.DataFrame([{**FLOW, "mean": 12.345, "good": True}]), EN)
    assert table.columns == ("Crossing", "Mode", "Direction", "Mean", "good")
    assert table.rows == (("Bakhty – Baketu", "road", "Kazakhstan to China", "12.3", "yes"),)
    assert "bakhty,road,kz_to_cn,12.345,True" in table.csv


def with_readings(study, flows, per_day=1.0):
    """A run with hourly readings: in each flow ``per_day`` times the number of the day and 5, and others."""
    hours = pd.date_range("2023-02-28T18:00Z", periods=14 * 24, freq="h")
    rows = [
        {
            "instant": number,
            "time_utc": hour,
            **flow,
            "quantity": quantity,
            "mean": per_day * float(number // 24 + add),
        }
        for number, hour in enumerate(hours)
        for flow in flows
        for quantity, add in (("inside", 5), ("in_line", 1), ("arrivals", 100))
    ]
    study.manifest["files"]["hourly.parquet"] = ""
    study._read["hourly"] = pd.DataFrame(rows)
    return study


def test_the_map_of_the_player_tells_trucks_and_trains_by_their_shape_and_has_a_key(tmp_path):
    trains = {"crossing": "dostyk", "mode": "rail", "direction": "kz_to_cn"}
    found = Page(page(with_readings(run(tmp_path), (FLOW, BACK, trains))))
    circles, squares = (
        [one for one in found.all(tag) if (one.get("class") or "").startswith("bubble")]
        for tag in ("circle", "rect")
    )
    assert [one.get("data-at") for one in circles] == ["bakhty road", None, None]
    assert [one.get("data-at") for one in squares] == ["dostyk rail", None, None]
    # up to 36 trucks, both directions together, and 18 trains: round numbers not above, and about a quarter
    assert [float(one["r"]) for one in circles[1:]] == [
        pytest.approx(30 * (n / 36) ** 0.5, abs=0.05) for n in (20, 5)
    ]
    assert [float(one["width"]) for one in squares[1:]] == [
        pytest.approx(60 * (n / 18) ** 0.5, abs=0.05) for n in (10, 2)
    ]
    assert [text for text in found.texts["text"] if text[:1].isdigit()] == [
        "20 trucks",
        "5 trucks",
        "10 trains",
        "2 trains",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_columns_of_charts_and_keys_of_sweeps_have_words_in_every_language(lang):
    say = speaker(lang)
    for name in ("inside_week", "inside_week_low", "utilisation", "pool", "gap_high", "difference_p95"):
        assert heading(say, name) != name.replace("_", " ")
    keys = (
        "demand",
        "demand.road.bakhty",
        "corridor.compliance",
        "green_corridors.bakhty",
        "crossings.bakhty.road.intake_kz_to_cn",
        "crossings.dostyk.rail.slots_cn_to_kz",
    )
    assert [key for key in keys if say.parameter(key) == key or "{" in say.parameter(key)] == []
    assert len({say.parameter(key) for key in keys}) == len(keys)
    assert heading(say, "demand [%]").startswith(say.parameter("demand"))
    assert heading(say, "my_own column") == "my own column"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_beside_the_choices_says_which_crossing_most_of_them_took(lang):
    say = speaker(lang)
    table = shown(waits.changed(legs_world.study()), say)
    at = table.columns.index(heading(say, "most_to"))
    assert table.rows[0][at] == say.crossing("dostyk")
    assert heading(say, "most") not in table.columns  # that is of places taken at once
    assert heading(say, "most_to") != "most to"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_works_at_a_stage_is_said_in_the_language(lang):
    say = speaker(lang)
    names = ("general", "teams", "fronts", "bays", "locomotive", "platforms", "green", "window", "under_roof")
    table = shown(pd.DataFrame({"pool": list(names), "utilisation": 0.5}), say)
    said = [row[0] for row in table.rows]
    assert len(set(said)) == len(names)
    if lang != "en":
        assert not [word for word in said if word.isascii()]


def test_the_player_holds_the_daily_means_of_the_hourly_table(tmp_path):
    study = with_readings(run(tmp_path), (FLOW, BACK))
    text = page(study)
    player = packed(text)["player"]
    (row,) = player["rows"]
    assert row["key"] == ["bakhty", "road"]
    assert row["to_cn"] == row["to_kz"] == [float(day + 5) for day in range(14)]
    assert row["line"] == [2.0 * (day + 1) for day in range(14)]
    assert (player["dates"][0], player["labels"][13], player["runIn"]) == (
        "2023-03-01",
        EN.date(date(2023, 3, 14)),
        3,
    )
    assert 'id="day" min="0" max="13"' in text


def test_a_sweep_s_explorer_has_every_point_and_its_results(tmp_path):
    found = packed(page(made.sweep(tmp_path, (30.0, 20.0, 10.0), 1.0)))["explorer"]
    (slider,) = found["sliders"]
    assert slider["label"] == "Trucks that China accepts a day, Bakhty – Baketu"
    assert slider["values"] == [[f"{n} trucks per day", at] for n, at in ((50, 0.0), (70, 0.5), (90, 1.0))]
    assert found["points"] == [{"n": number, "at": [number]} for number in range(3)]
    assert found["results"] == [[[[mean, mean - 1, mean + 1]] for mean in (30.0, 20.0, 10.0)]]


def test_values_of_a_sample_are_shown_with_as_many_figures_as_tell_them_apart():
    shown = [
        of_sweep.in_words(EN, text) for text in ("82.2069284506 %", "12.75 min", "1250 trucks/day", "none")
    ]
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in shown] == [
        "82.21 %",
        "12.75 min",
        "1,250 trucks per day",
        "none",
    ]


def test_what_a_sweep_varies_is_said_in_words_of_the_language(tmp_path):
    text = page(made.sweep(tmp_path, (30.0, 20.0, 10.0), 1.0), "ru")
    assert "«Машин, принимаемых Китаем в сутки, Бахты – Покиту» = 90 машин в сутки" in text
    assert "intake_kz_to_cn = " not in text


def test_a_run_without_hourly_readings_has_no_player(tmp_path):
    assert 'id="player"' not in page(run(tmp_path))
