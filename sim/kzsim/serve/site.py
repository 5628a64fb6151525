"""What each address shows and does, without sockets: a path and its fields in, an answer out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kzsim.experiments import ResultsError
from kzsim.serve.answer import JSON, Answer, see
from kzsim.serve.desk import Desk
from kzsim.serve.editing import Fields, FormRefusedError
from kzsim.serve.folders import Folders, Stored
from kzsim.serve.guard import REPORT_POLICY
from kzsim.serve.hints import Held
from kzsim.serve.html import tag
from kzsim.serve.jobs import BusyError, ClosedError, Job, Jobs
from kzsim.serve.pages.edit import ACTION, RUN
from kzsim.serve.pages.lists import results_page
from kzsim.serve.pages.result import result_page
from kzsim.serve.pages.shell import Shell, notice, said_of
from kzsim.serve.pages.simulation import simulation_page

if TYPE_CHECKING:
    from kzsim.brief.content import Brief

ASSETS = {"serve.css": "text/css; charset=utf-8", "serve.js": "text/javascript; charset=utf-8"}
LANGUAGES = {"en": "English", "ru": "Русский", "kk": "Қазақша", "zh": "中文"}
"""What languages call themselves."""
REPORTABLE = ("run", "comparison", "sweep", "plausible")
"""Kinds of results that a report can be made of."""

Report = Callable[[Path, str], bytes]
"""Makes the report of a folder of results in a language, as one HTML file; ReportError if it cannot."""


class ReportError(Exception):
    """A report cannot be made; the text says why."""


class Site:
    """The pages below a secret; one may be asked from several threads at once."""

    def __init__(
        self,
        folders: Folders,
        jobs: Jobs,
        secret: str,
        *,
        held: Held | None = None,
        report: Report | None = None,
    ) -> None:
        self._folders = folders
        self._jobs = jobs
        self._shell = Shell(f"/{secret}")
        self._desk = Desk(folders, self._shell, held)
        self._report = report
        self._drawing = threading.Lock()  # reports come one after the other: matplotlib knows no threads

    def get(self, path: str, query: Fields) -> Answer:
        """What an address shows."""
        match [unquote(part) for part in path.split("/")[1:]]:
            case [""]:
                return self._results()
            case ["scenarios"]:
                return self._desk.listed()
            case ["edit"]:
                return self._desk.edit(_first(query, "scenario")) or self._missing()
            case ["simulation"]:
                return self._simulation()
            case ["simulation.json"]:
                return Answer(json.dumps(_progress(self._jobs.job)).encode(), kind=JSON)
            case ["assets", name] if name in ASSETS:
                return Answer(_asset(name), kind=ASSETS[name])
            case ["results", scenario, name, *rest]:
                stored = self._folders.result(scenario, name)
                return self._missing() if stored is None else self._stored(stored, rest, query)
            case _:
                return self._missing()

    def post(self, path: str, fields: Fields) -> Answer:
        """What a form does."""
        try:
            match path:
                case "/check":
                    return self._desk.check(fields)
                case "/save":
                    return self._save(fields)
                case "/start":
                    scenario = self._folders.scenario(_first(fields, "scenario"))
                    return self._missing() if scenario is None else self._start(scenario)
                case "/stop":
                    return self._stop(_first(fields, "number"))
                case _:
                    return self._missing()
        except FormRefusedError as error:
            return self.refused(HTTPStatus.BAD_REQUEST, str(error))

    def refused(self, status: HTTPStatus, message: str) -> Answer:
        """A page that says why something was not done."""
        words = status.phrase.capitalize()
        return Answer(self._shell.page(words, notice("bad", tag("p", message))), status)

    def _missing(self) -> Answer:
        return self.refused(
            HTTPStatus.NOT_FOUND, "There is nothing at this address; it may have been removed."
        )

    # --- results ------------------------------------------------------------------------------------------

    def _results(self) -> Answer:
        results: tuple[Stored, ...] = ()
        trouble = ""
        try:
            results = self._folders.results()
        except ResultsError as error:
            trouble = f"{error.message} {error.remedy}"
        return Answer(results_page(self._shell, self._folders, results, self._jobs.job, trouble))

    def _stored(self, stored: Stored, rest: list[str], query: Fields) -> Answer:
        match rest:
            case []:
                brief, trouble = self._brief(stored)
                languages = LANGUAGES if self._reports(stored) else {}
                return Answer(result_page(self._shell, stored, brief, trouble, languages))
            case ["report"] if self._reports(stored):
                return self._made_report(stored, _first(query, "lang") or "en")
            case ["files", name] if name in stored.files:
                return Answer(file=stored.path / name)
            case _:
                return self._missing()

    def _reports(self, stored: Stored) -> bool:
        return self._report is not None and stored.kind in REPORTABLE

    def _brief(self, stored: Stored) -> tuple[Brief | None, str]:
        """What a study says, or why it says nothing."""
        from kzsim.brief.content import brief_of
        from kzsim.brief.errors import BriefError
        from kzsim.experiments.studies import open_study
        from kzsim.language import speaker

        if stored.kind not in REPORTABLE:
            return None, ""
        try:
            return brief_of(open_study(stored.path), speaker("en")), ""
        except (ResultsError, BriefError) as error:
            return None, f"{error.message} {error.remedy}"

    def _made_report(self, stored: Stored, lang: str) -> Answer:
        if lang not in LANGUAGES or self._report is None:
            return self._missing()
        try:
            with self._drawing:
                return Answer(self._report(stored.path, lang), policy=REPORT_POLICY)
        except ReportError as error:
            return self.refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    # --- simulations --------------------------------------------------------------------------------------

    def _save(self, fields: Fields) -> Answer:
        done = self._desk.save(fields)
        if isinstance(done, Answer):
            return done
        return self._start(done.path) if _first(fields, ACTION) == RUN else see(self._shell.to("/scenarios"))

    def _start(self, scenario: Path) -> Answer:
        try:
            self._jobs.start(scenario, self._folders.out)
        except BusyError as error:
            return self.refused(HTTPStatus.CONFLICT, str(error))
        except ClosedError as error:
            return self.refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except OSError as error:
            return self.refused(
                HTTPStatus.INTERNAL_SERVER_ERROR, f"No simulation can be started: {error.strerror}."
            )
        return see(self._shell.to("/simulation"))

    def _stop(self, number: str) -> Answer:
        """Stop the simulation that the page showed, and not one that was started since."""
        job = self._jobs.job
        if job is not None and str(job.number) == number:
            self._jobs.stop()
        return see(self._shell.to("/simulation"))

    def _simulation(self) -> Answer:
        job = self._jobs.job
        result = None
        if job is not None and job.results is not None:
            result = self._folders.result(job.results.parent.name, job.results.name)
        reports = result is not None and self._reports(result)
        return Answer(simulation_page(self._shell, job, result, reports=reports))


def _progress(job: Job | None) -> dict[str, object]:
    if job is None:
        return {"number": 0, "state": "none"}
    return {
        "number": job.number,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "said": said_of(job),
    }


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _asset(name: str) -> bytes:
    return (resources.files("kzsim.serve") / "assets" / name).read_bytes()
