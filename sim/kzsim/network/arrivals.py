"""When the entities of a source come; a part of ``network.model``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kzsim.network.model import Distribution


@dataclass(frozen=True)
class Swing:
    """A random factor of mean 1 on the expected arrivals of each interval's ``day``.

    Sources that name the same ``stream`` share the same factors.
    """

    stream: str
    cv: float


@dataclass(frozen=True)
class Batches:
    """How many entities come at once: ``sizes[i]`` (1 or more, rising) with probability ``shares[i]``."""

    sizes: tuple[int, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Arrivals:
    """When the entities of a source come.

    ``edges_ms`` (n + 1 rising instants, the first 0) bound intervals with ``expected`` (n) mean
    numbers of arrivals each. ``poisson``: a unit-rate Poisson process mapped through the integrated
    rate. ``timetable``: entity i is planned where the integrated rate reaches i plus one random
    phase, and late by an exponential time whose mean is ``lateness`` planned headways. ``instants``:
    exactly at ``at_ms`` (rising, repeats allowed). ``initial``: there at 0, in the line of the route's first
    step, which they joined at ``at_ms`` (rising to 0 at most, repeats allowed). ``after``: for a
    ``share`` of the entities of source ``of`` one each, as long after that one's arrival as ``by`` says; in
    order of time, so who comes after whom is not known. With ``batches`` all this, but for ``initial``, is
    about batches instead of single entities. ``none``: of a source that follows another.
    """

    process: Literal["poisson", "timetable", "instants", "initial", "after", "none"]
    edges_ms: tuple[int, ...] = ()
    expected: tuple[float, ...] = ()
    day: tuple[int, ...] = ()
    swing: Swing | None = None
    lateness: float = 0.0
    at_ms: tuple[int, ...] = ()
    batches: Batches | None = None
    of: str = ""
    by: Distribution | None = None
    share: float = 1.0


NO_ARRIVALS = Arrivals("none")
"""Of a source that follows another."""


@dataclass(frozen=True)
class Follows:
    """Whose entities one's own follow: number i comes when number i of ``source`` leaves after ``step``.

    That is the last step it has entered, by its name in the route of ``source``. Who leaves after another
    step is followed by others or by nobody.
    """

    source: str
    step: str
