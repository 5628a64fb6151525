"""A wide figure in parts for a narrow screen."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from kzsim.brief.html.pictures import pictures
from kzsim.brief.html.stacks import WIDEST_PT, stacked, svg_of
from kzsim.figures import map_frame, map_labels
from kzsim.figures.maps import place_of
from kzsim.figures.style import Mark, Sheet
from kzsim.language import LANGUAGES, speaker
from tests.unit.brief_cases import drawn


def sheet(columns: int, *, left: float = 1.6, key: int = 2):
    """A figure with that many panels side by side, their names in the ``left`` inches."""
    marks = [Mark("square", "#000000", f"what stands for {number}") for number in range(key)]
    made = Sheet("A title", "What is measured", "Source: a test", body_in=2.0, key=marks)
    width = (made.width_in - left - 0.2) / columns
    for number in range(columns):
        axes = made.axes(left + number * width, 0.2, width - 0.3, 1.5)
        axes.set_yticks([])
    return made.figure


@pytest.mark.parametrize("columns", [2, 3, 5])
def test_every_panel_is_in_one_part_with_the_names_of_its_rows(columns):
    figure = sheet(columns)
    parts = [row for row in stacked(figure) if row[0].height > 20]
    width = figure.get_figwidth() * 72
    for axes in figure.axes[1:]:
        place = axes.get_position()
        held = [
            row
            for row in parts
            if row[1].x <= place.x0 * width and row[1].x + row[1].width >= place.x1 * width
        ]
        assert len(held) == 1
    assert all(row[0].x == 0 and 100 < row[0].width < 1.6 * 72 for row in parts)
    assert all(sum(one.width for one in row) <= WIDEST_PT for row in parts)


def test_heads_and_feet_are_left_to_the_page():
    figure = sheet(2)
    height = figure.get_figheight() * 72
    part = stacked(figure)[-1][1]
    tops = [(1 - text.get_position()[1]) * height for text in figure.texts]
    title, subtitle, source = tops
    assert title < subtitle < part.y
    assert part.y + part.height < source


def test_entries_of_a_key_that_is_too_wide_come_on_several_lines():
    keys = [row for row in stacked(sheet(2, key=5)) if row[0].height < 20]
    assert sum(len(row) for row in keys) == 5
    assert len(keys) > 1
    assert all(sum(one.width for one in row) <= WIDEST_PT for row in keys)


def test_one_panel_is_not_parted():
    assert stacked(sheet(1)) == ()


def test_one_narrow_panel_is_shown_without_the_empty_place_beside_it():
    made = Sheet("A title", "What is measured", "Source: a test", body_in=2.0)
    made.axes(0.5, 0.2, 3.0, 1.5)
    ((part,),) = stacked(made.figure)
    assert part.x == 0
    assert 3.5 * 72 < part.width < 3.7 * 72


def test_the_name_of_an_axis_longer_than_its_panel_is_not_cut_off():
    made = Sheet("A title", "What is measured", "Source: a test", body_in=2.0)
    made.axes(1.5, 0.2, 1.0, 1.3).set_xlabel("Trucks that China accepts a day, trucks per day")
    ((part,),) = stacked(made.figure)
    assert part.width > 3.4 * 72


def test_the_names_of_rows_come_above_what_stands_beside_them_in_one_wide_panel():
    made = Sheet("A title", "What is measured", "Source: a test", body_in=2.6)
    axes = made.axes(2.0, 0.3, 5.0, 1.8)
    axes.set_yticks([])
    for number in range(3):
        made.label(0.6 + 0.6 * number, f"row {number}", 1.5)
        made.text(1.9, 0.7 + 0.6 * number, "more of it", ha="right", fontsize=7)
    made.text(0.12, 2.4, "below", fontsize=8.5)
    rows = [row for (row,) in stacked(made.figure)]
    *rows, below = rows
    assert below.x < 10
    names = [row for row in rows if row.x < 100]
    parts = [row for row in rows if row.x > 100]
    assert len(names) == 3
    assert [rows.index(parts[at + 1]) - rows.index(name) for at, name in enumerate(names)] == [1, 1, 1]
    assert all(one.y + one.height == pytest.approx(other.y) for one, other in pairwise(parts))
    place, height = axes.get_position(), made.figure.get_figheight() * 72
    assert parts[0].y < (1 - place.y1) * height
    assert parts[-1].y + parts[-1].height > (1 - place.y0) * height + 20
    assert all(1.85 * 72 < part.x <= 2.0 * 72 < 7.0 * 72 < part.x + part.width for part in parts)


def test_the_headings_of_rows_are_repeated_above_panels_that_come_later():
    made = Sheet("A title", "What is measured", "Source: a test", body_in=3.0)
    for across in range(3):
        for down in range(2):
            made.axes(0.4 + 2.3 * across, 0.5 + 1.2 * down, 1.9, 0.9)
    tops = [0.3, 1.5]
    for top in tops:
        made.text(0.12, top, "Kazakhstan to China", fontsize=8)
    rows = stacked(made.figure)
    headings = [row[0] for row in rows if row[0].height < 20 and row[0].x < 10]
    parts = [row[-1] for row in rows if row[-1].height > 20]
    assert len(headings) == 2 * 2  # the first part holds its own
    assert parts[0].height > 2.5 * 72
    later = [part for part in parts[1:] if part.height > 0.9 * 72]
    assert len(later) == 2 * 2
    assert {round(part.x) for part in later} == {round(later[0].x), round(later[2].x)}


def test_a_figure_without_a_source_line_is_left_whole():
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots(1, 2)
    assert stacked(figure) == ()


def crossings(*names):
    """A table of throughput as the map has it."""
    rows = [(name, "road", 100.0, 10.0, *place_of(name)) for name in names]
    return pd.DataFrame(rows, columns=["crossing", "mode", "per_day", "delay_h", "lat", "lon"])


FIVE = ("bakhty", "dostyk", "kalzhat", "maikapchagai", "nur_zholy")


@pytest.mark.parametrize("names", [FIVE, ("bakhty",)])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_map_for_a_telephone_has_room_for_every_mark_and_label(names, lang):
    table = crossings(*names)
    said = "trucks a day: 1,234, delay 12.3 h and what else there may be to say of a crossing"
    labels = map_labels.labels_of(table, speaker(lang), lambda _: said, 1.45)
    frame = map_frame.narrow(table, map_labels.width_in(labels), map_labels.height_in(labels))
    west, east, south, north = frame.window
    per_in = (east - west) / frame.width_in
    assert map_labels.width_in(labels) < 1.7
    assert len(labels[0].lines) > 2  # it is wrapped
    assert frame.height_in >= sum(label.height_in for label in labels)
    assert table["lon"].min() - west > 0.6 * per_in
    assert east - table["lon"].max() > (map_labels.width_in(labels) + 0.4) * per_in
    assert south < table["lat"].min()
    assert table["lat"].max() < north
    stretch = 1 / math.cos(math.radians((south + north) / 2))
    assert (north - south) * stretch / frame.height_in == pytest.approx(per_in, rel=0.01)


def test_a_figure_that_is_drawn_anew_for_a_telephone_takes_the_place_of_parts():
    one = drawn("map")
    slim = Sheet("The title", "What", "Source: a test", body_in=2.0, width_in=3.0)
    slim.text(0.12, 0.5, "on the map")
    (stack,) = pictures([replace(one, narrow=slim.figure)]).stacks
    assert "<use" not in stack
    assert "on the map" in stack
    width, height = re.match(r'<svg viewBox="0 \d+ (\d+) (\d+)" aria-hidden="true"', stack).groups()
    assert int(width) == 3 * 72
    assert 2 * 72 < int(height) < 2 * 72 + 20  # and the gaps to the words above and below


def test_parts_are_windows_on_the_one_drawing():
    rows = stacked(sheet(2))
    text = svg_of(rows, "f0-")
    assert set(re.findall(r'<use href="([^"]*)"', text)) == {"#f0-"}
    assert text.count("<use") == sum(len(row) for row in rows)
    assert text.count("aria-hidden") == len(rows)
    assert len(set(re.findall(r'<svg viewBox="0 0 (\d+)', text))) == 1  # letters of one size
