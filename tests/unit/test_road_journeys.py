"""Trucks of both directions joined to journeys."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kzsim import evidence
from kzsim.border.journeys import EMPTY, Journey, journeys
from kzsim.evidence import EvidenceError, RoadFlow


def flows(**trucks: int) -> Mapping[str, RoadFlow]:
    return {klass: RoadFlow(0.0, number, 0.0, 0.0) for klass, number in trucks.items()}


def trips(there: Mapping[str, RoadFlow], back: Mapping[str, RoadFlow]) -> dict[str, float]:
    return {trip.key: trip.trucks for trip in journeys("somewhere", there, back)}


def test_who_brings_goods_goes_home_empty_and_who_goes_out_empty_takes_a_load() -> None:
    found = trips(flows(grain=30, empty=70), flows(general=70, empty=30))
    assert found == {"grain_for_empty": 30, "empty_for_general": 70}


def test_those_who_do_not_go_home_empty_take_general_goods_first() -> None:
    """100 with goods, 60 go home empty: the other 40 take 40 of 50 loads of general goods."""
    found = trips(flows(grain=75, fruit=25, empty=30), flows(general=50, cars=20, empty=60))
    assert found == {
        "grain_for_empty": 45,
        "fruit_for_empty": 15,
        "grain_for_general": 30,
        "fruit_for_general": 10,
        "empty_for_general": 10,
        "empty_for_cars": 20,
    }


def test_if_general_goods_are_too_few_they_take_a_share_of_all_others() -> None:
    """60 are to be taken home by those with goods: all 20 of general goods, and half of the 80 others."""
    found = trips(flows(grain=60, empty=40), flows(general=20, cars=60, fruit=20))
    assert found == {
        "grain_for_general": 20,
        "grain_for_cars": 30,
        "grain_for_fruit": 10,
        "empty_for_cars": 30,
        "empty_for_fruit": 10,
    }


def test_trucks_that_are_empty_both_ways_stay_so() -> None:
    found = trips(flows(grain=10, empty=90), flows(general=60, empty=40))
    assert found == {"grain_for_empty": 10, "empty_for_general": 60, "empty_for_empty": 30}


def test_a_journey_says_whether_it_takes_a_load() -> None:
    assert Journey("grain", "general", 1.0).takes_load
    assert not Journey("grain", EMPTY, 1.0).takes_load


def test_more_trucks_out_than_home_are_refused() -> None:
    with pytest.raises(EvidenceError, match="somewhere: 100 trucks a year go to China and 90 come back"):
        trips(flows(grain=100), flows(general=90))


@pytest.mark.parametrize("year", evidence.conventions().modelled_years)
@pytest.mark.parametrize("crossing", tuple(evidence.crossings()))
def test_journeys_of_the_evidence_hold_every_truck_of_both_directions(crossing: str, year: int) -> None:
    known = evidence.road_demand(crossing, year).flows
    found = journeys(crossing, known["kz_to_cn"], known["cn_to_kz"])
    for klass, flow in known["kz_to_cn"].items():
        assert sum(t.trucks for t in found if t.there == klass) == pytest.approx(flow.trucks, abs=1.0)
    for klass, flow in known["cn_to_kz"].items():
        assert sum(t.trucks for t in found if t.back == klass) == pytest.approx(flow.trucks, abs=1.0)
