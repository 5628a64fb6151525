"""What a green corridor changes at a crossing: the menu's measures as changes of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim import evidence
from kzsim.border.labels import DIRECTIONS, Direction, Idle, Mode, Side, second_side
from kzsim.border.quantities import distribution, plain_number
from kzsim.evidence import EvidenceError, Parameters
from kzsim.network.model import Distribution

if TYPE_CHECKING:
    from kzsim.scenario import Scenario

RAIL_PREFIX = "rail."
SECOND_SIDE = "_second_side"

# Switches: parameters of a corridor itself, without an entry of their own outside of it.
DEDICATED = MappingProxyType(
    {
        "entry_gate": "entry_gate.dedicated_lanes",
        "documents": "documents.dedicated_officers",
        "quarantine": "quarantine.dedicated_inspectors",
    }
)
TAKEN_FROM_GENERAL = "servers.taken_from_general"
PRIORITY = "priority.rank"
EXTRA_HOURS = "hours.agri_extra"
OUT_OF_TURN_CAP = "equeue.priority_share_cap"
OUT_OF_TURN_AGRI = "equeue.agri_share_of_cap"
OUT_OF_TURN_FETCHING = "equeue.reefers_to_fetch_produce_count_as_agri"
HANDOVER_PRIORITY = "handover.priority"
RELEASED_BEFORE_RESULT = "quarantine.lab_release_before_result_share"
RAIL_PRIORITY = "shunting.priority"

MODELLED: Mapping[Mode, frozenset[str]] = MappingProxyType(
    {
        "road": frozenset(
            {
                *DEDICATED.values(),
                TAKEN_FROM_GENERAL,
                PRIORITY,
                EXTRA_HOURS,
                OUT_OF_TURN_CAP,
                OUT_OF_TURN_AGRI,
                OUT_OF_TURN_FETCHING,
                RELEASED_BEFORE_RESULT,
                "stage_move.time",
                "documents.time_loaded",
                "documents.hold_loaded",
                "scan.share_loaded",
                "scan.share_empty",
                "exam.share_loaded",
                "quarantine.time_visual",
                "quarantine.sample_share",
                "quarantine.lab_hold",
                "quarantine.lab_hold_grain",
                "handover.warehouse_share",
                HANDOVER_PRIORITY,
            }
        ),
        "rail": frozenset({RAIL_PRIORITY, "grain.lab_hold"}),
    }
)


@dataclass(frozen=True)
class Scope:
    """Where a measure is in force."""

    directions: frozenset[str]
    sides: frozenset[str]


@dataclass(frozen=True)
class Use:
    """Some of the trucks that comply: their share of these, and the measures that they do not use."""

    without: frozenset[str]
    share: float


@dataclass(frozen=True)
class CrossingCorridor:
    """The corridor of one crossing in one mode; without measures it changes nothing.

    ``compliance`` is the share (0..1) of eligible trucks or trains that meet its conditions; it is
    the same with and without a corridor. ``eligible`` are the classes that a corridor may serve,
    ``measures`` stand in the order of the menu. ``uptake`` is the share of all trucks of the classes
    concerned that use a measure, where not all that comply do.
    """

    crossing: str
    mode: Mode
    compliance: float
    eligible: frozenset[str]
    measures: Mapping[str, tuple[evidence.Measure, Scope]]
    uptake: Mapping[str, float] = field(default_factory=dict)

    def concerns(self, direction: Direction, klass: str) -> bool:
        """Whether any measure in force changes something that is modelled for users of this class.

        What a measure changes for everybody makes nobody a user.
        """
        return any(
            klass in change.classes and measure.who == "users"
            for measure, change, _ in self._in_force(direction)
            if _param(change, direction)[0] in MODELLED[self.mode]
        )

    def uses(self, direction: Direction, klass: str) -> tuple[Use, ...]:
        """How the compliant trucks of a class differ in the measures they use; mostly all use all."""
        found = [Use(frozenset(), 1.0)]
        for name, share in self.uptake.items():
            if any(
                measure.name == name and klass in change.classes
                for measure, change, _ in self._in_force(direction)
            ):
                using = min(1.0, share / self.compliance) if self.compliance else 0.0
                found = [
                    Use(left_out, use.share * part)
                    for use in found
                    for left_out, part in ((use.without, using), (use.without | {name}, 1.0 - using))
                ]
        return tuple(use for use in found if use.share)

    def changes_anything(self) -> bool:
        """Whether any measure in force changes something that is modelled, for users or for everybody."""
        return any(
            _param(change, direction)[0] in MODELLED[self.mode]
            for direction in DIRECTIONS
            for _, change, _ in self._in_force(direction)
        )

    def separates(self, direction: Direction) -> bool:
        """Whether users need an engine class of their own here: servers or priority of their own."""
        params = {*DEDICATED.values(), PRIORITY, HANDOVER_PRIORITY, RAIL_PRIORITY}
        return any(_param(change, direction)[0] in params for _, change, _ in self._in_force(direction))

    def changed(
        self,
        value: float,
        param: str,
        direction: Direction,
        side: Side,
        klass: str,
        user: bool,
        without: frozenset[str] = frozenset(),
    ) -> float:
        """``value`` (ms, a share 0..1 or a count) after every change of ``param`` that applies.

        ``param`` is the key's end after direction and side, e.g. ``documents.hold_loaded``, or after
        direction or side for trains, e.g. ``grain.lab_hold``. What a measure sets comes first,
        whatever others multiply or add follows in the order of the menu. ``without`` are measures
        that this truck does not use.
        """
        changes = [
            change
            for measure, change, sides in self._in_force(direction)
            if _param(change, direction)[0] == param
            and side in sides
            and klass in change.classes
            and (user or measure.who == "all")
            and measure.name not in without
        ]
        for change in sorted(changes, key=lambda change: change.op != "set"):  # sorting is stable
            amount = plain_number(change.base, change.unit)
            if change.op == "set":
                value = amount
            elif change.op == "multiply":
                value *= amount
            else:
                value += amount
        return value

    def switch(self, param: str, direction: Direction, side: Side, klass: str | None = None) -> float:
        """A parameter of the corridor itself, 0 where no measure sets it.

        ``klass`` None asks for whichever class the corridor may serve; the menu's switches do not
        differ between these.
        """
        classes = sorted(self.eligible) if klass is None else [klass]
        values = (self.changed(0.0, param, direction, side, name, user=True) for name in classes)
        return max(values, default=0.0)

    def duration(
        self,
        params: Parameters,
        key: str,
        param: str,
        direction: Direction,
        side: Side,
        klass: str,
        user: bool,
        without: frozenset[str] = frozenset(),
    ) -> Distribution:
        """The entry ``key`` as a duration with the corridor's changes; its variation stays."""
        return distribution(
            params.get(key),
            lambda mean_ms: self.changed(mean_ms, param, direction, side, klass, user, without),
        )

    def not_modelled(self, direction: Direction) -> tuple[Idle, ...]:
        """Each change in force that has no counterpart in the model."""
        return tuple(
            Idle(self.crossing, self.mode, direction, measure.name, change.param)
            for measure, change, _ in self._in_force(direction)
            if _param(change, direction)[0] not in MODELLED[self.mode]
        )

    def set_in(self, direction: Direction) -> Iterator[tuple[evidence.Measure, evidence.Change, str, Side]]:
        """Each change in force that sets a parameter: measure, change, end of the key, side."""
        for measure, change, sides in self._in_force(direction):
            if change.op == "set":
                for side in sorted(sides):
                    yield measure, change, _param(change, direction)[0], "cn" if side == "cn" else "kz"

    def _in_force(
        self, direction: Direction
    ) -> Iterator[tuple[evidence.Measure, evidence.Change, frozenset[str]]]:
        """Measure, change, and the sides on which the change is in force in this direction."""
        for measure, scope in self.measures.values():
            if direction not in scope.directions or self.mode not in measure.modes:
                continue
            for change in measure.changes:
                if change.param.startswith(RAIL_PREFIX) != (self.mode == "rail"):
                    continue
                sides = scope.sides & _param(change, direction)[1]
                if change.direction in (direction, "both") and sides:
                    yield measure, change, sides


