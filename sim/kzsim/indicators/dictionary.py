"""The data dictionary: every column of every result file and every indicator, written once.

``docs/indicators.md`` is :func:`markdown` of this module, and the tables that a run makes are checked
against it. Nothing else in the package spells these definitions out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kzsim.network.model import WORK_ACCOUNTS, Account

Kind = Literal["text", "whole number", "number", "yes/no", "time"]

NOUN = "entities"
"""Stands in units for what the cell counts: trucks on the road, trains on rail."""

GROWTH_SHARE = 0.05
"""Of those who arrived in the last quarter, the share not taken off above which a line is called growing."""

NOTHING_BINDS_BELOW = 0.05
"""Share of the stay that waiting must reach before anything is said to bind."""

UNCHANGED_WITHIN_MS = 300_000
"""An entity gains or loses only by more than this."""

QUANTILES = (("p10", 10), ("p50", 50), ("p90", 90), ("p95", 95))
"""Name and per cent."""
WITHIN_H = (24, 48, 72)


@dataclass(frozen=True)
class Column:
    """One column of a result file."""

    name: str
    kind: Kind
    unit: str
    definition: str


@dataclass(frozen=True)
class Table:
    """One result file: what a row is, and its columns in order."""

    name: str
    file: str
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Indicator:
    """One indicator of a cell. ``entities`` in a unit is replaced by the cell's own noun."""

    name: str
    unit: str
    definition: str
    when: Literal["always", "tonnes", "teu", "wagons"] = "always"


ACCOUNT_MEANING = {
    Account.INSPECTION: "gates, passport control, weighing, scan, examination, quarantine",
    Account.DOCUMENTS: "an officer works on the papers",
    Account.HANDLING: "goods are moved",
    Account.HOLD: "papers or samples are held; no server is occupied",
    Account.TRAVEL: "driving between places",
    Account.HOME: "between trips",
    Account.CLOSED: "the stage was shut",
    Account.QUOTA: "the gate was open and its quota used up",
    Account.TOKENS: "a server was free and what the work needs was not at hand",
    Account.BLOCKED: "the place ahead was full",
    Account.PAIRING: "the partner had not come",
    Account.QUEUE: "every server was busy with others",
}


def account_name(account: Account) -> str:
    """Name of the account in files: ``quota``, ``closed`` and so on."""
    return account.name.lower()


INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "arrivals_per_day",
        f"{NOUN}/day",
        "Arrivals in the measured window [run-in, horizon) per day of that window.",
    ),
    Indicator(
        "throughput_per_day",
        f"{NOUN}/day",
        "Exits in the measured window per day of that window, whenever they arrived.",
    ),
    Indicator("tonnes_per_day", "t/day", "Net load of those exits per day.", "tonnes"),
    Indicator("teu_per_day", "TEU/day", "Containers (TEU) of those exits per day.", "teu"),
    Indicator("wagons_per_day", "wagons/day", "Wagons of those exits per day.", "wagons"),
    Indicator(
        "cohort",
        NOUN,
        "Number followed: arrivals in [run-in, horizon - follow-up). The following indicators speak of them.",
    ),
    Indicator(
        "crossing_time",
        "h",
        "Restricted mean crossing time: mean over the cohort of min(exit - arrival, follow-up). "
        "Those not through by then count with the whole follow-up.",
    ),
    *(
        Indicator(
            f"crossing_time_{name}",
            "h",
            f"Time within which {share} % of the cohort got through: the smallest crossing time reached by "
            "at least that share, kept to 11 significant bits (within 0.05 %). Empty where fewer got through "
            "within the follow-up.",
        )
        for name, share in QUANTILES
    ),
    Indicator("share_not_through", "share", "Share of the cohort not through by the end of the follow-up."),
    *(
        Indicator(
            f"share_within_{hours}h",
            "share",
            f"Share of the cohort through within {hours} h. Empty if the follow-up is shorter.",
        )
        for hours in WITHIN_H
    ),
    Indicator(
        "free_flow_time",
        "h",
        "Mean over the cohort of the sum of each one's own durations on its route: nobody else, all open.",
    ),
    Indicator("delay", "h", "crossing_time minus free_flow_time."),
    Indicator(
        "stay",
        "h",
        "Mean over the cohort of the time spent up to exit or the horizon, not cut at the follow-up: "
        "the sum of the twelve accounts below.",
    ),
    *(
        Indicator(
            f"account_{account_name(account)}",
            "h",
            f"{'Work' if account in WORK_ACCOUNTS else 'Waiting'}, mean per entity of the cohort: "
            f"{ACCOUNT_MEANING[account]}.",
        )
        for account in Account
    ),
    Indicator("inside_at_end", NOUN, "Number inside at the horizon, whenever they arrived."),
    Indicator(
        "inside_growth",
        NOUN,
        "Mean number inside over the last day minus that over the first day of the last quarter of the "
        "measured window.",
    ),
    Indicator(
        "unabsorbed_share",
        "share",
        "inside_growth / arrivals in the last quarter: the share of arrivals that the line kept.",
    ),
)

