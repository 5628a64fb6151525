"""Draw the picture of the documentation that no run makes: the way of a truck through a crossing.

    .venv/bin/python docs/make_figures.py [folder]

writes ``way-through.png`` into ``docs/figures`` or the folder named.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

from kzsim.figures import colours as colour

YEAR = 2023
DAYS = 365
WIDTH_IN = 8.3
DPI = 200  # twice the width of a README's column, for dense screens

LAND, HOME, WATER, BORDER, INK, FAINT = "#F4F1EA", "#FBF7E9", "#CFE3EE", "#8C8577", "#222222", "#6B6B6B"
STYLE = {"font.family": "DejaVu Sans", "font.size": 8.5, "text.color": INK, "svg.hashsalt": "kzsim"}


def main(folder: Path) -> None:
    """Draw it into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        path = folder / "way-through.png"
        way_through().savefig(path, dpi=DPI, facecolor="white", metadata={"Software": None})
        print(path)


# --- the way through a crossing ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Box:
    """A stage of the drawing; lengths in inches from the lower left corner."""

    text: str
    x: float
    y: float
    width: float
    height: float
    form: str  # service, delay, gate or post
    selected_only: bool = False
    corridor: bool = False

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def middle(self) -> float:
        """Half way up."""
        return self.y + self.height / 2


FACES = {"service": "#E5F0F7", "delay": "#F2F2F2", "gate": "#FCEFD2", "post": "#FFFFFF"}
EDGES = {"service": colour.ROAD, "delay": FAINT, "gate": colour.ORANGE, "post": INK}
ZONE_FACE, ZONE_EDGE = "#FBF6C9", "#B8A800"

OUTWARD = (  # towards China, left to right
    Box("Electronic\nqueue:\nslots an hour", 0.10, 4.02, 1.02, 0.62, "gate", corridor=True),
    Box("Drive", 1.27, 4.18, 0.52, 0.30, "delay"),
    Box("Kazakh\npost", 1.94, 4.02, 1.10, 0.62, "post"),
    Box("Drive", 3.40, 4.18, 0.52, 0.30, "delay"),
    Box("China's intake:\nquota a day", 4.05, 4.02, 1.12, 0.62, "gate", corridor=True),
    Box("Chinese\npost", 5.48, 4.02, 1.10, 0.62, "post"),
)
HOMEWARD = (  # towards Kazakhstan, right to left
    Box("Drive", 7.70, 2.88, 0.52, 0.30, "delay"),
    Box("Hand-over\nyard", 6.73, 2.72, 0.82, 0.62, "delay", corridor=True),
    Box("Chinese\npost", 5.48, 2.72, 1.10, 0.62, "post"),
    Box("Drive", 4.03, 2.88, 0.52, 0.30, "delay"),
    Box("Kazakh\npost", 1.94, 2.72, 1.10, 0.62, "post"),
)
STAGES = (  # name, servers, form, only trucks that are selected, changed by corridor measures
    ("Entry\ngate", "lanes", "service", False, True),
    ("Border\nguard", "booths", "service", False, False),
    ("Weighing", "bridges", "service", False, False),
    ("Docu-\nments", "officers", "service", False, True),
    ("Papers\nheld", "", "delay", False, True),
    ("X-ray\nscan", "scanners", "service", True, True),
    ("Exami-\nnation", "bays", "service", True, True),
    ("Quaran-\ntine", "inspectors", "service", True, True),
    ("Labo-\nratory", "", "delay", True, True),
    ("Exit\ngate", "lanes", "service", False, False),
)


def way_through() -> Figure:
    """The stages, quotas and limited places that a truck meets, both ways, and those inside a post."""
    height_in = 5.55
    figure = Figure(figsize=(WIDTH_IN, height_in))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH_IN), ylim=(0, height_in))
    axes.set_axis_off()
    axes.text(
        0.10,
        5.30,
        "A truck waits for slots, quotas, opening hours and for other trucks",
        size=12,
        weight="bold",
    )
    for x, width, name in ((0.05, 3.19, "KAZAKHSTAN"), (3.29, 2.0, "NEUTRAL STRIP"), (5.34, 2.91, "CHINA")):
        axes.add_patch(Rectangle((x, 2.42), width, 2.72, facecolor="#F7F7F5", edgecolor="none", zorder=0))
        axes.text(x + width / 2, 4.98, name, ha="center", va="center", size=8.5, color=FAINT)
    for y in (3.94, 2.64):
        _zone(axes, 3.33, y, 1.92, 0.78)
        axes.text(4.29, y - 0.04, "limited places", ha="center", va="top", size=8, color="#7A7000")
    axes.text(0.10, 4.74, "Towards China", size=9, weight="bold", color=colour.ROAD)
    axes.text(8.20, 3.44, "Towards Kazakhstan", size=9, weight="bold", color=colour.ROAD, ha="right")
    for row in (OUTWARD, HOMEWARD):
        for box in row:
            _box(axes, box)
        for before, after in pairwise(row):
            _arrow(axes, before, after)
    _leave(axes, OUTWARD[-1].right, 7.0, OUTWARD[-1].middle, "left")
    _leave(axes, HOMEWARD[-1].x, 1.52, HOMEWARD[-1].middle, "right")
    _inside(axes, 1.30)
    _key(axes, 0.22)
    return figure


