"""Wagons and locomotives: they must be there to reload a train or to depart, and are away afterwards."""

from __future__ import annotations

from kzsim import evidence
from kzsim.border.quantities import count, distribution
from kzsim.border.rail_line import BOXES, FRONTS, LOCOMOTIVE, PLATFORMS, Line
from kzsim.evidence import EvidenceError
from kzsim.network.model import Need, Tokens, Work

POOL = "platforms.pool"
RETURN = "platforms.return_time"
NUMBER = "loco.number"
TURN = "loco.turn"


def on_platforms(klass: str) -> bool:
    """Whether a class of trains, or part of it, is reloaded in boxes, for which platforms must be there."""
    return BOXES in FRONTS[klass]


def platforms(line: Line, flow: evidence.RailFlow) -> tuple[Need, ...]:
    """The wagons of the receiving gauge that a train's boxes take: as many as they came on.

    Raises EvidenceError if there are fewer than one train takes.
    """
    pool, wagons = line.fact(POOL), flow.wagons_per_train
    if count(pool) < wagons:
        raise EvidenceError(
            f"{pool.key}: {pool.number:g} wagons are fewer than the {wagons} that a train takes; "
            "it could never be loaded"
        )
    return (Need(line.tokens(PLATFORMS), wagons, distribution(line.fact(RETURN))),)


def locomotive(line: Line) -> tuple[Need, ...]:
    """The locomotive of a loaded train; it is back after its turn, with or without empties."""
    return (Need(line.tokens(LOCOMOTIVE), 1, distribution(line.fact(TURN))),)


def has_locomotives(line: Line) -> bool:
    """Whether the evidence knows how many locomotives there are."""
    return line.find(NUMBER) is not None


def stocks(line: Line, works: tuple[Work, ...]) -> tuple[Tokens, ...]:
    """What there is of everything that some work needs."""
    number = {line.tokens(PLATFORMS): POOL, line.tokens(LOCOMOTIVE): NUMBER}
    needed = sorted({need.tokens for work in works for need in work.needs})
    return tuple(Tokens(name, count(line.fact(number[name]))) for name in needed)
