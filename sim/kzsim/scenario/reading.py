"""Reads the joined tree with the schema and puts every objection into words, at its place."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kzsim.scenario.problems import listed, suggest
from kzsim.scenario.report import Path, Report
from kzsim.scenario.schema import ScenarioFile, known_keys
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
            for details in error.errors(include_url=False):
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
    if kind == "extra_forbidden":
        section = section_at(path[:-1])
        known = known_keys(section) if section else ()
        report.add(path, suggest("key", str(path[-1]), known), on_key=True)
    elif kind in ("model_type", "dict_type", "model_attributes_type"):
        report.add(path, f"expected a map of keys, found {describe(node.plain())}" + _map_example(path))
    else:
        report.add(path, details["msg"], on_key=on_key)


def _map_example(path: Path) -> str:
    section = section_at(path)
    return f"; it has the keys {listed(known_keys(section))}" if section else ""


def _drop(data: Any, details: ErrorDetails) -> None:
    """Take what is wrong out of the data, so that reading goes on without it."""
    path = [part for part in details["loc"] if part != "[key]"]
    if details["type"] == "missing":
        data["title"] = "?"
        return
    above, key = None, None
    for part in path:
        if isinstance(data, dict) and part in data:
            above, key, data = data, part, data[part]
        else:
            break
    if above is not None:
        del above[key]


def section_at(path: Path) -> type[BaseModel] | None:
    """The section of the schema at a path of a file, or None where there is none."""
    section: type[BaseModel] | None = ScenarioFile
    in_names = False
    for part in path:
        if in_names:
            in_names = False
            continue
        if section is None:
            return None
        found = next((f for n, f in section.model_fields.items() if (f.alias or n) == part), None)
        if found is None:
            return None
        section, in_names = _section_of(found.annotation)
    return None if in_names else section


def _section_of(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section behind a type and whether names stand between (a map from names to sections)."""
    text_map = getattr(annotation, "__origin__", None) is dict
    parts = annotation.__args__[1:] if text_map else (annotation,)
    for part in parts:
        for option in getattr(part, "__args__", (part,)):
            if isinstance(option, type) and issubclass(option, BaseModel):
                return option, text_map
    return None, False
