from __future__ import annotations

import numpy as np
import pytest

from kzsim.indicators.binding import Binding, binding
from kzsim.indicators.collect import Collected
from kzsim.indicators.layout import ElementInfo
from kzsim.indicators.summary import summarise
from kzsim.network.model import MS_PER_DAY, Account
from tests.unit.indicators_world import GENERAL, Stay, layout, observed


def bound(*spent: tuple[str, Account, float], busy_days: float = 1.0) -> Binding:
    where = layout()
    seen = Collected(where)
    seen.add(summarise(where, observed([Stay(GENERAL, 30, 50, spent=spent)])))
    busy_ms = np.array([busy_days * MS_PER_DAY])
    (found,) = binding(where, seen.account_hours, busy_ms, seen.mean_capacity_ms)
    return found


def test_a_quota_binds_where_most_waiting_is_for_it() -> None:
    found = bound(("a.gate", Account.QUOTA, 6.0), ("a.check", Account.QUEUE, 4.0))
    assert (found.binds, found.account, found.stage) == ("quota", "quota", "gate")
    assert found.share_of_delay == pytest.approx(0.6)
    assert found.wait_share_of_stay == pytest.approx(0.5)
    assert found.text == "quota: KZ gate (60 % of waiting)"


def test_hours_bind_where_most_waiting_is_before_a_closed_door() -> None:
    found = bound(("a.check", Account.CLOSED, 6.0))
    assert (found.binds, found.stage, found.text) == (
        "hours",
        "check",
        "hours: most of it at KZ check (100 % of waiting)",
    )


def test_a_stage_binds_with_its_use_over_the_time_it_is_open() -> None:
    # two servers for the second half of ten days: ten server-days
    found = bound(("a.check", Account.QUEUE, 6.0), busy_days=9)
    assert (found.binds, found.stage) == ("stage", "check")
    assert found.utilisation == pytest.approx(0.9)
    assert found.text == "stage: KZ check, 90 % busy (100 % of waiting)"


def test_a_full_zone_names_the_stage_that_fills_it() -> None:
    found = bound(
        ("a.yard", Account.BLOCKED, 6.0), ("a.check", Account.QUEUE, 2.0), ("a.gate", Account.QUOTA, 3.0)
    )
    assert (found.binds, found.stage, found.cause) == ("zone", "yard", "a.check")
    assert found.text == "zone: KZ yard is full because of KZ check (55 % of waiting)"


def test_the_electronic_queue_is_called_so() -> None:
    assert ElementInfo("a", "road", "kz_to_cn", "kz", "equeue").spoken == "KZ electronic queue"


def test_nothing_binds_where_hardly_anybody_waits() -> None:
    found = bound(("a.check", Account.QUEUE, 0.5))
    assert (found.binds, found.account, found.element) == ("nothing", "", "")
    assert found.text == "nothing: 2 % of the stay is waiting"
