"""What a browser is sent."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from kzsim.serve.guard import PAGE_POLICY

HTML = "text/html; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A page, a redirection to ``location``, or the content of ``file``, to be kept and not shown."""

    body: bytes = b""
    status: HTTPStatus = HTTPStatus.OK
    kind: str = HTML
    policy: str = PAGE_POLICY
    location: str = ""
    file: Path | None = None


def see(location: str) -> Answer:
    """After a form: another address, which may be loaded again without sending the form again."""
    return Answer(status=HTTPStatus.SEE_OTHER, location=location)
