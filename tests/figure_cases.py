"""Stored results made by hand for the tests of figures: every number from a formula, nothing simulated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kzsim import evidence
from kzsim.experiments.studies import Study
from kzsim.figures import told

DIRECTIONS = ("kz_to_cn", "cn_to_kz")
REPLICATIONS = 8
DAYS = 60
ROLES = {"user": -12.0, "eligible_nonuser": 0.4, "other": 0.8}
CLASSES = {
    "road": {
        "perishable": -14.0,
        "grain_and_oilseed": -20.0,
        "other_agri": -9.0,
        "general": 0.7,
        "empty": 0.2,
    },
    "rail": {"grain": -0.8, "container": -0.3, "other_bulk": 0.4, "boxcars": 0.3, "empties": 0.1},
}
TONNES = {
    "perishable": 90,
    "grain_and_oilseed": 60,
    "other_agri": 120,
    "general": 700,
    "grain": 2800,
    "container": 9000,
    "other_bulk": 7000,
    "boxcars": 4000,
}


def flows() -> Iterator[tuple[str, str, str, int]]:
    """Crossing, mode, direction and a number, of everything that the evidence has."""
    number = 0
    for mode in ("road", "rail"):
        for key, crossing in evidence.crossings().items():
            if mode in crossing.modes:
                for direction in DIRECTIONS:
                    yield key, mode, direction, number
                    number += 1


def run_study(**changes: Any) -> Study:
    """A run of 60 days at all crossings; ``changes`` of its manifest, or None for a table to leave out."""
    tables = {
        "indicators": indicators(),
        "replications": replications(),
        "delay_accounts": delay_accounts(),
        "hourly": hourly(),
        "comparison": comparison(),
        "servers": servers(),
        "binding": binding(),
        "distribution": distribution(1.0),
        "counterfactual_distribution": distribution(1.5),
        "occupancy": occupancy(),
        "choices": choices(),
    }
    left_out = {name for name, value in changes.items() if value is None}
    tables = {name: table for name, table in tables.items() if name not in left_out}
    manifest = {
        "title": "Two months at all crossings",
        "kzsim": "0.1.0",
        "digest": "0123456789abcdef",
        "seed": 1,
        "replications": REPLICATIONS,
        "start": "2023-02-01T00:00:00+06:00",
        "run_in_ms": 7 * 86_400_000,
        "horizon_ms": DAYS * 86_400_000,
        "files": dict.fromkeys(f"{name}.csv" for name in tables),
        **{name: value for name, value in changes.items() if value is not None},
    }
    return Study("run", Path("by-hand"), manifest, dict(tables))


def cells(klass: str, corridor: str = "all") -> list[dict[str, Any]]:
    return [
        {
            "crossing": key,
            "mode": mode,
            "direction": way,
            "class": klass,
            "corridor": corridor,
            "number": number,
        }
        for key, mode, way, number in flows()
    ]


def indicators() -> pd.DataFrame:
    rows = []
    for klass, hours in {"all": 20.0, "loaded": 26.0, "agricultural": 24.0, "rest": 19.0}.items():
        for cell in cells(klass):
            mean = hours + 1.5 * cell["number"]
            beside = {"p10": 0.2 * mean, "p50": 0.8 * mean, "p90": 2.1 * mean}
            low, high = mean - 0.6, mean + 0.6
            rows.append(
                {
                    **cell,
                    "indicator": "crossing_time",
                    "unit": "h",
                    "mean": mean,
                    "low": low,
                    "high": high,
                    **beside,
                }
            )
            rows.append(
                {**cell, "indicator": "delay", "unit": "h", "mean": mean - 8, "low": low, "high": high}
            )
            per_day = 15.0 if cell["mode"] == "rail" else 60.0 + 9 * cell["number"]
            rows.append(
                {
                    **cell,
                    "indicator": "throughput_per_day",
                    "unit": "trucks/day",
                    "mean": per_day,
                    "low": per_day - 1,
                    "high": per_day + 1,
                }
            )
    for mode, classes in CLASSES.items():
        for klass in classes:
            for cell in cells(klass):
                if cell["mode"] == mode and klass in TONNES:
                    tonnes = TONNES[klass] * (1 + 0.2 * cell["number"])
                    rows.append(
                        {
                            **cell,
                            "indicator": "tonnes_per_day",
                            "unit": "t/day",
                            "mean": tonnes,
                            "low": 0.98 * tonnes,
                            "high": 1.02 * tonnes,
                        }
                    )
    rows += waits()
    table = pd.DataFrame(rows).assign(n=1000 * REPLICATIONS, replications=REPLICATIONS)
    return table.drop(columns="number")


def waits() -> Iterator[dict[str, Any]]:
    """Waiting at home and of loads by road, and what perishables lose."""
    for klass, hours in {"at_home": 24.0, "at_home_agricultural": 14.0, "at_home_rest": 28.0}.items():
        for cell in road(klass, DIRECTIONS[0]):
            mean = hours + 4 * cell["number"]
            yield {**cell, "indicator": "crossing_time", "unit": "h", "mean": mean, "p90": 2 * mean}
    for cell in road("loaded", DIRECTIONS[1]):
        for name, hours in {"account_pairing": 3.0, "pairing_p95": 11.0}.items():
            yield {**cell, "indicator": name, "unit": "h", "mean": hours + cell["number"]}
    for way in DIRECTIONS:
        for cell in road("all", way):
            tonnes = 0.8 + 0.3 * cell["number"]
            lost = {"t_per_day": ("t/day", tonnes), "usd_per_day": ("USD/day", 900 * tonnes)}
            for ending, (unit, mean) in lost.items():
                yield {**cell, "indicator": f"perishables_lost_{ending}", "unit": unit, "mean": mean}


def road(klass: str, way: str) -> list[dict[str, Any]]:
    return [cell for cell in cells(klass) if (cell["mode"], cell["direction"]) == ("road", way)]


def choices() -> pd.DataFrame:
    """A tenth more of every next crossing goes to the following one."""
    usual = road("at_home", DIRECTIONS[0])
    rows = []
    for at, cell in enumerate(usual):
        share = 0.1 * at
        other = usual[(at + 1) % len(usual)]["crossing"]
        for chosen, part in ((cell["crossing"], 1 - share), (other, share)):
            rows.append(
                {**cell, "chosen": chosen, "per_day": 60 * part, "share": part, "low": part, "high": part}
            )
    return pd.DataFrame(rows).drop(columns="number")


def replications() -> pd.DataFrame:
    rows = []
    for number in range(REPLICATIONS):
        luck = np.sin(3.0 * number)
        for klass, hours in {"all": 20.0, "loaded": 26.0, "agricultural": 24.0, "rest": 19.0}.items():
            rows += [
                {
                    **cell,
                    "replication": number,
                    "crossing_time": hours + 1.5 * cell["number"] + 0.8 * luck,
                    "cohort": 400,
                    "share_within_24h": 0.9 - hours / 100 + 0.02 * luck,
                }
                for cell in cells(klass)
            ]
    return pd.DataFrame(rows).drop(columns="number")


def delay_accounts() -> pd.DataFrame:
    hours = {
        "closed": ("wait", 11.0),
        "quota": ("wait", 5.0),
        "queue": ("wait", 1.2),
        "hold": ("work", 4.4),
        "inspection": ("work", 0.8),
        "travel": ("work", 1.4),
    }
    rows = [
        {
            **cell,
            "side": "kz",
            "stage": "equeue",
            "element": "x",
            "account": account,
            "nature": nature,
            "hours_per_entity": value + 0.3 * cell["number"],
            "share_of_delay": 0.1,
        }
        for klass in ("all", "loaded")
        for cell in cells(klass)
        for account, (nature, value) in hours.items()
    ]
    return pd.DataFrame(rows).drop(columns="number")


def hourly() -> pd.DataFrame:
    instants = np.arange(DAYS * 24)
    times = pd.Timestamp("2023-01-31 18:00", tz="UTC") + pd.to_timedelta(instants, unit="h")
    day = instants // 24
    parts = []
    for key, mode, way, number in flows():
        inside = (
            30.0 + 5 * number + 12 * np.cos(2 * np.pi * day / 7) + 180 * np.exp(-(((day - 40) / 3.0) ** 2))
        )
        inside *= 1 - np.exp(-instants / 30.0)
        here, both = (way, ""), ("both", "pairing")
        series = [("inside", *here, inside), ("exits", *here, 2.0 + 0.1 * number + 0 * inside)]
        if mode == "road":
            # trucks and loads stand in one line
            series.append(("in_line", *both, inside / 9))
            series += [("in_yard", *here, inside / 9)] if way == "kz_to_cn" else []
        for quantity, direction, stage, mean in series:
            parts.append(
                pd.DataFrame(
                    {
                        "instant": instants,
                        "time_utc": times,
                        "crossing": key,
                        "mode": mode,
                        "direction": direction,
                        "side": "",
                        "stage": stage,
                        "element": stage,
                        "quantity": quantity,
                        "mean": mean,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def comparison() -> pd.DataFrame:
    rows = []
    heads = {"road": "all", "rail": "loaded"}
    for cell in [one for klass in ("all", "loaded") for one in cells(klass)]:
        if cell["class"] == heads[cell["mode"]]:
            for role, effect in ROLES.items():
                rows.append(
                    compared({**cell, "corridor": role}, effect * (0.05 if cell["mode"] == "rail" else 1))
                )
    for mode, classes in CLASSES.items():
        for klass, effect in classes.items():
            rows += [compared(cell, effect) for cell in cells(klass) if cell["mode"] == mode]
    return pd.DataFrame(rows).drop(columns="number")


def compared(cell: dict[str, Any], effect: float) -> dict[str, Any]:
    gap = effect * (1 + 0.02 * cell["number"])
    half = 0.05 + 0.05 * abs(gap)
    verdict = "gains" if gap + half < -1 / 12 else "loses" if gap - half > 1 / 12 else "undecided"
    return {
        **cell,
        "indicator": "crossing_time",
        "base": 25.0,
        "difference": gap,
        "low": gap - half,
        "high": gap + half,
        "simultaneous_low": gap - 1.6 * half,
        "simultaneous_high": gap + 1.6 * half,
        "verdict": verdict,
        "replications": REPLICATIONS,
    }


def servers() -> pd.DataFrame:
    rows = []
    for key, mode, way, number in flows():
        for at, (stage, pool) in enumerate(
            (("scan", "general"), ("documents", "green"), ("exam", "general"))
        ):
            busy = 0.75 - 0.1 * at - 0.02 * number
            rows.append(
                {
                    "crossing": key,
                    "mode": mode,
                    "direction": way,
                    "side": "kz",
                    "stage": stage,
                    "pool": pool,
                    "servers": 2.0,
                    "open_share": 0.4,
                    "utilisation": busy,
                    "low": busy - 0.01,
                    "high": busy + 0.01,
                }
            )
    return pd.DataFrame(rows)


def binding() -> pd.DataFrame:
    rows = [
        {
            "crossing": key,
            "mode": mode,
            "direction": way,
            "binds": "hours",
            "side": "kz",
            "stage": "equeue",
            "cause": "",
        }
        for key, mode, way, _ in flows()
    ]
    return pd.DataFrame(rows)


def distribution(factor: float) -> pd.DataFrame:
    shares = np.arange(1, 100) / 100
    parts = []
    for klass, hours in {"agricultural": 14.0, "rest": 11.0}.items():
        for cell in cells(klass):
            times = factor * (hours + cell["number"]) * -np.log(1 - shares)
            parts.append(pd.DataFrame({"share": shares, "hours": times}).assign(**cell))
    return pd.concat(parts, ignore_index=True).drop(columns="number")


def occupancy() -> pd.DataFrame:
    rows = [
        {
            "crossing": key,
            "mode": mode,
            "direction": way,
            "side": side,
            "stage": "receiving_tracks",
            "element": "x",
            "places": 8,
            "mean": 3.0,
            "low": 2.9,
            "high": 3.1,
            "p10": 1.0,
            "p50": 3.0,
            "p90": 5.0,
            "most": 8.0,
            "share_full": 0.01 * number,
            "full_low": 0.0,
            "full_high": 0.2,
        }
        for key, mode, way, number in flows()
        if mode == "rail"
        for side in ("kz", "cn")
    ]
    return pd.DataFrame(rows)


def comparison_study() -> Study:
    """Two alternatives against a base."""
    table = comparison().rename(columns={"base": "base_mean"})
    table = table.assign(verdict_together=table["verdict"])
    names = ("light", "standard")
    heads, pairs = moved(names)
    both = pd.concat([*(table.assign(alternative=name) for name in names), heads], ignore_index=True)
    manifest = {
        "title": "light, standard against none",
        "kind": "comparison",
        "names": ["none", "light", "standard"],
        "titles": ["No corridor", "A light corridor", "The usual corridor"],
        "period": {"first": "2023-02-08", "last": "2023-04-01"},
        "kzsim": "0.1.0",
        "digest": "fedcba9876543210",
        "seed": 1,
        "replications": REPLICATIONS,
        "files": {"differences.csv": ""},
    }
    return Study("comparison", Path("by-hand"), manifest, {"differences": both, "pairs": pairs})


def moved(names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Throughput and delay of all trucks and loaded trains with each alternative, and the pairs of delays."""
    heads, pairs = [], []
    for name in names:
        for key, mode, way, number in flows():
            cell = {"alternative": name, "crossing": key, "mode": mode, "direction": way, "corridor": "all"}
            cell["class"] = told.headline(mode)
            through = 100.0 + 10.0 * number
            heads.append(
                {**cell, "indicator": "throughput_per_day", "base_mean": through, "alternative_mean": through}
            )
            heads.append({**cell, "indicator": "delay", "n": 1000, "base_mean": 12.0})
            pairs += [
                {**cell, "indicator": "delay", "replication": at, "base": 12.0}
                | {"alternative_value": 12.0 - number + 0.1 * at}
                for at in range(REPLICATIONS)
            ]
    return pd.DataFrame(heads), pd.DataFrame(pairs)


