"""Reads the joined tree with the schema and puts every objection into words, at its place."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kzsim.scenario import words
from kzsim.scenario.problems import listed, suggest
from kzsim.scenario.report import Path, Report
from kzsim.scenario.schema import ScenarioFile, known_keys, section_at, sections
from kzsim.scenario.units import describe


def read(report: Report, *, title_may_lack: bool) -> ScenarioFile | None:
    """The tree as a ScenarioFile; what is wrong is reported and left out, so that the rest is judged too."""
    data = report.root.plain()
    if title_may_lack:
        data.setdefault("title", "?")
    for _ in range(20):
        try:
            return ScenarioFile.model_validate(data)
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                if not report.full:
                    _report(report, details)
                _drop(data, details)
    return None


def _report(report: Report, details: ErrorDetails) -> None:
    kind, loc = details["type"], details["loc"]
    on_key = bool(loc) and loc[-1] == "[key]"
    path: Path = tuple(part for part in loc if part != "[key]")
    if kind == "missing":
        report.add(path, "is missing; for example 'title: Green corridors at all crossings'")
        return
    # A word that stands for a map is one value on the page.
    node, depth = report.root.find(path)
    path = path[:depth]
    item = details.get("ctx", {}).get("item")
    if item is not None:
        path = (*path, item)
    if kind == "extra_forbidden":
        report.add(path, _unknown_key(path), on_key=True)
    elif kind in ("model_type", "dict_type", "model_attributes_type"):
        report.add(path, f"expected a map of keys, found {describe(node.plain())}" + _map_example(path))
    else:
        report.add(path, details["msg"], on_key=on_key)


def _unknown_key(path: Path) -> str:
    """What to do about a key that does not belong where it stands."""
    key = str(path[-1])
    section = section_at(path[:-1])
    known = known_keys(section) if section else ()
    if key == "<<":
        return "YAML's merge key is not supported; build on another scenario with 'extends'"
    if key in words.crossing_names():
        return (
            f"a crossing does not belong here; its settings stand under 'crossings: {{{key}: ...}}', "
            f"its corridor under 'green_corridors: {{{key}: ...}}'"
        )
    if key in words.measure_names():
        return "a measure does not belong here, but under 'green_corridors.<crossing>.measures'"
    if "." in key:
        return f"the key of an evidence entry belongs under 'parameters:'; here the keys are {listed(known)}"
    homes = [home for home in sections() if key in known_keys(home[1])]
    if homes:
        places = listed((f"under '{above}'" if above else "at the first level" for above, _ in homes), "or")
        return f"does not belong here, but {places}"
    return suggest("key", key, known)


def _map_example(path: Path) -> str:
    section = section_at(path)
    return f"; it has the keys {listed(known_keys(section))}" if section else ""


def _drop(data: Any, details: ErrorDetails) -> None:
    """Take what is wrong out of the data, so that reading goes on without it."""
    path = [part for part in details["loc"] if part != "[key]"]
    if path == ["title"]:
        data["title"] = "?"  # the one key that may not be missing
        return
    above, key = None, None
    for part in path:
        if not isinstance(data, dict):
            break  # a word that stands for a map: the word goes
        if part not in data:
            return  # gone already with what it stood in
        above, key, data = data, part, data[part]
    if above is not None:
        del above[key]
