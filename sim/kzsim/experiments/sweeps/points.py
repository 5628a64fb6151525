"""The points of a sweep: numbered from 0, the same in any order of running, each a scenario of its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike

import numpy as np

from kzsim.experiments.identity import model_version
from kzsim.experiments.sweeps import designs
from kzsim.experiments.sweeps.unknowns import LeftOut, Unknown, Unknowns, unknowns
from kzsim.indicators.catalogue import INDICATORS
from kzsim.scenario import (
    Axis,
    Change,
    Draft,
    Interval,
    Levels,
    Problem,
    Scenario,
    ScenarioError,
    Sweep,
    Wanted,
    load_sweep,
    variant,
)
from kzsim.scenario.model import Plain
from kzsim.scenario.problems import Place, suggest
from kzsim.scenario.sweep_axes import number_of
from kzsim.scenario.sweep_model import written
from kzsim.scenario.sweep_schema import GRID, LATIN_HYPERCUBE, LIST

MOST_CELLS = 20_000_000
"""Points times what is varied; as many coordinates are held in memory."""
MOST_SHOWN = 8
"""Values of a point that a message names."""
_MOST_INVALID = 100
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NOT_COUNTED = "replications"
"""How often a point is run does not decide what a replication of it gives."""


@dataclass(frozen=True)
class Points:
    """All points of a sweep.

    ``coordinates``, float64 [points, axes + unknowns]: the number of a level, or a share between 0 and 1 of
    an interval or an unknown.
    """

    sweep: Sweep
    unknowns: Unknowns
    coordinates: designs.F64 = field(repr=False)

    def __len__(self) -> int:
        return len(self.sweep.rows) if self.sweep.design == LIST else len(self.coordinates)

    @property
    def names(self) -> tuple[str, ...]:
        """What is varied: keys of the scenario, then names of unknowns."""
        if self.sweep.design == LIST:
            return tuple(dict.fromkeys(change.key for row in self.sweep.rows for change in row))
        return (*(axis.key for axis in self.sweep.axes), *(one.name for one in self.unknowns.varied))

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The ranges of the evidence that are not varied, and why."""
        return self.unknowns.left_out

    def changes(self, point: int) -> tuple[Change, ...]:
        """What a point sets, in the order in which it is set."""
        if self.sweep.design == LIST:
            return self.sweep.rows[point]
        axes, place = self.sweep.axes, self.sweep.over.place if self.sweep.over else Place(self.sweep.path)
        own = [_change(axis, at) for axis, at in zip(axes, self.coordinates[point], strict=False)]
        drawn = zip(self.unknowns.varied, self.coordinates[point, len(axes) :], strict=True)
        return (*own, *(change for one, share in drawn for change in one.changes(float(share), place)))

    def values(self, point: int) -> dict[str, Plain]:
        """The value of each name at a point, as it would be written; a list's rows leave names out."""
        if self.sweep.design == LIST:
            return {change.key: change.value for change in self.sweep.rows[point]}
        axes = self.sweep.axes
        found = {
            axis.key: _change(axis, at).value for axis, at in zip(axes, self.coordinates[point], strict=False)
        }
        drawn = zip(self.unknowns.varied, self.coordinates[point, len(axes) :], strict=True)
        return {**found, **{one.name: written(one.at(float(share)), one.unit) for one, share in drawn}}

    def numbers(self, point: int) -> dict[str, float | None]:
        """The same as plain numbers, in the units of ``units``; None where a value is no quantity."""
        if self.sweep.design == LIST:
            return {change.key: self._quantity(change)[0] for change in self.sweep.rows[point]}
        axes = self.sweep.axes
        found = {axis.key: _number(axis, at) for axis, at in zip(axes, self.coordinates[point], strict=False)}
        drawn = zip(self.unknowns.varied, self.coordinates[point, len(axes) :], strict=True)
        return {**found, **{one.name: one.at(float(share)) for one, share in drawn}}

    @property
    def units(self) -> dict[str, str]:
        """The unit of each name's numbers; '' for bare numbers and for what is no quantity."""
        if self.sweep.design == LIST:
            changes = [change for row in self.sweep.rows for change in row]
            found = dict.fromkeys(self.names, "")
            return found | {one.key: unit for one in changes if (unit := self._quantity(one)[1])}
        own = {axis.key: axis.unit for axis in self.sweep.axes}
        return {**own, **{one.name: one.unit for one in self.unknowns.varied}}

    def _quantity(self, change: Change) -> tuple[float | None, str]:
        return number_of(change.key, change.value, self.sweep.base.scenario.year)

    def scenario(self, point: int) -> Scenario:
        """The scenario of a point. Raises InvalidPointsError if it is none."""
        made = variant(self.sweep.base, self.changes(point))
        if made.scenario is None:
            raise InvalidPointsError((InvalidPoint(point, self.values(point), made.errors),), len(self))
        return made.scenario


