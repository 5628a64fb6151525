"""What the numbers of a program stand for, as far as indicators need it: cells, flows, elements, pools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

import numpy as np
import numpy.typing as npt

from kzsim.indicators.legs import (
    AGRICULTURAL as AGRICULTURAL,
)
from kzsim.indicators.legs import (
    ALL as ALL,
)
from kzsim.indicators.legs import (
    CROSSING,
    FIRST_CLASS,
    FROM,
    LEG_CLASSES,
    Leg,
    leg_of,
)
from kzsim.indicators.legs import (
    LOADED as LOADED,
)
from kzsim.indicators.legs import (
    REST as REST,
)
from kzsim.indicators.legs import (
    TOGETHER as TOGETHER,
)
from kzsim.indicators.offered import (
    AlternativeInfo,
    CeilingInfo,
    TokensInfo,
    alternatives,
    ceilings,
    leads,
    offers,
    tokens,
)
from kzsim.indicators.pools import NO_TOKENS as NO_TOKENS
from kzsim.indicators.pools import PoolInfo as PoolInfo
from kzsim.indicators.pools import pool_info
from kzsim.indicators.spoken import plain
from kzsim.network.program import ElementType, Program

Bool = npt.NDArray[np.bool_]
I64 = npt.NDArray[np.int64]

HEADLINE = {"rail": LOADED}
"""What a mode's first figures speak of: on rail loaded trains, elsewhere everybody."""
USER = "user"
CORRIDOR_ROLES = (ALL, USER, "eligible_nonuser", "other")


@dataclass(frozen=True)
class GroupInfo:
    """Whom a group number stands for. ``load_t``, ``teu`` and ``wagons`` are per entity.

    ``place`` is what people call the place of that crossing and mode, '' where it is the crossing's name.
    ``hour_usd``: what an hour costs; ``transfer_usd``: what a transfer of the load at the Chinese side costs;
    ``value_usd``: what the load is worth, and ``lost_per_day_*`` the share of it lost a day. 0: not known.
    ``leg``: the part of a journey that its entities are. ``usual``: of those who may choose, the crossing
    that they usually use. ``longer_h``: of those who choose there, the hours of the longer way to each.
    """

    crossing: str
    mode: str
    direction: str
    klass: str
    agricultural: bool
    corridor: str
    load_t: float = 0.0
    teu: float = 0.0
    wagons: float = 0.0
    loaded: bool = True
    place: str = ""
    hour_usd: float = 0.0
    transfer_usd: float = 0.0
    value_usd: float = 0.0
    lost_per_day_warm: float = 0.0
    lost_per_day_cool: float = 0.0
    leg: Leg = CROSSING
    usual: str = ""
    longer_h: tuple[tuple[str, float], ...] = ()

    @property
    def flow(self) -> tuple[str, str, str]:
        """Crossing, mode and direction."""
        return (self.crossing, self.mode, self.direction)


@dataclass(frozen=True)
class ElementInfo:
    """What an element stands for; ``side`` is '' where it belongs to neither post.

    ``at_post``: whether its time counts as time at the post of its side. ``staff``: what its servers are.
    """

    crossing: str
    mode: str
    direction: str
    side: str
    stage: str
    at_post: bool = True
    staff: Literal["", "lane", "officer"] = ""

    @property
    def spoken(self) -> str:
        """The place as a sentence names it: ``KZ entry gate``."""
        side = self.side.upper() if len(self.side) == 2 else ""
        return f"{side} {plain(self.stage)}".strip()


_SPOKEN_LEGS: dict[Leg, str] = {
    "crossing": "",
    "home": ", waiting at home",
    "yard": ", trucks waiting for a load",
}


@dataclass(frozen=True)
class Cell:
    """The groups that one row of a table speaks of; ``place`` as in their labels."""

    crossing: str
    mode: str
    direction: str
    klass: str
    corridor: str
    place: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """The five columns that name a cell."""
        return (self.crossing, self.mode, self.direction, self.klass, self.corridor)

    @property
    def flow(self) -> tuple[str, str, str]:
        """Crossing, mode and direction."""
        return (self.crossing, self.mode, self.direction)

    @property
    def spoken(self) -> str:
        """Place, mode and direction as a sentence names them: ``Nur Zholy (road, KZ to CN)``."""
        crossing = self.place or self.crossing.replace("_", " ").title()
        way = " ".join(part if part == "to" else part.upper() for part in self.direction.split("_"))
        return f"{crossing} ({self.mode}, {way}){_SPOKEN_LEGS[self.leg]}"

    @property
    def leg(self) -> Leg:
        """The leg of the journey that it speaks of."""
        return leg_of(self.klass)

    @property
    def whole_flow(self) -> bool:
        """Whether it is everything of its crossing, mode and direction."""
        return self.klass == ALL and self.corridor == ALL

    @property
    def headline(self) -> bool:
        """Whether its class is the one that the first figures of its mode speak of."""
        return self.klass == HEADLINE.get(self.mode, ALL)


