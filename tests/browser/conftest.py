"""A real browser for tests that look at pages as a person does, and one rule: nothing leaves the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import Visit, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "no browser on this machine: install Debian's package chromium (as .ci/run does where it may), "
    "or name another build of Chromium in KZSIM_CHROMIUM"
)
_WITHOUT = pytest.StashKey[list[str]]()


def chromium() -> str | None:
    """The program to drive; Playwright's own download is not used, so that one browser serves all."""
    named = os.environ.get("KZSIM_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, PROGRAMS)), None)


@pytest.fixture(scope="package")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium, started once for this folder; without one the tests that need it are skipped, loudly."""
    program = chromium()
    if program is None:
        request.config.stash.setdefault(_WITHOUT, []).append(MISSING)
        pytest.skip(MISSING)  # not everyone who runs the tests has a browser, or may install one
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop running in this thread; it has to end before tests of other folders.
    with sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=program,
            # Chromium refuses its sandbox to root, whom containers run as; the pages are our own.
            chromium_sandbox=getattr(os, "geteuid", lambda: 1)() != 0,
            args=["--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """A new visitor with an empty profile; whatever the pages ask of elsewhere fails the test at its end."""
    pictures = Path(os.environ.get("KZSIM_PICTURES", tmp_path / "pictures"))
    with visiting(browser, pictures) as visitor:
        yield visitor
    assert visitor.refused == [], "the page asked for something outside of the machine"
    assert visitor.complaints == [], "the page's script or its security policy complained"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end, where nobody misses it, that pages went unseen."""
    for reason in config.stash.get(_WITHOUT, [])[:1]:
        terminalreporter.write_sep("!", "PAGES WERE NOT TESTED IN A BROWSER", yellow=True, bold=True)
        terminalreporter.write_line(f"tests/browser was skipped: {reason}")
