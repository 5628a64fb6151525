"""The data dictionary: every column of every result file; the indicators stand in ``catalogue``.

``docs/indicators.md`` is made from both, and the tables that a run makes are checked against them.
Nothing else in the package spells these definitions out.
"""

from __future__ import annotations

from kzsim.indicators.catalogue import (
    ACCOUNT_MEANING,
    GROWTH_SHARE,
    INDICATORS,
    NOTHING_BINDS_BELOW,
    NOUN,
    QUANTILES,
    UNCHANGED_WITHIN_MS,
    WITHIN_H,
    Indicator,
    account_name,
)
from kzsim.indicators.shape import (
    ACCOUNT,
    CELL,
    COMPARED_INDICATOR,
    COMPARED_REPLICATIONS,
    FLOW,
    N_COHORT,
    PAIRED_DIFFERENCE,
    UNIT,
    Column,
    Table,
    paired_interval,
)
from kzsim.indicators.worth_columns import CORRIDOR_GAIN_COLUMNS, WORST_COLUMNS

__all__ = [
    "ACCOUNT_MEANING",
    "GROWTH_SHARE",
    "INDICATORS",
    "NOTHING_BINDS_BELOW",
    "NOUN",
    "QUANTILES",
    "TABLES",
    "UNCHANGED_WITHIN_MS",
    "WITHIN_H",
    "Column",
    "Indicator",
    "Table",
    "account_name",
    "table",
]

_INTERVAL = (
    Column("low", "number", "as `unit`", "Lower end of the 95 % interval; empty: no interval."),
    Column("high", "number", "as `unit`", "Upper end of the 95 % interval; empty: no interval."),
)

_INTERVAL_OF_PLACES = (
    Column("low", "number", "places", "Lower end of its 95 % interval; empty: no interval."),
    Column("high", "number", "places", "Upper end of that interval."),
)

_INTERVAL_OF_SHARE = (
    Column("low", "number", "share", "Lower end of its 95 % interval; empty: no interval."),
    Column("high", "number", "share", "Upper end of that interval."),
)

_INDICATOR_COLUMNS = (
    *CELL,
    Column("indicator", "text", "", "Name of the indicator, see Indicators."),
    UNIT,
    Column(
        "mean",
        "number",
        "as `unit`",
        "Mean over the replications; for quantiles the quantile pooled over all of them.",
    ),
    *_INTERVAL,
    Column("p10", "number", "h", "In rows of `crossing_time`: crossing_time_p10, else empty."),
    Column("p50", "number", "h", "In rows of `crossing_time`: crossing_time_p50, else empty."),
    Column("p90", "number", "h", "In rows of `crossing_time`: crossing_time_p90, else empty."),
    N_COHORT,
    Column("replications", "whole number", "", "Replications in which the cell has a value."),
)

_REPLICATION_COLUMNS = (
    Column("replication", "whole number", "", "Number of the replication, from 0."),
    *CELL,
    *(
        Column(item.name, "number", item.unit, "The indicator of that name in this replication.")
        for item in INDICATORS
    ),
)

_ACCOUNT_COLUMNS = (
    *CELL,
    Column(
        "side",
        "text",
        "",
        "Whose post it is: `kz` or `cn`; `between` for the strip between them.",
    ),
    Column("stage", "text", "", "Stage or zone at which the time passed."),
    Column("element", "text", "", "Its full name in the network."),
    *ACCOUNT,
    Column("hours_per_entity", "number", "h", "Hours per entity of the cohort, mean over the replications."),
    Column("share_of_delay", "number", "share", "Part of the cell's waiting hours; empty for work."),
)

_BINDING_COLUMNS = (
    *FLOW,
    Column(
        "binds",
        "text",
        "",
        "`quota`, `hours`, `stage`, `zone`, `tokens`, `pairing`, or `nothing`.",
    ),
    Column("account", "text", "", "The largest waiting account; empty if nothing binds."),
    Column("side", "text", "", "Side of the element, where it has one."),
    Column("stage", "text", "", "Stage or zone with most hours of that account."),
    Column("element", "text", "", "Its full name in the network."),
    Column(
        "cause",
        "text",
        "",
        "For a full zone: the stage in or after it with most waiting. For tokens: their kind. `at_home`: "
        "most of that account is waited for at home.",
    ),
    Column("share_of_delay", "number", "share", "That account's part of all waiting hours."),
    Column("wait_share_of_stay", "number", "share", "All waiting hours over all hours of the stay."),
    Column(
        "utilisation",
        "number",
        "share",
        "For a stage: servers' time held over their open time. For tokens: their time not idle.",
    ),
    Column("text", "text", "", "The same in words."),
)

