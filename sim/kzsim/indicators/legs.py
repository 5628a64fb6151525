"""The legs of a journey, and the classes under which the figures of each leg stand."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import Literal

Leg = Literal["home", "crossing", "yard"]
"""Waiting at home for the electronic queue; crossing; a truck that waits in China for a load."""

CROSSING: Leg = "crossing"
HOME: Leg = "home"
YARD: Leg = "yard"
LEGS = (CROSSING, HOME, YARD)

ALL, LOADED, AGRICULTURAL, REST = "all", "loaded", "agricultural", "rest"
TOGETHER = (ALL, LOADED, AGRICULTURAL, REST)
"""Classes of the crossing itself that stand for several classes of cargo."""
AT_HOME, IN_YARD = "at_home", "in_yard"
FIRST_CLASS = MappingProxyType({HOME: AT_HOME, YARD: IN_YARD})
"""The class of everybody of a leg that is not the crossing itself."""
LEG_CLASSES = MappingProxyType(
    {leg: (first, f"{first}_agricultural", f"{first}_rest") for leg, first in FIRST_CLASS.items()}
)
"""Everybody, farm goods, all others: of each leg that is not the crossing itself."""
OTHER_LEGS = frozenset(klass for classes in LEG_CLASSES.values() for klass in classes)
"""Classes whose rows are not of the crossing itself: whoever sums over classes leaves them out."""


FROM = "from_"
"""Before the crossing that those usually use who have chosen another one, or that one."""


def is_cargo(klass: str) -> bool:
    """Whether a class is one of cargo, or empty: whoever is of it is of no other such class."""
    return klass not in (*TOGETHER, *OTHER_LEGS) and not klass.startswith(FROM)


@cache
def leg_of(klass: str) -> Leg:
    """The leg that the figures of a class are of."""
    return next((leg for leg, classes in LEG_CLASSES.items() if klass in classes), CROSSING)
