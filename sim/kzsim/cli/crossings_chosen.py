"""What a run says of crossings chosen: who stayed and who changed, how long they took, what that cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kzsim.brief.chosen import Chosen
from kzsim.cli import screen, words
from kzsim.cli.table import Column, Table, fill

_COLUMNS = (
    Column("Usually"),
    Column("Chose"),
    Column("Per\nday", number=True, said="trucks per day"),
    Column("Share", number=True),
    Column("At home\nh", number=True, said="hours at home"),
    Column("Longer\nway, h", number=True, said="hours of the longer way"),
    Column("Crossing\nh", number=True, said="hours of the crossing"),
    Column("Together\nh", number=True, said="hours together"),
    Column("95 %\n±", number=True, said="95 % interval ±"),
    Column("USD", number=True, said="cost in USD"),
)


def lines(rows: Sequence[Chosen], width: int, prose: int) -> Iterator[str]:
    """Yield a row for each crossing that was chosen; nothing where nobody has a choice."""
    if not rows:
        return
    yield ""
    yield screen.heading("Crossings chosen")
    yield from fill(
        "Trucks that choose when they are booked: mean hours until they come to the border, of the longer "
        "way there, and of the crossing (of those who came there in the cohort, cut at the follow-up); USD: "
        "these together at the cost of an hour of a truck. Who changed and who stayed booked at other times: "
        "the difference is not what changing gained or cost them.",
        prose,
        rest="",
    )
    yield ""
    table = Table(_COLUMNS, tuple(_cells(row) for row in rows))
    if table.least_width() > width:
        yield from table.spoken(width, opening=2)
        return
    yield from (screen.heading(line) for line in table.heading_lines())
    yield from table.row_lines(width)


def _cells(row: Chosen) -> tuple[str, ...]:
    return (
        words.crossing(row.crossing),
        words.crossing(row.chosen),
        words.figure(row.per_day),
        words.percent(row.share),
        *(words.figure(hours) for hours in (row.home_h, row.longer_way_h, row.crossing_h)),
        words.figure(row.whole_h.mean),
        words.figure(row.whole_h.half_width),
        words.figure(row.cost_usd.mean),
    )
