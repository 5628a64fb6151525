"""Two clocks, opening hours and closed days, to the millisecond."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from kzsim import evidence
from kzsim.border.calendars import (
    Clock,
    Opening,
    clock,
    daily_calendar,
    daily_refills,
    extra_intervals,
    joined,
    open_hours,
    open_intervals,
    road_opening,
    to_calendar,
    whole_parts,
)
from kzsim.network.model import Calendar, Refill

HOUR = 3_600_000
DAY = 24 * HOUR
ALMATY, SHANGHAI = ZoneInfo("Asia/Almaty"), ZoneInfo("Asia/Shanghai")


def a_clock(first: date, last: date) -> Clock:
    return Clock(first, last, {"kz": ALMATY, "cn": SHANGHAI})


def an_opening(side: str, *hours: tuple[int, int], **closed: frozenset) -> Opening:
    return Opening(side, ((date.min, None, hours),), **closed)


def test_a_run_starts_at_midnight_of_kazakhstans_clock_whatever_zone_the_machine_is_in() -> None:
    run = clock(date(2023, 1, 1), date(2023, 1, 1))
    assert run.start.isoformat() == "2023-01-01T00:00:00+06:00"
    assert run.horizon_ms == DAY


@pytest.mark.parametrize(("day", "gap_h"), [(date(2023, 7, 1), 2), (date(2024, 7, 1), 3)])
def test_chinas_clock_is_two_hours_ahead_before_march_2024_and_three_after(day: date, gap_h: int) -> None:
    run = a_clock(day, day)
    assert run.ms("cn", day, 12 * 60) == (12 - gap_h) * HOUR
    assert run.offset_hours("cn", day) == gap_h


def test_the_last_day_of_february_2024_lasts_25_hours_in_kazakhstan_and_24_in_china() -> None:
    run = a_clock(date(2024, 2, 28), date(2024, 3, 2))
    february, march = date(2024, 2, 29), date(2024, 3, 1)
    assert run.ms("kz", march) - run.ms("kz", february) == 25 * HOUR
    assert run.ms("cn", march) - run.ms("cn", february) == DAY
    assert run.horizon_ms == 4 * DAY + HOUR
    assert run.ms("kz", february, 1440) == run.ms("kz", march)


def test_the_same_kazakh_opening_hours_are_an_hour_later_for_china_after_the_change() -> None:
    run = a_clock(date(2024, 2, 29), date(2024, 3, 1))
    opened = open_intervals(run, an_opening("kz", (480, 1020)))
    assert opened == ((8 * HOUR, 17 * HOUR), (25 * HOUR + 8 * HOUR, 25 * HOUR + 17 * HOUR))


def test_a_run_touches_the_dates_of_both_clocks() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 11))
    assert run.days("kz") == (date(2023, 6, 10), date(2023, 6, 11))
    assert run.days("cn") == (date(2023, 6, 10), date(2023, 6, 11), date(2023, 6, 12))


def test_a_lunch_break_is_closed() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 10))
    assert to_calendar(open_intervals(run, an_opening("kz", (480, 720), (780, 1020)))) == Calendar(
        (0, 8 * HOUR, 12 * HOUR, 13 * HOUR, 17 * HOUR), (0, 1, 0, 1, 0)
    )


def test_round_the_clock_is_one_interval_over_all_days() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 12))
    always = an_opening("cn", (0, 1440))
    assert open_intervals(run, always) == ((0, 3 * DAY),)
    assert to_calendar(open_intervals(run, always)) == Calendar((0, 3 * DAY), (1, 0))
    assert always.round_the_clock(date(2023, 6, 11))


def test_a_crossing_that_goes_round_the_clock_from_a_date_does_so_from_that_date() -> None:
    there = evidence.crossings()["nur_zholy"]
    started = next(hours.first for hours in there.hours["cn"] if hours.open == ((0, 1440),))
    opening = road_opening(there, "cn")
    assert opening.round_the_clock(started)
    assert not opening.round_the_clock(date.fromordinal(started.toordinal() - 1))


def test_a_weekly_closed_day_closes_both_sides_each_by_its_own_calendar() -> None:
    there = next(c for c in evidence.crossings().values() if c.weekly_closed["cn"])
    (weekday,) = there.weekly_closed["cn"]
    day = date(2023, 6, 5 + weekday)
    assert day.weekday() == weekday
    for side in ("kz", "cn"):
        assert road_opening(there, side).minutes(day) == ()
        assert road_opening(there, side).minutes(date(2023, 6, 6 + weekday)) != ()


@pytest.mark.parametrize("closing_side", ["kz", "cn"])
def test_a_holiday_of_one_side_closes_the_other_on_the_same_date_of_its_own_clock(closing_side: str) -> None:
    there = evidence.crossings()["nur_zholy"]
    holiday = next(closed.day for closed in there.closed_dates[2023] if closed.side == closing_side)
    run = a_clock(holiday, holiday)
    assert open_intervals(run, road_opening(there, "kz")) == ()
    chinese = open_intervals(run, road_opening(there, "cn", [(0, 1440)]))
    # the run's last two hours belong to China's next date; its first 22 to the closed one
    following_is_closed = road_opening(there, "cn").is_closed_day(date.fromordinal(holiday.toordinal() + 1))
    assert chinese == (() if following_is_closed else ((22 * HOUR, 24 * HOUR),))


def test_hours_given_by_the_scenario_replace_those_of_the_evidence_but_not_the_holidays() -> None:
    there = evidence.crossings()["nur_zholy"]
    opening = road_opening(there, "kz", [(360, 1200)])
    assert opening.minutes(date(2023, 6, 14)) == ((360, 1200),)
    assert opening.minutes(there.closed_dates[2023][0].day) == ()


def test_a_day_before_the_first_known_hours_is_treated_like_their_first_day() -> None:
    opening = Opening("kz", ((date(2022, 1, 1), None, ((480, 1020),)),))
    assert opening.minutes(date(2019, 5, 5)) == ((480, 1020),)


def test_extra_hours_follow_the_last_closing_and_end_at_the_next_opening() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 11))
    with_lunch = an_opening("kz", (480, 720), (780, 1020))
    assert extra_intervals(run, with_lunch, 3 * HOUR) == (
        (17 * HOUR, 20 * HOUR),
        (DAY + 17 * HOUR, DAY + 20 * HOUR),
    )
    late = an_opening("kz", (120, 1380))
    assert extra_intervals(run, late, 6 * HOUR) == (
        (0, 2 * HOUR),
        (23 * HOUR, 26 * HOUR),
        (47 * HOUR, 48 * HOUR),
    )


def test_there_are_no_extra_hours_round_the_clock_nor_on_closed_days() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 11))
    assert extra_intervals(run, an_opening("cn", (0, 1440)), 3 * HOUR) == ()
    shut = an_opening("kz", (480, 1020), closed_dates=frozenset({date(2023, 6, 10)}))
    assert extra_intervals(run, shut, 3 * HOUR) == ((DAY + 17 * HOUR, DAY + 20 * HOUR),)


def test_open_hours_are_cut_at_full_hours_and_keep_their_length() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 10))
    hours = list(open_hours(run, an_opening("kz", (510, 720))))
    assert [hour.minutes for hour in hours] == [30, 60, 60, 60]
    assert hours[0].start_ms == 8 * HOUR + HOUR // 2


def test_a_daily_value_changes_at_midnight_of_the_sides_own_clock() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 11))
    value = daily_calendar(run, "cn", ((0, 2 * DAY),), lambda day: 2 if day < date(2023, 6, 11) else 3)
    assert value == Calendar((0, 22 * HOUR, 2 * DAY), (2, 3, 0))


def test_daily_refills_start_at_0_and_come_at_midnight_of_the_sides_own_clock() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 11))
    assert daily_refills(run, "cn", lambda day: day.day) == (
        Refill(0, 10),
        Refill(22 * HOUR, 11),
        Refill(DAY + 22 * HOUR, 12),
    )


def test_whole_parts_lose_nothing_but_the_last_fraction() -> None:
    assert list(whole_parts([14.5] * 4)) == [14, 15, 14, 15]
    assert list(whole_parts([0.1] * 10)) == [0] * 9 + [1]


def test_intervals_are_clipped_to_the_run_and_joined() -> None:
    run = a_clock(date(2023, 6, 10), date(2023, 6, 10))
    assert joined(run, [(20 * HOUR, 30 * HOUR), (-HOUR, HOUR), (HOUR, 2 * HOUR), (40 * HOUR, 50 * HOUR)]) == (
        (0, 2 * HOUR),
        (20 * HOUR, DAY),
    )
