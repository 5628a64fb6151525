"""The columns of the files on worst days and on what corridors gain."""

from __future__ import annotations

from kzsim.indicators.catalogue import NOUN
from kzsim.indicators.shape import COMPARED_REPLICATIONS, FLOW, Column, paired_interval

WORST_COLUMNS = (
    *FLOW,
    Column("date", "text", "", "Day with the most inside, on Kazakhstan's calendar, after the run-in."),
    Column(
        "inside",
        "number",
        NOUN,
        "Number inside on that day: mean of its hourly readings and of the replications.",
    ),
    Column("inside_mean", "number", NOUN, "The same over all days after the run-in."),
    Column("side", "text", "", "Side of the longest line on that day, of those inside."),
    Column("stage", "text", "", "Stage or zone of that line; empty if nobody waited."),
    Column("element", "text", "", "Its full name in the network."),
    Column(
        "in_line", "number", NOUN, "Number in that line on that day, mean likewise; of a pairing the loads."
    ),
)

_PER_SERVER = (
    ("lane", "lane of a gate"),
    ("officer", "officer, inspector or booth of the border guard"),
)

CORRIDOR_GAIN_COLUMNS = (
    *FLOW,
    Column(
        "hours_saved_per_day",
        "number",
        "h/day",
        f"Hours that the {NOUN} of this flow save with the corridors, per day of arrivals: the cohort's "
        "shortening of the crossing time in sum. Below 0: they lose.",
    ),
    *paired_interval("h/day"),
    *(
        column
        for staff, words in _PER_SERVER
        for column in (
            Column(
                f"{staff}_hours_per_day",
                "number",
                "h/day",
                f"Open hours a day by which the corridors add to those of every {words} of this flow.",
            ),
            Column(
                f"hours_saved_per_{staff}_hour",
                "number",
                "h/h",
                f"hours_saved_per_day over {staff}_hours_per_day: what all measures together gain for each "
                "hour added; empty if none is.",
            ),
            Column(f"per_{staff}_hour_low", "number", "h/h", "Lower end of its paired 95 % interval."),
            Column(f"per_{staff}_hour_high", "number", "h/h", "Upper end of that interval."),
        )
    ),
    Column("usd_saved_per_day", "number", "USD/day", "The hours saved times the cost of an hour; road only."),
    Column(
        "perishables_saved_t_per_day",
        "number",
        "t/day",
        "Tonnes of perishables whose value is kept by the shorter time, at the daily rates of loss.",
    ),
    Column("perishables_saved_usd_per_day", "number", "USD/day", "The same of the value of the load."),
    COMPARED_REPLICATIONS,
)
