"""Tables with one row for each crossing, mode and direction, as wide as the screen allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kzsim.brief.digest import Empties, Flow
from kzsim.cli import screen, words
from kzsim.cli.table import Column, Table

Cells = Callable[[Flow], tuple[str, ...]]
OfEmpties = Callable[[Empties], tuple[str, ...]]
Part = tuple[tuple[Column, ...], Cells]

_PLACE = (Column("Crossing"), Column("Direction"))


def fitted(
    flows: Sequence[Flow], parts: Sequence[Part], width: int, *, empties: OfEmpties | None = None
) -> Iterator[str]:
    """Yield the flows as one table if it fits, else as one table for each part, else as sentences.

    With ``empties`` the trains of empties follow in rows of their own, in the table of the first part.
    """
    whole = _table(flows, parts, empties)
    if whole.least_width() <= width:
        yield from _drawn(whole, width)
        return
    split = [_table(flows, [part], None if number else empties) for number, part in enumerate(parts)]
    if any(table.least_width() > width for table in split):
        yield from whole.spoken(width, opening=len(_PLACE))
        return
    for index, table in enumerate(split):
        if index:
            yield ""
        yield from _drawn(table, width)


def _table(flows: Sequence[Flow], parts: Sequence[Part], empties: OfEmpties | None) -> Table:
    """Return a table of the parts' columns; a subheading stands before the first flow of each mode."""
    columns = _PLACE + tuple(column for part, _ in parts for column in part)
    rows: list[tuple[str, ...]] = []
    mode = None
    for flow in flows:
        if flow.mode != mode:
            mode = flow.mode
            rows.append(
                (words.mode_heading(mode, [other.crossing for other in flows if other.mode == mode]),)
            )
        rows.append(_place(flow) + tuple(cell for _, cells in parts for cell in cells(flow)))
    known = [(flow, flow.empties) for flow in flows if flow.empties is not None]
    if empties is not None and known:
        rows.append(("Rail (trains of empties)",))
        rows += [_filled(_place(flow) + empties(some), len(columns)) for flow, some in known]
    return Table(columns, tuple(rows))


def _place(flow: Flow) -> tuple[str, str]:
    return words.crossing(flow.crossing), words.direction(flow.direction)


def _filled(row: tuple[str, ...], length: int) -> tuple[str, ...]:
    return (row + ("–",) * length)[:length]


def _drawn(table: Table, width: int) -> Iterator[str]:
    yield from (screen.heading(line) for line in table.heading_lines())
    yield from table.row_lines(width)
