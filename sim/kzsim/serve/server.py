"""The server: a socket on this machine alone, and a clean end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any

from kzsim.serve import guard
from kzsim.serve.folders import Folders
from kzsim.serve.handler import Handler
from kzsim.serve.hints import Held
from kzsim.serve.jobs import Jobs
from kzsim.serve.site import Report, Site


class Server(ThreadingHTTPServer):
    """Serves the pages on this machine alone, at an address with a secret in it.

    ``port`` 0 takes any that is free; ``faulty`` is told what went wrong inside. Raises OSError if the port
    is taken.
    """

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it would let two servers have one port

    def __init__(
        self,
        scenarios: Path,
        out: Path,
        *,
        port: int = 0,
        held: Held | None = None,
        report: Report | None = None,
        faulty: Callable[[BaseException], None] | None = None,
    ) -> None:
        self.secret = guard.new_secret()
        self.jobs = Jobs()
        self.site = Site(Folders(scenarios, out), self.jobs, self.secret, held=held, report=report)
        self.faulty = faulty or (lambda _: None)
        super().__init__((guard.LOOPBACK, port), Handler)

    @property
    def address(self) -> str:
        """What a browser has to open."""
        return f"http://{guard.LOOPBACK}:{self.server_port}/{self.secret}/"

    def server_bind(self) -> None:
        """Bind without asking for this machine's name, as the base class does."""
        TCPServer.server_bind(self)
        self.server_name = guard.LOOPBACK
        self.server_port = int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - given by the base class
        """Pass over a browser that went away in the middle; tell of anything else."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            self.faulty(error)

    def end(self) -> bool:
        """Listen no more, stop a running simulation, start none; whether there was one."""
        self.server_close()
        return self.jobs.close()