@dataclass(frozen=True)
class InvalidPoint:
    """A point that is no valid scenario: its values and what is wrong with them."""

    number: int
    values: Mapping[str, Plain]
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        said = "; ".join(problem.short for problem in self.problems)
        return f"point {self.number} ({described(self.values)}): {said}"


class InvalidPointsError(Exception):
    """Points of a sweep are no valid scenarios; nothing was run."""

    def __init__(self, invalid: tuple[InvalidPoint, ...], points: int) -> None:
        self.invalid = invalid
        self.points = points
        super().__init__(invalid, points)

    def __str__(self) -> str:
        shown = [str(one) for one in self.invalid[:_MOST_INVALID]]
        if len(self.invalid) > _MOST_INVALID:
            shown.append(f"and {len(self.invalid) - _MOST_INVALID:,} more of {self.points:,} points")
        return "\n".join(shown)


@dataclass(frozen=True)
class Checked:
    """Points, the digest of each, all warnings by ``once_each``; ``invalid`` are no valid scenarios."""

    points: Points
    digests: tuple[str, ...]
    warnings: tuple[Problem, ...]
    invalid: tuple[InvalidPoint, ...] = ()


def load_judged(path: str | PathLike[str]) -> Sweep:
    """The sweep at ``path`` with all its names known. Raises ScenarioError with every mistake at once."""
    return load_sweep(path, _misnamed)


def make_points(sweep: Sweep) -> Points:
    """Lay out the points. Raises ScenarioError for unknown names and for more than can be held."""
    if problems := _unknown_indicators(sweep.indicators):
        raise ScenarioError(problems)
    varied = Unknowns(())
    if sweep.over is not None:
        varied = unknowns(sweep.base.scenario, sweep.over, [axis.key for axis in sweep.axes])
    return Points(sweep, varied, _coordinates(sweep, varied.varied))


def check_points(points: Points) -> Checked:
    """Make every point's scenario once. Raises InvalidPointsError with every point that is none."""
    checked = sift_points(points)
    if checked.invalid:
        raise InvalidPointsError(checked.invalid, len(points))
    return checked


def sift_points(points: Points) -> Checked:
    """Make every point's scenario once, and tell those that are none from the others.

    Raises InvalidPointsError if no point is a valid scenario.
    """
    invalid: list[InvalidPoint] = []
    found: list[str] = []
    warnings: dict[Problem, None] = dict.fromkeys(points.sweep.base.scenario.warnings)
    for number in range(len(points)):
        made = variant(points.sweep.base, points.changes(number))
        if made.scenario is None:
            wrong = InvalidPoint(number, points.values(number), made.errors)
            invalid.append(wrong)
            found.append(_sha256({"invalid": wrong.values, "model": model_version()}))
            continue
        found.append(point_digest(made.scenario))
        warnings.update(dict.fromkeys(made.scenario.warnings))
    if len(invalid) == len(points):
        raise InvalidPointsError(tuple(invalid), len(points))
    return Checked(points, tuple(found), once_each(warnings), tuple(invalid))


def scenarios(points: Points, numbers: Sequence[int]) -> Iterator[tuple[int, Scenario]]:
    """The scenarios of these points, made one after the other."""
    for number in numbers:
        yield number, points.scenario(number)


def point_digest(scenario: Scenario) -> str:
    """Sha256 in hex over all that decides a replication of the scenario, the model and its evidence too.

    Equal for points that mean the same; how many replications are run does not count.
    """
    meaning = {key: value for key, value in scenario.canonical().items() if key != _NOT_COUNTED}
    return _sha256({"scenario": meaning, "model": model_version()})


