"""The flat tables that an engine reads: numbers only, names kept beside them for messages.

An *element* is a stage or a zone, and its number is its rank: 0 is the most downstream, and it is
the one that dispatch lets act first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from kzsim.network.model import Network, Outages
from kzsim.network.tokens import TokenTables

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Bool = npt.NDArray[np.bool_]

UNLIMITED = 2**62
KEPT = -1  # in place of a ceiling: what is left stays as it is
NONE = -1
MOST_ALTERNATIVES = 62  # that one route may offer, at all its choices: bits of a whole number
NO_SIDE, LEADS, FOLLOWS = 0, 1, 2  # what a class is at a pairing
MOST_SPANS = 2  # a crossing has two posts; each takes 8 bytes of everybody inside
MOST_OCCUPANCIES = 8  # zones that one route may pass through
LONGEST_HORIZON_MS = 2**38  # 8.7 years: an engine may pack an instant and an event into 63 bits


class ElementType(IntEnum):
    """What kind of element a number stands for."""

    SERVICE = 0
    DELAY = 1
    GATE = 2
    ZONE = 3
    DEPARTURE = 4
    PAIRING = 5
    CHOICE = 6


@dataclass(frozen=True)
class OutOfOrder:
    """Outages of a pool, or of the gate or delay ``element``; the other of the two is None."""

    outages: Outages
    pool: int | None = None
    element: int | None = None


@dataclass(frozen=True, eq=False)
class Program:
    """Everything an engine needs of a network; all lists are ragged rows given by ``*_ptr``.

    Two programs are equal only if they are the same object: what follows from one is kept by it.

    Row i of a ragged table x is ``x[x_ptr[i]:x_ptr[i + 1]]``.
    """

    network: Network
    horizon_ms: int
    cohort_from_ms: int
    cohort_to_ms: int
    observe_every_ms: int
    within_ms: I64  # [limits], rising

    # names, by number
    element_names: tuple[str, ...]
    class_names: tuple[str, ...]
    pool_names: tuple[str, ...]  # "stage/pool"
    source_names: tuple[str, ...]  # sorted: this is the order between entities
    span_names: tuple[str, ...]  # as in the network
    n_groups: int

    # elements, by rank
    element_type: I64  # [elements]
    element_suspends: Bool  # [elements] whether services there pause when the capacity falls
    element_span: I64  # [elements] the span it is of, by its place in ``span_names``, NONE
    element_account: I64  # [elements] account of work there; CLOSED at gates and zones, unused
    priority: I64  # [classes, elements]

    # pools, in the order of their stages
    pool_element: I64  # [pools]
    capacity_ptr: I64  # [pools + 1]
    capacity_at_ms: I64
    capacity_value: I64
    usable_ptr: I64  # [elements * classes + 1], row element * classes + class
    usable_pool: I64

    # staffing rules, in the order of their pools
    rule_pool: I64  # [rules]
    rule_levels: I64  # [rules, 5]: open at, close at, fewest, most, by
    review_ptr: I64  # [rules + 1]
    review_at_ms: I64  # before the horizon

    # what is subtracted in each replication from the calendars before and after
    out_of_order: tuple[OutOfOrder, ...]

    # calendars of gates and delays, by element; rows of other elements are empty
    open_ptr: I64  # [elements + 1]
    open_at_ms: I64
    open_value: I64

    # quota of gates, capacities of departures, publications of choices, by element; other rows are empty
    refill_ptr: I64  # [elements + 1]
    refill_at_ms: I64
    refill_overall: I64
    refill_ceiling: I64  # [refills, classes], UNLIMITED where there is none, KEPT where it stays as it is
    otherwise: I64  # [classes, elements] the class as which one counts whose ceiling there is used up, NONE
    bounded: I64  # [ceilings, 2] gate and class that may count as another there, rising
    no_show_gates: I64  # elements at which somebody may not show up, rising

    # pairings: tables of 0 columns in a network without one
    pairing_side: I64  # [classes, elements or 0] NO_SIDE, LEADS, FOLLOWS
    pairing_goods: I64  # [classes, elements or 0] a number for each goods of the stage

    # choices: tables of length 0 in a network without one; alternatives in the order of their choices
    alternative_names: tuple[str, ...]  # "choice/alternative"
    alternative_ptr: I64  # [elements + 1 or 0]
    alternative_stage: I64  # [alternatives] the element at whose start one leaves the backlog
    alternative_interval_ms: I64  # [alternatives]
    turn_ptr: I64  # [alternatives + 1 or 0]
    turn_at_ms: I64
    turn_places: I64  # that come up at this or an earlier instant of the alternative
    step_alternative: I64  # [steps or 0] which is offered at each step of each route, NONE
    step_given: I64  # [steps or 0] the step number within the route that must have been picked, NONE

    # zones, by element (0 for stages)
    places: I64  # [elements]

    # routes
    step_ptr: I64  # [routes + 1]
    step_element: I64
    occupancy_ptr: I64  # [routes + 1], rows in ascending order of the zone's rank
    occupancy_zone: I64
    occupancy_first: I64  # step number within the route
    occupancy_last: I64
    occupancy_at_start: Bool  # given up at the start of step `last` (else at its end)

    # sources, in sorted order
    source_route: I64  # [sources]
    source_follows: I64  # [sources] the source whose entities its own follow, NONE
    source_follows_step: I64  # [sources] by which step, its number within that one's route, NONE

    tokens: TokenTables

    @property
    def follow_up_ms(self) -> int:
        """How long everybody in the cohort is followed at least: from its end to the horizon."""
        return self.horizon_ms - self.cohort_to_ms

    @property
    def n_intervals(self) -> int:
        """Number of intervals of observation; the last may be cut off by the horizon."""
        return -(-self.horizon_ms // self.observe_every_ms)

    @property
    def has_legs(self) -> bool:
        """Whether any source follows another."""
        return bool((self.source_follows != NONE).any())

    @property
    def has_pairings(self) -> bool:
        """Whether any stage pairs."""
        return bool(self.pairing_side.size)

    @property
    def has_choices(self) -> bool:
        """Whether there is a choice."""
        return bool(self.alternative_names)

    @property
    def n_elements(self) -> int:
        """Number of stages and zones."""
        return len(self.element_names)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)
