"""The HTML report: one file that needs nothing else, asks for nothing and keeps working without a script."""

from __future__ import annotations

from kzsim.brief.html.page import html_page

__all__ = ["html_page"]
