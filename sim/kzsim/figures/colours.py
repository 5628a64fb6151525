"""The colours of Okabe and Ito, which people with any colour vision tell apart, and what each stands for."""

from __future__ import annotations

BLACK = "#000000"
ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
BLUISH_GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILION = "#D55E00"
REDDISH_PURPLE = "#CC79A7"

ROAD = BLUE
RAIL = VERMILION
CORRIDOR = BLUISH_GREEN
BASELINE = "#7F7F7F"
AGRICULTURAL = BLUISH_GREEN
REST = REDDISH_PURPLE
"""Of agricultural goods and of all others, in every figure that tells them apart."""

AGRICULTURAL_SHADES = (AGRICULTURAL, "#00573F", "#A6DDCE")
REST_SHADES = (REST, "#8F5575", "#331E2A")
"""Of classes of goods, the largest first; told apart with any colour vision, as a test measures."""


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB``, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
