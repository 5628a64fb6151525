"""kzsim: border checkpoint and logistics simulator of the Kazakhstan-China crossings."""

from kzsim._version import __version__

__all__ = ["__version__"]
