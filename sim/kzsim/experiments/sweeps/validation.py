"""What is wrong with a sweep file and its points, without running any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from os import PathLike
from typing import Literal

from kzsim.experiments.sweeps.points import (
    InvalidPoint,
    InvalidPointsError,
    described,
    load_judged,
    make_points,
    sift_points,
)
from kzsim.scenario import Problem, ScenarioError
from kzsim.scenario.problems import in_order


def validate_sweep(path: str | PathLike[str]) -> tuple[Problem, ...]:
    """Every mistake and warning of the sweep at ``path``, in the order of the files; empty: none.

    A point that is no valid scenario is a warning, since the others would be run, unless none is.
    """
    try:
        checked = sift_points(make_points(load_judged(path)))
    except ScenarioError as error:
        return error.problems
    except InvalidPointsError as error:
        return in_order(_of_points(error.invalid, "error"))
    return in_order((*checked.warnings, *_of_points(checked.invalid, "warning")))


def _of_points(invalid: Iterable[InvalidPoint], severity: Literal["error", "warning"]) -> Iterator[Problem]:
    """What is wrong with points, each mistake once, with the first of them that has it."""
    having: dict[Problem, list[InvalidPoint]] = {}
    for one in invalid:
        for problem in one.problems:
            having.setdefault(problem, []).append(one)
    for problem, points in having.items():
        first = f"point {points[0].number} ({described(points[0].values)})"
        more = f" and {len(points) - 1:,} more" if len(points) > 1 else ""
        yield replace(problem, message=f"{first}{more}: {problem.message}", severity=severity)
