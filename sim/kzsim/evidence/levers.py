"""What a dated episode may change: the names that stand for it, their units, and what each does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from kzsim.evidence.conventions import conventions
from kzsim.evidence.demand import profiles

INTAKE = "quota.cn_intake"
RELEASE = "quota.cn_to_kz_release"
SLOTS = "equeue.slots"
WIND = "wind.capacity_factor"
DEMAND = "demand."
ALL = "all"
FACTOR = "factor"
OF_CLASS = "slots."
EMPTIES = "empties"

LeverKind = Literal["value", "release", "factor", "cap", "capacity", "ceiling"]


@dataclass(frozen=True)
class Lever:
    """Something that an episode may change for some days.

    ``kind``: ``value`` replaces the entry of the evidence that ends in ``param``; ``release`` lets so
    many a day out of China; ``factor`` multiplies the demand of ``classes``, ``cap`` limits it (trains a
    day); ``capacity`` multiplies servers; ``ceiling`` is how many trains a day of ``classes`` the neighbour
    accepts, of those that it accepts at all. ``directions`` are those an episode of it may have.
    """

    param: str
    mode: str
    kind: LeverKind
    unit: str
    meaning: str
    directions: tuple[str, ...]
    classes: tuple[str, ...] = ()


def lever(mode: str, param: str) -> Lever | None:
    """What ``param`` changes by that mode; None for what the model cannot change by date."""
    known = levers(mode).get(param)
    if known is not None or not param.startswith(DEMAND):
        return known
    classes = _joined(param.removeprefix(DEMAND), profiles().classes[mode])
    return _demand(mode, param, classes) if classes else None


@cache
def levers(mode: str) -> Mapping[str, Lever]:
    """Everything that may be changed by date for a mode, by its name."""
    there, back = conventions().directions
    ways = (there, back, "both")
    if mode == "road":
        found = [
            Lever(
                INTAKE,
                mode,
                "value",
                "trucks/day",
                "trucks from Kazakhstan that China accepts per open day; 0 in both directions: the crossing "
                "is shut",
                (there, "both"),
            ),
            Lever(RELEASE, mode, "release", "trucks/day", "trucks a day that China lets out", (back,)),
            Lever(SLOTS, mode, "value", "slots/day", "slots of the electronic queue per open day", (there,)),
            Lever(
                "equeue.no_show_share",
                mode,
                "value",
                "%",
                "share of booked trucks that do not come to their slot",
                (there,),
            ),
            *(
                Lever(
                    f"{side}.capacity_factor",
                    mode,
                    "capacity",
                    FACTOR,
                    f"servers of the post of side {side}, in % of what they are otherwise",
                    ways,
                )
                for side in conventions().sides
            ),
        ]
    else:
        found = [
            Lever(
                "slots", mode, "value", "trains/day", "loaded trains a day that the neighbour accepts", ways
            ),
            *(
                Lever(
                    f"{OF_CLASS}{klass}",
                    mode,
                    "ceiling",
                    "trains/day",
                    f"trains of the class {klass} a day that the neighbour accepts, 0 for a ban; what has "
                    "come waits",
                    ways,
                    (klass,),
                )
                for klass in profiles().classes[mode]
                if klass != EMPTIES
            ),
            Lever(
                "cn.grain.lab_hold",
                mode,
                "value",
                "day",
                "time for which a sampled train of grain is held that comes on these days",
                (there,),
            ),
            Lever(
                "cn.grain.sample_share",
                mode,
                "value",
                "%",
                "share of the trains of grain that come on these days from which a sample is taken",
                (there,),
            ),
            Lever(
                "transship.rate_container",
                mode,
                "cap",
                "trains/day",
                "container trains a day that are reloaded; what is more is not sent",
                ways,
                ("container",),
            ),
            Lever(
                "demand.grain_cap",
                mode,
                "cap",
                "trains/day",
                "grain trains a day that are sent, at each crossing",
                ways,
                ("grain",),
            ),
            Lever(
                WIND,
                mode,
                "capacity",
                FACTOR,
                "cranes in the open air, in % of what they are otherwise; halls keep working",
                ways,
            ),
        ]
    names = (ALL, *profiles().classes[mode])
    found += [_demand(mode, DEMAND + name, (name,)) for name in names]
    return MappingProxyType({each.param: each for each in found})


def _demand(mode: str, param: str, classes: tuple[str, ...]) -> Lever:
    noun = "trucks" if mode == "road" else "trains"
    loaded = "loaded " if mode == "rail" else ""
    whose = f"all {loaded}{noun}" if classes == (ALL,) else f"{noun} of the class {' and '.join(classes)}"
    ways = (*conventions().directions, "both")
    return Lever(param, mode, "factor", FACTOR, f"{whose}, in % of what comes otherwise", ways, classes)


def _joined(name: str, classes: tuple[str, ...]) -> tuple[str, ...]:
    """The classes in ``grain_and_other_bulk``; a class may have "and" in its own name."""
    for first in classes:
        rest = name.removeprefix(f"{first}_and_")
        if rest != name and rest in classes:
            return first, rest
    return ()
