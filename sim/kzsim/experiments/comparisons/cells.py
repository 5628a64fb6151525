"""Which cells a verdict is spoken of, and what they are called in a sentence."""

from __future__ import annotations

from kzsim.indicators.layout import AGRICULTURAL, ALL, REST, USER, Cell, Layout, like
from kzsim.indicators.legs import CROSSING, FIRST_CLASS, HOME, YARD, leg_of

EMPTIES = "empties"
NONUSER = "eligible_nonuser"


def in_words(layout: Layout) -> tuple[int, ...]:
    """Numbers of the cells with a verdict in words, flow by flow.

    Farm goods and the rest, on rail also trains of empties; where a corridor has users in either world,
    also the users and those who are eligible and do not comply. Likewise of the waiting at home; of
    trucks that wait for a load all together.
    """
    served = {cell.flow for cell in layout.cells if cell.corridor == USER}
    return tuple(number for number, cell in enumerate(layout.cells) if _is_spoken_of(cell, served))


def _is_spoken_of(cell: Cell, served: set[tuple[str, str, str]]) -> bool:
    if cell.leg == YARD:
        return cell.corridor == ALL and cell.klass == FIRST_CLASS[YARD]
    if cell.corridor == ALL:
        return like(cell.klass) in (AGRICULTURAL, REST) or (cell.mode == "rail" and cell.klass == EMPTIES)
    everybody = cell.headline if cell.leg == CROSSING else cell.klass == FIRST_CLASS[cell.leg]
    return cell.flow in served and everybody and cell.corridor in (USER, NONUSER)


def who(mode: str, klass: str, corridor: str) -> str:
    """What a cell with a verdict is called: ``agricultural trucks``, ``grain trains``."""
    leg = leg_of(klass)
    if leg != CROSSING:
        noun = who(mode, like(klass), corridor)
        return f"{noun} at home" if leg == HOME else f"{noun.removeprefix('all ')} waiting for a load"
    noun = "trains" if mode == "rail" else "trucks"
    if corridor == USER:
        return "corridor users"
    if corridor == NONUSER:
        return "eligible non-users"
    if klass == AGRICULTURAL:
        return "grain trains" if mode == "rail" else "agricultural trucks"
    if klass == REST:
        return f"other loaded {noun}" if mode == "rail" else f"general {noun}"
    if klass == EMPTIES:
        return f"{noun} of empties"
    return f"{klass.replace('_', ' ')} {noun}" if klass != ALL else f"all {noun}"
