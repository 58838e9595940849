"""Weeks over the ends of years, and days where the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webapp.calendars.days import Days, Week, parsed_day, parsed_week, week_of

ZONES = (
    *("Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Casablanca"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Asia/Beirut", "Antarctica/Troll", "Asia/Kathmandu"),
)


@given(some.dates(date(2002, 1, 1), date(2098, 12, 31)))
def test_every_day_lies_in_its_week(day):
    week = week_of(day)

    assert week.monday <= day <= week.sunday
    assert parsed_week(week.key) == week
    assert week.after.before == week
    assert week.after.monday == week.sunday + timedelta(days=1)


def test_a_year_of_53_weeks_has_them_all():
    week, seen = Week(2026, 1), []
    while week.year == 2026:
        seen.append(week.number)
        week = week.after

    assert seen == list(range(1, 54))
    assert week == Week(2027, 1)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-2-1", "", "x", "2026-W05-1"])
def test_what_names_no_day_is_none(text):
    assert parsed_day(text) is None


@given(some.sampled_from(ZONES), some.dates(date(2010, 1, 1), date(2030, 1, 1)))
def test_the_minutes_of_each_day_add_up(zone, first):
    """A day is as long as it is there: 23 hours, 25, none at all."""
    days = Days(first, first + timedelta(days=13), zone)

    minutes = days.minutes(days.begins - timedelta(hours=5), days.ends + timedelta(hours=5))

    assert sum(minutes) == (days.ends - days.begins).total_seconds() / 60


@given(
    some.sampled_from(ZONES),
    some.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=some.just(UTC)),
)
def test_an_instant_lies_in_the_day_its_zone_says(zone, instant):
    first = instant.date() - timedelta(days=3)
    days = Days(first, first + timedelta(days=7), zone)

    place = days.place(instant)

    assert days.each[place] == instant.astimezone(ZoneInfo(zone)).date()


def test_what_ends_at_midnight_ends_with_the_day_before():
    days = Days(date(2026, 11, 16), date(2026, 11, 22), "UTC")
    tuesday = datetime(2026, 11, 17, tzinfo=UTC)

    assert days.last_place(tuesday - timedelta(hours=3), tuesday) == 0
    assert days.last_place(tuesday, tuesday) == 1


def test_what_lies_outside_is_before_or_after():
    days = Days(date(2026, 11, 16), date(2026, 11, 22), "UTC")

    assert days.place(datetime(2026, 11, 15, 23, tzinfo=UTC)) == -1
    assert days.place(datetime(2026, 11, 23, tzinfo=UTC)) == 7
    assert [days.place_of(date(2026, 11, day)) for day in (1, 16, 22, 30)] == [-1, 0, 6, 7]
