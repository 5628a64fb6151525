"""What `kzsim run --dry-run` says: the run that would be made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzsim.cli import screen, words
from kzsim.cli.table import fill

if TYPE_CHECKING:
    from kzsim.experiments import Plan
    from kzsim.scenario import Scenario

_INDENT = " " * 14


def last_wall_s(folder: Path, plan: Plan) -> float | None:
    """Return the seconds that the last run of this scenario file took, if it was one of the same size."""
    from kzsim.experiments.disk import read_json

    try:
        latest = (folder / "LATEST").read_text(encoding="utf-8").strip()
        manifest = read_json(folder / latest / "manifest.json")
    except (OSError, ValueError):
        return None
    same = all(
        manifest.get(name) == value
        for name, value in (("replications", plan.replications), ("counterfactual", plan.counterfactual))
    )
    return float(manifest["wall_s"]) if same and "wall_s" in manifest else None


def lines(
    path: str,
    scenario: Scenario,
    plan: Plan,
    stored: Path | None,
    wall_s: float | None,
    trace_bytes: float | None,
    width: int,
) -> Iterator[str]:
    """Yield the plan of a run, a line or a few for each matter; `trace_bytes` is None without a trace."""
    yield screen.heading(scenario.title)
    if scenario.description:
        yield from fill(" ".join(scenario.description.split()), width, rest="")
    yield ""
    for name, text in _matters(path, scenario, plan, stored, wall_s, trace_bytes):
        yield from fill(text, width, first=f"{name:<{len(_INDENT)}}", rest=_INDENT)


def _matters(
    path: str,
    scenario: Scenario,
    plan: Plan,
    stored: Path | None,
    wall_s: float | None,
    trace_bytes: float | None,
) -> Iterator[tuple[str, str]]:
    from kzsim.experiments import ENTITIES, in_bytes

    yield "Scenario", path
    period = f"{words.day(scenario.first_day)} to {words.day(scenario.last_day)} (Kazakhstan's clock)"
    yield (
        "Period",
        f"{period}; {words.days(scenario.run_in_ms)} run-in, {words.days(scenario.follow_up_ms)} follow-up",
    )
    yield "Corridors", ", ".join(words.crossing(name) for name in scenario.corridors) or "none"
    for expected in plan.expected:
        counted = words.COUNTED.get(expected.mode, "entities")
        flow = f"{words.crossing(expected.crossing)}, {words.direction(expected.direction)}"
        yield expected.mode.capitalize(), f"{flow}: about {words.figure(expected.entities)} {counted}"
    runs = "each with its corridors and without them" if plan.counterfactual else "with its corridors only"
    most = "" if plan.enough is None else "until they are precise enough, at most "
    yield "Replications", f"{most}{plan.replications}, {runs}; seed {plan.seed}"
    if trace_bytes is not None:
        yield "Trace", f"{ENTITIES}, about {in_bytes(trace_bytes)}"
    if wall_s is not None:
        yield "Time", f"the last run of this file with as many replications took {words.seconds(wall_s)}"
    if stored is not None:
        yield "Stored", f"this very run lies in {stored} and would not be computed again"


def document(
    path: str,
    scenario: Scenario,
    plan: Plan,
    stored: Path | None,
    wall_s: float | None,
    trace_bytes: float | None,
) -> dict[str, Any]:
    """Return the plan of a run as data."""
    return {
        "status": "planned",
        "scenario": path,
        "title": scenario.title,
        "first_day": scenario.first_day.isoformat(),
        "last_day": scenario.last_day.isoformat(),
        "replications": plan.replications,
        "seed": plan.seed,
        "counterfactual": plan.counterfactual,
        "corridors": list(scenario.corridors),
        "expected": [
            {
                "crossing": expected.crossing,
                "mode": expected.mode,
                "direction": expected.direction,
                "entities": expected.entities,
            }
            for expected in plan.expected
        ],
        "stored": None if stored is None else str(stored),
        "last_wall_s": wall_s,
        "trace_bytes": trace_bytes,
        "warnings": [str(warning) for warning in scenario.warnings],
    }