def _inside(axes: Axes, bottom: float) -> None:
    step, width, height = 0.818, 0.70, 0.50
    _zone(axes, 0.05, bottom - 0.30, 8.20, height + 0.38)
    axes.text(
        0.10,
        bottom + height + 0.24,
        "Inside a post",
        size=9,
        weight="bold",
        va="center",
    )
    axes.text(
        1.08,
        bottom + height + 0.24,
        "a line at each stage, a short drive between stages; a Kazakh post has limited places in all",
        size=8.5,
        va="center",
        color=FAINT,
    )
    boxes = [
        Box(name, 0.12 + step * number, bottom, width, height, form, selected, corridor)
        for number, (name, _, form, selected, corridor) in enumerate(STAGES)
    ]
    for box, (_, servers, *_) in zip(boxes, STAGES, strict=True):
        _box(axes, box)
        middle = box.x + box.width / 2
        axes.text(middle, bottom - 0.15, servers, ha="center", va="center", size=8, color=FAINT)
    for before, after in pairwise(boxes):
        _arrow(axes, before, after)


def _key(axes: Axes, y: float) -> None:
    """What the forms mean, in two lines."""
    samples = (
        (0.10, 0.34, "service", "servers with opening hours"),
        (2.45, 0.34, "delay", "takes time, nobody is occupied"),
        (5.05, 0.34, "gate", "lets a set number pass while open"),
        (0.10, 0.0, "selected", "only some of the trucks"),
        (2.45, 0.0, "zone", "full: those behind must wait"),
        (5.05, 0.0, "corridor", "changed by a green corridor's measures"),
    )
    for x, up, form, words in samples:
        if form == "corridor":
            axes.add_patch(
                Circle((x + 0.17, y + up + 0.08), 0.055, facecolor=colour.CORRIDOR, edgecolor="white")
            )
        elif form == "zone":
            _zone(axes, x, y + up, 0.34, 0.17)
        else:
            plain = "service" if form == "selected" else form
            _box(axes, Box("", x, y + up, 0.34, 0.17, plain, selected_only=form == "selected"))
        axes.text(x + 0.42, y + up + 0.08, words, va="center", size=8.5)


def _zone(axes: Axes, x: float, y: float, width: float, height: float) -> None:
    axes.add_patch(
        Rectangle(
            (x, y),
            width,
            height,
            facecolor=ZONE_FACE,
            edgecolor=ZONE_EDGE,
            linewidth=0.8,
            linestyle=(0, (1, 1.5)),
        )
    )


def _box(axes: Axes, box: Box) -> None:
    line = {
        "facecolor": FACES[box.form],
        "edgecolor": EDGES[box.form],
        "linewidth": 1.2,
        "linestyle": (0, (3, 1.6)) if box.selected_only else "solid",
        "zorder": 2,
    }
    if box.form == "gate":
        cut = min(0.12, box.height / 2)
        left, right, low, high = box.x, box.right, box.y, box.y + box.height
        corners = [(left + cut, low), (right - cut, low), (right, box.middle), (right - cut, high)]
        corners += [(left + cut, high), (left, box.middle)]
        axes.add_patch(Polygon(corners, closed=True, **line))
    else:
        rounding = box.height / 2.2 if box.form == "delay" else 0.03
        inner = (box.x + rounding, box.y + rounding)
        shape = f"round,pad={rounding:.3f},rounding_size={rounding:.3f}"
        size = (box.width - 2 * rounding, box.height - 2 * rounding)
        axes.add_patch(FancyBboxPatch(inner, *size, boxstyle=shape, **line))
    axes.text(
        box.x + box.width / 2,
        box.middle,
        box.text,
        ha="center",
        va="center",
        size=8,
        linespacing=1.15,
        weight="bold" if box.form == "post" else "normal",
        zorder=3,
    )
    if box.corridor:
        dot = (box.right - 0.07, box.y + box.height - 0.02)
        axes.add_patch(
            Circle(dot, 0.055, facecolor=colour.CORRIDOR, edgecolor="white", linewidth=0.8, zorder=4)
        )


def _arrow(axes: Axes, before: Box, after: Box) -> None:
    start, end = (before.right, after.x) if after.x > before.x else (before.x, after.right)
    _line(axes, start, end, before.middle)


def _line(axes: Axes, start: float, end: float, y: float) -> None:
    axes.add_patch(
        FancyArrowPatch(
            (start, y),
            (end, y),
            arrowstyle="-|>",
            mutation_scale=7,
            shrinkA=0,
            shrinkB=0,
            color=INK,
            zorder=1.5,
        )
    )


def _leave(axes: Axes, start: float, end: float, y: float, side: str) -> None:
    _line(axes, start, end, y)
    axes.text(end + (0.06 if side == "left" else -0.06), y, "leaves", ha=side, va="center", size=8)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "figures")
