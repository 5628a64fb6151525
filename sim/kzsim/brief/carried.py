"""What the railway carried: trains, wagons, containers and tonnes a day, of each flow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kzsim.brief.content import Grid
from kzsim.brief.spoken import figure, flow

if TYPE_CHECKING:
    from kzsim.brief.digest import Flow
    from kzsim.language import Speaker


def by_rail(flows: Sequence[Flow]) -> tuple[Flow, ...]:
    """The flows of trains."""
    return tuple(one for one in flows if one.mode == "rail")


def grid(say: Speaker, flows: Sequence[Flow]) -> tuple[Grid, ...]:
    """The table, or () of a study without rail."""
    rows = tuple(
        (
            flow(say, one.crossing, one.mode, one.direction),
            figure(say, one.throughput_per_day.mean),
            figure(say, one.empties.throughput_per_day.mean if one.empties else None),
            figure(say, one.wagons_per_day),
            figure(say, one.wagons_with_empties_per_day),
            figure(say, one.teu_per_day),
            figure(say, one.tonnes_per_day),
        )
        for one in by_rail(flows)
    )
    if not rows:
        return ()
    return (
        Grid(
            say("What the railway carried"),
            say("Per day of the measured window; TEU are those of trains of containers."),
            (
                say("Flow"),
                say("Loaded trains"),
                say("Trains of empties"),
                say("Loaded wagons"),
                say("All wagons"),
                say("TEU"),
                say("Tonnes"),
            ),
            (False, True, True, True, True, True, True),
            rows,
            file="railway",
        ),
    )
