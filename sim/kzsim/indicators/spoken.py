"""Internal names as people say them; one word for one thing, on the screen and in files."""

from __future__ import annotations


def plain(name: str) -> str:
    """An internal name in words: ``equeue`` is the electronic queue, ``lab_hold`` the lab hold."""
    return name.replace("equeue", "electronic queue").replace("_", " ")
