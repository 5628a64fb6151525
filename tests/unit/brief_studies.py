"""Stored studies made by hand, so that a test can choose what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from kzsim.experiments.identity import scenario_digest
from kzsim.experiments.studies import Study

NAN = float("nan")
FLOW = {"crossing": "bakhty", "mode": "road", "direction": "kz_to_cn"}
BACK = {"crossing": "bakhty", "mode": "road", "direction": "cn_to_kz"}
SETTINGS: dict[str, Any] = {
    "year": 2023,
    "first_day": "2023-03-01",
    "last_day": "2023-03-14",
    "run_in_ms": 3 * 86_400_000,
    "follow_up_ms": 4 * 86_400_000,
    "replications": 5,
    "seed": 1,
    "road": ["bakhty"],
    "rail": [],
    "demand_factor": 1.0,
}


def resolved(path: Path, name: str = "scenario.resolved.yaml", **changes: Any) -> None:
    """Write a resolved scenario with one assumption of each kind."""
    fact = {"value": 12, "unit": "min", "grade": "assumed", "entry": "road.all.both.kz.scan.time"}
    fact |= {"range": [8, 20], "sources": ["analyst"]}
    measure = {"directions": ["cn_to_kz", "kz_to_cn"], "sides": ["cn", "kz"], "grade": "scenario"}
    lines = [
        f"title: {json.dumps('A title')}",
        f"description: {json.dumps('What it is about')}",
        "settings:",
        *(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in {**SETTINGS, **changes}.items()),
        "evidence:",
        f"  {json.dumps('road.bakhty.both.kz.scan.time')}: {json.dumps(fact)}",
        "data:",
        f"  {json.dumps('corridor.bakhty.dedicated_lane')}: {json.dumps(measure)}",
    ]
    (path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def study(kind: str, path: Path, tables: dict[str, pd.DataFrame], **manifest: Any) -> Study:
    """A study whose tables are in memory."""
    about = {"title": "A title", "digest": "ab" * 32, "model": "0.1.0+1234", "command": "kzsim run a.yaml"}
    about |= {
        "seed": 1,
        "replications": 5,
        **manifest,
        "files": dict.fromkeys(f"{name}.csv" for name in tables),
    }
    return Study(kind, path, about, dict(tables))


Spoken = tuple[dict[str, str], str, float, float, float, str]
"""A flow, who, the difference with its interval, the verdict."""


def run(
    path: Path,
    spoken: Sequence[Spoken] = (),
    *,
    title: str = "A title",
    hours: Sequence[float] = (10.0, 11.0, 12.0),
    without: Sequence[float] = (),
    cohort: int = 100,
    judgements: Sequence[dict[str, Any]] = (),
    settings: dict[str, Any] | None = None,
    **manifest: Any,
) -> Study:
    """A run: ``hours`` are mean crossing times by replication, ``without`` those of its counterfactual."""
    path.mkdir(parents=True, exist_ok=True)
    resolved(path, **(settings or {}))
    mean = sum(hours) / len(hours)
    tables = {
        "indicators": _indicators(mean, mean - 1, mean + 1),
        "binding": pd.DataFrame([{**FLOW, **_BINDING}]),
        "judgements": pd.DataFrame(list(judgements), columns=_JUDGEMENT),
        "replications": replications(hours, cohort),
    }
    if spoken:
        tables["comparison"] = pd.DataFrame([_comparison(*one) for one in spoken])
    if without:
        tables["counterfactual_replications"] = replications(without, cohort)
    about = {
        "title": title,
        "start": "2023-03-01T00:00:00+06:00",
        "horizon_ms": 14 * 86_400_000,
        "run_in_ms": SETTINGS["run_in_ms"],
        "follow_up_ms": SETTINGS["follow_up_ms"],
        "replications": len(hours),
        "counterfactual": bool(spoken),
        "engine": "kernel",
        "warnings": [],
        "notes": [],
        **manifest,
    }
    return study("run", path, tables, **about)


_JUDGEMENT = ["code", "run", "ok", "crossing", "mode", "direction", "value", "text"]
_BINDING = {
    "binds": "quota",
    "account": "quota",
    "side": "cn",
    "stage": "intake",
    "element": "x",
    "cause": "",
    "share_of_delay": 0.62,
    "wait_share_of_stay": 0.5,
    "utilisation": NAN,
    "text": "in words",
}


def replications(
    hours: Sequence[float], cohort: int = 100, classes: Sequence[str] = ("all", "agricultural", "rest")
) -> pd.DataFrame:
    """The table of that name: both directions alike."""
    return pd.DataFrame(
        {
            "replication": number,
            **flow,
            "class": name,
            "corridor": "all",
            "throughput_per_day": 50.0,
            "tonnes_per_day": 200.0,
            "cohort": float(cohort),
            "crossing_time": value,
            "delay": value / 2,
        }
        for number, value in enumerate(hours)
        for flow in (FLOW, BACK)
        for name in classes
    )


def _indicators(mean: float, low: float, high: float) -> pd.DataFrame:
    rows = []
    for flow in (FLOW, BACK):
        for klass, name, unit, value in (
            ("all", "throughput_per_day", "trucks/day", 50.0),
            ("all", "crossing_time", "h", mean),
            ("agricultural", "crossing_time", "h", mean),
            ("rest", "crossing_time", "h", mean),
            ("all", "delay", "h", mean / 2),
            ("all", "share_not_through", "share", 0.0),
            ("all", "account_quota", "h", mean / 2),
        ):
            cell = {**flow, "class": klass, "corridor": "all", "indicator": name, "unit": unit}
            shift = value - mean if unit == "h" else 0.0
            rows.append(
                {**cell, "mean": value, "low": low + shift, "high": high + shift}
                | {"p10": mean / 3, "p50": mean, "p90": mean * 2, "n": 500, "replications": 5}
            )
    return pd.DataFrame(rows)


def _comparison(
    flow: dict[str, str], who: str, difference: float, low: float, high: float, verdict: str
) -> dict[str, Any]:
    return {
        **flow,
        "class": "all",
        "corridor": who,
        "indicator": "crossing_time",
        "unit": "h",
        "base": 20.0,
        "alternative": 20.0 + difference,
        "difference": difference,
        "low": low,
        "high": high,
        "per_cent": 5 * difference,
        "per_cent_low": 5 * low,
        "per_cent_high": 5 * high,
        "winners": 60.0,
        "losers": 20.0,
        "unchanged": 20.0,
        "verdict": verdict,
        "n": 500,
    }


def comparison(path: Path, spoken: Sequence[Spoken], *, others: Sequence[str] = (), **manifest: Any) -> Study:
    """A stored comparison of two scenarios, or with ``others``, which differ in no number from the second."""
    path.mkdir(parents=True, exist_ok=True)
    for name in ("base", *(f"alternative_{n + 1}" for n in range(1 + len(others)))):
        resolved(path, f"{name}.resolved.yaml")
    rows, won, pairs, accounts = [], [], [], []
    for flow, who, difference, low, high, verdict in spoken:
        klass, corridor = (
            ("all", who) if who in ("all", "user", "eligible_nonuser", "other") else (who, "all")
        )
        cell = {"alternative": "green", **flow, "class": klass, "corridor": corridor}
        rows.append(
            {
                **cell,
                "indicator": "crossing_time",
                "unit": "h",
                "base_mean": 20.0,
                "alternative_mean": 20.0 + difference,
                "difference": difference,
                "low": low,
                "high": high,
                "verdict": verdict,
                "verdict_together": verdict,
                "in_words": who != "all",
                "n": 500,
            }
        )
        accounts.append({**cell, "account": "quota", "difference": difference, "low": low, "high": high})
        won.append({**cell, "winners": 0.6, "losers": 0.2})
        pairs += [
            {
                **cell,
                "replication": number,
                "indicator": "crossing_time",
                "base": 20.0 + number,
                "alternative_value": 20.0 + number + difference,
            }
            for number in range(5)
        ]
    tables = {
        "differences": pd.DataFrame(rows),
        "winners": pd.DataFrame(won),
        "pairs": pd.DataFrame(pairs),
        "accounts": pd.DataFrame(accounts),
        "verdicts": pd.DataFrame(columns=["alternative"]),
    }
    for name in ("differences", "winners", "pairs", "accounts"):
        again = [tables[name].assign(alternative=one) for one in others]
        tables[name] = pd.concat([tables[name], *again], ignore_index=True)
    about = {
        "title": "green against none",
        "names": ["none", "green", *others],
        "titles": ["Without", "With the corridor", *(f"With {one}" for one in others)],
        "judgements": [],
        "warnings": [],
        "notes": [],
        **manifest,
    }
    return study("comparison", path, tables, **about)


def worlds(
    path: Path, helps: float, low: float, high: float, *, settings: dict[str, Any] | None = None
) -> Path:
    """Write a study over plausible worlds of the two scenarios of ``comparison``; its folder."""
    import hashlib

    path.mkdir(parents=True)
    row = {
        "alternative": "green",
        "flows": "all road flows (2 together)",
        "crossing": "bakhty",
        "mode": "road",
        "direction": "kz_to_cn cn_to_kz",
        "class": "all",
        "corridor": "all",
        "indicator": "crossing_time",
        "unit": "h",
        "worlds": 100,
        "helps": helps,
        "helps_low": helps - 0.02,
        "helps_high": min(helps + 0.02, 1.0),
        "surely_helps": round(100 * low),
        "helps_with_luck_low": low,
        "helps_with_luck_high": high,
        "difference_p5": -3.0,
        "difference_p50": -1.0,
        "difference_p95": 1.0,
        "noise_share": 0.1,
    }
    content = pd.DataFrame([row]).to_csv(index=False).encode()
    (path / "plausible_worlds.csv").write_bytes(content)
    digest = scenario_digest({**SETTINGS, **(settings or {})})
    about = {
        "kind": "plausible",
        "digest": "cd" * 32,
        "title": "green against none",
        "model": "0.1.0+1234",
        "seed": 1,
        "points": 100,
        "replications": 5,
        "command": "kzsim compare a.yaml b.yaml --uncertainty",
        "scenarios": [digest, digest],
        "varied": [{}] * 7,
        "files": {"plausible_worlds.csv": hashlib.sha256(content).hexdigest()},
    }
    (path / "study.json").write_text(json.dumps(about), encoding="utf-8")
    return path


def sweep(path: Path, means: Sequence[float], half: float, indicator: str = "crossing_time") -> Study:
    """A sweep over the intake, one point for each mean."""
    path.mkdir(parents=True, exist_ok=True)
    unit = "h" if indicator == "crossing_time" else "trucks/day"
    results = pd.DataFrame(
        {
            "point": number,
            **FLOW,
            "class": "all",
            "corridor": "all",
            "indicator": indicator,
            "unit": unit,
            "mean": mean,
            "low": mean - half,
            "high": mean + half,
            "n": 3,
        }
        for number, mean in enumerate(means)
    )
    points = pd.DataFrame(
        {
            "point": range(len(means)),
            "crossings.bakhty.road.intake_kz_to_cn": [f"{50 + 20 * n} trucks/day" for n in range(len(means))],
            "replications": 3,
            "failure": "",
        }
    )
    about = {"points": len(means), "replications": 3, "failed": [], "description": "", "parameters": {}}
    return study("sweep", path, {"results": results, "points": points}, **about)
