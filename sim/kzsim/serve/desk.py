"""Where scenarios are edited: a form filled from a file, judged as it is typed, saved under a name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from kzsim.scenario import ScenarioError
from kzsim.scenario.form import Filled, form, read_form
from kzsim.scenario.words import base_year
from kzsim.serve.answer import JSON, Answer
from kzsim.serve.editing import Fields, Judged, filled_in, judge
from kzsim.serve.folders import Folders, NameRefusedError
from kzsim.serve.hints import Held, Unsaid, known, unsaid
from kzsim.serve.pages.controls import Shown
from kzsim.serve.pages.edit import NAME, TEMPLATE, Edited, broken_page, edit_page, remark_list, verdict
from kzsim.serve.pages.lists import Listed, scenarios_page
from kzsim.serve.pages.shell import Shell

UNNAMED = "unnamed.yaml"
"""The file that a scenario is judged as while it has no name."""


@dataclass(frozen=True)
class Saved:
    """A scenario that was written."""

    path: Path


class Desk:
    """Shows scenarios, saves those that are valid. ``held`` tells what the evidence holds behind a key."""

    def __init__(self, folders: Folders, shell: Shell, held: Held | None = None) -> None:
        self._folders = folders
        self._shell = shell
        self._held = held
        self._by_year: dict[int, Mapping[str, tuple[str, ...]]] = {}

    def listed(self) -> Answer:
        """The page of all scenarios."""
        found = [self._listed(name) for name in self._folders.scenario_names()]
        return Answer(scenarios_page(self._shell, self._folders, found))

    def edit(self, name: str) -> Answer | None:
        """The form filled with a scenario; None if there is none of that name."""
        path = self._folders.scenario(name)
        if path is None:
            return None
        try:
            filled = read_form(path)
        except ScenarioError as error:
            return Answer(broken_page(self._shell, name, str(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
        stem = path.stem if self._folders.is_own(name) else self._folders.free_name(path.stem)
        target = self._folders.scenarios / f"{stem}.yaml"
        return Answer(self._page(name, stem, filled, judge(filled, target)))

    def check(self, fields: Fields) -> Answer:
        """What is wrong with a form as far as it is filled in, as JSON; nothing is written."""
        target, name_problem = self._target(fields)
        judged = judge(filled_in(fields), target)
        document = {
            "verdict": verdict(judged.remarks, name_problem),
            "name": name_problem,
            "list": remark_list(judged.remarks),
            "yaml": judged.text,
            "remarks": [
                {"control": each.control, "message": each.message, "warning": each.warning}
                for each in judged.remarks
            ],
        }
        return Answer(json.dumps(document, ensure_ascii=False).encode(), kind=JSON)

    def save(self, fields: Fields) -> Answer | Saved:
        """Write the scenario if it is valid and may have its name; else the form again with what is wrong."""
        filled = filled_in(fields)
        target, name_problem = self._target(fields)
        judged = judge(filled, target)
        if judged.valid and not name_problem:
            try:
                self._folders.save(target, judged.text)
                return Saved(target)
            except NameRefusedError as error:
                name_problem = str(error)
        template, name = _first(fields, TEMPLATE), _first(fields, NAME)
        page = self._page(template, name, filled, judged, name_problem)
        return Answer(page, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _target(self, fields: Fields) -> tuple[Path, str]:
        """Where a form would be saved, and what is wrong with its name."""
        try:
            return self._folders.new_scenario(_first(fields, NAME)), ""
        except NameRefusedError as error:
            return self._folders.scenarios / UNNAMED, str(error)

    def _page(
        self, template: str, name: str, filled: Filled, judged: Judged, name_problem: str = ""
    ) -> bytes:
        path = self._folders.scenario(template)
        said = unsaid(path) if path is not None else Unsaid(base_year())
        shown = Shown(
            typed=filled.typed,
            unsaid=said,
            files=[each for each in self._folders.scenario_names() if each != f"{name}.yaml"],
            known=self._known(said.year),
            remarks=judged.remarks,
        )
        own = path is not None and self._folders.is_own(template)
        return edit_page(self._shell, Edited(template, name, own, filled.kept, shown, judged, name_problem))

    def _known(self, year: int) -> Mapping[str, tuple[str, ...]]:
        if year not in self._by_year:
            keys = [control.key for control in form().every_control()]
            self._by_year[year] = {key: lines for key in keys if (lines := known(key, year, self._held))}
        return self._by_year[year]

    def _listed(self, name: str) -> Listed:
        path = self._folders.scenarios / name
        try:
            filled = read_form(path)
        except ScenarioError as error:
            return Listed(name, "", own=False, problem=str(error.problems[0].short))
        return Listed(name, next(iter(filled.typed.get("title", ())), ""), self._folders.is_own(name))


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
