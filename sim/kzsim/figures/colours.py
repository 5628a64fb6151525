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
