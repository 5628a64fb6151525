"""A hand-made run in the tables of a real one, for screens that need no simulation."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pandas as pd

from kzsim.experiments.result import RunResult
from kzsim.indicators.dictionary import table
from kzsim.indicators.judgements import Judgement

NAN = float("nan")
FLOWS = (
    ("bakhty", "road", "kz_to_cn", 42.1, "quota"),
    ("bakhty", "road", "cn_to_kz", 9.53, "queue"),
    ("nur_zholy", "road", "kz_to_cn", 112.0, "closed"),
    ("dostyk", "rail", "kz_to_cn", 18.2, "blocked"),
    ("nur_zholy", "rail", "cn_to_kz", 7.04, ""),
)
VERDICTS = ("gains", "no change", "undecided", "loses", "")


def frame(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """The table `name` with every column it must have; what a row leaves out is empty."""
    columns = table(name).columns
    blank = {column.name: "" if column.kind == "text" else NAN for column in columns}
    unknown = {key for row in rows for key in row} - set(blank)
    assert not unknown, unknown
    return pd.DataFrame([{**blank, **row} for row in rows], columns=[column.name for column in columns])


def headline(mode: str) -> str:
    """The class that the first figures of a mode speak of."""
    return "loaded" if mode == "rail" else "all"


def indicators(flows=FLOWS, *, interval: bool = True) -> pd.DataFrame:
    rows = []
    for crossing, mode, direction, hours, account in flows:
        cell = {"crossing": crossing, "mode": mode, "direction": direction, "corridor": "all"}
        first = headline(mode)
        for who, factor in ((first, 1.0), ("agricultural", 0.8), ("rest", 1.05)):
            mean = hours * factor
            half = mean / 20 if interval else NAN
            rows.append(
                {
                    **cell,
                    "class": who,
                    "indicator": "crossing_time",
                    "mean": mean,
                    "low": mean - half,
                    "high": mean + half,
                    "p10": mean / 3,
                    "p50": mean * 0.9,
                    "p90": NAN if account == "closed" else mean * 2.1,
                }
            )
        every = {**cell, "class": first}
        if mode == "rail":
            empties = {**cell, "class": "empties"}
            rows.append({**empties, "indicator": "throughput_per_day", "mean": 61.23})
            rows.append({**empties, "indicator": "crossing_time", "mean": 3.1})
        rows.append({**every, "indicator": "throughput_per_day", "mean": 61.23, "low": 60.0, "high": 62.4})
        rows.append({**every, "indicator": "delay", "mean": hours * 0.7})
        rows.append({**every, "indicator": "share_not_through", "mean": 0.012})
        for name in ("closed", "quota", "tokens", "blocked", "pairing", "queue"):
            waited = 0.0 if not account else (0.62 if name == account else 0.076) * hours
            rows.append({**every, "indicator": f"account_{name}", "mean": waited})
    return frame("indicators", rows)


def comparison(flows=FLOWS) -> pd.DataFrame:
    rows = []
    for index, (crossing, mode, direction, hours, _) in enumerate(flows):
        cell = {"crossing": crossing, "mode": mode, "direction": direction, "class": headline(mode)}
        verdict = VERDICTS[index % 4]
        every = {**cell, "corridor": "all"}
        rows.append({**every, "indicator": "throughput_per_day", "base": 60.0, "alternative": 61.23})
        rows.append({**every, "indicator": "delay", "base": hours * 0.8, "alternative": hours * 0.7})
        for who, change in (("user", -0.16 * hours), ("eligible_nonuser", 0.3), ("other", 0.11)):
            if mode == "rail" and who == "user":
                served = {**cell, "corridor": who, "indicator": "crossing_time"}
                rows += [{**served, "class": klass} for klass in ("container", "grain")]
            rows.append(
                {
                    **cell,
                    "corridor": who,
                    "indicator": "crossing_time",
                    "base": hours,
                    "alternative": hours + change,
                    "difference": change,
                    "low": change - 0.2,
                    "high": change + 0.2,
                    "per_cent": 100 * change / hours,
                    "winners": 410.0,
                    "losers": 12.5,
                    "unchanged": 80.0,
                    "verdict": "gains" if who == "user" else verdict,
                }
            )
    return frame("comparison", rows)


def binding(flows=FLOWS) -> pd.DataFrame:
    what = {"quota": "quota", "queue": "stage", "closed": "hours", "blocked": "zone", "": "nothing"}
    rows = []
    for crossing, mode, direction, _, account in flows:
        rows.append(
            {
                "crossing": crossing,
                "mode": mode,
                "direction": direction,
                "binds": what[account],
                "account": account,
                "side": "cn" if account else "",
                "stage": {"quota": "intake", "queue": "documents", "blocked": "tracks"}.get(account, ""),
                "cause": "transship" if account == "blocked" else "",
                "share_of_delay": 0.62 if account else NAN,
                "utilisation": 0.87 if account == "queue" else NAN,
                "text": "in words",
            }
        )
    return frame("binding", rows)


def run_result(flows=FLOWS, *, replications: int = 3, compared: bool = True) -> RunResult:
    """A whole run."""
    empty = {name: frame(name, []) for name in ("replications", "delay_accounts", "servers")}
    counterfactual = indicators(flows) if compared else None
    return RunResult(
        title="Corridors, by hand",
        seed=1,
        n_replications=replications,
        start=datetime(2023, 3, 1, tzinfo=timezone(timedelta(hours=6))),
        horizon_ms=14 * 86_400_000,
        run_in_ms=2 * 86_400_000,
        follow_up_ms=3 * 86_400_000,
        indicators=indicators(flows, interval=replications > 1),
        binding=binding(flows),
        judgements=(
            Judgement("precision", True, "The mean crossing times are known within 5 %.", 0.05),
            Judgement(
                "growing",
                False,
                "The line at Bakhty, road, KZ to CN, still grew at the end.",
                0.11,
                "bakhty",
                "road",
                "kz_to_cn",
            ),
        ),
        comparison=comparison(flows) if compared else None,
        counterfactual_indicators=counterfactual,
        counterfactual_binding=binding(flows) if compared else None,
        timing={"wall_s": 3.2, "replication_s": 0.5, "entities": 2400.0},
        warnings=("a value lies outside its range",),
        **empty,
    )
