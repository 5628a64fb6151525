"""From a scenario to everything that is the same in all its replications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from kzsim import border, evidence
from kzsim.border.corridors import any_corridor
from kzsim.indicators.layout import ElementInfo, GroupInfo, Layout, make_layout
from kzsim.indicators.legs import CROSSING
from kzsim.network.compile import compile_network
from kzsim.network.size import expected_entities as expected_by_source
from kzsim.scenario import without_corridors

if TYPE_CHECKING:
    from kzsim.border.labels import Border, ElementLabel, GroupLabel
    from kzsim.network.program import Program
    from kzsim.scenario import Scenario


STAFF: Mapping[str, Literal["lane", "officer"]] = MappingProxyType(
    {
        "entry_gate": "lane",
        "exit_gate": "lane",
        "border_guard": "officer",
        "documents": "officer",
        "quarantine": "officer",
    }
)
"""What a server of a road post's stage is; scanners, bridges and bays are neither."""


@dataclass(frozen=True)
class Model:
    """A scenario's border, its program, and what the program's numbers stand for."""

    border: Border
    program: Program
    layout: Layout


@dataclass(frozen=True)
class Expected:
    """Entities expected to arrive over the whole period, run-in and follow-up included."""

    crossing: str
    mode: str
    direction: str
    entities: float


def make_model(scenario: Scenario) -> Model:
    """Build and compile a scenario."""
    built = border.build(scenario)
    program = compile_network(built.network)
    elements = [element_info(built.elements[name]) for name in program.element_names]
    groups = [group_info(label) for label in built.groups]
    layout = make_layout(program, groups, elements, built.follow_up_ms, built.warm)
    return Model(built, program, layout)


def group_info(label: GroupLabel) -> GroupInfo:
    """What indicators know of a group."""
    return GroupInfo(
        crossing=label.crossing,
        mode=label.mode,
        direction=label.direction,
        klass=label.klass,
        agricultural=label.agricultural,
        corridor=label.corridor,
        load_t=label.load_t,
        teu=label.teu,
        wagons=label.wagons,
        loaded=label.loaded,
        place=place(label.crossing, label.mode),
        hour_usd=label.worth.hour_usd,
        transfer_usd=label.worth.transfer_usd,
        value_usd=label.worth.value_usd,
        lost_per_day_warm=label.worth.lost_per_day_warm,
        lost_per_day_cool=label.worth.lost_per_day_cool,
        leg=label.leg,
        usual=label.usual,
        longer_h=label.longer_h,
    )


def place(crossing: str, mode: str) -> str:
    """What people call it where that is not the crossing: on rail its stations, ``Altynkol - Khorgos``."""
    rail = evidence.crossings()[crossing].rail
    if mode != "rail" or rail is None:
        return ""
    return " - ".join(stations["en"] for stations in rail.stations.values())


def element_info(label: ElementLabel) -> ElementInfo:
    """What indicators know of an element."""
    return ElementInfo(
        label.crossing,
        label.mode,
        label.direction,
        label.side,
        label.stage,
        at_post=label.at_post,
        staff=STAFF.get(label.stage, "") if label.mode == "road" else "",
    )


def has_corridor(scenario: Scenario) -> bool:
    """Whether corridors change anything that is simulated, so that a run without them is another run."""
    return any_corridor(scenario)


def counterfactual_of(scenario: Scenario) -> Scenario:
    """The same scenario with no corridor anywhere; the same entities comply, to no effect."""
    return without_corridors(scenario)


def with_run_values(scenario: Scenario, replications: int | None, seed: int | None) -> Scenario:
    """The scenario with the number of replications and the seed asked for. ValueError below 1."""
    wanted = scenario.replications if replications is None else replications
    if wanted < 1:
        raise ValueError(f"{wanted} replications: at least 1 is needed")
    options = {"replications": replications, "seed": seed}
    given = {key: value for key, value in options.items() if value is not None}
    return replace(
        scenario,
        replications=wanted,
        seed=scenario.seed if seed is None else seed,
        origins={**scenario.origins, **{key: f"--{key}" for key in given}},
        written={**scenario.written, **given},
    )


def expected_entities(model: Model) -> tuple[Expected, ...]:
    """How many entities each crossing, mode and direction expects."""
    groups = model.layout.groups
    totals: dict[tuple[str, str, str], float] = {}
    by_source = expected_by_source(model.program.network)
    for source in model.program.network.sources:
        label = groups[source.kinds[0].group]
        if label.leg != CROSSING:
            continue  # of a journey of several legs one is counted
        flow = (label.crossing, label.mode, label.direction)
        totals[flow] = totals.get(flow, 0.0) + by_source[source.name]
    order: Iterable[tuple[str, str, str]] = dict.fromkeys((g.crossing, g.mode, g.direction) for g in groups)
    return tuple(Expected(*flow, totals.get(flow, 0.0)) for flow in order)
