"""Who is answered: a browser on this machine, at the right address, that knows the secret.

Any page of the web can make a browser send requests to a server on the same machine. Three checks keep
those out: the Host header (a foreign name that was made to lead here shows itself there), the secret at the
beginning of the address, and for what changes something the Origin header.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

LOOPBACK = "127.0.0.1"
NAMES = (LOOPBACK, "localhost")
"""What this machine may be called in an address."""
HTTP_PORT = 80
"""Browsers leave this port out of what they send."""
MOST_BYTES = 256 * 1024
"""The largest body that is read; a scenario's form has some ten thousand bytes."""
FORM = "application/x-www-form-urlencoded"

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REPORT_POLICY = (
    # A report is one file with its own script. In a sandbox it has no origin, and so no way to these pages.
    "sandbox allow-scripts allow-downloads; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer says besides its policy: nothing is guessed, kept or lent to others."""


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered."""

    status: HTTPStatus
    message: str


def new_secret() -> str:
    """43 characters that nobody can guess."""
    return secrets.token_urlsafe(32)


def split(path: str, secret: str) -> str | None:
    """What follows the secret in the path of an address, from '/' on; None without the secret."""
    said, slash, rest = path.removeprefix("/").partition("/")
    if not secrets.compare_digest(said.encode(), secret.encode()):
        return None
    return slash + rest or "/"


def own_names(port: int) -> frozenset[str]:
    """What a browser may call this server: with its port, and without where http:// means that port."""
    return frozenset(f"{name}:{port}" for name in NAMES) | frozenset(NAMES if port == HTTP_PORT else ())


def wrong_host(headers: Mapping[str, str], port: int) -> Refusal | None:
    """A refusal unless the request was sent to this machine by one of its own names."""
    if headers.get("Host", "").lower() in own_names(port):
        return None
    return Refusal(HTTPStatus.MISDIRECTED_REQUEST, f"This server answers only to http://{LOOPBACK}:{port}/.")


def wrong_post(headers: Mapping[str, str], port: int) -> Refusal | None:
    """A refusal unless a page of this server sends a form of a stated and bearable length."""
    if headers.get("Origin", "").lower() not in {f"http://{name}" for name in own_names(port)}:
        return Refusal(HTTPStatus.FORBIDDEN, "Only pages of this server may send forms to it.")
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
        return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Only {FORM} is read.")
    length = headers.get("Content-Length", "")
    if "Transfer-Encoding" in headers or not (length.isascii() and length.isdigit()):
        return Refusal(HTTPStatus.LENGTH_REQUIRED, "The length of the form has to be stated.")
    if len(length) > 9 or int(length) > MOST_BYTES:
        return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A form has at most {MOST_BYTES:,} bytes.")
    return None
