"""What all tests share."""

from __future__ import annotations

import signal

import pytest

from kzsim import compiled
from kzsim.experiments.warmup import make_ready


def pytest_configure() -> None:
    """Hear Ctrl-C even where a shell started the tests in the background.

    Such a shell has the interrupt ignored, and every program that a test starts and then interrupts
    would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _kernel_is_compiled() -> None:
    """Compile once, before the first test: else every small job takes the reference engine instead."""
    if compiled.in_use():
        make_ready()
