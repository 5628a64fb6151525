"""The examples of docs/networks.md run as they stand, and show what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kzsim import queueing

PAGE = (Path(__file__).parents[2] / "docs" / "networks.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cell in CELLS:
        exec(cell, found)  # noqa: S102 - the project's own page
    return found


def test_the_clinic_of_the_page_is_m_m_3(names: dict[str, Any]) -> None:
    table = names["table"].set_index("indicator")
    assert table.loc["wait", "low"] < 0.148148 < table.loc["wait", "high"]
    assert table.loc["share_who_wait", "mean"] == pytest.approx(0.444, abs=0.01)


def test_the_terminal_of_the_page_blocks_and_tells_groups_apart(names: dict[str, Any]) -> None:
    assert names["waits"].loc["booths", "members"] < names["waits"].loc["booths", "vans"]
    assert (names["blocked"]["mean"] > 0).all()


def test_on_the_quay_of_the_page_a_convoy_clears_after_its_mean_member(names: dict[str, Any]) -> None:
    crossed = names["crossed"].set_index("indicator")["mean"]
    assert crossed["batch_time_to_clear"] > crossed["batch_time_in_system"]
    assert crossed["batches"] == pytest.approx(0.5 * 24 * 56, rel=0.1)


def test_in_the_yard_of_the_page_lorries_wait_for_boxes_and_yesterdays_have_a_group(
    names: dict[str, Any],
) -> None:
    loaded = names["loaded"].set_index(["where", "group", "indicator"])["mean"]
    assert loaded["stack", "lorries", "wait_pairing"] > 0
    assert loaded["network", "from yesterday", "followed"] == 15


def test_on_the_siding_of_the_page_the_longer_wait_longer_for_tokens(names: dict[str, Any]) -> None:
    sent = names["sent"].set_index(["where", "group", "indicator"])["mean"]
    assert 0 < sent["loading", "short", "wait_tokens"] < sent["loading", "long", "wait_tokens"]
    assert 0 < sent["wagons", "all", "idle_tokens"] < 12


def test_on_the_round_trip_of_the_page_as_many_come_back_as_arrive_and_find_the_way_quicker(
    names: dict[str, Any],
) -> None:
    trips = names["trips"].set_index(["where", "group", "indicator"])["mean"]
    out, back, vans = (trips["network", group, "followed"] for group in ("outbound", "return", "vans"))
    assert out - 5 <= back <= out
    assert vans == pytest.approx(0.3 * out, rel=0.05)
    assert trips["network", "return", "time_in_system"] < trips["network", "outbound", "time_in_system"] - 5


def test_at_the_river_of_the_page_both_ways_are_taken_and_the_tunnel_has_more_than_a_booth(
    names: dict[str, Any],
) -> None:
    picked = names["picked"].set_index(["where", "indicator"])["mean"]
    shares = [picked[f"fork/{way}", "share_chosen"] for way in ("bridge", "tunnel")]
    assert min(shares) > 0.1
    assert sum(shares) == pytest.approx(1)
    assert 1 < picked["tunnel booths/servers", "servers_there"] < 2
    assert ("toll booth/servers", "servers_there") not in picked.index


def test_the_number_grows_and_replicate_gives_one_value_each(names: dict[str, Any]) -> None:
    numbers = names["numbers"]
    assert numbers[numbers["indicator"] == "number_in_system_at"]["mean"].is_monotonic_increasing
    assert len(names["values"][queueing.Key("doctors", "all", "wait", "h")]) == 5


def test_the_page_explains_every_indicator_and_every_name(names: dict[str, Any]) -> None:
    tables = ("table", "day", "crossed", "loaded", "sent", "picked", "numbers")
    in_tables = set().union(*(names[table]["indicator"] for table in tables))
    assert {name for name in in_tables if f"`{name}`" not in PAGE} == set()
    own = set(queueing.__all__) - {"Network", "Part", "Rate", "Time"}
    assert {name for name in own if not re.search(rf"\b{name}\b", PAGE)} == set()


def test_the_message_that_the_page_shows_is_the_one_that_is_given() -> None:
    shown = re.search(r"print\(error\)  # (.*)", PAGE)
    assert shown is not None
    with pytest.raises(queueing.NetworkError) as error:
        queueing.exponential(20)  # type: ignore[arg-type] - the mistake that the page makes
    assert str(error.value) == shown[1]
