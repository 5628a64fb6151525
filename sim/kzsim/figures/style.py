"""One style for all figures: a sheet with a finding above, its source below, and panels between."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from kzsim.figures.letters import families_of, set_families, told_once
from kzsim.language.typeface import plotting_families

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN = 7.2
DPI = 200
INK, FAINT, GRID = "#222222", "#6B6B6B", "#E4E4E4"
STYLE: dict[str, Any] = {
    "font.size": 8.5,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "kzsim",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "savefig.facecolor": "white",
}

TITLE_PT, SUBTITLE_PT, SOURCE_PT = 12.0, 8.5, 7.0
HAIR_PT = 0.7
"""Width of the lines of intervals that are wider than the usual ones."""
MARGIN_IN = 0.12
_LINE = 1.28
"""Line height over type size."""
_PT_PER_IN = 72
_KEY_LINE_IN = 0.19
_HINTED = 1.04
"""Letters on a screen are set to whole pixels and take up to so much more than their outlines."""
_HAN = r"\u3400-\u9fff\u3000-\u303f\uff00-\uffef"
# A short name in a script that is written without spaces; one character of such a text with the marks that
# may not begin a line; a word; a space.
_TOKEN = re.compile(
    rf"(?<![{_HAN}])[{_HAN}]{{1,6}}(?![{_HAN}])|[{_HAN}][，。、；：）％,.;:)%]*|[^ \n{_HAN}]+|[ \n]+"
)

P = ParamSpec("P")
R = TypeVar("R")


def style(**more: Any) -> Any:
    """Everything that ``matplotlib.rc_context`` must set for a figure to look as the others do."""
    return {**STYLE, "font.family": list(plotting_families()), **more}


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Let a function draw in the common style, whatever else has been set."""

    @wraps(draw)
    def drawing(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib as mpl

        with mpl.rc_context(style()), told_once():
            return draw(*args, **kwargs)

    return drawing


@dataclass(frozen=True)
class Mark:
    """One entry of a key: what it looks like, and the words beside it."""

    look: Literal["bar", "point", "line", "square", "interval", "hair", "stroke"]
    colour: str
    words: str
    marker: str = "o"
    dashed: bool = False
    dotted: bool = False
    hollow: bool = False


class Sheet:
    """A figure of full width: title, subtitle, source and a key are wrapped, the body between them is free.

    Places in the body are in inches from its upper left corner.
    """

    def __init__(
        self,
        title: str,
        subtitle: str,
        source: str,
        *,
        body_in: float,
        key: Sequence[Mark] = (),
        width_in: float = WIDTH_IN,
    ) -> None:
        from matplotlib.figure import Figure

        inside_in = width_in - 2 * MARGIN_IN
        blocks = (
            (wrapped(title, TITLE_PT, inside_in, bold=True), TITLE_PT, INK, "bold"),
            (wrapped(subtitle, SUBTITLE_PT, inside_in), SUBTITLE_PT, FAINT, "normal"),
        )
        below = wrapped(source, SOURCE_PT, inside_in)
        words_in = MARGIN_IN + sum(len(lines) * line_in(points) for lines, points, *_ in blocks) + 0.12
        head_in = words_in + _key_in(key)
        foot_in = 0.10 + len(below) * line_in(SOURCE_PT) + 0.06
        self.width_in = width_in
        self.height_in = head_in + body_in + foot_in
        self._head_in = head_in
        self.figure: Figure = Figure(figsize=(width_in, self.height_in))
        at = -head_in + MARGIN_IN
        for lines, points, colour, weight in blocks:
            for line in lines:
                self.text(MARGIN_IN, at, line, va="top", fontsize=points, color=colour, weight=weight)
                at += line_in(points)
            at += 0.03
        for number, line in enumerate(below):
            self.text(
                MARGIN_IN,
                body_in + 0.10 + number * line_in(SOURCE_PT),
                line,
                va="top",
                fontsize=SOURCE_PT,
                color=FAINT,
            )

        if key:
            self._key(key, words_in - head_in)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """A panel."""
        return self.figure.add_axes(
            (
                left / self.width_in,
                1 - (self._head_in + top + height) / self.height_in,
                width / self.width_in,
                height / self.height_in,
            )
        )

    def text(self, left: float, top: float, words: str, **look: Any) -> None:
        """Words with their upper left corner, or what ``look`` says, at that place."""
        self.figure.text(
            left / self.width_in, 1 - (self._head_in + top) / self.height_in, words, **{"va": "top", **look}
        )

    def label(self, middle: float, words: str, width: float, left: float = MARGIN_IN) -> None:
        """The name of a row on as many lines as it needs, about the height ``middle``."""
        lines = wrapped(words, 8.5, width)
        self.text(left, middle, "\n".join(lines), va="center", fontsize=8.5, linespacing=1.0)

    def _key(self, marks: Sequence[Mark], top: float) -> None:
        height = -top
        axes = self.axes(0, top, self.width_in, height)
        axes.set(xlim=(0, self.width_in), ylim=(height, 0))
        axes.set_axis_off()
        for mark, left, line in _places(marks):
            y = 0.09 + _KEY_LINE_IN * line
            _draw_mark(axes, mark, left, y)
            axes.text(left + 0.30, y, mark.words, va="center_baseline", fontsize=8)


def _key_in(marks: Sequence[Mark]) -> float:
    """The height that a key takes, in inches."""
    return _KEY_LINE_IN * (_places(marks)[-1][2] + 1) + 0.03 if marks else 0.0


def _places(marks: Sequence[Mark]) -> list[tuple[Mark, float, int]]:
    """Each mark with its left edge in inches and the line it stands on."""
    found: list[tuple[Mark, float, int]] = []
    at, line = MARGIN_IN, 0
    for mark in marks:
        needed = 0.34 + text_in(mark.words, 8.0) + 0.22
        if at > MARGIN_IN and at + needed - 0.2 > WIDTH_IN:
            at, line = MARGIN_IN, line + 1
        found.append((mark, at, line))
        at += needed
    return found


def _draw_mark(axes: Axes, mark: Mark, x: float, y: float) -> None:
    from matplotlib.patches import Rectangle

    match mark.look:
        case "bar":
            axes.add_patch(Rectangle((x, y - 0.035), 0.24, 0.07, color=mark.colour, alpha=0.30, linewidth=0))
        case "square":
            axes.add_patch(Rectangle((x + 0.10, y - 0.055), 0.14, 0.11, color=mark.colour, linewidth=0))
        case "line":
            dash = "--" if mark.dashed else ":" if mark.dotted else "-"
            axes.plot([x, x + 0.24], [y, y], color=mark.colour, linestyle=dash)
        case "hair":
            axes.plot([x, x + 0.24], [y, y], color=mark.colour, linewidth=HAIR_PT)
        case "stroke":
            axes.plot([x + 0.12] * 2, [y - 0.065, y + 0.065], color=mark.colour, linewidth=1.8)
        case "point" | "interval":
            if mark.look == "interval":
                axes.plot([x, x + 0.24], [y, y], color=mark.colour, linewidth=1.1)
            axes.plot(
                [x + 0.12],
                [y],
                marker=mark.marker,
                markersize=5,
                color=mark.colour,
                markerfacecolor="white" if mark.hollow else mark.colour,
                linestyle="none",
            )


def line_in(points: float) -> float:
    """Height of a line of type in inches."""
    return points * _LINE / _PT_PER_IN


@lru_cache(maxsize=4096)
def text_in(words: str, points: float, *, bold: bool = False) -> float:
    """Width in inches that words take."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=list(families_of(words)), size=points, weight="bold" if bold else "normal")
    with told_once():
        width, _, _ = text_to_path.get_text_width_height_descent(words, font, ismath=False)
    return float(width) * _HINTED / _PT_PER_IN


def wrapped(words: str, points: float, width_in: float, *, bold: bool = False) -> list[str]:
    """Words in lines no wider than that, as far as single words allow; a sign stays with its number."""
    lines = [""]
    kept = words.replace("± ", "±\N{NO-BREAK SPACE}").replace(" –", "\N{NO-BREAK SPACE}–")
    for token in _TOKEN.findall(kept):
        longer = lines[-1] + (" " if token.isspace() else token)
        if not lines[-1].strip() or text_in(longer.rstrip(), points, bold=bold) <= width_in:
            lines[-1] = longer if lines[-1] or not token.isspace() else ""
        else:
            lines[-1] = lines[-1].rstrip()
            lines.append("" if token.isspace() else token)
    return [line.rstrip() for line in lines if line.strip()] or [""]


def picture(figure: Figure, form: str) -> bytes:
    """The figure as ``svg`` or ``png``, without a date in it."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[form]
    set_families(figure)
    with mpl.rc_context(style()), told_once():
        figure.savefig(buffer, format=form, dpi=DPI, facecolor="white", metadata=metadata)
    return buffer.getvalue()
