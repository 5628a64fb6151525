"""One visitor of pages: what they see, what the page asks for, what a checker of accessibility finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

HEIGHTS = {1200: 900, 390: 844}
"""Heights in pixels of the two screens that pages are looked at on: a desk's and a telephone's."""
INSIDE_THE_PAGE = ("data", "blob", "about")


@dataclass
class Visit:
    """A visitor without a network but for `origins`, such as 'http://127.0.0.1:8000'.

    `asked` lists every address that pages asked for, `refused` those that lead elsewhere, `complaints` the
    errors that their scripts raised or that the browser's console shows. A test that expects one of these
    takes it out of its list.
    """

    context: BrowserContext
    pictures: Path
    origins: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, width: int = 1200) -> Page:
        """A new page on a screen of that width in pixels."""
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        return page

    def open(self, address: str | Path, width: int = 1200) -> Page:
        """A page that shows a file from disk, or an address whose server is from now on allowed."""
        page = self.page(width)
        if isinstance(address, Path):
            page.goto(address.resolve().as_uri())
        else:
            self.origins.add(_origin(address))
            page.goto(address)
        return page

    def picture(self, page: Page, name: str) -> Path:
        """Photograph the whole page, to be looked at; KZSIM_PICTURES names a folder that keeps them."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        path = self.pictures / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    def allow(self, route: Route) -> None:
        """Let through what is in the page, on disk or at an allowed server; refuse and note the rest."""
        address = route.request.url
        self.asked.append(address)
        scheme = urlsplit(address).scheme
        if scheme in (*INSIDE_THE_PAGE, "file") or _origin(address) in self.origins:
            route.continue_()
        else:
            self.refused.append(address)
            route.abort()


@contextmanager
def visiting(browser: Browser, pictures: Path) -> Iterator[Visit]:
    """Yield a visitor with a profile of its own."""
    context = browser.new_context(locale="en-GB", timezone_id="Asia/Almaty", reduced_motion="reduce")
    try:
        visitor = Visit(context, pictures)
        context.route("**/*", visitor.allow)
        yield visitor
    finally:
        context.close()


def barriers(page: Page, *, impacts: tuple[str, ...] = ("serious", "critical")) -> list[str]:
    """What axe finds of those impacts, a line each: rule, impact, the element, what is wrong with it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response
    return [
        f"{rule['id']} ({rule['impact']}) {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in impacts
        for node in rule["nodes"]
    ]


def overflowing(page: Page) -> int:
    """By how many pixels the page is wider than its screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
