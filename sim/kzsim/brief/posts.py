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
    rows = tuple(
        (
            flow(say, one.crossing, one.mode, one.direction),
            *(
                figure(say, value)
                for value in (
                    one.kz_post_h,
                    one.kz_post_p50_h,
                    one.cn_post_h,
                    one.cn_post_p50_h,
                    one.kz_post_usd,
                    one.kz_post_p50_usd,
                    one.cn_post_usd,
                    one.cn_post_p50_usd,
                )
            ),
        )
        for one in flows
        if one.kz_post_h is not None or one.cn_post_h is not None
    )
    if not rows:
        return ()
    columns = (
        say("Flow"),
        say("Kazakh post, h"),
        say("Median, h"),
        say("Chinese post, h"),
        say("Median, h"),
        say("Kazakh post, USD"),
        say("Median, USD"),
        say("Chinese post, USD"),
        say("Median, USD"),
    )
    note = say(
        "Time (TFI1) and cost (TFI2) of passing each post as CAREC counts them, mean and median: waiting "
        "there included, without the electronic queue, and the whole stay even of those who are not through "
        "in time. Costs are of the time of a truck and its driver, on the Chinese side with the transfer of "
        "loads from China. CAREC's own figures are of samples of volunteered trips."
    )
    numeric = (False, *(True,) * (len(columns) - 1))
    return (Grid(say("Time and cost at each post"), note, columns, numeric, rows, file="posts"),)
