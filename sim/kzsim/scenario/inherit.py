"""Joins a scenario with those it extends and with the settings of the command line into one tree."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kzsim.scenario.document import Document, Node, read_file, read_setting, read_text
from kzsim.scenario.problems import Place, Problem, ScenarioError, nearest, shorten
from kzsim.scenario.units import describe

MAX_PARENTS = 10
SETTINGS_RANK = 1000
# These maps have keys with dots in them, so that the rest of a --set key is one key.
_DOTTED = "parameters"
# An entry of this map may be a single word that stands for a map with this key.
_SHORTHAND = ("green_corridors", "bundle")


@dataclass
class Tree:
    """The joined scenario. ``whole``: no file was left out because it could not be read."""

    root: Node
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True


def gather(path: str | os.PathLike[str], settings: Sequence[str] = (), *, text: str | None = None) -> Tree:
    """Read ``path``, its parents and ``settings`` (``KEY=VALUE``), the later over the earlier.

    ``text`` stands in for the content of ``path``, which then need not exist.

    :raises ScenarioError: the file itself cannot be read.
    """
    shown = os.fspath(path)
    document = read_file(Path(shown), shown) if text is None else read_text(text, shown)
    require_map(document)
    problems = list(document.problems)
    chain, whole = _parents(document, shown, problems)
    root = chain[-1].root
    for child in reversed(chain[:-1]):
        root = merge(root, child.root)
    for rank, setting in enumerate(settings, start=SETTINGS_RANK):
        try:
            root = merge(root, _setting(setting, rank))
        except ScenarioError as error:
            problems.extend(error.problems)
    return Tree(root, problems, whole)


def merge(base: Node, over: Node, path: tuple[str, ...] = ()) -> Node:
    """``over`` on top of ``base``: maps key by key, anything else replaces."""
    if not isinstance(over.value, dict):
        return over
    if len(path) == 2 and path[0] == _SHORTHAND[0] and isinstance(base.value, str):
        base = replace(base, value={_SHORTHAND[1]: base})
    if not isinstance(base.value, dict):
        return over
    joined = dict(base.value)
    for key, node in over.value.items():
        joined[key] = merge(joined[key], node, (*path, key)) if key in joined else node
    return replace(over, value=joined)


def _parents(document: Document, shown: str, problems: list[Problem]) -> tuple[list[Document], bool]:
    """The file and its parents, nearest first, and whether all of them could be read."""
    chain = [document]
    root = Path(shown).parent.resolve()
    seen = {Path(shown).resolve(): shown}
    while True:
        child = chain[-1]
        node = child.root.items.pop("extends", None)
        if node is None or node.value is None:
            return chain, True

        def fail(message: str, at: Place = node.place) -> None:
            problems.append(Problem.at(at, "extends", message))

        if not isinstance(node.value, str):
            fail(f"expected the name of one scenario file, found {describe(node.value)}")
            return chain, False
        said = shorten(node.value)
        path = Path(shown).parent / node.value
        if Path(node.value).is_absolute():
            fail(f"{said} is an absolute path; name the file relative to this one")
            return chain, False
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError):
            fail(f"{said} cannot be followed to a file")
            return chain, False
        if not real.is_relative_to(root):
            fail(
                f"{said} leads out of the folder of the scenario; "
                "copy the file beside the scenario and name it from there"
            )
            return chain, False
        shown = os.path.normpath(path)
        if real in seen:
            first = list(seen.values()).index(seen[real])
            circle = [*list(seen.values())[first:], shown]
            fail("the scenarios extend each other in a circle: " + " -> ".join(circle))
            return chain, False
        if len(chain) > MAX_PARENTS:
            fail(f"more than {MAX_PARENTS} scenarios extend each other in a row")
            return chain, False
        seen[real] = shown
        if not real.exists():
            near = nearest(real.name, beside(real))
            fail(f"no such file: '{shown}'" + (f", did you mean '{near}'?" if near else ""))
            return chain, False
        try:
            parent = read_file(path, shown, rank=len(chain))
            require_map(parent)
        except ScenarioError as error:
            for problem in error.problems:
                if problem.line:
                    problems.append(problem)
                else:
                    fail(f"'{shown}' {problem.message}")
            return chain, False
        problems.extend(parent.problems)
        chain.append(parent)


def beside(path: Path) -> list[str]:
    """The names of the YAML files in the folder of ``path``."""
    try:
        return [other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml")]
    except OSError:
        return []


def require_map(document: Document) -> None:
    """Refuse a document that is no map of keys, with a ScenarioError."""
    root = document.root
    if not isinstance(root.value, dict):
        message = f"a scenario is a map of keys such as 'title: ...', found {describe(root.value)}"
        raise ScenarioError([*document.problems, Problem.at(root.place, "", message)])


def _setting(setting: str, rank: int) -> Node:
    key, equals, value = setting.partition("=")
    key = key.strip()
    place = Place(f"--set {setting}", rank=rank, setting=setting)
    if not equals or not key:
        raise ScenarioError([Problem.at(place, "", "write KEY=VALUE, for example --set demand='110 %'")])
    if key == "extends":
        raise ScenarioError([Problem.at(place, "", "extends can only be said in a file")])
    document = read_setting(setting, value, rank)
    if document.problems:
        raise ScenarioError(document.problems)
    parts = key_parts(key)
    if parts is None:
        raise ScenarioError([Problem.at(place, "", f"{shorten(key)} has an empty part between its dots")])
    return under(parts, document.root, place)


def key_parts(key: str) -> list[str] | None:
    """The path a dotted key names, as ``--set`` reads it; None if a part of it is empty."""
    head, _, rest = key.partition(".")
    parts = [head, rest] if head == _DOTTED and rest else key.split(".")
    return parts if all(part.strip() for part in parts) else None


def under(parts: Sequence[str], node: Node, place: Place) -> Node:
    """``node`` inside the maps that a path names, all of them said at ``place``."""
    for part in reversed(parts):
        node = Node({part: node}, place, place)
    return node
