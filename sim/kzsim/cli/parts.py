"""What the screen says of a corridor taken apart by measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kzsim.cli import screen, words
from kzsim.cli.table import Column, Table, fill
from kzsim.indicators.spoken import plain

if TYPE_CHECKING:
    from kzsim.experiments.comparisons import Comparison

_KINDS = (("all", "everything together"), ("side", ""), ("alone", ""))
_SIDES = {"kz": "Kazakh side only", "cn": "Chinese side only"}


def parts_lines(result: Comparison, width: int, prose: int, *, simultaneous: bool) -> Iterator[str]:
    """Yield the effects of each part, crossing by crossing and group by group, and what does not add up."""
    from kzsim.cli.compared import records

    if result.measures is None or result.additivity is None:
        return
    yield screen.heading(f"What each measure of {result.alternatives[0]} does")
    kind = "intervals that hold together with 95 %" if simultaneous else "95 % intervals"
    yield from fill(
        f"Change of the mean crossing time in hours against {result.base}, paired {kind} "
        f"({result.measure_comparisons} of them are in measures.csv, which also has all groups and "
        "everything but each measure). Alone: this measure and nothing else. Added last: what it adds to "
        "all others.",
        prose,
        rest="",
    )
    rows = records(result.measures)
    rests = records(result.additivity)
    cells = list(dict.fromkeys(_cell(row) for row in rows))
    for cell in _shown(cells):
        yield ""
        yield from _of_cell(
            cell, [row for row in rows if _cell(row) == cell], width, simultaneous=simultaneous
        )
        for row in rests:
            if _cell(row) == cell:
                yield from fill(_adds_up(row), prose, first="  ", rest="    ")


def _shown(cells: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield those whom a corridor serves and the rest; farm goods where nobody uses one."""
    from kzsim.experiments.comparisons.cells import part

    served = {cell[:3] for cell in cells if cell[4] == "user"}
    for cell in cells:
        klass, role = part(cell[3]), cell[4]
        if role == "user" or klass == "rest" or (klass == "agricultural" and cell[:3] not in served):
            yield cell


def _of_cell(cell: tuple[str, ...], rows: Sequence[Any], width: int, *, simultaneous: bool) -> Iterator[str]:
    from kzsim.cli.compared import interval, place
    from kzsim.experiments.comparisons.cells import who

    crossing, mode, direction, klass, corridor = cell
    yield screen.heading(
        f"{place(crossing, mode)}, {words.direction(direction)}: {who(mode, klass, corridor)}"
    )
    ends = ("simultaneous_low", "simultaneous_high") if simultaneous else ("low", "high")
    verdict = "verdict_together" if simultaneous else "verdict"
    last = {row["what"]: row for row in rows if row["kind"] == "last"}
    made = []
    for kind, said in _KINDS:
        for row in rows:
            if row["kind"] != kind:
                continue
            name = said or _SIDES.get(row["what"], plain(row["what"]))
            added = last.get(row["what"]) if kind == "alone" else None
            made.append(
                (
                    name,
                    interval(row["difference"], *(row[end] for end in ends)),
                    "" if added is None else interval(added["difference"], *(added[end] for end in ends)),
                    str(row[verdict]),
                )
            )
    columns = (
        Column("  Part"),
        Column("Alone [interval]", number=True, said="alone"),
        Column("Added last [interval]", number=True, said="added last"),
        Column("Alone it"),
    )
    table = Table(columns, tuple((f"  {row[0]}", *row[1:]) for row in made))
    if table.least_width() > width:
        yield from table.spoken(width)
        return
    yield from table.heading_lines()
    yield from table.row_lines(width)


def _adds_up(row: Any) -> str:
    from kzsim.cli.compared import interval

    parts = "the measures, each alone," if row["what"] == "measures" else "both sides, each alone,"
    whole, summed = (interval(row[name], float("nan"), float("nan")) for name in ("whole", "parts"))
    rest = interval(row["rest"], row["low"], row["high"])
    end = {
        "better than the sum": "together they do better than the sum",
        "worse than the sum": "they overlap or hinder one another: together they do worse than the sum",
        "the sum": "they add up",
        "undecided": "whether they add up is undecided",
    }[row["finding"]]
    return f"Sum of {parts} {summed} h; together {whole} h; the rest {rest} h: {end}."


def _cell(row: Any) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("crossing", "mode", "direction", "class", "corridor"))
