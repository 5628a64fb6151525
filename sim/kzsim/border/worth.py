"""What an hour of a truck and of its load is worth: money and spoilage, which move no truck."""

from __future__ import annotations

from datetime import date

from kzsim.border.calendars import Clock, Interval, joined
from kzsim.border.labels import Direction, Worth
from kzsim.evidence import ANY_CROSSING, EvidenceError, Parameters, RoadFlow

PERISHABLE = "perishable"

TRUCK_HOUR = "cost.truck_hour"
TRANSFER = "cost.khorgos_fixed"
VALUE = "cost.cargo_value_perishable"
_LOSS = "road.{crossing}.both.loss."


def road_worth(params: Parameters, crossing: str, direction: Direction, klass: str, flow: RoadFlow) -> Worth:
    """The worth of a truck of a class and of its load.

    The transfer of a load in the Chinese yard costs everywhere what it does at Khorgos, the only place it
    is known of. Produce loses value at one rate in refrigerated trucks and at two, by season, in others.
    """
    transfer = flow.load_t > 0 and direction == "cn_to_kz"
    warm = cool = value = 0.0
    if klass == PERISHABLE:
        loss = _LOSS.format(crossing=crossing)
        cooled = params.get(f"{loss}reefer_share").share
        reefer = params.get(f"{loss}perishable_reefer").share
        warm, cool = (
            cooled * reefer + (1 - cooled) * params.get(f"{loss}perishable_unrefrigerated_{season}").share
            for season in ("summer", "cool")
        )
        value = params.get(VALUE).number
    return Worth(
        hour_usd=params.get(TRUCK_HOUR).number,
        transfer_usd=params.get(TRANSFER).number if transfer else 0.0,
        value_usd=value,
        lost_per_day_warm=warm,
        lost_per_day_cool=cool,
    )


def warm_season(params: Parameters, clock: Clock) -> tuple[Interval, ...]:
    """The warm months of the run on the home clock, in ms. Raises EvidenceError if they are no months."""
    fact = params.get(f"{_LOSS.format(crossing=ANY_CROSSING)}summer_months")
    if not isinstance(fact.value, tuple):
        raise EvidenceError(f"{fact.key}: {fact.value!r} is no list of months")
    months = {int(month) for month in fact.value}
    days = [day for day in clock.days() if day.month in months]
    return joined(clock, ((clock.ms(clock.home, day), _next(clock, day)) for day in days))


def _next(clock: Clock, day: date) -> int:
    return clock.ms(clock.home, day, 24 * 60)
