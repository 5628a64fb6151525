"""Words on a figure that are cut off at its edge or lie on one another."""

from __future__ import annotations

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

SLACK_PX = 1.5
DPI = 100


def words_on(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every piece of text that can be seen, with the box that it takes in pixels."""
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    found: list[Text] = list(figure.texts)
    for axes in figure.axes:
        found += [*axes.texts, *(title for title in (axes.title, axes._left_title, axes._right_title))]
        if not axes.axison:
            continue
        for axis in (axes.xaxis, axes.yaxis):
            found.append(axis.label)
            low, high = sorted(axis.get_view_interval())
            room = 1e-6 * (high - low)
            for tick in axis.get_major_ticks():
                if low - room <= tick.get_loc() <= high + room:
                    found.append(tick.label1)
    shown = [text for text in found if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in shown]


def cut_off(figure: Figure) -> list[str]:
    """Texts that reach beyond the figure."""
    width, height = figure.get_size_inches() * DPI
    return [
        words
        for words, box in words_on(figure)
        if box.x0 < -SLACK_PX or box.y0 < -SLACK_PX or box.x1 > width + SLACK_PX or box.y1 > height + SLACK_PX
    ]


def on_one_another(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes overlap by more than a hair."""
    return [
        (one, other)
        for (one, first), (other, second) in combinations(words_on(figure), 2)
        if min(first.x1, second.x1) - max(first.x0, second.x0) > SLACK_PX
        and min(first.y1, second.y1) - max(first.y0, second.y0) > SLACK_PX + 1.0
    ]
