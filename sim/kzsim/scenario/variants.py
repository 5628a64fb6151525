"""A scenario with some keys set otherwise, again and again: read once, resolved for every variant.

A variant is what ``--set`` would make of the scenario, with the place where each change was written;
so a mistake is shown in the file that says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kzsim.scenario.document import Node
from kzsim.scenario.inherit import SETTINGS_RANK, Tree, key_parts, merge, under
from kzsim.scenario.model import Plain, Scenario
from kzsim.scenario.parameters import overrides
from kzsim.scenario.problems import Place, Problem, in_order
from kzsim.scenario.reading import read
from kzsim.scenario.report import Report
from kzsim.scenario.resolve import resolve

_ONE_KEY_EACH = "parameters"


@dataclass(frozen=True)
class Change:
    """A dotted key, its value as YAML would give it, and where that was written."""

    key: str
    value: Plain
    place: Place


@dataclass(frozen=True)
class Base:
    """A valid scenario together with what was written, so that keys can be set on top."""

    scenario: Scenario
    tree: Tree
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Variant:
    """The scenario, or None if it is invalid, and the problems that the base does not have."""

    scenario: Scenario | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make it invalid."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def base_of(tree: Tree) -> tuple[Base | None, tuple[Problem, ...]]:
    """The base for variants, or None if the scenario itself is invalid, and all its problems."""
    scenario, problems = resolve(tree)
    found = in_order(problems)
    return (None if scenario is None else Base(scenario, tree, found)), found


def variant(base: Base, changes: Sequence[Change]) -> Variant:
    """The scenario with these changes on top, the later over the earlier. The base stays as it is."""
    scenario, problems = resolve(replace(base.tree, root=with_changes(base.tree.root, changes)))
    known = set(base.problems)
    return Variant(scenario, in_order(problem for problem in problems if problem not in known))


def with_changes(root: Node, changes: Iterable[Change]) -> Node:
    """A tree with the changes merged in; neither ``root`` nor what hangs on it is altered."""
    single: dict[str, Node] = {}
    for change in changes:
        parts = key_parts(change.key)
        if parts is None:
            continue  # refused where the change was written
        node = _node(change.value, _as_setting(change.place))
        if parts[0] == _ONE_KEY_EACH and len(parts) == 2:
            single[parts[1]] = node  # hundreds of them are merged at once
        else:
            root = merge(root, under(parts, node, node.place))
    if single:
        place = next(iter(single.values())).place
        root = merge(root, Node({_ONE_KEY_EACH: Node(single, place, place)}, place, place))
    return root


def check_change(change: Change, year: int | None) -> tuple[Problem, ...]:
    """What is wrong with a change by itself, whatever the scenario it is made to.

    ``year`` is whose evidence is used; None leaves entries of the evidence unjudged.
    """
    place = _as_setting(change.place)
    parts = key_parts(change.key)
    if parts is None:
        return (Problem.at(place, change.key, "has an empty part between its dots"),)
    report = Report(under(parts, _node(change.value, place), place))
    written = read(report, title_may_lack=True)
    if written is not None and year is not None and not report.broken:
        overrides(written, year, report)
    return tuple(problem for problem in in_order(report.problems) if problem.severity == "error")


def _as_setting(place: Place) -> Place:
    """Reported after the files of the scenario, and counted as said by this scenario's own author."""
    return replace(place, rank=max(place.rank, SETTINGS_RANK))


def _node(value: Plain, place: Place) -> Node:
    if isinstance(value, dict):
        return Node({key: _node(below, place) for key, below in value.items()}, place, place)
    if isinstance(value, list):
        return Node([_node(below, place) for below in value], place, place)
    return Node(value, place, place, "" if value is None else str(value), isinstance(value, str))
