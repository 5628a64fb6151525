"""What every page has around it."""

from __future__ import annotations

from dataclasses import dataclass

from kzsim.serve.html import Content, Html, joined, tag
from kzsim.serve.jobs import Job

PLACES = (("/", "Results"), ("/scenarios", "Scenarios"), ("/simulation", "Simulation"))


@dataclass(frozen=True)
class Shell:
    """Puts pages together; ``root`` is the beginning of every address, with the secret in it."""

    root: str

    def to(self, path: str) -> str:
        """The address of a path such as '/scenarios'."""
        return f"{self.root}{path}"

    def link(self, path: str, *content: Content, **attributes: str | None) -> Html:
        """A link to a page of this server."""
        return tag("a", *content, href=self.to(path), **attributes)

    def page(self, title: str, *content: Content, here: str = "", refresh_s: int | None = None) -> bytes:
        """A whole page. With ``refresh_s`` a browser without script loads it again after so many seconds."""
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", f"{title} – kzsim"),
            tag("link", rel="icon", href="data:,"),
            tag("link", rel="stylesheet", href=self.to("/assets/serve.css")),
            tag("script", src=self.to("/assets/serve.js"), defer=True),
            tag("noscript", tag("meta", http_equiv="refresh", content=str(refresh_s))) if refresh_s else None,
        )
        places = [
            tag("li", self.link(path, name, aria_current="page" if path == here else None))
            for path, name in PLACES
        ]
        body = tag(
            "body",
            tag("a", "Skip to content", class_="skip", href="#content"),
            tag(
                "header",
                tag("span", "kzsim", class_="brand"),
                tag("nav", tag("ul", *places), aria_label="Pages"),
            ),
            tag("main", tag("h1", title), *content, id="content"),
        )
        return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n".encode()

    def button(self, path: str, words: str, fields: dict[str, str], **attributes: str | None) -> Html:
        """A form of one button."""
        hidden = [tag("input", type="hidden", name=name, value=value) for name, value in fields.items()]
        return tag(
            "form",
            *hidden,
            tag("button", words, type="submit", **attributes),
            method="post",
            action=self.to(path),
        )


def notice(kind: str, *content: Content) -> Html:
    """A box that says something is wrong (``bad``), to be heeded (``warn``) or well (``good``)."""
    return tag("div", *content, class_=f"notice {kind}", role="alert" if kind == "bad" else None)


def table(
    caption: str, columns: tuple[str, ...], rows: list[tuple[Content, ...]], numeric: tuple[bool, ...] = ()
) -> Html:
    """A table that turns into a list of cards on a narrow screen, each cell with the name of its column."""
    right = numeric or (False,) * len(columns)
    heads = [
        tag("th", name, scope="col", class_="number" if n else None)
        for name, n in zip(columns, right, strict=True)
    ]
    body = [
        tag(
            "tr",
            *(
                tag(
                    "th" if not at else "td",
                    cell,
                    data_label=columns[at],
                    scope=None if at else "row",
                    class_="number" if right[at] else None,
                )
                for at, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    return tag("table", tag("caption", caption), tag("thead", tag("tr", *heads)), tag("tbody", *body))


def said_of(job: Job) -> str:
    """How far a simulation is, in a few words."""
    if job.state == "running":
        step = f"{job.done} of {job.total} {job.of} done" if job.total else "preparing"
        return f"{job.scenario} is running: {step}."
    words = {
        "done": "is done",
        "failed": "could not be run",
        "stopped": "was stopped; nothing of it was written",
    }
    return f"{job.scenario} {words[job.state]}."


def paragraphs(text: str) -> Html:
    """Text whose lines are kept."""
    return joined(*(tag("p", line) for line in text.splitlines() if line.strip()))
