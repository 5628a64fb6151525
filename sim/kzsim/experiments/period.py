"""The measured days of scenarios, as studies of several keep them for who reads their tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kzsim.scenario import Scenario

Days = dict[str, str]
"""``first`` and ``last`` measured day, as ISO 8601 writes dates."""


def measured_days(scenario: Scenario) -> Days:
    """First and last day that count, of Kazakhstan's clock: from the end of the run-in on."""
    begins = datetime.combine(scenario.first_day, time()) + timedelta(milliseconds=scenario.run_in_ms)
    return {"first": begins.date().isoformat(), "last": scenario.last_day.isoformat()}


def common_days(scenarios: Iterable[Scenario]) -> Days | None:
    """The measured days that all of them have; None where they differ or there is no scenario."""
    found = {tuple(sorted(measured_days(one).items())) for one in scenarios}
    return dict(next(iter(found))) if len(found) == 1 else None