def sweep_study(design: str = "grid", slope: float = -0.03) -> Study:
    """An intake quota against a bundle of measures, at one crossing; or a cloud of points over both."""
    key = next(iter(evidence.crossings()))
    rows = []
    bundles = ("none", "light", "standard") if design == "grid" else (0.0,)
    for number, (bundle, intake) in enumerate((b, i) for b in bundles for i in np.linspace(140, 700, 9)):
        for way in DIRECTIONS:
            for name, unit, level in (
                ("throughput_per_day", "trucks/day", 120.0),
                ("crossing_time", "h", 40.0),
            ):
                mean = level + slope * intake - 2.0 * (bundle == "standard")
                rows.append(
                    {
                        "point": number,
                        f"crossings.{key}.road.intake_kz_to_cn [trucks/day]": intake,
                        f"green_corridors.{key}": bundle,
                        "crossing": key,
                        "mode": "road",
                        "direction": way,
                        "class": "all",
                        "corridor": "all",
                        "indicator": name,
                        "unit": unit,
                        "mean": mean,
                        "low": mean - 0.8,
                        "high": mean + 0.8,
                        "n": 500,
                    }
                )
    manifest = {
        "title": "Intake against bundles",
        "scenario": "Bakhty alone",
        "period": {"first": "2023-02-08", "last": "2023-04-01"},
        "design": design,
        "kzsim": "0.1.0",
        "digest": "00ff00ff00ff",
        "replications": 3,
        "files": {"results.parquet": "", "points.csv": ""},
    }
    return Study("sweep", Path("by-hand"), manifest, {"results": pd.DataFrame(rows)})