@dataclass(frozen=True)
class Layout:
    """All of it for one program.

    ``member``: bool [cells, groups]. ``after``: for each element that is a zone, the stages that
    follow its entrance on any route, else empty; what fills a zone is among them. ``places``: of each
    element that is a zone, else 0. ``spans``: their names, by number. ``warm``: the
    warm months, pairs of ms. ``offers``: by group the
    alternatives of its first choice, that of its own crossing first. ``leads``: by group, whether it has
    loads or others that wait for somebody to go on with. ``bounded``: ceilings
    whose uses are counted.
    """

    horizon_ms: int
    cohort_from_ms: int
    cohort_to_ms: int
    follow_up_ms: int
    observe_every_ms: int
    within_ms: tuple[int, ...]
    groups: tuple[GroupInfo, ...]
    cells: tuple[Cell, ...]
    member: Bool
    element_names: tuple[str, ...]
    element_type: tuple[int, ...]
    elements: tuple[ElementInfo, ...]
    pools: tuple[PoolInfo, ...]
    after: tuple[tuple[int, ...], ...]
    places: tuple[int, ...]
    spans: tuple[str, ...] = ()
    warm: tuple[tuple[int, int], ...] = ()
    alternatives: tuple[AlternativeInfo, ...] = ()
    offers: tuple[tuple[int, ...], ...] = ()
    tokens: tuple[TokensInfo, ...] = ()
    leads: tuple[bool, ...] = ()
    bounded: tuple[CeilingInfo, ...] = ()

    @cached_property
    def groups_of_cells(self) -> tuple[I64, I64]:
        """The groups of each cell, one cell after another, and [cells + 1] where those of each begin."""
        ends = np.concatenate([[0], np.cumsum(self.member.sum(axis=1))]).astype(np.int64)
        return np.nonzero(self.member)[1], ends

    @property
    def flows(self) -> tuple[int, ...]:
        """Numbers of the cells that are a whole crossing, mode and direction."""
        return tuple(i for i, cell in enumerate(self.cells) if cell.whole_flow)

    @property
    def headlines(self) -> tuple[int, ...]:
        """Numbers of the cells that the first figures of each crossing, mode and direction speak of."""
        return tuple(i for i, cell in enumerate(self.cells) if cell.headline and cell.corridor == ALL)

    @property
    def has_legs(self) -> bool:
        """Whether journeys have other legs than the crossing itself."""
        return any(group.leg != CROSSING for group in self.groups)

    @property
    def waits_before(self) -> tuple[int, ...]:
        """Numbers of the cells of everybody of each leg that is not the crossing itself."""
        first = tuple(FIRST_CLASS.values())
        return tuple(i for i, cell in enumerate(self.cells) if cell.klass in first and cell.corridor == ALL)

    def cell(self, flow: tuple[str, str, str], klass: str, corridor: str = ALL) -> int | None:
        """The number of a cell; None if there is none."""
        wanted = (*flow, klass, corridor)
        return next((i for i, cell in enumerate(self.cells) if cell.key == wanted), None)

    def crossing_of(self, alternative: int) -> str:
        """The crossing that an alternative leads to."""
        return self.elements[self.alternatives[alternative].awaited_at].crossing

    @property
    def measured_ms(self) -> int:
        """Length of the measured window [run-in, horizon)."""
        return self.horizon_ms - self.cohort_from_ms


def make_layout(
    program: Program,
    groups: Sequence[GroupInfo],
    elements: Sequence[ElementInfo],
    follow_up_ms: int,
    warm: tuple[tuple[int, int], ...] = (),
) -> Layout:
    """Lay out a program's cells; ``groups`` by group number, ``elements`` by element number.

    Raises ValueError if there are not as many labels as groups and elements, or if the program's
    cohort is followed for another time.
    """
    if program.follow_up_ms != follow_up_ms:
        raise ValueError(f"a follow-up of {follow_up_ms} ms for a program of {program.follow_up_ms} ms")
    if len(groups) != program.n_groups or len(elements) != program.n_elements:
        raise ValueError(
            f"{len(groups)} and {len(elements)} labels for {program.n_groups} groups and "
            f"{program.n_elements} elements"
        )
    cells, member = make_cells(groups)
    ways = alternatives(program)
    return Layout(
        horizon_ms=program.horizon_ms,
        cohort_from_ms=program.cohort_from_ms,
        cohort_to_ms=program.cohort_to_ms,
        follow_up_ms=follow_up_ms,
        observe_every_ms=program.observe_every_ms,
        within_ms=tuple(program.within_ms.tolist()),
        groups=tuple(groups),
        cells=cells,
        member=member,
        element_names=program.element_names,
        element_type=tuple(int(kind) for kind in program.element_type),
        elements=tuple(elements),
        pools=tuple(pool_info(program, number) for number in range(len(program.pool_names))),
        after=_after(program),
        places=tuple(program.places.tolist()),
        spans=program.span_names,
        warm=warm,
        alternatives=ways,
        offers=tuple(
            _usual_first(offered, group, [elements[one.awaited_at] for one in ways])
            for offered, group in zip(offers(program), groups, strict=True)
        ),
        tokens=tokens(program),
        leads=leads(program),
        bounded=ceilings(program),
    )


