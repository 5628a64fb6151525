"""An interruption that the compiler's calls back from C swallow is not lost."""

from __future__ import annotations

import ctypes
import signal
from contextlib import nullcontext, suppress

import pytest

from kzsim.experiments.warmup import swallowed_interruptions_raised


def interrupted(done: list[str], *, swallowed: bool) -> None:
    with swallowed_interruptions_raised():
        with suppress(KeyboardInterrupt) if swallowed else nullcontext():
            signal.raise_signal(signal.SIGINT)
        done.append("went on")


def test_an_interruption_that_was_swallowed_is_raised_on_leaving() -> None:
    before, done = signal.getsignal(signal.SIGINT), list[str]()
    with pytest.raises(KeyboardInterrupt):
        interrupted(done, swallowed=True)
    assert done == ["went on"]
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interruption_that_was_not_swallowed_is_raised_at_once() -> None:
    done = list[str]()
    with pytest.raises(KeyboardInterrupt):
        interrupted(done, swallowed=False)
    assert done == []


def test_what_is_lost_in_a_call_from_c_is_raised_and_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    call_back = ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.SIGINT))

    def load() -> None:
        with swallowed_interruptions_raised():
            call_back()

    with pytest.raises(KeyboardInterrupt):
        load()
    assert "Traceback" not in capfd.readouterr().err


def test_without_an_interruption_nothing_is_raised() -> None:
    done = list[str]()
    with swallowed_interruptions_raised():
        done.append("went on")
    assert done == ["went on"]
