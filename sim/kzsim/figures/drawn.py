"""A figure with all that belongs to it: the words on it, its numbers, what to say to who cannot see it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kzsim.figures.letters import set_families, told_once
from kzsim.figures.style import DPI, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from kzsim.experiments.studies import Study
    from kzsim.language import Speaker

Form = Literal["svg", "pdf", "png"]
FORMS: tuple[Form, ...] = ("svg", "pdf", "png")


@dataclass(frozen=True)
class Drawn:
    """One figure. ``alt`` says what the picture shows; ``table`` holds the plotted numbers, tidy.

    ``narrow``: the same drawn anew for a telephone's screen, where no parts of ``figure`` make it.
    """

    name: str
    title: str
    subtitle: str
    source: str
    alt: str
    figure: Figure
    table: pd.DataFrame
    narrow: Figure | None = None


Draw = Callable[["Study", "Speaker"], tuple[Drawn, ...]]


@dataclass(frozen=True)
class Kind:
    """One kind of figure. ``kinds``: of which studies. ``needs``: in words, what a study must have for it.

    ``draw`` gives the figures of a study, such as one a mode, and () where it has nothing to show.
    """

    name: str
    summary: str
    kinds: frozenset[str]
    draw: Draw
    needs: str = ""


def figure_bytes(drawn: Drawn, form: Form, *, text: Literal["path", "text"] = "path") -> bytes:
    """The figure as a file, the same bytes every time.

    ``text``: in SVG, whether letters are drawn as outlines, which look alike everywhere, or left as text.
    """
    import matplotlib as mpl

    metadata: dict[Form, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Title": drawn.title},
        "png": {"Software": None},
    }
    buffer = io.BytesIO()
    if text == "path":  # letters that stay text are set in the reader's own fonts
        set_families(drawn.figure)
    with mpl.rc_context(style(**{"svg.fonttype": "path" if text == "path" else "none"})), told_once():
        drawn.figure.savefig(buffer, format=form, dpi=DPI, facecolor="white", metadata=metadata[form])
    return buffer.getvalue()
