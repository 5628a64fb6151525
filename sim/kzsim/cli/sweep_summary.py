"""What `kzsim sweep` says: the plan, the table at the end, what failed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from kzsim.cli import screen, words
from kzsim.cli.table import Column, Table, fill

if TYPE_CHECKING:
    from kzsim.experiments.sweeps import Estimate, HeadRow, Measured, SweepPlan, SweepResult

MOST_POINTS = 48
"""With more points the screen shows the spread over them instead of each."""
MOST_PARAMETERS = 3
_INDENT = " " * 14
_MOST_FAILURES = 10


def plan_lines(
    path: str, plan: SweepPlan, measured: Measured | None, expected: Estimate | None, there: int, width: int
) -> Iterator[str]:
    """Yield what would be run, a line or a few for each matter."""
    from kzsim.cli.sweep_progress import estimate_line

    sweep = plan.checked.points.sweep
    yield screen.heading(sweep.title)
    if sweep.description:
        yield from fill(" ".join(sweep.description.split()), width, rest="")
    yield ""
    varied = plan.checked.points.names
    matters = [
        ("Sweep", path),
        ("Design", f"{sweep.design.replace('_', ' ')}, {words.count(plan.about.points, 'point')}"),
        ("Varied", ", ".join(varied[:8]) + (f" and {len(varied) - 8} more" if len(varied) > 8 else "")),
        ("Replications", f"{sweep.replications} of each point, {plan.about.tasks:,} in all"),
    ]
    if measured is not None and expected is not None:
        of = "a replication" if measured.points == 1 else f"{measured.points} replications, each"
        parts = (
            f"{words.seconds(measured.build_s)} for its model and {words.seconds(measured.point_s)} to run"
        )
        matters.append(("Measured", f"{of} took a processor {parts}"))
        matters.append(("Estimate", estimate_line(expected)))
    else:
        matters.append(("Estimate", "none: the replications that were tried failed"))
    if there:
        matters.append(("Stored", f"{there:,} of them lie in {plan.folder} and would not be run again"))
    for name, text in matters:
        yield from fill(text, width, first=f"{name:<{len(_INDENT)}}", rest=_INDENT)


def plan_document(
    path: str, plan: SweepPlan, measured: Measured | None, expected: Estimate | None, there: int
) -> dict[str, Any]:
    """Return the same as data."""
    sweep = plan.checked.points.sweep
    return {
        "status": "planned",
        "sweep": path,
        "title": sweep.title,
        "design": sweep.design,
        "points": plan.about.points,
        "replications": plan.about.replications,
        "varied": list(plan.checked.points.names),
        "stored": there,
        "results": str(plan.folder),
        "measured_s": None if measured is None else measured.point_s,
        "build_s": None if measured is None else measured.build_s,
        "wall_s": None if expected is None else expected.wall_s,
        "disk_bytes": None if expected is None else expected.disk_bytes,
        "invalid": [{"point": one.number, "message": str(one)} for one in plan.checked.invalid],
        "warnings": [str(warning) for warning in plan.checked.warnings],
    }


def lines(result: SweepResult, width: int) -> Iterator[str]:
    """Yield the declared indicators of each crossing, mode and direction: by point, or their spread."""
    yield screen.heading(result.title)
    points = len(result.points)
    replications = result.tasks // points
    said = f"{words.count(points, 'point')}, {words.count(replications, 'replication')} of each"
    mean = "" if replications == 1 else "; ± is half the 95 % interval of a mean over replications"
    yield f"{said}{mean}."
    by_flow: dict[tuple[str, str, str], list[HeadRow]] = {}
    for row in result.head:
        by_flow.setdefault(row.flow, []).append(row)
    for flow, rows in by_flow.items():
        crossing, mode, direction = flow
        yield ""
        name = f"{words.place(crossing, mode)}, {mode}, {words.direction(direction)}"
        yield screen.heading(name)
        made = _by_point(result, rows) if points <= MOST_POINTS else _spread(result, rows)
        if made.least_width() > width:
            yield from made.spoken(width)
        else:
            yield from made.heading_lines()
            yield from made.row_lines(width)
    if any(math.isnan(row.mean) for row in result.head):
        yield ""
        text = "–: there is none, or some replication has none: fewer got through than the quantile names."
        yield from fill(text, width, rest="")
    if points > MOST_POINTS:
        yield ""
        yield from fill("Numbers in brackets are points: points.csv says what they are.", width, rest="")


def _by_point(result: SweepResult, rows: Sequence[HeadRow]) -> Table:
    names = tuple(dict.fromkeys(name for values in result.points for name in values))
    shown = names if len(names) <= MOST_PARAMETERS else ()
    units = {row.indicator: row.unit for row in rows}
    columns = [Column("point", number=True), *(Column(short, said=short) for short in shortened(shown))]
    columns += [
        Column(f"{name.replace('_', ' ')}\n{unit if unit != 'share' else ''}", number=True)
        for name, unit in units.items()
    ]
    found = {(row.point, row.indicator): row for row in rows}
    lines = []
    for point in dict.fromkeys(row.point for row in rows):
        values = result.points[point]
        written = [as_text(values[name]) if name in values else "" for name in shown]
        figures = [_figure(found.get((point, name))) for name in units]
        lines.append((str(point), *written, *figures))
    return Table(tuple(columns), tuple(lines))


def _spread(result: SweepResult, rows: Sequence[HeadRow]) -> Table:
    """Least, middle and greatest mean over the points, with the point."""
    columns = tuple(
        Column(name, number=name != "indicator") for name in ("indicator", "least", "median", "greatest")
    )
    lines = []
    for name in result.indicators:
        own = sorted(
            (row.mean, row.point) for row in rows if row.indicator == name and not math.isnan(row.mean)
        )
        if not own:
            continue
        unit = next(row.unit for row in rows if row.indicator == name)
        ends = [f"{words.figure(value)} [{point}]" for value, point in (own[0], own[-1])]
        middle = words.figure(median(value for value, _ in own))
        label = name.replace("_", " ") + (f", {unit}" if unit != "share" else "")
        lines.append((label, ends[0], middle, ends[1]))
    return Table(columns, tuple(lines))


def _figure(row: HeadRow | None) -> str:
    if row is None or math.isnan(row.mean):
        return "–"
    if math.isnan(row.low):
        return words.figure(row.mean)
    return f"{words.figure(row.mean)} ± {words.like((row.high - row.low) / 2, row.mean)}"


def as_text(value: Any) -> str:
    """Return a parameter's value as it would be written; a map with one measure as its name."""
    if isinstance(value, dict):
        measures = value.get("measures")
        if isinstance(measures, dict):
            bundle = value.get("bundle")
            return " + ".join([*([str(bundle)] if bundle not in (None, "none") else []), *measures])
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def shortened(names: Sequence[str]) -> list[str]:
    """Return the names without the leading parts that none needs to be told from the others.

    A name of two parts is left whole: `bakhty` alone would not say that its corridor is meant.
    """
    found = []
    for name in names:
        parts = name.split(".")
        for length in range(2 if len(parts) == 2 else 1, len(parts) + 1):
            end = ".".join(parts[-length:])
            if sum(other == end or other.endswith(f".{end}") for other in names) == 1:
                break
        found.append(end)
    return found


