"""One style for all charts: size, type and the bytes of a picture, the same on every machine."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_IN = 7.2
DPI = 200
INK, FAINT = "#222222", "#6B6B6B"
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "kzsim",
    "svg.fonttype": "path",
}


def picture(figure: Figure, form: str) -> bytes:
    """The figure as ``svg`` or ``png``, without a date in it."""
    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[form]
    figure.savefig(buffer, format=form, dpi=DPI, facecolor="white", metadata=metadata)
    return buffer.getvalue()
