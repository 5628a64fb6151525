"""What entities do: the steps of a source, the places it holds, when its entities come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kzsim.network import Distribution, Need, NetworkError
from kzsim.queueing.arrivals import Alone, Batched, Coming, Waiting
from kzsim.queueing.checked import name_of
from kzsim.queueing.choices import Pick
from kzsim.queueing.legs import Following
from kzsim.queueing.stocks import Needs, needs_of
from kzsim.queueing.units import number


@dataclass(frozen=True)
class Step:
    """One step of a source's entities; see :func:`step`."""

    stage: str
    duration: Distribution | None
    share: float
    name: str
    no_shows: tuple[float, ...] = ()
    needs: tuple[Need, ...] = ()
    given: str | None = None


@dataclass(frozen=True)
class Holding:
    """A place of a zone over some steps; see :func:`holding`."""

    zone: str
    first: str
    last: str
    until: Literal["start", "end"]


@dataclass(frozen=True)
class Source:
    """Entities that take the same steps; see :func:`source`."""

    name: str
    arrivals: Coming | Following
    steps: tuple[Step | Pick, ...]
    zones: tuple[Holding, ...]
    klass: str
    group: str


def step(
    stage: str,
    duration: Distribution | None = None,
    *,
    share: float = 1.0,
    name: str | None = None,
    no_shows: Sequence[float] = (),
    needs: Needs = (),
    given: str | None = None,
) -> Step:
    """A step at a stage: how long it takes (nothing at a gate), and which share of entities takes it.

    ``no_shows``: at a gate with a quota, the share of those let pass who do not show up, at the first
    attempt, the second and so on; their place is lost, and they stand in line again from the next refill on.
    ``needs``: tokens without which it does not start. ``given``: an alternative that an earlier ``pick``
    offers; only who picked that takes the step.
    ``name`` (default: the stage's) must be given where a source is at one stage twice. Raises NetworkError if
    the duration is no distribution or the share not between 0 and 1.
    """
    where = f"step at '{name_of('stage', stage)}'"
    if duration is not None and not isinstance(duration, Distribution):
        raise NetworkError(
            (f"{where}: the duration is {duration!r}: give a distribution, as in exponential(minutes(5))",)
        )
    if number(f"{where}: share", share) > 1:
        raise NetworkError((f"{where}: the share is {share!r}: give a number between 0 and 1",))
    missing = tuple(number(f"{where}: a share of no-shows", each) for each in no_shows)
    return Step(
        stage, duration, share, name if name is not None else stage, missing, needs_of(where, needs), given
    )


def holding(
    zone: str, first: str, last: str | None = None, *, until: Literal["start", "end"] = "end"
) -> Holding:
    """A place of the zone from before step ``first`` to the start or the end of step ``last``."""
    if until not in ("start", "end"):
        raise NetworkError((f"holding '{zone}': until is {until!r}: give 'start' or 'end'",))
    return Holding(zone, first, last if last is not None else first, until)


def source(
    name: str,
    arrivals: Coming | Following,
    steps: Sequence[Step | Pick],
    *,
    zones: Sequence[Holding] = (),
    klass: str | None = None,
    group: str | None = None,
) -> Source:
    """Entities that come and take the same steps.

    ``klass`` (default: the name) decides pools, priority and ceilings, ``group`` (default: the class) is
    what indicators are kept by. Raises NetworkError if something is not of its kind.
    """
    where = f"source '{name_of('source', name)}'"
    if not isinstance(arrivals, Alone | Batched | Waiting | Following):
        raise NetworkError(
            (f"{where}: the arrivals are {arrivals!r}: give some, as in poisson(per_hour(6))",)
        )
    if not steps or not all(isinstance(each, Step | Pick) for each in steps):
        raise NetworkError((f"{where}: give a list of steps, as in [step('booth', fixed(minutes(5)))]",))
    if not all(isinstance(each, Holding) for each in zones):
        raise NetworkError((f"{where}: zones is a list of holdings, as in [holding('strip', 'booth')]",))
    own = klass if klass is not None else name
    # who is there at the start has a group of its own, whatever its class
    usual = name if isinstance(arrivals, Waiting) else own
    return Source(name, arrivals, tuple(steps), tuple(zones), own, group if group is not None else usual)
