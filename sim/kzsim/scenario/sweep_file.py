"""The way in for sweeps: a sweep file and the scenario it names to a Sweep, or every mistake at once."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kzsim.scenario.document import SWEEP, Node, read_file
from kzsim.scenario.inherit import Tree, beside, gather
from kzsim.scenario.problems import Problem, ScenarioError, listed, nearest, shorten, suggest
from kzsim.scenario.report import Path as At
from kzsim.scenario.report import Report
from kzsim.scenario.schema import ScenarioFile, known_keys
from kzsim.scenario.sweep_axes import NOT_VARIED, check_value, read_axis
from kzsim.scenario.sweep_model import Axis, Draft, Levels, Over, Sweep, Wanted
from kzsim.scenario.sweep_schema import (
    AXIS_KEYS,
    DESIGNS,
    EVIDENCE,
    GRID,
    KEYS,
    LIST,
    LONGEST_KEY,
    MOST_POINTS,
    SAMPLED,
    SOBOL,
    SweepFile,
)
from kzsim.scenario.units import describe
from kzsim.scenario.variants import Base, Change, base_of, with_changes

DEFAULT_SEED = 1
_BASE_RANK = 100


Judge = Callable[[Draft], Iterable[Problem]]
"""Says what is wrong with words that the scenario language does not know, such as names of indicators."""


def load_sweep(path: str | os.PathLike[str], judge: Judge = lambda _: ()) -> Sweep:
    """Read the sweep at ``path`` and the scenario it builds on; what ``judge`` objects to is a mistake too.

    Whether each point is a valid scenario is not judged here.

    :raises ScenarioError: with every mistake found, in the order of the files.
    """
    shown = os.fspath(path)
    document = read_file(Path(shown), shown, noun=SWEEP)
    if not isinstance(document.root.value, dict):
        message = f"a sweep is a map of keys such as 'title: ...', found {describe(document.root.plain())}"
        raise ScenarioError([*document.problems, Problem.at(document.root.place, "", message)])
    report = Report(document.root, list(document.problems))
    written = _read(report)
    base = _base(shown, written, report)
    year = _year(base, written)
    design = written.design or ""
    _check_keys(written, design, report)
    axes = _axes(written, design, year, report)
    rows = _rows(written, year, report) if design == LIST else ()
    over = _over(written, design, base, report)
    indicators = _wanted(written.indicators, "indicators", "the name of an indicator", report)
    _check_size(design, axes, rows, report)
    sound = base is not None and not any(problem.severity == "error" for problem in report.problems)
    taken = tuple(axis.key for axis in axes)
    report.problems += judge(Draft(base, taken, over, indicators, sound))
    if base is None or any(problem.severity == "error" for problem in report.problems):
        raise ScenarioError(problem for problem in report.problems if problem.severity == "error")
    return Sweep(
        path=shown,
        title=written.title or "",
        description=written.description or "",
        base=base,
        replications=written.replications or base.scenario.replications,
        design=design,
        points=written.points,
        seed=DEFAULT_SEED if written.seed is None else written.seed,
        axes=axes,
        rows=rows,
        over=over,
        indicators=indicators,
    )


def is_sweep(path: str | os.PathLike[str]) -> bool:
    """Whether the file at ``path`` has more keys that only sweeps have than keys that only scenarios have.

    False for what cannot be read: whoever reads it next says why.
    """
    shown = os.fspath(path)
    try:
        found = read_file(Path(shown), shown, noun=SWEEP).root.value
    except ScenarioError:
        return False
    own = set(KEYS) - set(known_keys(ScenarioFile))
    others = set(known_keys(ScenarioFile)) - set(KEYS)
    return isinstance(found, dict) and len(own & found.keys()) > len(others & found.keys())


def _read(report: Report) -> SweepFile:
    """The file as far as it is well formed; what is wrong is reported and left out."""
    data = report.root.plain()
    while True:
        try:
            return SweepFile.model_validate(data)
        except ValidationError as error:
            dropped = False
            for details in error.errors(include_url=False, include_input=False):
                if not report.full:
                    _object(report, details)
                dropped = _drop(data, details["loc"]) or dropped
            if not dropped:  # nothing left to take out: an error of the schema itself
                raise


def _object(report: Report, details: ErrorDetails) -> None:
    kind, path = details["type"], details["loc"]
    node, depth = report.root.find(path)
    if kind == "extra_forbidden":
        known = KEYS if len(path) == 1 else AXIS_KEYS
        report.add(path, suggest("key", str(path[-1]), known), on_key=True)
    elif kind in ("dict_type", "model_type", "model_attributes_type"):
        example = "; for example 'crossings.<crossing>.road.demand: {values: [100 %, 110 %]}'"
        report.add(path[:depth], f"expected a map of keys, found {describe(node.plain())}{example}")
    else:
        report.add(path[:depth], details["msg"])


def _whole(report: Report, *keys: str) -> bool:
    """Whether nothing is wrong with what was written under these keys of the first level."""
    return not any(path and path[0] in keys for path in report.broken)


def _drop(data: dict[str, Any], loc: tuple[int | str, ...]) -> bool:
    above: Any = None
    for part in loc:
        if not isinstance(data, dict) or part not in data:
            break
        above, key, data = data, part, data[part]
    if above is None:
        return False
    del above[key]
    return True


def _base(shown: str, written: SweepFile, report: Report) -> Base | None:
    """The scenario with the sweep's own settings on top."""
    if written.title is None and _whole(report, "title"):
        report.add(("title",), "is missing; for example 'title: Intake at Nur Zholy against dedicated lanes'")
    if written.scenario is None:
        if _whole(report, "scenario"):
            report.add(("scenario",), "is missing; for example 'scenario: ../baseline_2023.yaml'")
        return None
    path = _scenario_path(shown, written.scenario, report)
    if path is None:
        return None
    try:
        tree = gather(path)
    except ScenarioError as error:
        for problem in error.problems:
            if problem.line:
                report.problems.append(_after_the_sweep(problem, shown))
            else:
                report.add(("scenario",), f"'{path}' {problem.message}")
        return None
    settings = _settings(written, report)
    root = with_changes(tree.root, settings)
    base, problems = base_of(Tree(root, tree.problems, tree.whole))
    if base is None:
        errors = (problem for problem in problems if problem.severity == "error")
        report.problems += [_after_the_sweep(problem, shown) for problem in errors]
    return base