_SERVER_COLUMNS = (
    *FLOW,
    Column("side", "text", "", "`kz` or `cn`."),
    Column("stage", "text", "", "Stage of the pool; of tokens the first that uses them."),
    Column(
        "pool",
        "text",
        "",
        "Pool: servers of one kind at a stage. Or a kind of tokens, such as the platforms of a terminal.",
    ),
    Column("servers", "number", "servers", "Mean number of servers, or of tokens, while there are any."),
    Column("open_share", "number", "share", "Share of the run in which there are any."),
    Column(
        "utilisation",
        "number",
        "share",
        "Servers' time held, by entities in service or blocked, over servers' open time. "
        "Work finished after closing can lift it above 1. Of tokens: the share of their time in which they "
        "are not idle. Both over the whole run, the run-in too.",
    ),
    *_INTERVAL,
)

_COMPARISON_COLUMNS = (
    *CELL,
    COMPARED_INDICATOR,
    UNIT,
    Column("base", "number", "as `unit`", "Mean without the corridors (the counterfactual)."),
    Column("alternative", "number", "as `unit`", "Mean in the scenario, same entities."),
    PAIRED_DIFFERENCE,
    *paired_interval("as `unit`"),
    Column("per_cent", "number", "%", "100 x difference / base."),
    Column("per_cent_low", "number", "%", "100 x low / base."),
    Column("per_cent_high", "number", "%", "100 x high / base."),
    Column(
        "winners",
        "number",
        NOUN,
        "In rows of `crossing_time`: entities of the cohort that are faster by more than the threshold, "
        "mean per replication.",
    ),
    Column("losers", "number", NOUN, "Likewise slower by more than the threshold."),
    Column("unchanged", "number", NOUN, "Likewise neither."),
    Column(
        "simultaneous_low",
        "number",
        "h",
        "Lower end of the interval that decides the verdict: wider than the paired 95 % interval, so that "
        "all verdicts of the run's summary hold at once with 95 %; times only.",
    ),
    Column("simultaneous_high", "number", "h", "Upper end of that interval."),
    Column(
        "verdict",
        "text",
        "",
        "`gains`, `loses`, `no change` or `undecided`; times only.",
    ),
    N_COHORT,
    COMPARED_REPLICATIONS,
)

_HOURLY_COLUMNS = (
    Column("instant", "whole number", "", "Number of the reading, from 0."),
    Column("time_utc", "time", "UTC", "Time of the reading; counts cover the interval that begins then."),
    *FLOW,
    Column("side", "text", "", "Side of the element; empty for the whole crossing."),
    Column("stage", "text", "", "Stage or zone; empty for the whole crossing."),
    Column("element", "text", "", "Its full name in the network; empty for the whole crossing."),
    Column(
        "quantity",
        "text",
        "",
        "`arrivals` and `exits` (in the interval), `inside` (at the instant), `in_line` (waiting in the "
        "element's line), `in_zone` (places taken); `at_home` and `in_yard` (inside, of these legs "
        "of a journey).",
    ),
    Column("mean", "number", NOUN, "Mean over the replications."),
)

_DISTRIBUTION_COLUMNS = (
    *CELL,
    Column("share", "number", "share", "Share of the cohort: 0.01, 0.02, ..., 0.99."),
    Column(
        "hours",
        "number",
        "h",
        "Crossing time within which that share got through, pooled over the replications, kept to 11 "
        "significant bits. Shares that did not get through within the follow-up have no row.",
    ),
)

_OCCUPANCY_COLUMNS = (
    *FLOW,
    Column("side", "text", "", "Side of the zone; `between` for the strip between the posts."),
    Column("stage", "text", "", "Zone."),
    Column("element", "text", "", "Its full name in the network."),
    Column("places", "whole number", "places", "How many places it has."),
    Column("mean", "number", "places", "Places taken, mean over the hourly readings after the run-in."),
    *_INTERVAL_OF_PLACES,
    Column("p10", "number", "places", "Places taken or fewer in 10 % of those readings, pooled."),
    Column("p50", "number", "places", "The same in half of them."),
    Column("p90", "number", "places", "The same in 90 % of them."),
    Column("most", "number", "places", "Most places taken at any of them."),
    Column("share_full", "number", "share", "Share of the readings at which every place was taken."),
    Column("full_low", "number", "share", "Lower end of its 95 % interval; empty: no interval."),
    Column("full_high", "number", "share", "Upper end of that interval."),
)

_JUDGEMENT_COLUMNS = (
    Column(
        "code",
        "text",
        "",
        "`precision`, `no_interval`, `growing` or `not_through`; of other legs `growing_at_home` or "
        "`not_come`, `growing_in_yard` or `not_loaded` (trucks that wait for a load).",
    ),
    Column("run", "text", "", "`scenario` or `counterfactual`: which of the two it is about."),
    Column("ok", "yes/no", "", "Whether it speaks for the result."),
    Column("crossing", "text", "", "Crossing, where it is about one."),
    Column("mode", "text", "", "Mode, likewise."),
    Column("direction", "text", "", "Direction, likewise."),
    Column("value", "number", "", "The figure judged."),
    Column("text", "text", "", "The judgement in words."),
)


