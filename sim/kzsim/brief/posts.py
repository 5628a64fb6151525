"""Hours and dollars at each post, in CAREC's terms, so that one table can be laid beside the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kzsim.brief.content import Grid
from kzsim.brief.spoken import figure, flow

if TYPE_CHECKING:
    from kzsim.brief.digest import Flow
    from kzsim.language import Speaker


def grid(say: Speaker, flows: Sequence[Flow]) -> tuple[Grid, ...]:
    """A row for each flow whose hours at the posts are known; () where none is."""
    known = [one for one in flows if one.kz_post_h is not None or one.cn_post_h is not None]
    if not known:
        return ()
    columns = [
        say("Flow"),
        say("Kazakh post, h"),
        say("Kazakh post, median h"),
        say("Chinese post, h"),
        say("Chinese post, median h"),
    ]
    hours = [(one.kz_post_h, one.kz_post_p50_h, one.cn_post_h, one.cn_post_p50_h) for one in known]
    costs = [(one.kz_post_usd, one.kz_post_p50_usd, one.cn_post_usd, one.cn_post_p50_usd) for one in known]
    if any(cost is not None for row in costs for cost in row):  # of trains none is known
        columns += [
            say("Kazakh post, USD"),
            say("Kazakh post, median USD"),
            say("Chinese post, USD"),
            say("Chinese post, median USD"),
        ]
    rows = tuple(
        (
            flow(say, one.crossing, one.mode, one.direction),
            *(figure(say, value) for value in (*times, *spent)[: len(columns) - 1]),
        )
        for one, times, spent in zip(known, hours, costs, strict=True)
    )
    note = say(
        "Time (TFI1) and cost (TFI2) of passing each post as CAREC counts them, mean and median: waiting "
        "there included, without the electronic queue, and the whole stay even of those who are not through "
        "in time. Costs are of the time of a truck and its driver, on the Chinese side with the transfer of "
        "loads from China. CAREC's own figures are of samples of volunteered trips."
    )
    numeric = (False, *(True,) * (len(columns) - 1))
    return (Grid(say("Time and cost at each post"), note, tuple(columns), numeric, rows, file="posts"),)