def failure_lines(result: SweepResult) -> Iterator[str]:
    """Yield each point that failed, its values and why."""
    from kzsim.experiments.sweeps import described

    if not result.failures:
        return
    by_point: dict[int, list[str]] = {}
    for failure in result.failures:
        by_point.setdefault(failure.point, []).append(failure.message)
    yield (
        f"\n{words.count(len(result.failures), 'replication')} of {words.count(len(by_point), 'point')} "
        "failed; the others are complete:"
    )
    for point, messages in list(by_point.items())[:_MOST_FAILURES]:
        again = f" ({words.count(len(messages), 'replication')})" if len(messages) > 1 else ""
        yield f"  point {point} ({described(result.points[point])}): {messages[0]}{again}"
    if len(by_point) > _MOST_FAILURES:
        more = words.count(len(by_point) - _MOST_FAILURES, "more point", "more points")
        yield f"  and {more}, see points.csv"


def document(path: str, plan: SweepPlan, result: SweepResult) -> dict[str, Any]:
    """Return the sweep's results as data."""
    return {
        "status": "failures" if result.failures else "done",
        "sweep": path,
        "title": result.title,
        "points": plan.about.points,
        "replications": plan.about.replications,
        "done": result.done,
        "failed": [
            {"point": one.point, "replication": one.replication, "message": one.message}
            for one in result.failures
        ],
        "digest": result.digest,
        "results": str(result.folder),
        "parameters": [dict(values) for values in result.points],
        "units": plan.checked.points.units,
        "indicators": head_documents(result),
        "warnings": [str(warning) for warning in plan.checked.warnings],
    }


def head_documents(result: SweepResult) -> list[dict[str, Any]]:
    """Return what the tables on the screen hold as data."""
    return [
        {
            "point": row.point,
            "crossing": row.flow[0],
            "mode": row.flow[1],
            "direction": row.flow[2],
            "indicator": row.indicator,
            "unit": row.unit,
            "mean": row.mean,
            "low": row.low,
            "high": row.high,
            "n": row.n,
        }
        for row in result.head
    ]