def _after_the_sweep(problem: Problem, shown: str) -> Problem:
    """The scenario's own mistakes are told after those of the sweep file."""
    return replace(problem, rank=0 if problem.path == shown else problem.rank + _BASE_RANK)


def _scenario_path(shown: str, said: str, report: Report) -> str | None:
    path = Path(shown).parent / said
    at: At = ("scenario",)
    if Path(said).is_absolute():
        report.add(at, f"{shorten(said)} is an absolute path; name the file relative to this one")
        return None
    try:
        real = path.resolve()
        top = Path(shown).resolve().parent.parent
    except (OSError, RuntimeError, ValueError):
        report.add(at, f"{shorten(said)} cannot be followed to a file")
        return None
    if not real.is_relative_to(top):
        report.add(
            at, f"{shorten(said)} leads out of the folder above that of the sweep; copy the file there"
        )
        return None
    if not real.exists():
        near = nearest(real.name, beside(real))
        report.add(
            at, f"no such file: '{os.path.normpath(path)}'" + (f", did you mean '{near}'?" if near else "")
        )
        return None
    return os.path.normpath(path)


def _settings(written: SweepFile, report: Report) -> list[Change]:
    if written.settings is None:
        return []
    if not isinstance(written.settings, dict):
        example = "settings: {simulate.rail: []}"
        report.add(
            ("settings",),
            f"expected a map of keys of the scenario, found "
            f"{describe(written.settings)}; for example '{example}'",
        )
        return []
    changes = []
    for key, value in written.settings.items():
        path: At = ("settings", key)
        if key in NOT_VARIED:
            report.add(path, NOT_VARIED[key], on_key=True)
            continue
        if key in written.parameters:
            report.add(path, "said twice: parameters has it too; keep one", on_key=True)
            continue
        # entries of the evidence are judged with the scenario, whose year is not known yet
        change = check_value(key, value, path, None, report)
        if change is not None:
            changes.append(change)
    return changes


def _year(base: Base | None, written: SweepFile) -> int | None:
    """Whose evidence is used at every point; None if that is unknown or varied."""
    rows = written.rows if isinstance(written.rows, list) else []
    varied = {*written.parameters, *(key for row in rows if isinstance(row, dict) for key in row)}
    return None if base is None or "year" in varied else base.scenario.year


_BELONGS = {
    "points": SAMPLED,
    "seed": SAMPLED,
    "over": SAMPLED,
    "rows": (LIST,),
    "parameters": (GRID, *SAMPLED),
}


