"""The two lists: what has been simulated, and the scenarios there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from kzsim.serve.folders import Folders, Stored
from kzsim.serve.html import Content, Html, tag
from kzsim.serve.jobs import Job
from kzsim.serve.pages.shell import Shell, notice, said_of, table

KINDS = {
    "run": "Run",
    "comparison": "Comparison",
    "sweep": "Sweep",
    "sensitivity": "Sensitivity",
    "ranking": "Ranking",
    "plausible": "Plausible worlds",
}


@dataclass(frozen=True)
class Listed:
    """A scenario file; ``problem`` says why it cannot be opened, ``own`` that it was saved from the form."""

    name: str
    title: str
    own: bool
    problem: str = ""


def results_page(
    shell: Shell, folders: Folders, results: Sequence[Stored], job: Job | None, trouble: str
) -> bytes:
    """Everything that is stored, the latest first."""
    rows: list[tuple[Content, ...]] = [
        (
            shell.link(result_path(each), each.title),
            KINDS.get(each.kind, each.kind),
            each.scenario,
            "" if each.replications is None else str(each.replications),
            time_of(each.finished),
        )
        for each in results
    ]
    columns = ("Title", "Kind", "Scenario", "Replications", "Finished (UTC)")
    listed: Content = table(f"Results in {folders.out}", columns, rows, (False, False, False, True, False))
    if not rows:
        listed = tag(
            "p", f"Nothing is stored in {folders.out} yet. ", shell.link("/scenarios", "Run a scenario"), "."
        )
    return shell.page(
        "Results",
        notice("bad", tag("p", trouble)) if trouble else None,
        notice("warn", tag("p", said_of(job), " ", shell.link("/simulation", "Watch it")))
        if job is not None and not job.over
        else None,
        listed,
        here="/",
    )


def scenarios_page(shell: Shell, folders: Folders, scenarios: Sequence[Listed]) -> bytes:
    """The scenario files, each to be run, or to be edited in a copy."""
    rows: list[tuple[Content, ...]] = [
        (
            tag("strong", each.title or each.name),
            tag("code", each.name),
            tag("span", each.problem, class_="bad") if each.problem else _actions(shell, each),
        )
        for each in scenarios
    ]
    listed: Content = table(f"Scenarios in {folders.scenarios}", ("Title", "File", "What to do"), rows)
    if not rows:
        start = f"There is no scenario in {folders.scenarios}. On the command line, "
        listed = tag("p", start, tag("code", f"kzsim init {folders.scenarios}"), " writes first ones.")
    return shell.page(
        "Scenarios",
        tag(
            "p",
            "A scenario is edited in a copy that you name; files that were not made here are never changed.",
        ),
        listed,
        here="/scenarios",
    )


def _actions(shell: Shell, each: Listed) -> Html:
    named = f" of {each.title or each.name}" if not each.own else f" {each.title or each.name}"
    return tag(
        "div",
        shell.link(
            f"/edit?scenario={quote(each.name)}",
            "Edit" if each.own else "Edit a copy",
            tag("span", named, class_="unseen"),
            class_="action",
        ),
        shell.button("/start", f"Run {each.name}", {"scenario": each.name}, class_="quiet"),
        class_="actions",
    )


def result_path(each: Stored) -> str:
    """The path of the page of stored results."""
    return f"/results/{quote(each.scenario, safe='')}/{quote(each.name, safe='')}"


def time_of(finished: str) -> str:
    """A time as people write it, from ISO form."""
    return finished[:16].replace("T", " ")
