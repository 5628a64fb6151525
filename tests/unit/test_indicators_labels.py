"""What indicators are told of the border's groups."""

from __future__ import annotations

from typing import Any

from kzsim.border import GroupLabel
from kzsim.border.labels import ElementLabel, Mode
from kzsim.experiments.models import element_info, group_info


def label(crossing: str, mode: Any, klass: str, *, agricultural: bool, loaded: bool = True) -> GroupLabel:
    return GroupLabel(
        crossing=crossing,
        mode=mode,
        direction="kz_to_cn",
        klass=klass,
        eligible=True,
        compliant=True,
        corridor="user",
        load_t=20.0,
        agricultural=agricultural,
        loaded=loaded,
    )


def test_a_wait_at_home_or_up_the_line_is_no_time_at_a_post() -> None:
    def at_post(mode: Mode, stage: str) -> bool:
        return element_info(ElementLabel("dostyk", mode, "kz_to_cn", "cn", stage, "zone")).at_post

    assert not at_post("road", "equeue")
    assert not at_post("rail", "siding")
    assert at_post("rail", "receiving_tracks")
    assert at_post("rail", "lab_hold")


def test_a_container_train_may_use_a_corridor_without_being_agricultural() -> None:
    found = group_info(label("nur_zholy", "rail", "container", agricultural=False))
    assert (found.agricultural, found.corridor) == (False, "user")


def test_trains_are_of_a_pair_of_stations_and_trucks_of_a_crossing() -> None:
    assert group_info(label("nur_zholy", "rail", "grain", agricultural=True)).place == "Altynkol - Khorgos"
    assert group_info(label("nur_zholy", "road", "perishable", agricultural=True)).place == ""


def test_empties_are_told_from_loaded_trains() -> None:
    assert not group_info(label("dostyk", "rail", "empties", agricultural=False, loaded=False)).loaded