def sweep_digest(checked: Checked) -> str:
    """Sha256 in hex over what decides the results of a sweep: its points in order, replications, model.

    Titles, comments, the indicators reported and how the points came about do not count.
    """
    return _sha256(
        {
            "points": list(checked.digests),
            "replications": checked.points.sweep.replications,
            "model": model_version(),
        }
    )


def described(values: Mapping[str, Plain]) -> str:
    """``demand = 90 %, seed = 3``, and how many more there are."""
    said = [f"{name} = {_shown(value)}" for name, value in list(values.items())[:MOST_SHOWN]]
    more = len(values) - len(said)
    return ", ".join(said) + (f" and {more:,} more" if more else "")


def _shown(value: Plain) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _sha256(document: Mapping[str, object]) -> str:
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _coordinates(sweep: Sweep, varied: Sequence[Unknown]) -> designs.F64:
    axes = sweep.axes
    if sweep.design == LIST:
        return np.zeros((len(sweep.rows), 0))
    if sweep.design == GRID:
        return designs.grid([_size(axis) for axis in axes]).astype(np.float64)
    names = [*(axis.key for axis in axes), *(one.name for one in varied)]
    points = sweep.points or 0
    if points * len(names) > MOST_CELLS:
        place = sweep.over.place if sweep.over else Place(sweep.path)
        message = (
            f"{points:,} points of {len(names):,} varied values each are more than fit; "
            f"at most {MOST_CELLS // len(names):,} points are possible"
        )
        raise ScenarioError([Problem.at(place, "points", message)])
    make = designs.latin_hypercube if sweep.design == LATIN_HYPERCUBE else designs.sobol
    shares = make(names, points, sweep.seed)
    for column, axis in enumerate(axes):
        if isinstance(axis, Levels):
            shares[:, column] = np.floor(shares[:, column] * _size(axis))
    return shares


def _size(axis: Axis) -> int:
    return len(axis.values) if isinstance(axis, Levels) else 0


def _change(axis: Axis, at: float) -> Change:
    if isinstance(axis, Interval):
        return Change(axis.key, written(_between(axis, at), axis.unit), axis.place)
    return Change(axis.key, axis.values[int(at)], axis.places[int(at)])


def _number(axis: Axis, at: float) -> float | None:
    if isinstance(axis, Interval):
        return _between(axis, at)
    return None if axis.numbers is None else axis.numbers[int(at)]


def _between(axis: Interval, at: float) -> float:
    return designs.between(float(at), axis.low, axis.high, whole=axis.whole)


def _misnamed(draft: Draft) -> tuple[Problem, ...]:
    """The indicators and ranges of the evidence that a sweep file names and nobody knows."""
    problems = _unknown_indicators(draft.indicators)
    # of a file that is sound otherwise, laying out its points finds the misnamed ranges
    if draft.base is not None and draft.over is not None and (problems or not draft.sound):
        try:
            unknowns(draft.base.scenario, draft.over, draft.taken)
        except ScenarioError as error:
            problems += error.problems
    return problems


def _unknown_indicators(said: Sequence[Wanted]) -> tuple[Problem, ...]:
    known = [indicator.name for indicator in INDICATORS]
    return tuple(
        Problem.at(wanted.place, "indicators", suggest("indicator", wanted.word, known))
        for wanted in said
        if wanted.word not in known
    )


def once_each(warnings: Iterable[Problem]) -> tuple[Problem, ...]:
    """Warnings of one place that differ in their numbers alone as one, that of the greatest."""
    alike: dict[tuple[object, ...], list[Problem]] = {}
    for warning in dict.fromkeys(warnings):
        shape = _NUMBER.sub("#", warning.message)
        alike.setdefault((warning.path, warning.line, warning.column, warning.key, shape), []).append(warning)
    return tuple(_as_one(same) for same in alike.values())


def _as_one(same: Sequence[Problem]) -> Problem:
    if len(same) == 1:
        return same[0]
    greatest = max(
        same, key=lambda one: [float(said.replace(",", "")) for said in _NUMBER.findall(one.message)]
    )
    more = len(same) - 1
    others = "1 more value at other points" if more == 1 else f"{more:,} more values at other points"
    return replace(greatest, message=f"{greatest.message}; so it is with {others}")