def sensitivity_study(method: str = "morris") -> Study:
    """What decides the crossing time at one crossing."""
    key = next(iter(evidence.crossings()))
    value = "size" if method == "morris" else "total"
    names = [f"road.all.kz_to_cn.kz.{stage}.time" for stage in ("scan", "border_guard", "weighing")]
    rows = [
        {
            "crossing": key,
            "mode": "road",
            "direction": "kz_to_cn",
            "class": "all",
            "corridor": "all",
            "indicator": "crossing_time",
            "parameter": name,
            value: 0.9 / (at + 1),
            f"{value}_low": 0.7 / (at + 1),
            f"{value}_high": 1.1 / (at + 1),
            "luck": 0.3,
            "finding": "clear of luck" if at < 2 else "may be luck",
        }
        for at, name in enumerate(names)
    ]
    manifest = {
        "title": "Which ranges matter",
        "method": method,
        "kzsim": "0.1.0",
        "digest": "abcabcabc",
        "seed": 1,
        "replications": 3,
        "files": {"sensitivity.csv": ""},
        "noise": [{"indicator": "crossing_time", "unit": "h", "at": "somewhere"}],
    }
    return Study("sensitivity", Path("by-hand"), manifest, {"sensitivity": pd.DataFrame(rows)})


def worlds_study(luck: tuple[float, float] = (0.6, 0.9)) -> Study:
    """An alternative over plausible worlds at one crossing; ``luck``: what may help of all flows."""
    key = next(iter(evidence.crossings()))
    rows = [
        {
            "alternative": "light",
            "crossing": key,
            "mode": "road",
            "direction": way,
            "class": "all",
            "corridor": role,
            "indicator": "crossing_time",
            "worlds": 40,
            "threshold": 5 / 60,
            "helps": helps,
            "helps_with_luck_low": low,
            "helps_with_luck_high": high,
            "difference_p5": -8.0,
            "difference_p50": 10 * (0.4 - helps),
            "difference_p95": 3.0,
        }
        for way, role, helps, low, high in (
            ("kz_to_cn cn_to_kz", "all", 0.75, *luck),
            *(
                (one, role, helps, helps - 0.1, min(helps + 0.2, 1.0))
                for one in DIRECTIONS
                for role, helps in (("all", 0.7), ("user", 1.0), ("eligible_nonuser", 0.3), ("other", 0.1))
            ),
        )
    ]
    manifest = {
        "title": "light against none",
        "names": ["none", "light"],
        "titles": ["No corridor", "A light corridor"],
        "period": {"first": "2023-02-08", "last": "2023-04-01"},
        "kzsim": "0.1.0",
        "digest": "aabbccddeeff",
        "seed": 1,
        "replications": 3,
        "varied": [{"name": "demand"}] * 7,
        "files": {"plausible_worlds.csv": ""},
    }
    return Study("plausible", Path("by-hand"), manifest, {"plausible_worlds": pd.DataFrame(rows)})


