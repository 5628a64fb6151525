"""The way in: a file and settings of the command line to a Scenario, or every mistake at once."""

from __future__ import annotations

import os
from collections.abc import Sequence

from kzsim.scenario.inherit import gather
from kzsim.scenario.model import Scenario
from kzsim.scenario.problems import Problem, ScenarioError, in_order
from kzsim.scenario.resolve import resolve


def load(path: str | os.PathLike[str], settings: Sequence[str] = ()) -> Scenario:
    """Read the scenario at ``path`` with ``settings`` (``KEY=VALUE``, as --set says them) on top.

    :raises ScenarioError: with every mistake found, in the order of the files.
    """
    scenario, problems = resolve(gather(path, settings))
    if scenario is None:
        raise ScenarioError(problem for problem in problems if problem.severity == "error")
    return scenario


def validate(path: str | os.PathLike[str], text: str | None = None) -> tuple[Problem, ...]:
    """Every mistake and warning of the scenario at ``path``, in the order of the files; empty: none.

    With ``text`` that is judged as if it were saved at ``path``, where nothing need be.
    """
    try:
        _, problems = resolve(gather(path, text=text))
    except ScenarioError as error:
        return error.problems
    return in_order(problems)
