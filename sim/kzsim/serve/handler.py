"""One request: the checks before anything is answered, then what the site says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qs, quote

from kzsim.serve import guard
from kzsim.serve.answer import Answer
from kzsim.serve.guard import Refusal

if TYPE_CHECKING:
    from kzsim.serve.server import Server

MOST_FIELDS = 2000
"""Fields of a form at most; a scenario's has some two hundred."""
ALLOWED = "GET, HEAD, POST"
PLAIN = "text/plain; charset=utf-8"


class Handler(BaseHTTPRequestHandler):
    """Answers one request; nothing is logged, because addresses hold the secret."""

    timeout = 30  # seconds without a byte, after which a browser is not waited for
    server_version = "kzsim"
    sys_version = ""

    @property
    def _server(self) -> Server:
        return cast("Server", self.server)

    @property
    def _headers(self) -> Mapping[str, str]:
        return cast("Mapping[str, str]", self.headers)

    def do_GET(self) -> None:
        """A page."""
        self._answer_guarded(posted=False)

    def do_HEAD(self) -> None:
        """What a page would be sent with, without the page."""
        self._answer_guarded(posted=False)

    def do_POST(self) -> None:
        """A form."""
        self._answer_guarded(posted=True)

    def _answer_guarded(self, *, posted: bool) -> None:
        path, _, query = self.path.partition("?")
        below = guard.split(path, self._server.secret)
        refusal = guard.wrong_host(self._headers, self._server.server_port)
        if len(self.headers.get_all("Host", [])) > 1:  # two readers may take two of them for the one
            refusal = Refusal(HTTPStatus.BAD_REQUEST, "A request has one Host.")
        if refusal is None and below is None:
            refusal = Refusal(HTTPStatus.FORBIDDEN, "Open the address that 'kzsim serve' printed.")
        if refusal is None and posted:
            refusal = guard.wrong_post(self._headers, self._server.server_port)
        if refusal is not None or below is None:
            self._refuse(refusal or Refusal(HTTPStatus.FORBIDDEN, ""))
            return
        length = int(self._headers["Content-Length"]) if posted else 0
        body = self.rfile.read(length)
        if len(body) < length:  # half a form may be a valid one that says something else
            self._refuse(Refusal(HTTPStatus.BAD_REQUEST, "The form ended before its stated length."))
            return
        said = body.decode("utf-8", "replace") if posted else query
        try:
            fields = parse_qs(said, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            self._refuse(Refusal(HTTPStatus.BAD_REQUEST, f"A form has at most {MOST_FIELDS:,} fields."))
            return
        site = self._server.site
        try:
            answer = site.post(below, fields) if posted else site.get(below, fields)
        except Exception as error:  # the last stop: one page that fails must not end the others
            self._server.faulty(error)
            said = f"kzsim has a fault: {type(error).__name__}. The terminal of 'kzsim serve' says more."
            answer = site.refused(HTTPStatus.INTERNAL_SERVER_ERROR, said)
        self._send(answer)

    @property
    def _bodiless(self) -> bool:
        # a request that cannot be read has no command
        return getattr(self, "command", None) == "HEAD"

    def _refuse(self, refusal: Refusal) -> None:
        self._send(Answer(f"{refusal.message}\n".encode(), refusal.status, PLAIN))

    def _send(self, answer: Answer) -> None:
        if answer.file is not None:
            self._send_file(answer, answer.file)
            return
        own = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body))}
        self._send_head(answer, own | ({"Location": answer.location} if answer.location else {}))
        if not self._bodiless:
            self.wfile.write(answer.body)

    def _send_file(self, answer: Answer, file: Path) -> None:
        """A file to be kept: whatever is in it, the browser does not show it as a page of this server."""
        try:
            content = file.open("rb")
        except OSError as error:
            self._refuse(Refusal(HTTPStatus.NOT_FOUND, f"{file.name} cannot be read: {error.strerror}."))
            return
        with content:
            own = {
                "Content-Type": "application/octet-stream",
                "Content-Length": str(os.fstat(content.fileno()).st_size),
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            }
            self._send_head(answer, own)
            if not self._bodiless:
                shutil.copyfileobj(content, self.wfile)

    def _send_head(self, answer: Answer, own: Mapping[str, str]) -> None:
        self.send_response(answer.status)
        for name, value in {**guard.HEADERS, "Content-Security-Policy": answer.policy, **own}.items():
            self.send_header(name, value)
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", ALLOWED)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002 - given by the base class
        """What the base class refuses by itself: a method, a request that is none, a line too long."""
        if code == HTTPStatus.NOT_IMPLEMENTED:  # what it says of a method without a function here
            code, message = HTTPStatus.METHOD_NOT_ALLOWED, f"Only {ALLOWED} are answered."
        status = HTTPStatus(code)
        self.close_connection = True
        self.request_version = getattr(self, "request_version", "HTTP/1.0") or "HTTP/1.0"
        self._refuse(Refusal(status, message or status.phrase))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - given by the base class
        """Say nothing: what goes wrong is told to the browser, faults to the terminal."""