def _check_keys(written: SweepFile, design: str, report: Report) -> None:
    """Which keys a design needs and which it has no use for."""
    if not design:
        if _whole(report, "design"):
            report.add(("design",), f"is missing; write {listed(DESIGNS, 'or')}")
        return
    for key, designs in _BELONGS.items():
        if report.said(key) and design not in designs:
            report.add((key,), f"does not belong to a {design}, but to {listed(designs, 'or')}", on_key=True)
    if design in SAMPLED and written.points is None and _whole(report, "points"):
        report.add(("design",), f"a {design} needs to know how many points; for example 'points: 64'")
    if design == LIST and not report.said("rows") and _whole(report, "rows"):
        report.add(("design",), "a list needs rows; for example 'rows: [{demand: 90 %}, {demand: 110 %}]'")
    varied = written.parameters or (design in SAMPLED and report.said("over"))
    if design != LIST and not varied and _whole(report, "parameters", "over"):
        needs = "parameters" if design == GRID else "parameters or over"
        report.add(("design",), f"a {design} needs {needs}: what is varied")
    if design == SOBOL and written.points is not None and written.points & (written.points - 1):
        below = 1 << (written.points.bit_length() - 1)
        report.add(
            ("points",),
            f"a sobol design is even only with a power of two points; write {below} or {2 * below}",
        )


def _axes(written: SweepFile, design: str, year: int | None, report: Report) -> tuple[Axis, ...]:
    if not design or design == LIST:
        return ()
    found = []
    for key, said in written.parameters.items():
        axis = read_axis(key, said, design, year, report)
        if axis is not None:
            found.append(axis)
    return tuple(found)


def _rows(written: SweepFile, year: int | None, report: Report) -> tuple[tuple[Change, ...], ...]:
    rows = written.rows
    if rows is None:
        return ()
    if not isinstance(rows, list) or not rows:
        report.add(("rows",), f"expected a list of maps, found {describe(rows)}")
        return ()
    found = []
    for item, row in enumerate(rows):
        at: At = ("rows", item)
        if report.full:
            break
        if not isinstance(row, dict) or not row:
            report.add(at, f"expected a map of keys and values, found {describe(row)}")
            continue
        if row in rows[:item]:
            report.add(at, f"is the same as row {rows.index(row) + 1}; keep one")
        changes = []
        for key, value in row.items():
            path: At = (*at, key)
            if key in NOT_VARIED:
                report.add(path, NOT_VARIED[key], on_key=True)
                continue
            change = check_value(key, value, path, year, report)
            if change is not None:
                changes.append(change)
        found.append(tuple(changes))
    return tuple(found)


def _over(written: SweepFile, design: str, base: Base | None, report: Report) -> Over | None:
    said = written.over
    if said is None or design not in SAMPLED:
        return None
    place = report.root.find(("over",))[0].place
    if base is not None and _year(base, written) is None:
        report.add(
            ("over",), "the ranges of the evidence are those of one year; leave 'year' out of parameters"
        )
        return None
    if said == EVIDENCE:
        return Over(True, (), place)
    if not isinstance(said, list) or not said:
        report.add(
            ("over",), f"expected {EVIDENCE} or a list of keys of the evidence, found {describe(said)}"
        )
        return None
    return Over(False, _wanted(said, "over", "a key of the evidence", report), place)


def _wanted(said: Any, key: str, what: str, report: Report) -> tuple[Wanted, ...]:
    """The words of a list, each with its place."""
    if said is None:
        return ()
    if not isinstance(said, list) or not said:
        report.add((key,), f"expected a list, each item {what}, found {describe(said)}")
        return ()
    nodes: list[Node] = report.root.find((key,))[0].value
    found: list[Wanted] = []
    for item, (word, node) in enumerate(zip(said, nodes, strict=True)):
        if not isinstance(word, str) or not word.strip() or len(word) > LONGEST_KEY:
            report.add((key, item), f"expected {what}, found {describe(word)}")
        elif any(word == other.word for other in found):
            report.add((key, item), f"'{word}' is said twice; keep one")
        else:
            found.append(Wanted(word, node.place))
    return tuple(found)


def _check_size(
    design: str, axes: tuple[Axis, ...], rows: tuple[tuple[Change, ...], ...], report: Report
) -> None:
    """No more points than anybody can run."""
    at: At = ("design",)
    if design == GRID:
        count = math.prod(len(axis.values) for axis in axes if isinstance(axis, Levels))
    else:
        count, at = len(rows), ("rows",)
    if count > MOST_POINTS:
        report.add(at, f"makes {count:,} points; at most {MOST_POINTS:,} are allowed")