def _param(change: evidence.Change, direction: Direction) -> tuple[str, frozenset[str]]:
    """The end of the evidence key that a change means, and the sides it may be in force on."""
    param = change.param.removeprefix(RAIL_PREFIX)
    sides = frozenset({"kz", "cn"} if change.side == "both" else {change.side})
    head, _, tail = param.partition(".")
    if head in ("kz", "cn"):
        return tail, sides & {head}
    if param.endswith(SECOND_SIDE):
        return param.removesuffix(SECOND_SIDE), sides & {second_side(direction)}
    return param, sides


def eligible_classes(mode: Mode) -> frozenset[str]:
    """The classes that a corridor may serve; for trains those that any change by rail names."""
    menu = evidence.corridor()
    if mode == "road":
        return frozenset(menu.eligible_classes)
    return frozenset(
        klass
        for measure in menu.measures.values()
        for change in measure.changes
        if change.param.startswith(RAIL_PREFIX)
        for klass in change.classes
    )


def crossing_corridor(scenario: Scenario, crossing: str, mode: Mode) -> CrossingCorridor:
    """The scenario's corridor at a crossing; one without measures where it has none."""
    menu = evidence.corridor()
    asked = scenario.corridors.get(crossing)
    compliance = menu.compliance.base
    measures: dict[str, tuple[evidence.Measure, Scope]] = {}
    if asked is not None:
        if asked.compliance is not None:
            compliance = asked.compliance
        for name, measure in menu.measures.items():
            scope = asked.measures.get(name)
            if scope is not None:
                measures[name] = (measure, Scope(frozenset(scope.directions), frozenset(scope.sides)))
    uptake = {name: share for name, share in scenario.uptake.get(crossing, {}).items() if name in measures}
    for name in uptake:
        _check_uptake(crossing, measures[name][0])
    return CrossingCorridor(
        crossing, mode, compliance, eligible_classes(mode), MappingProxyType(measures), uptake
    )


def any_corridor(scenario: Scenario) -> bool:
    """Whether a measure changes anything that is modelled, at any crossing and by any mode simulated."""
    simulated: tuple[tuple[Mode, tuple[str, ...]], ...] = (("road", scenario.road), ("rail", scenario.rail))
    return any(
        crossing_corridor(scenario, crossing, mode).changes_anything()
        for mode, crossings in simulated
        for crossing in crossings
    )


def _check_uptake(crossing: str, measure: evidence.Measure) -> None:
    """Refuse a measure of servers, priority or hours of their own for part of the users: these share them."""
    shared = {
        *DEDICATED.values(),
        TAKEN_FROM_GENERAL,
        PRIORITY,
        EXTRA_HOURS,
        OUT_OF_TURN_CAP,
        HANDOVER_PRIORITY,
    }
    for change in measure.changes:
        if change.param in shared or change.param.startswith(RAIL_PREFIX):
            raise EvidenceError(
                f"{crossing}: {measure.name} changes {change.param}, which users have together; "
                "it cannot be for a share of them"
            )
