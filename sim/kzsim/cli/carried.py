"""What a run says of the railway's throughput: trains, wagons, containers and tonnes a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kzsim.brief.carried import by_rail
from kzsim.brief.digest import Flow
from kzsim.cli import screen, words
from kzsim.cli.flow_table import fitted
from kzsim.cli.table import Column, fill

_TRAINS = (
    Column("Loaded\ntrains", number=True, said="loaded trains"),
    Column("Trains of\nempties", number=True, said="trains of empties"),
)
_GOODS = (
    Column("Loaded\nwagons", number=True, said="loaded wagons"),
    Column("All\nwagons", number=True, said="all wagons"),
    Column("TEU", number=True, said="TEU"),
    Column("Tonnes", number=True, said="tonnes"),
)


def lines(flows: Sequence[Flow], width: int, prose: int) -> Iterator[str]:
    """Yield what each flow of trains carried; nothing of a run without rail."""
    trains = by_rail(flows)
    if not trains:
        return
    yield ""
    yield screen.heading("What the railway carried")
    yield from fill("Per day of the measured window; TEU are those of trains of containers.", prose, rest="")
    yield ""
    yield from fitted(trains, [(_TRAINS, _trains), (_GOODS, _goods)], width)


def _trains(flow: Flow) -> tuple[str, ...]:
    empties = flow.empties.throughput_per_day.mean if flow.empties else None
    return words.figure(flow.throughput_per_day.mean), words.figure(empties)


def _goods(flow: Flow) -> tuple[str, ...]:
    return tuple(
        words.figure(amount)
        for amount in (
            flow.wagons_per_day,
            flow.wagons_with_empties_per_day,
            flow.teu_per_day,
            flow.tonnes_per_day,
        )
    )
