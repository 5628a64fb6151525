"""The few figures of a run that the screen, `--json` and a brief show, picked from its tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kzsim.brief.rows import Cell, Row, by_cell, number, records
from kzsim.indicators.legs import AT_HOME

if TYPE_CHECKING:
    import pandas as pd

WHO = {"user": "corridor users", "eligible_nonuser": "eligible non-users", "other": "others"}
"""Those that a comparison keeps apart, as they are called on the screen."""

EMPTIES = "empties"
"""The class of trains without a load."""

LOADS = "loads"
"""What the wait of loads in China for a truck is called among the waits of a flow."""

_WAITS = ("closed", "quota", "tokens", "blocked", "pairing", "queue")


@dataclass(frozen=True)
class Estimate:
    """A mean over replications with its 95 % interval; None where there is none."""

    mean: float | None
    low: float | None = None
    high: float | None = None

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval, or None without one."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Binding:
    """What limits a flow, as the run found it; `account` is empty if nothing does."""

    binds: str
    account: str
    side: str
    stage: str
    cause: str
    share_of_delay: float | None
    utilisation: float | None
    text: str


@dataclass(frozen=True)
class Change:
    """What the corridors changed for some of the same trucks or trains: with minus without, in hours."""

    who: str
    without_h: float | None
    with_h: float | None
    difference_h: Estimate
    per_cent: float | None
    winners: float | None
    losers: float | None
    unchanged: float | None
    simultaneous_low_h: float | None
    """Lower end of the wider interval that decides the verdict, which holds at once for all of them."""
    simultaneous_high_h: float | None
    verdict: str


@dataclass(frozen=True)
class Empties:
    """The trains of empties of a flow on rail, whose other figures speak of its loaded trains."""

    throughput_per_day: Estimate
    crossing_time_h: Estimate
    p10_h: float | None
    p50_h: float | None
    p90_h: float | None
    delay_h: Estimate


@dataclass(frozen=True)
class WorstDay:
    """The day with the most trucks or trains inside, and the longest line on it; '' where there is none."""

    date: str
    inside: float
    stage: str
    side: str


@dataclass(frozen=True)
class Flow:
    """One crossing, mode and direction. Times in hours, throughput in trucks or trains per day.

    ``who`` is the class of which all figures are: ``loaded`` trains on rail, ``all`` trucks.
    """

    crossing: str
    mode: str
    direction: str
    who: str
    throughput_per_day: Estimate
    crossing_time_h: Estimate
    p10_h: float | None
    p50_h: float | None
    p90_h: float | None
    agricultural_h: Estimate
    rest_h: Estimate
    delay_h: Estimate
    share_not_through: float | None
    largest_account: str
    """The account with most of the waiting; empty where nobody waits."""
    largest_account_share: float | None
    binding: Binding | None
    without_throughput_per_day: float | None
    """In the counterfactual, without green corridors; None if it was not run."""
    without_crossing_time_h: float | None
    """Mean crossing time of the same trucks or trains without the corridors."""
    without_delay_h: float | None
    """Delay without the corridors, against the same free-flow times as `with_delay_h`."""
    with_delay_h: float | None
    """Delay with the corridors, against the free-flow times of the trucks and trains without them."""
    changes: tuple[Change, ...]
    empties: Empties | None
    p95_h: float | None = None
    over_24h: float | None = None
    """Share that needs longer than 24 h."""
    over_48h: float | None = None
    over_72h: float | None = None
    kz_post_h: float | None = None
    """Mean hours at the Kazakh post (TFI1), without the electronic queue."""
    kz_post_p50_h: float | None = None
    """Their median."""
    cn_post_h: float | None = None
    cn_post_p50_h: float | None = None
    time_cost_usd: float | None = None
    """Cost of the crossing time of a truck; None on rail."""
    kz_post_usd: float | None = None
    """Mean cost of passing the Kazakh post (TFI2); None on rail."""
    kz_post_p50_usd: float | None = None
    cn_post_usd: float | None = None
    cn_post_p50_usd: float | None = None
    perishables_lost_t_per_day: float | None = None
    perishables_lost_usd_per_day: float | None = None
    worst_day: WorstDay | None = None
    waits: tuple[Wait, ...] = ()
    changed: float | None = None
    """Share that chose another crossing than this, which they usually use; None without a choice."""
    tonnes_per_day: float | None = None
    wagons_per_day: float | None = None
    """Loaded wagons; 0 on the road."""
    wagons_with_empties_per_day: float | None = None
    teu_per_day: float | None = None


@dataclass(frozen=True)
class Wait:
    """A wait that is told beside a flow's crossing time, in hours: at home, of trucks or loads in the yard.

    ``leg``: ``home``, ``yard``, or ``LOADS``: how long loads wait in China for a truck, which is part of
    their crossing time, the account ``pairing`` of those who are loaded.
    """

    leg: str
    all_h: Estimate
    agricultural_h: Estimate
    rest_h: Estimate
    p90_h: float | None
    p95_h: float | None
    changes: tuple[Change, ...]


class Tables(Protocol):
    """What of a run is looked at; ``comparison`` is None without a counterfactual."""

    @property
    def indicators(self) -> pd.DataFrame:
        """The table of that name."""

    @property
    def binding(self) -> pd.DataFrame:
        """The table of that name."""

    @property
    def worst_days(self) -> pd.DataFrame | None:
        """The table of that name."""

    @property
    def comparison(self) -> pd.DataFrame | None:
        """The table of that name."""


def flows(result: Tables) -> tuple[Flow, ...]:
    """Return the flows of a run in the order of its tables."""
    rows = by_cell(result.indicators)
    compared = {} if result.comparison is None else by_cell(result.comparison)
    binding = {_of(row): row for row in records(result.binding)}
    days = {} if result.worst_days is None else {_of(row): row for row in records(result.worst_days)}
    found = list(dict.fromkeys(key[:3] for key in rows))
    return tuple(_flow(flow, rows, compared, binding.get(flow), days.get(flow)) for flow in found)


def _of(row: Row) -> tuple[str, str, str]:
    return (row["crossing"], row["mode"], row["direction"])


def _flow(
    flow: tuple[str, str, str],
    rows: Mapping[Cell, Row],
    compared: Mapping[Cell, Row],
    binds: Row | None,
    worst: Row | None,
) -> Flow:
    from kzsim.indicators.layout import ALL, HEADLINE

    headline = HEADLINE.get(flow[1], ALL)
    if (*flow, headline, ALL, "crossing_time") not in rows:
        headline = ALL  # a run stored before there were figures of loaded trains

    def row(indicator: str, who: str = headline, table: Mapping[Cell, Row] = rows) -> Row:
        return table.get((*flow, who, ALL, indicator), {})

    time = row("crossing_time")
    account, share = _largest(lambda name: number(row(f"account_{name}").get("mean")))
    return Flow(
        *flow,
        who=headline,
        throughput_per_day=_estimate(row("throughput_per_day")),
        crossing_time_h=_estimate(time),
        p10_h=number(time.get("p10")),
        p50_h=number(time.get("p50")),
        p90_h=number(time.get("p90")),
        agricultural_h=_estimate(row("crossing_time", "agricultural")),
        rest_h=_estimate(row("crossing_time", "rest")),
        delay_h=_estimate(row("delay")),
        share_not_through=number(row("share_not_through").get("mean")),
        largest_account=account,
        largest_account_share=share,
        binding=None if binds is None else _binding(binds),
        without_throughput_per_day=number(row("throughput_per_day", table=compared).get("base")),
        without_crossing_time_h=number(row("crossing_time", table=compared).get("base")),
        without_delay_h=number(row("delay", table=compared).get("base")),
        with_delay_h=number(row("delay", table=compared).get("alternative")),
        changes=tuple(
            _change(who, compared[cell])
            for who in WHO
            if (cell := (*flow, headline, who, "crossing_time")) in compared
        ),
        empties=None if headline == ALL else _empties(lambda indicator: row(indicator, EMPTIES)),
        p95_h=_mean(row("crossing_time_p95")),
        over_24h=_over(row("share_within_24h")),
        over_48h=_over(row("share_within_48h")),
        over_72h=_over(row("share_within_72h")),
        kz_post_h=_mean(row("tfi1_kz")),
        kz_post_p50_h=_mean(row("tfi1_kz_p50")),
        cn_post_h=_mean(row("tfi1_cn")),
        cn_post_p50_h=_mean(row("tfi1_cn_p50")),
        time_cost_usd=_mean(row("time_cost")),
        kz_post_usd=_mean(row("tfi2_kz")),
        kz_post_p50_usd=_mean(row("tfi2_kz_p50")),
        cn_post_usd=_mean(row("tfi2_cn")),
        cn_post_p50_usd=_mean(row("tfi2_cn_p50")),
        perishables_lost_t_per_day=_mean(row("perishables_lost_t_per_day")),
        perishables_lost_usd_per_day=_mean(row("perishables_lost_usd_per_day")),
        worst_day=None
        if worst is None
        else WorstDay(worst["date"], float(worst["inside"]), worst["stage"], worst["side"]),
        waits=tuple(_waits(flow, rows, compared)),
        changed=_mean(row("share_changed", AT_HOME)),
        tonnes_per_day=_mean(row("tonnes_per_day")),
        wagons_per_day=_mean(row("wagons_per_day")),
        wagons_with_empties_per_day=_mean(row("wagons_with_empties_per_day", ALL)),
        teu_per_day=_mean(row("teu_per_day")),
    )


def _waits(
    flow: tuple[str, str, str], rows: Mapping[Cell, Row], compared: Mapping[Cell, Row]
) -> Iterator[Wait]:
    from kzsim.indicators.layout import AGRICULTURAL, ALL, LOADED, REST
    from kzsim.indicators.legs import LEG_CLASSES

    for leg, classes in LEG_CLASSES.items():
        every, farm, rest = (rows.get((*flow, klass, ALL, "crossing_time"), {}) for klass in classes)
        if number(every.get("mean")) is not None:
            changes = (
                _change(who, compared[cell])
                for who in WHO
                if (cell := (*flow, classes[0], who, "crossing_time")) in compared
            )
            yield Wait(
                leg,
                _estimate(every),
                _estimate(farm),
                _estimate(rest),
                number(every.get("p90")),
                _mean(rows.get((*flow, classes[0], ALL, "crossing_time_p95"), {})),
                tuple(changes),
            )
    waits = (rows.get((*flow, who, ALL, "account_pairing"), {}) for who in (LOADED, AGRICULTURAL, REST))
    loads, of_farms, others = (_estimate(row) for row in waits)
    p95 = _mean(rows.get((*flow, LOADED, ALL, "pairing_p95"), {}))
    if p95 is not None or (flow[1] == "road" and (loads.mean or 0.0) > 0):
        yield Wait(LOADS, loads, of_farms, others, None, p95, ())


def _mean(row: Row) -> float | None:
    return number(row.get("mean"))


def _over(within: Row) -> float | None:
    share = _mean(within)
    return None if share is None else 1.0 - share


def _empties(row: Callable[[str], Row]) -> Empties | None:
    time = row("crossing_time")
    if not time:
        return None
    return Empties(
        throughput_per_day=_estimate(row("throughput_per_day")),
        crossing_time_h=_estimate(time),
        p10_h=number(time.get("p10")),
        p50_h=number(time.get("p50")),
        p90_h=number(time.get("p90")),
        delay_h=_estimate(row("delay")),
    )


def served(result: Tables, mode: str) -> tuple[str, ...]:
    """Return the classes of cargo among the corridor users of a mode."""
    from kzsim.indicators.legs import is_cargo

    if result.comparison is None:
        return ()
    rows = (row for row in records(result.comparison) if (row["mode"], row["corridor"]) == (mode, "user"))
    found = sorted({str(row["class"]) for row in rows})
    return tuple(name for name in found if is_cargo(name))


def _largest(hours: Callable[[str], float | None]) -> tuple[str, float | None]:
    waits = {name: hours(name) or 0.0 for name in _WAITS}
    total = math.fsum(waits.values())
    if total <= 0:
        return "", None
    name = max(waits, key=lambda account: waits[account])
    return name, waits[name] / total


def _change(who: str, row: Row) -> Change:
    return Change(
        who=who,
        without_h=number(row["base"]),
        with_h=number(row["alternative"]),
        difference_h=_estimate(row, "difference"),
        per_cent=number(row["per_cent"]),
        winners=number(row["winners"]),
        losers=number(row["losers"]),
        unchanged=number(row["unchanged"]),
        simultaneous_low_h=number(row.get("simultaneous_low")),
        simultaneous_high_h=number(row.get("simultaneous_high")),
        verdict=str(row["verdict"]),
    )


def _binding(row: Row) -> Binding:
    return Binding(
        binds=str(row["binds"]),
        account=str(row["account"]),
        side=str(row["side"]),
        stage=str(row["stage"]),
        cause=str(row["cause"]),
        share_of_delay=number(row["share_of_delay"]),
        utilisation=number(row["utilisation"]),
        text=str(row["text"]),
    )


def _estimate(row: Row, value: str = "mean") -> Estimate:
    return Estimate(number(row.get(value)), number(row.get("low")), number(row.get("high")))