def _estimated(name: str, unit: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(f"{name}_{unit.lower()}", "number", unit, f"{meaning}. Mean over the replications."),
        Column(f"{name}_low", "number", unit, "Lower end of its 95 % interval; empty: no interval."),
        Column(f"{name}_high", "number", unit, "Upper end of that interval."),
    )


_CHOICE_COLUMNS = (
    *CELL,
    Column("chosen", "text", "", "Crossing chosen; that of `crossing` is the one they usually use."),
    Column("per_day", "number", f"{NOUN}/day", "How many of the cohort chose it, per day of bookings."),
    Column("per_day_low", "number", f"{NOUN}/day", "Lower end of its 95 % interval; empty: no interval."),
    Column("per_day_high", "number", f"{NOUN}/day", "Upper end of that interval."),
    Column("share", "number", "share", "Of those of the row who chose, the share that chose it."),
    *_INTERVAL_OF_SHARE,
    Column("replications", "whole number", "", "Replications in which anybody chose."),
    *_estimated(
        "home",
        "h",
        "Mean time of those who chose it from the booking until they came to the border there, without the "
        "longer way; so far of those still at home at the end of the run",
    ),
    *_estimated(
        "crossing",
        "h",
        "Mean crossing time there (`crossing_time`) of those of them who came; empty where `corridor` is not "
        "`all`: who uses a corridor at one crossing may use none at another",
    ),
    Column(
        "longer_way_h", "number", "h", "By how much the way over it takes longer than over the usual one."
    ),
    *_estimated(
        "whole",
        "h",
        "These three together: hours at home are of those who booked in the cohort, to their end, those of "
        "the crossing of those who came to the border in it, cut at the follow-up",
    ),
    *_estimated("cost", "USD", "The same at the cost of an hour of a truck (`cost.truck_hour`)"),
)

TABLES: tuple[Table, ...] = (
    Table("indicators", "indicators.csv", "one indicator of one cell", _INDICATOR_COLUMNS),
    Table("replications", "replications.csv", "one cell in one replication", _REPLICATION_COLUMNS),
    Table(
        "delay_accounts",
        "delay_accounts.csv",
        "the hours of one account at one stage or zone, of one cell",
        _ACCOUNT_COLUMNS,
    ),
    Table("binding", "binding.csv", "what binds one crossing, mode and direction", _BINDING_COLUMNS),
    Table("servers", "servers.csv", "the use of one pool or kind of tokens", _SERVER_COLUMNS),
    Table(
        "distribution",
        "distribution.csv",
        "one share of those in a cell of all roles: everybody, all loaded, agricultural or rest, of each leg",
        _DISTRIBUTION_COLUMNS,
    ),
    Table("occupancy", "occupancy.csv", "the use of one zone's places", _OCCUPANCY_COLUMNS),
    Table(
        "choices",
        "choices.csv",
        "one crossing that may be chosen, of one group of those who choose at home; no file without a choice",
        _CHOICE_COLUMNS,
    ),
    Table("worst_days", "worst_days.csv", "one crossing, mode and direction", WORST_COLUMNS),
    Table("hourly", "hourly.parquet", "one quantity at one reading", _HOURLY_COLUMNS),
    Table("judgements", "judgements.csv", "one judgement of the run", _JUDGEMENT_COLUMNS),
    Table(
        "comparison",
        "comparison.csv",
        "one indicator of one cell, compared",
        _COMPARISON_COLUMNS,
    ),
    Table(
        "corridor_gains",
        "corridor_gains.csv",
        "what the corridors gain one crossing, mode and direction with corridor users",
        CORRIDOR_GAIN_COLUMNS,
    ),
    Table(
        "counterfactual_indicators",
        "counterfactual_indicators.csv",
        "as indicators.csv, of the run without corridors",
        _INDICATOR_COLUMNS,
    ),
    Table(
        "counterfactual_replications",
        "counterfactual_replications.csv",
        "as replications.csv, of the run without corridors",
        _REPLICATION_COLUMNS,
    ),
    Table(
        "counterfactual_delay_accounts",
        "counterfactual_delay_accounts.csv",
        "as delay_accounts.csv, of the run without corridors",
        _ACCOUNT_COLUMNS,
    ),
    Table(
        "counterfactual_distribution",
        "counterfactual_distribution.csv",
        "as distribution.csv, of the run without corridors",
        _DISTRIBUTION_COLUMNS,
    ),
    Table(
        "counterfactual_binding",
        "counterfactual_binding.csv",
        "as binding.csv, of the run without corridors",
        _BINDING_COLUMNS,
    ),
)


def table(name: str) -> Table:
    """The table of that name; KeyError if there is none."""
    for item in TABLES:
        if item.name == name:
            return item
    raise KeyError(name)
