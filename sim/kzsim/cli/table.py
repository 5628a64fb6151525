"""A plain text table that a screen reader, a terminal and a text file all take well."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GAP = "  "
FOLD = 24
"""The last column is folded rather than made narrower than this."""


@dataclass(frozen=True)
class Column:
    """One column: its heading (a newline breaks it), whether it holds numbers, its name in a sentence."""

    heading: str
    number: bool = False
    said: str = ""

    @property
    def name(self) -> str:
        """What the column is called where there is no heading."""
        return self.said or self.heading.replace("-\n", "").replace("\n", " ").strip()


@dataclass(frozen=True)
class Table:
    """Rows of text under headings. A row of one cell is a subheading over the full width."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def widths(self) -> list[int]:
        """Return the width of each column in characters, unfolded."""
        widths = []
        for index, column in enumerate(self.columns):
            cells = [row[index] for row in self.rows if len(row) > 1]
            widths.append(max(map(len, [*column.heading.split("\n"), *cells])))
        return widths

    def least_width(self) -> int:
        """Return the narrowest screen, in characters, on which the table keeps its columns."""
        *others, last = self.widths()
        return sum(others) + len(GAP) * len(others) + min(last, FOLD)

    def heading_lines(self) -> list[str]:
        """Return the headings, bottom-aligned, as lines."""
        split = [column.heading.split("\n") for column in self.columns]
        height = max(map(len, split))
        padded = [[""] * (height - len(lines)) + lines for lines in split]
        return [self._line([lines[level] for lines in padded]) for level in range(height)]

    def row_lines(self, width: int) -> Iterator[str]:
        """Yield the rows as lines, the last column folded where the screen is too narrow for it."""
        room = width - sum(self.widths()[:-1]) - len(GAP) * (len(self.columns) - 1)
        for row in self.rows:
            if len(row) == 1:
                yield from fill(row[0], width)
                continue
            *cells, last = row
            for index, part in enumerate(textwrap.wrap(last, max(FOLD, room)) or [""]):
                yield self._line([*(cells if not index else [""] * len(cells)), part])

    def _line(self, cells: Sequence[str]) -> str:
        aligned = [
            cell.rjust(width) if column.number else cell.ljust(width)
            for cell, width, column in zip(cells, self.widths(), self.columns, strict=True)
        ]
        return GAP.join(aligned).rstrip()

    def spoken(self, width: int, *, opening: int = 1) -> Iterator[str]:
        """Yield the rows as short paragraphs for a terminal too narrow for columns.

        The first `opening` cells open the paragraph; every other follows with the name of its column.
        """
        for row in self.rows:
            if len(row) == 1:
                yield from fill(row[0], width)
                continue
            named = [
                f"{column.name} {cell}"
                for column, cell in zip(self.columns[opening:], row[opening:], strict=True)
                if cell not in {"", "–"}
            ]
            yield from fill(f"{', '.join(row[:opening])}: {'; '.join(named)}.", width)


def fill(text: str, width: int, *, first: str = "", rest: str = "  ") -> list[str]:
    """Return a paragraph wrapped to the width, its words (paths, commands) left whole.

    `first` stands before the first line and `rest` before the others.
    """
    return textwrap.wrap(
        text,
        max(20, width),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
