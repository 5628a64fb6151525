"""What pictures are drawn from and in: the base map of the region and the colours.

Drawing functions take data and return a matplotlib figure; nothing here writes files.
"""

from __future__ import annotations

from kzsim.figures.basemap import DISCLAIMER, Basemap, BasemapError, read_basemap

__all__ = ["DISCLAIMER", "Basemap", "BasemapError", "read_basemap"]