CELL = (
    Column("crossing", "text", "", "Crossing (both sides of it)."),
    Column("mode", "text", "", "`road` or `rail`."),
    Column("direction", "text", "", "`kz_to_cn` or `cn_to_kz`."),
    Column(
        "class",
        "text",
        "",
        "`all`, `agricultural` (classes that a corridor may serve; on rail containers are among them), "
        "`rest` (all others), or one class of cargo.",
    ),
    Column(
        "corridor",
        "text",
        "",
        "`all`, `user` (eligible, compliant, and a corridor in force there), `eligible_nonuser`, or `other`.",
    ),
)
FLOW = CELL[:3]

_INTERVAL = (
    Column("low", "number", "as `unit`", "Lower end of the 95 % interval; empty: no interval."),
    Column("high", "number", "as `unit`", "Upper end of the 95 % interval; empty: no interval."),
)

_INDICATOR_COLUMNS = (
    *CELL,
    Column("indicator", "text", "", "Name of the indicator, see Indicators."),
    Column("unit", "text", "", "Unit of the indicator."),
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
    Column("n", "whole number", NOUN, "Cohort of the cell, summed over the replications."),
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
    Column("account", "text", "", "Account, see Accounts."),
    Column("nature", "text", "", "`work` or `wait`."),
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
    Column("cause", "text", "", "For a full zone: the stage in or after it with most waiting."),
    Column("share_of_delay", "number", "share", "That account's part of all waiting hours."),
    Column("wait_share_of_stay", "number", "share", "All waiting hours over all hours of the stay."),
    Column("utilisation", "number", "share", "For a stage: servers' time held over their open time."),
    Column("text", "text", "", "The same in words."),
)

_SERVER_COLUMNS = (
    *FLOW,
    Column("side", "text", "", "`kz` or `cn`."),
    Column("stage", "text", "", "Stage of the pool."),
    Column("pool", "text", "", "Pool: servers of one kind at a stage."),
    Column("servers", "number", "servers", "Mean number of servers while there are any."),
    Column("open_share", "number", "share", "Share of the run in which there are any."),
    Column(
        "utilisation",
        "number",
        "share",
        "Servers' time held, by entities in service or blocked, over servers' open time. "
        "Work finished after closing can lift it above 1.",
    ),
    *_INTERVAL,
)

_COMPARISON_COLUMNS = (
    *CELL,
    Column(
        "indicator",
        "text",
        "",
        "`crossing_time`, `delay` (against the base's free-flow time), `share_not_through`, "
        "`throughput_per_day` or `tonnes_per_day`.",
    ),
    Column("unit", "text", "", "Unit of the indicator."),
    Column("base", "number", "as `unit`", "Mean without the corridors (the counterfactual)."),
    Column("alternative", "number", "as `unit`", "Mean in the scenario, same entities."),
    Column(
        "difference", "number", "as `unit`", "alternative - base, same entities, mean over the replications."
    ),
    Column(
        "low",
        "number",
        "as `unit`",
        "Lower end of its paired 95 % interval; empty: no interval.",
    ),
    Column("high", "number", "as `unit`", "Upper end of that interval."),
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
        "verdict",
        "text",
        "",
        "`gains`, `loses`, `no change` or `undecided`; times only.",
    ),
    Column("n", "whole number", NOUN, "Cohort of the cell, summed over the replications."),
    Column("replications", "whole number", "", "Replications compared."),
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
        "element's line), `in_zone` (places taken).",
    ),
    Column("mean", "number", NOUN, "Mean over the replications."),
)

_JUDGEMENT_COLUMNS = (
    Column("code", "text", "", "`precision`, `no_interval`, `growing` or `not_through`."),
    Column("run", "text", "", "`scenario` or `counterfactual`: which of the two it is about."),
    Column("ok", "yes/no", "", "Whether it speaks for the result."),
    Column("crossing", "text", "", "Crossing, where it is about one."),
    Column("mode", "text", "", "Mode, likewise."),
    Column("direction", "text", "", "Direction, likewise."),
    Column("value", "number", "", "The figure judged."),
    Column("text", "text", "", "The judgement in words."),
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
    Table("servers", "servers.csv", "the use of one pool", _SERVER_COLUMNS),
    Table("hourly", "hourly.parquet", "one quantity at one reading", _HOURLY_COLUMNS),
    Table("judgements", "judgements.csv", "one judgement of the run", _JUDGEMENT_COLUMNS),
    Table(
        "comparison",
        "comparison.csv",
        "one indicator of one cell, compared",
        _COMPARISON_COLUMNS,
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
