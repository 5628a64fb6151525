"""The page docs/validation.md: hand-written text, and blocks that commands renew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


def _marks(block: str) -> tuple[str, str]:
    return f"<!-- {block}: written by python -m tests.validation.{block} -->\n", f"<!-- end of {block} -->\n"


def split(page: str, block: str) -> tuple[str, str, str]:
    """The page before a block, the block, and what follows it. ValueError if the page has no such block."""
    opening, closing = _marks(block)
    before, found, rest = page.partition(opening)
    inside, ended, after = rest.partition(closing)
    if not found or not ended:
        raise ValueError(f"{PAGE.name}: the lines that enclose the block '{block}' are missing")
    return before + opening, inside, closing + after


def missing(block: str) -> str:
    """Why the page cannot take a block, before minutes are spent on it; '' if it can."""
    try:
        split(PAGE.read_text(encoding="utf-8"), block)
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def renew(block: str, text: str) -> None:
    """Put a text into a block of the page."""
    before, _, after = split(PAGE.read_text(encoding="utf-8"), block)
    PAGE.write_text(f"{before}\n{text.strip()}\n\n{after}", encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """A table in Markdown; ``right``: the numbers of the columns that are aligned to the right."""
    rule = ["---:" if column in right else "---" for column in range(len(header))]
    lines = [header, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure(value: float) -> str:
    """A number with three significant figures, in full digits."""
    if value == 0:
        return "0"
    size = abs(value)
    return f"{value:,.0f}" if size >= 99.95 else f"{value:.1f}" if size >= 9.995 else f"{value:.2f}"
