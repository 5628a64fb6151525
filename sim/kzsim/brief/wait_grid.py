"""The table of waits beside the crossing time: at home, and in the yard for a load or for a truck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kzsim.brief.content import Grid
from kzsim.brief.digest import LOADS
from kzsim.brief.spoken import NONE, figure, flow, with_interval
from kzsim.indicators.legs import HOME, YARD

if TYPE_CHECKING:
    from kzsim.brief.digest import Flow
    from kzsim.language import Speaker


def wait_grid(say: Speaker, flows: Sequence[Flow]) -> tuple[Grid, ...]:
    """A row for each flow that has such waits; () where there are none."""
    rows = []
    for one in flows:
        waits = {wait.leg: wait for wait in one.waits}
        if not waits:
            continue
        home, truck, load = (waits.get(leg) for leg in (HOME, YARD, LOADS))
        rows.append(
            (
                flow(say, one.crossing, one.mode, one.direction),
                *((NONE,) * 4 if home is None else (
                    with_interval(say, home.all_h),
                    figure(say, home.p90_h),
                    figure(say, home.agricultural_h.mean),
                    figure(say, home.rest_h.mean),
                )),
                NONE if one.changed is None else say.percent(one.changed),
                NONE if truck is None else with_interval(say, truck.all_h),
                *((NONE,) * 3 if load is None else (
                    with_interval(say, load.all_h),
                    figure(say, load.p95_h),
                    figure(say, load.agricultural_h.mean),
                )),
            )
        )  # fmt: skip
    if not rows:
        return ()
    columns = (
        say("Flow"),
        say("At home, h"),
        say("P90, h"),
        say("Farm goods, h"),
        say("Rest, h"),
        say("Another crossing"),
        say("Truck for a load, h"),
        say("Load for a truck, h"),
        say("P95, h"),
        say("Farm goods, h"),
    )
    note = say(
        "Mean hours with the 95 % interval of the mean. At home: from the booking in the electronic queue to "
        "the arrival at the border, no part of the crossing time; what 90 % stay below; farm goods and the "
        "rest; the share that chose another crossing than the one they usually use. In the yard in China: "
        "how long a truck waits for a load, and a load for a truck, which is part of its crossing time; what "
        "95 % stay below."
    )
    numeric = (False, *(True,) * (len(columns) - 1))
    return (Grid(say("Waiting at home and in the yard"), note, columns, numeric, tuple(rows), file="waits"),)
