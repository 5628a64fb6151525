"""The plain table."""

from __future__ import annotations

from kzsim.cli.table import FOLD, Column, Table, fill

TABLE = Table(
    (Column("Crossing"), Column("Per\nday", number=True), Column("Binds")),
    (("Road",), ("Bakhty", "61.2", "quota"), ("Dostyk", "5.04", "")),
)


def test_numbers_are_right_aligned_and_lines_carry_no_trailing_blanks():
    assert TABLE.heading_lines() == ["           Per", "Crossing   day  Binds"]
    assert list(TABLE.row_lines(80)) == ["Road", "Bakhty    61.2  quota", "Dostyk    5.04"]
    assert TABLE.least_width() == len("Bakhty    61.2  quota")


def test_on_a_narrow_screen_a_row_becomes_a_sentence_and_empty_cells_are_left_out():
    assert list(TABLE.spoken(60)) == ["Road", "Bakhty: Per day 61.2; Binds quota.", "Dostyk: Per day 5.04."]


def test_a_spoken_row_is_wrapped_to_the_screen():
    assert all(len(line) <= 24 for line in TABLE.spoken(24))


def test_a_command_in_a_paragraph_is_never_broken_inside_a_word():
    lines = fill("Type: kzsim validate scenarios/a-file-with-a-long-name.yaml", 20)
    assert "scenarios/a-file-with-a-long-name.yaml" in lines[-1]


def test_the_last_column_folds_rather_than_break_the_table():
    long = Table((Column("A"), Column("B")), (("x", "a long story that does not fit the screen"),))
    assert list(long.row_lines(3 + FOLD)) == ["x  a long story that does", "   not fit the screen"]
    assert long.least_width() == 3 + FOLD