def _usual_first(
    offered: tuple[int, ...], group: GroupInfo, awaited: Sequence[ElementInfo]
) -> tuple[int, ...]:
    """The alternatives of a group, that of the crossing that it usually uses first."""
    return tuple(sorted(offered, key=lambda way: awaited[way].crossing != group.crossing))


def make_cells(groups: Sequence[GroupInfo]) -> tuple[tuple[Cell, ...], Bool]:
    """All cells that have a group, in a fixed order, and bool [cells, groups].

    Flows stand in the order in which groups first name them; within one the classes ``all``, ``loaded``,
    ``agricultural``, ``rest``, then each class by name, those who chose the crossing by the one they usually
    use, then those of the other legs; within one the roles in a corridor.
    """
    flows = dict.fromkeys(g.flow for g in groups)
    cells: list[Cell] = []
    rows: list[Bool] = []
    for crossing, mode, direction in flows:
        own = np.array([g.flow == (crossing, mode, direction) for g in groups])
        mine = [g for g, here in zip(groups, own, strict=True) if here]
        place = next((g.place for g in mine if g.place), "")
        crossing_here = [g for g in mine if g.leg == CROSSING]
        cargo = sorted({g.klass for g in crossing_here})
        cargo += sorted({f"{FROM}{g.usual}" for g in crossing_here if g.usual})
        for klass in (*TOGETHER, *cargo, *chain.from_iterable(LEG_CLASSES.values())):
            for role in CORRIDOR_ROLES:
                chosen = own & np.array([belongs(g, klass, role) for g in groups])
                if chosen.any():
                    cells.append(Cell(crossing, mode, direction, klass, role, place))
                    rows.append(chosen)
    member = np.array(rows, dtype=np.bool_).reshape(len(rows), len(groups))
    return tuple(cells), member


def belongs(group: GroupInfo, klass: str, role: str) -> bool:
    """Whether a group of a cell's flow is of its class, in the leg that the class is of, and of its role."""
    return group.leg == leg_of(klass) and has_class(group, like(klass), role)


_LIKE = {
    klass: own
    for classes in LEG_CLASSES.values()
    for klass, own in zip(classes, (ALL, AGRICULTURAL, REST), strict=True)
}


def like(klass: str) -> str:
    """A class as the crossing itself has it, whatever leg it is of: ``rest`` of ``at_home_rest``."""
    return _LIKE.get(klass, klass)


def has_class(group: GroupInfo, klass: str, role: str) -> bool:
    """Whether a group is of a class as the crossing itself has them, and of a role, whatever leg it is."""
    return role in (ALL, group.corridor) and _is_of(group, klass)


def _is_of(group: GroupInfo, klass: str) -> bool:
    if klass == ALL:
        return True
    if klass == LOADED:
        return group.loaded
    if klass == AGRICULTURAL:
        return group.agricultural
    if klass == REST:
        # the rest of those whom the headline speaks of: on rail no empties
        return not group.agricultural and _is_of(group, HEADLINE.get(group.mode, ALL))
    return group.klass == klass or (bool(group.usual) and klass == f"{FROM}{group.usual}")


def _after(program: Program) -> tuple[tuple[int, ...], ...]:
    found: list[set[int]] = [set() for _ in range(program.n_elements)]
    for route in range(len(program.step_ptr) - 1):
        steps = program.step_element[program.step_ptr[route] : program.step_ptr[route + 1]]
        for row in range(int(program.occupancy_ptr[route]), int(program.occupancy_ptr[route + 1])):
            zone, first = int(program.occupancy_zone[row]), int(program.occupancy_first[row])
            found[zone].update(int(element) for element in steps[first:])
    return tuple(tuple(sorted(items)) for items in found)


def is_zone(layout: Layout, element: int) -> bool:
    """Whether the element of that number is a zone."""
    return layout.element_type[element] == ElementType.ZONE


def is_pairing(layout: Layout, element: int) -> bool:
    """Whether two kinds of entities wait for each other at the element of that number."""
    return layout.element_type[element] == ElementType.PAIRING


def has_line(layout: Layout, element: int) -> bool:
    """Whether entities can wait in line at the element: not at a delay without calendar."""
    return layout.element_type[element] != ElementType.DELAY
