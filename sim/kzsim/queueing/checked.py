"""What every part is asked: does it have a name, is its account known, are priorities numbers."""

from __future__ import annotations

from collections.abc import Mapping

from kzsim.network import Account, NetworkError
from kzsim.queueing.calendars import Changing

ACCOUNTS = {
    "inspection": Account.INSPECTION,
    "documents": Account.DOCUMENTS,
    "handling": Account.HANDLING,
    "hold": Account.HOLD,
    "travel": Account.TRAVEL,
    "home": Account.HOME,
}
"""What time at a stage may be booked as."""

Ordered = Mapping[str, int]
"""Class -> number; a lower number goes first, a class that is not named has 0."""


def name_of(what: str, name: str) -> str:
    """The name; NetworkError if it is none."""
    if not isinstance(name, str) or not name.strip():
        raise NetworkError((f"a {what} is named {name!r}: give it a name",))
    return name


def account_of(where: str, name: str) -> Account:
    """The account of that name; NetworkError if there is none."""
    if name not in ACCOUNTS:
        raise NetworkError((f"{where}: unknown account {name!r}: give one of {', '.join(ACCOUNTS)}",))
    return ACCOUNTS[name]


def hours_of(where: str, given: Changing | None) -> Changing | None:
    """Opening hours, if any are given; NetworkError if they are something else."""
    if given is not None and not isinstance(given, Changing):
        raise NetworkError(
            (f"{where}: open is {given!r}: give hours, as in open_from(hours(8), hours(20), repeat=days(1))",)
        )
    return given


def priority_of(where: str, given: Ordered | None) -> tuple[tuple[str, int], ...]:
    """Class by class; NetworkError if a priority is no whole number."""
    for klass, rank in (given or {}).items():
        if isinstance(rank, bool) or not isinstance(rank, int):
            raise NetworkError((f"{where}: the priority of '{klass}' is {rank!r}: give a whole number",))
    return tuple((given or {}).items())
