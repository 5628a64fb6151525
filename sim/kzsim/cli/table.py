"""A plain text table that a screen reader, a terminal and a text file all take well."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

GAP = "  "


@dataclass(frozen=True)
class Column:
    """One column: its heading (a newline breaks it) and whether numbers stand in it."""

    heading: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text under headings. A row of one cell is a subheading over the full width."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def widths(self) -> list[int]:
        """Return the width of each column in characters."""
        widths = []
        for index, column in enumerate(self.columns):
            cells = [row[index] for row in self.rows if len(row) > 1]
            widths.append(max(map(len, [*column.heading.split("\n"), *cells])))
        return widths

    def width(self) -> int:
        """Return the width of the whole table in characters."""
        return sum(self.widths()) + len(GAP) * (len(self.columns) - 1)

    def heading_lines(self) -> list[str]:
        """Return the headings, bottom-aligned, as lines."""
        split = [column.heading.split("\n") for column in self.columns]
        height = max(map(len, split))
        padded = [[""] * (height - len(lines)) + lines for lines in split]
        return [self._line([lines[level] for lines in padded]) for level in range(height)]

    def row_lines(self) -> list[str]:
        """Return the rows as lines."""
        return [row[0] if len(row) == 1 else self._line(row) for row in self.rows]

    def _line(self, cells: Sequence[str]) -> str:
        aligned = [
            cell.rjust(width) if column.number else cell.ljust(width)
            for cell, width, column in zip(cells, self.widths(), self.columns, strict=True)
        ]
        return GAP.join(aligned).rstrip()

    def spoken(self, width: int) -> list[str]:
        """Return the rows as short paragraphs for a terminal too narrow for columns.

        The first cell opens the paragraph; every other follows with its heading.
        """
        lines: list[str] = []
        for row in self.rows:
            if len(row) == 1:
                lines += [row[0]]
                continue
            named = [
                f"{column.heading.replace(chr(10), ' ')}: {cell}"
                for column, cell in zip(self.columns[1:], row[1:], strict=True)
                if cell not in {"", "–"}
            ]
            text = f"{row[0]}. " + "; ".join(named) + "."
            lines += textwrap.wrap(text, max(20, width), subsequent_indent="  ") or [""]
        return lines


def fill(text: str, width: int, *, indent: str = "", hanging: str = "  ") -> list[str]:
    """Return a paragraph wrapped to the width, paths and commands left whole."""
    return textwrap.wrap(
        text,
        max(20, width),
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
