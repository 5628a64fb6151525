"""Tidy tables from collected replications, with the columns of the data dictionary."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from kzsim.indicators.binding import Binding
from kzsim.indicators.collect import Collected
from kzsim.indicators.comparison import COMPARED, TIMES, Pairs, family, verdict
from kzsim.indicators.dictionary import INDICATORS, NOUN, QUANTILES, account_name, table
from kzsim.indicators.intervals import estimate, simultaneous
from kzsim.indicators.judgements import Judgement
from kzsim.indicators.layout import ALL, NO_TOKENS, TOGETHER, Cell, ElementInfo, Layout
from kzsim.indicators.legs import OTHER_LEGS
from kzsim.indicators.occupancy import quantiles, zones
from kzsim.indicators.summary import series
from kzsim.network.model import MS_PER_HOUR, WAIT_ACCOUNTS, Account

NOUNS = {"road": "trucks", "rail": "trains"}
"""What a mode's cells count."""


def unit_of(unit: str, mode: str) -> str:
    """The unit with the mode's own noun."""
    return unit.replace(NOUN, NOUNS.get(mode, NOUN))


def frame(name: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """The table of that name; text, number and whole-number columns of their own type even if empty."""
    spec = table(name)
    made = pd.DataFrame(list(rows), columns=list(spec.names))
    kinds: dict[str, str] = {"text": "object", "number": "float64", "whole number": "int64", "yes/no": "bool"}
    return made.astype({column.name: kinds[column.kind] for column in spec.columns if column.kind in kinds})


def indicator_table(seen: Collected) -> pd.DataFrame:
    """One row for each indicator of each cell."""
    cohort = seen.cohort_total
    rows: list[tuple[Any, ...]] = []
    for number, cell in enumerate(seen.layout.cells):
        total = int(cohort[number])
        quantiles = _pooled_h(seen, number, total)
        beside = tuple(quantiles[f"crossing_time_{name}"] for name in ("p10", "p50", "p90"))
        for column, indicator in enumerate(INDICATORS):
            values = [float(replication[number, column]) for replication in seen.indicators]
            found = estimate(values)
            if cell.leg not in indicator.legs or (found.n == 0 and indicator.when != "always"):
                continue
            mean = quantiles.get(indicator.name, found.mean)
            complete = found.n == seen.n or indicator.name not in quantiles
            interval = (found.low, found.high) if complete else (math.nan, math.nan)
            rows.append(
                (
                    *cell.key,
                    indicator.name,
                    unit_of(indicator.unit, cell.mode),
                    mean,
                    *interval,
                    *(beside if indicator.name == "crossing_time" else (math.nan,) * 3),
                    total,
                    found.n,
                )
            )
    return frame("indicators", rows)


def _pooled_h(seen: Collected, cell: int, total: int) -> dict[str, float]:
    pooled = seen.times.quantiles_ms(seen.layout.member[cell], [share for _, share in QUANTILES], total)
    return {
        f"crossing_time_{name}": value / MS_PER_HOUR
        for (name, _), value in zip(QUANTILES, pooled, strict=True)
    }


def replication_table(seen: Collected) -> pd.DataFrame:
    """One row for each cell of each replication."""
    return frame(
        "replications",
        (
            (replication, *cell.key, *(float(value) for value in values[number]))
            for replication, values in enumerate(seen.indicators)
            for number, cell in enumerate(seen.layout.cells)
        ),
    )


def account_table(seen: Collected) -> pd.DataFrame:
    """One row for each element and account in which a cell spent time."""
    layout, hours = seen.layout, seen.account_hours
    last = len(layout.elements) - 1
    waits = [account in WAIT_ACCOUNTS for account in Account]
    named = [(account_name(account), "wait" if account in WAIT_ACCOUNTS else "work") for account in Account]
    rows: list[tuple[Any, ...]] = []
    for number, cell in enumerate(layout.cells):
        waiting = math.fsum(hours[number][:, list(WAIT_ACCOUNTS)].ravel())
        # upstream first, as an entity meets them; nearly all are 0
        upstream = hours[number][::-1]
        places, accounts = np.nonzero(upstream)
        values = upstream[places, accounts].tolist()
        for place, account, value in zip(places.tolist(), accounts.tolist(), values, strict=True):
            element = last - place
            label = layout.elements[element]
            rows.append(
                (
                    *cell.key,
                    label.side,
                    label.stage,
                    layout.element_names[element],
                    *named[account],
                    value,
                    value / waiting if waits[account] else math.nan,
                )
            )
    return frame("delay_accounts", rows)


def binding_table(bindings: Iterable[Binding]) -> pd.DataFrame:
    """One row for each flow."""
    return frame("binding", (tuple(asdict(item).values()) for item in bindings))


def server_table(seen: Collected) -> pd.DataFrame:
    """One row for each pool, but for those that stand for tokens, and for each kind of tokens."""
    layout, capacity_ms = seen.layout, seen.mean_capacity_ms
    rows: list[tuple[Any, ...]] = []
    for number, pool in enumerate(layout.pools):
        if pool.tokens != NO_TOKENS:
            continue
        label = layout.elements[pool.element]
        busy = estimate(
            int(held[number]) / int(there[number]) if there[number] else math.nan
            for held, there in zip(seen.busy_ms, seen.capacity_ms, strict=True)
        )
        servers = float(capacity_ms[number]) / pool.open_ms if pool.open_ms else 0.0
        rows.append(
            (
                *_flow(label),
                label.side,
                label.stage,
                pool.name,
                servers,
                pool.open_ms / layout.horizon_ms,
                busy.mean,
                busy.low,
                busy.high,
            )
        )
    rows += [row for kind in range(len(layout.tokens)) if (row := _tokens_row(seen, kind)) is not None]
    return frame("servers", rows)


def _tokens_row(seen: Collected, kind: int) -> tuple[Any, ...] | None:
    """A kind of tokens beside the pools; None if nobody uses it."""
    layout, tokens = seen.layout, seen.layout.tokens[kind]
    if not tokens.used_at:
        return None
    first = layout.elements[max(tokens.used_at)]  # upstream first
    ways = {layout.elements[element].direction for element in tokens.used_at}
    busy = estimate(1 - int(idle[kind]) / (tokens.number * layout.horizon_ms) for idle in seen.idle_ms)
    return (
        first.crossing,
        first.mode,
        first.direction if len(ways) == 1 else "both",
        first.side,
        first.stage,
        tokens.short,
        float(tokens.number),
        1.0,
        busy.mean,
        busy.low,
        busy.high,
    )


def distribution_table(seen: Collected) -> pd.DataFrame:
    """One row for each whole per cent of each cell of everybody, of all loaded, farm goods and the rest."""
    layout, cohort = seen.layout, seen.cohort_total
    per_cent = list(range(1, 100))
    rows: list[tuple[Any, ...]] = []
    for number, cell in enumerate(layout.cells):
        if cell.corridor != ALL or cell.klass not in (*TOGETHER, *OTHER_LEGS):
            continue
        times = seen.times.quantiles_ms(layout.member[number], per_cent, int(cohort[number]))
        rows += [
            (*cell.key, share / 100, time / MS_PER_HOUR)
            for share, time in zip(per_cent, times, strict=True)
            if not math.isnan(time)
        ]
    return frame("distribution", rows)


def occupancy_table(seen: Collected) -> pd.DataFrame | None:
    """One row for each zone; None if no readings were kept."""
    if not seen.taken:
        return None
    layout = seen.layout
    rows: list[tuple[Any, ...]] = []
    for place, number in enumerate(zones(layout)):
        label = layout.elements[number]
        mean = estimate(float(one.mean[place]) for one in seen.taken)
        full = estimate(float(one.full[place]) for one in seen.taken)
        rows.append(
            (
                *_flow(label),
                label.side,
                label.stage,
                layout.element_names[number],
                layout.places[number],
                *(mean.mean, mean.low, mean.high),
                *quantiles(seen.taken, place),
                *(full.mean, full.low, full.high),
            )
        )
    return frame("occupancy", rows)


def comparison_table(layout: Layout, pairs: Sequence[Pairs]) -> pd.DataFrame:
    """One row for each compared indicator of each cell of the alternative."""
    at_once = simultaneous(family(layout))
    units = {indicator.name: indicator.unit for indicator in INDICATORS}
    legs = {indicator.name: indicator.legs for indicator in INDICATORS}
    rows: list[tuple[Any, ...]] = []
    for number, cell in enumerate(layout.cells):
        for column, name in enumerate(COMPARED):
            base = estimate(float(pair.base[number, column]) for pair in pairs)
            other = estimate(float(pair.alternative[number, column]) for pair in pairs)
            if base.n == 0 and (name == "tonnes_per_day" or cell.leg not in legs[name]):
                continue
            gaps = [
                float(pair.alternative[number, column]) - float(pair.base[number, column]) for pair in pairs
            ]
            gap, wide = estimate(gaps), estimate(gaps, at_once)
            scale = 100 / base.mean if base.mean else math.nan
            rows.append(
                (
                    *cell.key,
                    name,
                    unit_of(units[name], cell.mode),
                    base.mean,
                    other.mean,
                    gap.mean,
                    gap.low,
                    gap.high,
                    gap.mean * scale,
                    gap.low * scale,
                    gap.high * scale,
                    *_counts(pairs, number, name),
                    *((wide.low, wide.high, verdict(wide)) if name in TIMES else (math.nan, math.nan, "")),
                    sum(int(pair.cohort[number]) for pair in pairs),
                    gap.n,
                )
            )
    return frame("comparison", rows)


def _counts(pairs: Sequence[Pairs], cell: int, name: str) -> tuple[float, float, float]:
    if name != "crossing_time" or not pairs:
        return (math.nan, math.nan, math.nan)
    winners = sum(int(pair.winners[cell]) for pair in pairs)
    losers = sum(int(pair.losers[cell]) for pair in pairs)
    rest = sum(int(pair.cohort[cell]) for pair in pairs) - winners - losers
    return (winners / len(pairs), losers / len(pairs), rest / len(pairs))


def hourly_table(seen: Collected, start: datetime) -> pd.DataFrame | None:
    """One row for each reading of each series, text as categories; None if no readings were kept."""
    means = seen.hourly
    if means is None:
        return None
    layout = seen.layout
    rows = series(layout)
    n = means.shape[1]
    step = timedelta(milliseconds=layout.observe_every_ms)
    first = start.astimezone(UTC).replace(tzinfo=None)
    times = pd.date_range(first, periods=n, freq=step, unit="ms")
    labels: dict[str, list[str]] = {name: [] for name in table("hourly").names if name not in _OF_READING}
    for flow, element, quantity in rows:
        label = ElementInfo(*flow, "", "") if element is None else layout.elements[element]
        name = "" if element is None else layout.element_names[element]
        for column, text in zip(labels, (*flow, label.side, label.stage, name, quantity), strict=True):
            labels[column].append(text)
    columns: dict[str, Any] = {
        "instant": np.tile(np.arange(n, dtype=np.int64), len(rows)),
        "time_utc": np.tile(times.to_numpy(), len(rows)),
    }
    for column, texts in labels.items():
        kinds = sorted(set(texts))
        codes = np.repeat(np.array([kinds.index(text) for text in texts], dtype=np.int64), n)
        columns[column] = pd.Categorical.from_codes(codes, categories=pd.Index(kinds))
    columns["mean"] = means.ravel()
    made = pd.DataFrame(columns)
    made["time_utc"] = made["time_utc"].dt.tz_localize("UTC")
    return made[list(table("hourly").names)]


_OF_READING = ("instant", "time_utc", "mean")


def judgement_table(judgements: Iterable[Judgement]) -> pd.DataFrame:
    """One row for each judgement."""
    return frame(
        "judgements",
        (
            (item.code, item.run, item.ok, item.crossing, item.mode, item.direction, item.value, item.text)
            for item in judgements
        ),
    )


def _flow(item: Cell | ElementInfo) -> tuple[str, str, str]:
    return (item.crossing, item.mode, item.direction)
