"""Tokens: a stock of things that steps need to start, and what a step needs of them."""

from __future__ import annotations

from collections.abc import Sequence

from kzsim.network import Distribution, Need, NetworkError, Tokens
from kzsim.queueing.checked import name_of
from kzsim.queueing.units import whole

AT_ONCE = Distribution("fixed", 0.0)

Needs = Need | Sequence[Need]


def tokens(name: str, number: int) -> Tokens:
    """A stock of ``number`` interchangeable things, such as guides, scanners on wheels or wagons.

    Raises NetworkError if the number is no whole number of 1 or more.
    """
    where = f"tokens '{name_of('kind of tokens', name)}'"
    return Tokens(name, whole(f"{where}: the number", number, least=1))


def need(tokens: str, number: int = 1, *, away: Distribution | None = None) -> Need:
    """What a step needs to start: so many of the tokens, which come back ``away`` after its end.

    ``need("wagons", 2, away=exponential(hours(5)))``; without ``away`` they are back at once. Raises
    NetworkError if the number is no whole number of 1 or more, or ``away`` no distribution.
    """
    where = f"need of '{name_of('kind of tokens', tokens)}'"
    if away is not None and not isinstance(away, Distribution):
        said = f"{where}: away is {away!r}: give a distribution"
        raise NetworkError((f"{said}, as in exponential(hours(2)), or leave it out",))
    return Need(tokens, whole(f"{where}: the number", number, least=1), away or AT_ONCE)


def needs_of(where: str, given: Needs) -> tuple[Need, ...]:
    """One, several or none; NetworkError, naming ``where``, for anything else."""
    several = (given,) if isinstance(given, Need) else tuple(given) if isinstance(given, Sequence) else None
    if several is None or not all(isinstance(each, Need) for each in several):
        raise NetworkError((f"{where}: it needs {given!r}: give one or a list, as in need('guides')",))
    return several
