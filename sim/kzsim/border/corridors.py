"""What a green corridor changes at a crossing: the menu's measures as changes of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from kzsim import evidence
from kzsim.border.labels import Direction, Mode, Side, second_side
from kzsim.border.quantities import distribution, plain_number
from kzsim.evidence import Parameters
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
class CrossingCorridor:
    """The corridor of one crossing in one mode; without measures it changes nothing.

    ``compliance`` is the share (0..1) of eligible trucks or trains that meet its conditions; it is
    the same with and without a corridor. ``eligible`` are the classes that a corridor may serve,
    ``measures`` stand in the order of the menu.
    """

    crossing: str
    mode: Mode
    compliance: float
    eligible: frozenset[str]
    measures: Mapping[str, tuple[evidence.Measure, Scope]]

    def in_force(self, direction: Direction) -> bool:
        """Whether any measure changes anything for this mode in this direction."""
        return any(True for _ in self._in_force(direction))

    def separates(self, direction: Direction) -> bool:
        """Whether users need an engine class of their own here: servers or priority of their own."""
        params = {*DEDICATED.values(), PRIORITY, RAIL_PRIORITY}
        return any(_param(change, direction)[0] in params for _, change, _ in self._in_force(direction))

    def changed(
        self, value: float, param: str, direction: Direction, side: Side, klass: str, user: bool
    ) -> float:
        """``value`` (ms, a share 0..1 or a count) after every change of ``param`` that applies.

        ``param`` is the key's end after direction and side, e.g. ``documents.hold_loaded``, or after
        direction or side for trains, e.g. ``grain.lab_hold``. What a measure sets comes first,
        whatever others multiply or add follows in the order of the menu.
        """
        changes = [
            change
            for measure, change, sides in self._in_force(direction)
            if _param(change, direction)[0] == param
            and side in sides
            and klass in change.classes
            and (user or measure.who == "all")
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
    ) -> Distribution:
        """The entry ``key`` as a duration with the corridor's changes; its variation stays."""
        return distribution(
            params.get(key), lambda mean_ms: self.changed(mean_ms, param, direction, side, klass, user)
        )

    def not_modelled(self, direction: Direction) -> tuple[str, ...]:
        """One sentence for each change in force that has no counterpart in the model."""
        return tuple(
            f"{self.crossing}, {self.mode}, {direction}: the measure '{measure.name}' would change "
            f"'{change.param}', which is not modelled; this part of it has no effect"
            for measure, change, _ in self._in_force(direction)
            if _param(change, direction)[0] not in MODELLED[self.mode]
        )

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
    return CrossingCorridor(crossing, mode, compliance, eligible_classes(mode), MappingProxyType(measures))
