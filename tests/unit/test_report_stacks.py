"""A wide figure in parts for a narrow screen."""

from __future__ import annotations

import re

import pytest

from kzsim.brief.html.stacks import WIDEST_PT, stacked, svg_of
from kzsim.figures.style import Mark, Sheet


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


def test_a_figure_without_a_source_line_is_left_whole():
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots(1, 2)
    assert stacked(figure) == ()


def test_parts_are_windows_on_the_one_drawing():
    rows = stacked(sheet(2))
    text = svg_of(rows, "f0-")
    assert set(re.findall(r'<use href="([^"]*)"', text)) == {"#f0-"}
    assert text.count("<use") == sum(len(row) for row in rows)
    assert text.count("aria-hidden") == len(rows)
    assert len(set(re.findall(r'<svg viewBox="0 0 (\d+)', text))) == 1  # letters of one size
