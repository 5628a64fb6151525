"""What the road does as a whole: nobody is lost, and each lever moves what it must the right way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from kzsim import evidence
from kzsim.border import build
from kzsim.border.labels import Border, GroupLabel
from kzsim.draws import draw
from kzsim.engines import kernel, reference
from kzsim.engines.outcome import Outcome
from kzsim.experiments.once import outcome_hash
from kzsim.network import Account, Program, compile_network
from kzsim.network.entities import Entities
from kzsim.network.model import MS_PER_DAY, MS_PER_HOUR
from kzsim.scenario import Corridor, CrossingSettings, RoadSettings, Scenario, Scope
from tests.unit.border_cases import BOTH_SIDES, BOTH_WAYS, bundle, scenario

CROSSINGS = tuple(evidence.crossings())
YEAR = date(2023, 1, 1), 365
FOUR_WEEKS = date(2023, 6, 5), 28
PAST_THE_COHORT = 5 * MS_PER_DAY


@dataclass(frozen=True)
class Run:
    """One replication of a scenario."""

    border: Border
    program: Program
    entities: Entities
    outcome: Outcome

    def came(self, name: str) -> int:
        """How many came of the sources whose names hold that part."""
        return sum(int((self._arrival_ms(each) >= 0).sum()) for each in self._named(name))

    def left(self, name: str) -> int:
        """How many of them left."""
        assert self.outcome.passage is not None
        exit_ms = self.outcome.passage.exit_ms
        return sum(int((exit_ms[self._slice(each)] >= 0).sum()) for each in self._named(name))

    def mean_h(self, account: Account | None = None, **label: object) -> float:
        """Mean hours, of an account or of the whole stay, of those of the cohort whose label says so."""
        of = [i for i, group in enumerate(self.border.groups) if _fits(group, label)]
        came = int(self.outcome.observers.arrived[of, 1].sum())
        ms = self.outcome.account_ms[of, 1].sum(axis=(0, 1))
        return float(ms.sum() if account is None else ms[account]) / came / MS_PER_HOUR

    def label(self, number: int) -> list[GroupLabel]:
        """The labels of the trucks of a source, by index."""
        return [self.border.groups[group] for group in self.entities.group[self._slice(number)].tolist()]

    def _named(self, name: str) -> list[int]:
        return [i for i, each in enumerate(self.program.source_names) if name in each]

    def _slice(self, number: int) -> slice:
        return slice(*self.entities.first[number : number + 2].tolist())

    def _arrival_ms(self, number: int) -> np.ndarray:
        assert self.outcome.passage is not None
        return self.outcome.passage.arrival_ms[self._slice(number)]


def _fits(group: GroupLabel, label: dict[str, object]) -> bool:
    return all(getattr(group, name) == value for name, value in label.items())


def run(case: Scenario) -> Run:
    border = build(case)
    program = compile_network(border.network)
    entities = draw(program, case.seed, 0)
    return Run(border, program, entities, kernel.run(program, entities, passage=True))


@cache
def weeks(crossing: str, *overrides: tuple[str, float]) -> Run:
    """Four weeks of June at a crossing."""
    first, days = FOUR_WEEKS
    case = scenario(first, days, road=(crossing,), overrides=dict(overrides))
    return run(replace(case, run_in_ms=2 * MS_PER_DAY, follow_up_ms=PAST_THE_COHORT))


def of(crossing: str, direction: str, tail: str) -> str:
    return f"road.{crossing}.{direction}.{tail}"


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_in_a_year_as_many_trucks_come_home_as_have_gone_out(crossing: str) -> None:
    found = run(scenario(*YEAR, road=(crossing,)))
    out, home = found.left(".kz_to_cn."), found.came(".cn_to_kz.")
    waiting = found.came(".yard.") - found.left(".yard.")
    loads_without_truck = home - (out - waiting)
    assert out > 5_000
    # every truck that has left the Chinese post waits, or is on its way home; loads wait for the others
    assert loads_without_truck >= 0
    assert found.left(".cn_to_kz.") <= out
    # what is under way at the end of the year is little
    assert out - found.left(".cn_to_kz.") < 0.01 * out
    assert found.came(".home.") - out < 0.02 * out


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_every_pair_is_of_one_truck_and_one_load(crossing: str) -> None:
    found = weeks(crossing)
    observers, number = found.outcome.observers, found.program.element_names.index(f"{crossing}.cn.pairing")
    starts = observers.starts[:, number, 0]
    trucks = sum(int(starts[i]) for i, group in enumerate(found.border.groups) if group.leg == "yard")
    loads = sum(int(starts[i]) for i, group in enumerate(found.border.groups) if group.leg == "crossing")
    assert trucks > 100
    # counts are of the cohort: of a pair, one may be of it and the other not
    assert abs(trucks - loads) < 0.1 * loads


@pytest.mark.parametrize("crossing", CROSSINGS)
@pytest.mark.parametrize("green", [False, True])
def test_both_engines_agree_on_a_short_period_of_every_crossing(crossing: str, green: bool) -> None:
    measures = dict.fromkeys(bundle("standard"), Scope(BOTH_WAYS, BOTH_SIDES))
    case = scenario(date(2025, 6, 9), 4, road=(crossing,))
    if green:
        case = replace(case, corridors={crossing: Corridor(measures)})
    program = compile_network(build(case).network)
    entities = draw(program, 1, 0)
    assert outcome_hash(kernel.run(program, entities)) == outcome_hash(reference.run(program, entities))


def test_both_engines_agree_where_trucks_go_home_empty_and_miss_their_slots() -> None:
    overrides = {
        "road.all.cn_to_kz.handover.return_empty_after": 2.0,
        "road.all.kz_to_cn.equeue.no_show_share": 40.0,
        of("bakhty", "cn_to_kz", "handover.truck_places"): 12.0,
    }
    program = compile_network(build(scenario(days=6, overrides=overrides)).network)
    entities = draw(program, 1, 0)
    one, other = (engine.run(program, entities, passage=True) for engine in (kernel, reference))
    assert outcome_hash(one) == outcome_hash(other)
    empty = [i for i, name in enumerate(program.source_names) if name.endswith(".empty")]
    assert one.passage is not None
    gone = [one.passage.arrival_ms[slice(*entities.first[i : i + 2].tolist())] for i in empty]
    assert sum(int((each >= 0).sum()) for each in gone) > 10


def test_more_slots_shorten_the_wait_at_home() -> None:
    slots = of("kalzhat", "kz_to_cn", "equeue.slots")
    few, many = (weeks("kalzhat", (slots, number)) for number in (60.0, 90.0))
    assert many.mean_h(Account.QUOTA, leg="home") < 0.8 * few.mean_h(Account.QUOTA, leg="home")
    assert many.mean_h(leg="home") < few.mean_h(leg="home")


def test_fewer_no_shows_shorten_the_wait_at_home() -> None:
    slots = (of("bakhty", "kz_to_cn", "equeue.slots"), 100.0)
    share = "road.all.kz_to_cn.equeue.no_show_share"
    many, few = (weeks("bakhty", slots, (share, number)) for number in (20.0, 3.0))
    assert few.mean_h(leg="home") < many.mean_h(leg="home")


def test_a_truck_ordered_earlier_waits_longer_in_the_yard_and_its_load_less() -> None:
    lead = "road.all.cn_to_kz.handover.truck_order_lead"
    late, early = (weeks("dostyk", (lead, hours)) for hours in (6.0, 60.0))
    assert early.mean_h(Account.PAIRING, leg="yard") > late.mean_h(Account.PAIRING, leg="yard") + 5
    loads = {"direction": "cn_to_kz", "loaded": True}
    assert early.mean_h(Account.PAIRING, **loads) < late.mean_h(Account.PAIRING, **loads) - 5


def test_a_smaller_intake_makes_loads_from_china_wait_for_their_trucks() -> None:
    """Trucks that China does not take in cannot fetch what waits there."""
    first, days = FOUR_WEEKS
    plain = scenario(first, days, run_in_ms=2 * MS_PER_DAY, follow_up_ms=PAST_THE_COHORT)
    cut = replace(plain, crossings={"bakhty": CrossingSettings(RoadSettings(intake_factor=0.6))})
    before, after = run(plain), run(cut)
    loads = {"direction": "cn_to_kz", "loaded": True}
    assert after.mean_h(Account.PAIRING, **loads) > before.mean_h(Account.PAIRING, **loads) + 12
    assert after.mean_h(Account.PAIRING, leg="yard") < before.mean_h(Account.PAIRING, leg="yard")
    # less comes home in the same weeks
    assert after.left(".cn_to_kz.") < 0.9 * before.left(".cn_to_kz.")


@pytest.mark.parametrize("crossing", CROSSINGS)
@pytest.mark.parametrize("name", ["light", "standard", "heavy"])
def test_a_corridor_never_slows_agricultural_trucks_of_its_crossing(crossing: str, name: str) -> None:
    measures = dict.fromkeys(bundle(name), Scope(BOTH_WAYS, BOTH_SIDES))
    before = weeks(crossing)
    first, days = FOUR_WEEKS
    case = scenario(first, days, road=(crossing,), corridors={crossing: Corridor(measures)})
    after = run(replace(case, run_in_ms=2 * MS_PER_DAY, follow_up_ms=PAST_THE_COHORT))
    for direction in BOTH_WAYS:
        label = {"direction": direction, "agricultural": True, "leg": "crossing"}
        assert after.mean_h(**label) < before.mean_h(**label)
    home = {"leg": "home", "agricultural": True}
    assert after.mean_h(**home) <= before.mean_h(**home) + 0.02


def test_whoever_complies_does_so_on_all_legs_of_a_journey() -> None:
    """The number that decides it is the journey's: the same truck at home and at both posts."""
    found = weeks("bakhty")
    names = list(found.program.source_names)
    checked = 0
    for number, name in enumerate(names):
        if ".home.perishable" in name or ".home.grain" in name:
            at_home, out = found.label(number), found.label(names.index(name.replace(".home.", ".kz_to_cn.")))
            assert [truck.compliant for truck in at_home] == [truck.compliant for truck in out]
            checked += len(at_home)
    assert checked > 50
    # it is a truck's goods that comply: who goes out empty does not, nor who waits for a load
    assert not any(group.compliant for group in found.border.groups if group.klass == "empty")
    assert not any(group.compliant for group in found.border.groups if group.leg == "yard")
