"""Where text goes: data to stdout, everything else to stderr, colour only where it is welcome."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable

import click

PROSE_WIDTH = 100
"""Lines of prose are kept below this many characters even on a wide screen."""
FILE_WIDTH = 160
"""The width assumed where output goes to a file or another program and nobody says otherwise."""


def width() -> int:
    """Return the number of characters a line of stdout may have (COLUMNS is honoured)."""
    fallback = 80 if sys.stdout.isatty() else FILE_WIDTH
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    if not sys.stdout.isatty():
        return fallback
    return shutil.get_terminal_size((fallback, 24)).columns


def prose_width() -> int:
    """Return the width to which prose is wrapped."""
    return min(width(), PROSE_WIDTH)


def colour() -> bool:
    """Return whether stdout may carry colours and bold type (see no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def heading(text: str) -> str:
    """Return the text in bold type where that is possible."""
    return click.style(text, bold=True) if colour() else text


def out(lines: Iterable[str]) -> None:
    """Write lines of data to stdout."""
    for line in lines:
        click.echo(line, color=colour())


def no_font(letters: str) -> None:
    """Write one warning for all letters that no font has, to stderr; nothing if there are none."""
    if letters:
        named = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters)
        note(f"No font on this machine has {named}: boxes stand for them in figures.")


def note(text: str) -> None:
    """Write a warning or a hint to stderr."""
    click.echo(text, err=True)
