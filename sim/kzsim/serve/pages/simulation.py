"""The simulation that is running, or the last one."""

from __future__ import annotations

from kzsim.serve.folders import Stored
from kzsim.serve.html import Content, Html, joined, tag
from kzsim.serve.jobs import Job
from kzsim.serve.pages.lists import result_path
from kzsim.serve.pages.shell import Shell, notice, said_of

REFRESH_S = 3


def simulation_page(shell: Shell, job: Job | None, result: Stored | None, *, reports: bool) -> bytes:
    """How far it is; when it is over what came of it, and the way to the results."""
    if job is None:
        return shell.page(
            "Simulation",
            tag("p", "Nothing is running. ", shell.link("/scenarios", "Choose a scenario"), "."),
            here="/simulation",
        )
    return shell.page(
        "Simulation",
        _running(shell, job) if not job.over else _over(shell, job, result, reports=reports),
        _said(job),
        here="/simulation",
        refresh_s=None if job.over else REFRESH_S,
    )


def _running(shell: Shell, job: Job) -> Html:
    bar = tag(
        "progress",
        said_of(job),
        id="progress",
        max=job.total or 1,
        value=job.done if job.total else None,
        aria_labelledby="state",
    )
    return tag(
        "div",
        tag("p", said_of(job), id="state", role="status"),
        bar,
        shell.button("/stop", "Stop it", {"number": str(job.number)}, class_="quiet"),
        id="job",
        data_poll=shell.to("/simulation.json"),
        data_number=job.number,
    )


def _over(shell: Shell, job: Job, result: Stored | None, *, reports: bool) -> Html:
    again = shell.link("/scenarios", "Back to the scenarios")
    if job.state == "done" and result is not None:
        ways: list[Content] = [shell.link(result_path(result), "See the results", class_="action")]
        if reports:
            ways.insert(0, shell.link(f"{result_path(result)}/report", "Open the report", class_="action"))
        checked = (
            None
            if job.checked
            else tag("p", "It ran, but a check that it states failed; the results say which.")
        )
        return joined(
            notice("good" if job.checked else "warn", tag("p", said_of(job), id="state"), checked),
            tag("p", *[tag("span", way, " ") for way in ways]),
        )
    kind = "bad" if job.state == "failed" else "warn"
    return joined(notice(kind, tag("p", said_of(job), id="state")), tag("p", again))


def _said(job: Job) -> Html | None:
    if not job.said:
        return None
    text = tag("pre", "\n".join(job.said), tabindex="0", aria_label="What the simulation said")
    return joined(tag("h2", "What it said"), text)