def ranking_study(*states: str, better: str = "smaller") -> Study:
    """Alternatives one after the other, with ``states``: selected, survives or dropped."""
    states = states or ("selected", "dropped", "dropped")
    rows = [
        {
            "alternative": f"green_{number}",
            "title": f"A corridor at crossing {number}",
            "state": state,
            "mean": 20.0 + 0.2 * number,
            "low": 19.8 + 0.2 * number,
            "high": 20.2 + 0.2 * number,
            "behind_best": 0.2 * number if number else np.nan,
            "behind_best_low": 0.2 * number - 0.05 if number else np.nan,
            "behind_best_high": 0.2 * number + 0.05 if number else np.nan,
            "replications": 30,
            "dropped_after": 10.0 if state == "dropped" else np.nan,
        }
        for number, state in enumerate(states)
    ]
    manifest = {
        "kzsim": "0.1.0",
        "digest": "112233445566",
        "seed": 1,
        "indicator": "crossing_time",
        "unit": "h",
        "flows": "all road flows (10 together)",
        "better": better,
        "delta": 0.05,
        "alpha": 0.05,
        "period": {"first": "2023-02-08", "last": "2023-04-01"},
        "files": {"rank.csv": ""},
    }
    return Study("ranking", Path("by-hand"), manifest, {"rank": pd.DataFrame(rows)})
