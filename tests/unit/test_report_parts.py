"""Parts of the page that save bytes and lose nothing: ticks, clipping, grouped assumptions, columns."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from kzsim.brief.content import Assumption
from kzsim.brief.html.held import held
from kzsim.brief.html.page import columns
from kzsim.brief.html.pictures import pictures
from kzsim.brief.html.ticks import without_needless_clips
from tests.unit.brief_cases import drawn

FIELD = '<svg><clipPath id="c"><rect x="0" y="0" width="10" height="10"/></clipPath>{}</svg>'


def clipped(path: str) -> bool:
    root = ET.fromstring(FIELD.format(f'<path d="{path}" clip-path="url(#c)"/>'))  # noqa: S314 - written here
    without_needless_clips(root)
    return "clip-path" in root.find("path").attrib


def test_a_line_within_its_field_is_not_clipped():
    assert not clipped("M 0 0 L 10 10")
    assert not clipped("M 1 1 L 2 2 L 2 1 z")


def test_what_may_leave_its_field_stays_clipped():
    assert clipped("M 0 0 L 10 11")
    assert clipped("M -1 0 L 10 10")
    assert clipped("M 0 0 C 0 30 10 30 10 10")


def test_ticks_of_an_axis_are_one_path_at_their_places():
    one = drawn("any")
    (axes,) = one.figure.axes
    axes.set_xticks([0, 1, 2], ["left", "middle", "right"])
    axes.set_yticks([])
    axes.grid(axis="x")
    (svg,) = pictures([one]).svgs
    root = ET.fromstring(_quoted(svg))  # noqa: S314 - Matplotlib wrote it
    assert not list(root.iter("use"))
    lines = [path.get("d") for path in root.iter("path") if path.get("d", "").count("M") == 3]
    assert len(lines) == 2  # the grid and the ticks
    starts = [[part.split("v")[0].split()[0] for part in line.split("M")[1:]] for line in lines]
    assert starts[0] == starts[1]
    labels = [text.get("x") for text in root.iter("text") if text.text in ("left", "middle", "right")]
    assert starts[0] == labels


def _quoted(svg: str) -> str:
    """HTML reads attributes without quotes, XML does not."""
    return re.sub(r"=([\w.-]+)(?=[ >])", r'="\1"', svg)


def assumption(place: str, value: str = "2", grade: str = "assumed") -> Assumption:
    return Assumption(
        f"k.{place}", f"booths ({place})", value, "1 to 8", grade, grade, ("a", "b"), where=place
    )


def test_values_of_one_meaning_stand_together_with_every_place():
    (group,) = held([assumption("Dostyk"), assumption("Bakhty", "3"), assumption("Kalzhat")])
    assert group.heading == "booths"
    assert [(row.where, row.value) for row in group.rows] == [
        (("Dostyk", "Kalzhat"), "2"),
        (("Bakhty",), "3"),
    ]
    assert {(row.range, row.graded, row.sources) for row in group.rows} == {("1 to 8", "assumed", "a, b")}


def test_a_value_of_one_place_and_one_of_none_are_said_whole():
    alone = Assumption("z", "Time zones", "5", "", "reported", "reported", ())
    first, second = held([assumption("Dostyk"), alone])
    assert (first.heading, first.rows[0].meaning) == ("", "booths (Dostyk)")
    assert (second.heading, second.rows[0].meaning) == ("", "Time zones")


def test_grades_are_not_mixed():
    found = held([assumption("Dostyk"), assumption("Bakhty", grade="reported")])
    assert [group.rows[0].meaning for group in found] == ["booths (Dostyk)", "booths (Bakhty)"]


def test_a_table_travels_by_columns_with_what_its_cells_hold():
    assert columns('a,b\n1,"x, ""y""\nz"\n2,\n') == [["a", "1", "2"], ["b", 'x, "y"\nz', ""]]
