"""Outages: what is out of order now and then, drawn before the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kzsim.network import Distribution, NetworkError
from kzsim.queueing.units import whole


@dataclass(frozen=True)
class Outage:
    """In order for a time ``between``, then out of order for one ``lasting``; see :func:`outage`."""

    between: Distribution
    lasting: Distribution
    takes: int
    stream: str | None


Outages = Outage | Sequence[Outage]


def outage(
    between: Distribution, lasting: Distribution, *, takes: int = 1, stream: str | None = None
) -> Outage:
    """Out of order again and again: ``outage(exponential(days(3)), lognormal(hours(2), cv=1))``.

    Busy or not, it is in order for a time ``between``, then out of order for one ``lasting``. Of servers it
    takes ``takes`` away, a gate or a delay it shuts. What has one ``stream`` is out of order together: say so
    for two that fail of one cause. Raises NetworkError if something is no distribution.
    """
    for what, given in (("between", between), ("lasting", lasting)):
        if not isinstance(given, Distribution):
            said = f"outage: {what} is {given!r}: give a distribution"
            raise NetworkError((f"{said}, as in exponential(hours(5))",))
    if stream is not None and (not isinstance(stream, str) or not stream.strip()):
        raise NetworkError((f"outage: the stream is {stream!r}: give it a name",))
    return Outage(between, lasting, whole("outage: takes", takes, least=1), stream)


def outages_of(where: str, given: Outages | None) -> tuple[Outage, ...]:
    """One, several or none; NetworkError, naming ``where``, for anything else."""
    if given is None:
        return ()
    several = (given,) if isinstance(given, Outage) else tuple(given) if isinstance(given, Sequence) else None
    if several is None or not all(isinstance(each, Outage) for each in several):
        said = f"{where}: the outages are {given!r}: give one or a list"
        raise NetworkError((f"{said}, as in outage(exponential(days(3)), fixed(hours(2)))",))
    return several
