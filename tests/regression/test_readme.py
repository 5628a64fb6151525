"""The README shows what the program prints."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_readme_shows_the_output_of_the_smallest_scenario() -> None:
    """To renew it after a change on purpose: .venv/bin/python docs/renew_readme.py."""
    spec = importlib.util.spec_from_file_location("renew_readme", DOCS / "renew_readme.py")
    assert spec is not None
    assert spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    shown = page.shown(page.README.read_text(encoding="utf-8"))
    assert page.lasting(shown) == page.lasting(page.printed())
