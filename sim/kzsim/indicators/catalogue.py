"""Every indicator and account, defined once, and the thresholds that words about them rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kzsim.indicators.legs import CROSSING, HOME, LEGS, Leg
from kzsim.network.model import WORK_ACCOUNTS, Account

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
class Indicator:
    """One indicator of a cell. ``entities`` in a unit is replaced by the cell's own noun.

    ``legs``: the legs of a journey whose cells have it; what is counted once a journey is of the crossing.
    """

    name: str
    unit: str
    definition: str
    when: Literal[
        "always", "tonnes", "teu", "wagons", "costs", "perishables", "choices", "pairing", "ceilings"
    ] = "always"
    legs: tuple[Leg, ...] = LEGS


ACCOUNT_MEANING = {
    Account.INSPECTION: "gates, passport control, weighing, scan, examination, quarantine",
    Account.DOCUMENTS: "an officer works on the papers",
    Account.HANDLING: "goods are moved",
    Account.HOLD: "papers or samples are held; no server is occupied",
    Account.TRAVEL: "driving between places",
    Account.HOME: "between trips",
    Account.CLOSED: "the stage was shut; at a gate with a quota: and the head of its line came after it shut",
    Account.QUOTA: "the gate's quota was used up: while it was open, and while it was shut with a line whose "
    "head had already been refused",
    Account.TOKENS: "a server was free and what the work needs was not at hand",
    Account.BLOCKED: "the place ahead was full",
    Account.PAIRING: "the partner had not come",
    Account.QUEUE: "every server was busy with others",
}


def account_name(account: Account) -> str:
    """Name of the account in files: ``quota``, ``closed`` and so on."""
    return account.name.lower()


POSTS = (("kz", "Kazakh"), ("cn", "Chinese"))
_ONCE: tuple[Leg, ...] = (CROSSING,)
"""What is told once a journey, however many legs it has."""
_TRANSFER = {
    "kz": "",
    "cn": ", and for loads from China the fixed cost of their transfer in the Chinese yard",
}

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
        legs=_ONCE,
    ),
    Indicator("tonnes_per_day", "t/day", "Net load of those exits per day.", "tonnes", _ONCE),
    Indicator("teu_per_day", "TEU/day", "Loaded containers (TEU) of those exits per day.", "teu", _ONCE),
    Indicator("wagons_per_day", "wagons/day", "Loaded wagons of those exits per day.", "wagons", _ONCE),
    Indicator(
        "wagons_with_empties_per_day",
        "wagons/day",
        "All wagons of those exits per day, those of trains of empties too.",
        "wagons",
        _ONCE,
    ),
    Indicator(
        "cohort",
        NOUN,
        "Number followed: arrivals in [run-in, horizon - follow-up). The following indicators speak of them.",
    ),
    Indicator(
        "crossing_time",
        "h",
        "Restricted mean crossing time: mean over the cohort of min(exit - arrival, follow-up). "
        "Those not through by then count with the whole follow-up. In the classes `at_home`: the waiting at "
        "home, from the booking to the arrival at the border; `in_yard`: of a truck for a load.",
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
        "Mean over the cohort of the sum of each one's own durations on its route: nobody else, all open. "
        "Not capped.",
    ),
    Indicator(
        "delay",
        "h",
        "crossing_time minus the mean over the cohort of min(own free-flow time, follow-up): both are capped "
        "alike, so that work which lasts longer than the follow-up is not counted against the waiting.",
    ),
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
    Indicator(
        "pairing_p95",
        "h",
        "Hours of `account_pairing` that 95 % of the cohort stay below (within 0.4 %), mean over the "
        "replications. Only of loads that wait in a yard for a truck.",
        "pairing",
        _ONCE,
    ),
    Indicator("inside_at_end", NOUN, "Number inside at the horizon, whenever they arrived."),
    Indicator(
        "inside_growth",
        NOUN,
        "Mean of the hourly numbers inside over the last day minus that over the first day of the last "
        "quarter of the measured window.",
    ),
    Indicator(
        "unabsorbed_share",
        "share",
        "inside_growth / arrivals in the last quarter: the share of arrivals that the line kept.",
    ),
    *(
        Indicator(
            f"tfi1_{side}",
            "h",
            f"Hours at the {post} post as CAREC's TFI1 counts them: mean over the cohort of the time at all "
            "places of that side, waiting included, without the electronic queue (where a driver may wait at "
            "home), the wait for a siding (up the line) and the strip between the posts. Up to exit or the "
            "horizon, like `stay`: it is not cut at the follow-up and may exceed `crossing_time` where some "
            "are not through by then.",
            legs=_ONCE,
        )
        for side, post in POSTS
    ),
    *(
        Indicator(
            f"tfi1_{side}_p50",
            "h",
            f"The median of the same time: hours at the {post} post that half of the cohort stay below "
            "(within 0.4 %), mean over the replications. Who is inside at the horizon counts with its time "
            "there so far, which is 0 if it has not come to that post.",
            legs=_ONCE,
        )
        for side, post in POSTS
    ),
    *(
        Indicator(
            f"tfi2_{side}",
            "USD",
            f"Cost of passing the {post} post as CAREC's TFI2 counts it, per truck: tfi1_{side} times the "
            f"cost of an hour of a truck{_TRANSFER[side]}. Road only.",
            "costs",
            _ONCE,
        )
        for side, post in POSTS
    ),
    *(
        Indicator(
            f"tfi2_{side}_p50",
            "USD",
            f"The median of the same cost: what half of the cohort stay below at the {post} post, mean over "
            "the replications. Road only.",
            "costs",
            _ONCE,
        )
        for side, post in POSTS
    ),
    Indicator(
        "time_cost",
        "USD",
        "crossing_time times the cost of an hour of a truck and its driver, per truck. Road only.",
        "costs",
        _ONCE,
    ),
    Indicator(
        "time_cost_p50",
        "USD",
        "The same at the median crossing time, mean over the replications. Road only.",
        "costs",
        _ONCE,
    ),
    Indicator(
        "perishables_warm_share",
        "share",
        "Of the hours that loads of perishables spend at the crossing in the measured window, the share in "
        "the warm months.",
        "perishables",
        _ONCE,
    ),
    Indicator(
        "perishables_lost_t_per_day",
        "t/day",
        "Tonnes of perishables whose value is lost by delay, per day of arrivals: mean delay in days times "
        "the share of its value that a load loses a day (refrigerated or not, warm months or not), at most "
        "the whole, times the net load. Half of ten tonnes' value counts as five tonnes. What loads from "
        "China lose while they wait in the yard for a truck is part of it.",
        "perishables",
        _ONCE,
    ),
    Indicator(
        "perishables_lost_usd_per_day",
        "USD/day",
        "The same of the value of the load.",
        "perishables",
        _ONCE,
    ),
    Indicator(
        "share_changed",
        "share",
        "Of those in the cohort who chose between crossings at home, the share that picked another than the "
        "one that they usually use. `crossing_time` of the classes `from_<crossing>` is theirs, by the "
        "crossing chosen; the longer way and the queue there are in `at_home` of their usual crossing.",
        "choices",
        (HOME,),
    ),
    *(
        Indicator(
            name,
            f"{NOUN}/day",
            f"Slots out of turn of the electronic queue that those in the cohort had {how}, per day of the "
            "cohort: missed ones too, and not the ordinary slots of those who found none left.",
            "ceilings",
            (HOME,),
        )
        for name, how in (
            ("out_of_turn_per_day", "by their goods"),
            ("paid_per_day", "for money"),
        )
    ),
)

CEILINGS = {"out_of_turn_per_day": "out_of_turn", "paid_per_day": "paid"}
"""Indicators of how much of a ceiling is used, and the class in the network whose ceiling it is.

The names are the border's; indicators read programs and import nothing of it."""
