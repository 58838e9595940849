"""When somebody is told: quiet hours, gathering, the digest, in any zone and over clock changes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import zones
from webapp.notifications.times import (
    GATHER,
    Hours,
    after_quiet,
    due_at,
    is_quiet,
    next_at,
    snoozes,
)

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
#: Around both changes of the clocks, to the minute.
moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC)).map(
    lambda one: one.replace(second=0, microsecond=0)
)
minutes = st.integers(0, 1439)
hours = st.builds(Hours, minutes, minutes, minutes)
zone_names = st.sampled_from(ZONES)
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)


@given(moments, hours, zone_names, st.sampled_from(["now", "digest"]))
def test_what_is_urgent_comes_at_once(now, own, zone, way):
    assert due_at(now, urgent=True, way=way, hours=own, zone=zone) == now


@given(moments, hours, zone_names)
def test_what_is_not_urgent_never_comes_in_quiet_hours_nor_later_than_their_end(now, own, zone):
    due = due_at(now, urgent=False, way="now", hours=own, zone=zone)

    assert not is_quiet(due, own, zone)
    assert now + GATHER <= due <= now + GATHER + timedelta(hours=25)


@given(moments, hours, zone_names)
def test_the_digest_is_the_next_one(now, own, zone):
    due = due_at(now, urgent=False, way="digest", hours=own, zone=zone)

    assert now < due <= now + timedelta(hours=25)
    wall = zones.local(due, zone)
    shown = wall.hour * 60 + wall.minute
    # Where the clocks jump over it, it comes right after the jump.
    assert shown == own.digest_at or 0 < shown - own.digest_at <= 60


@given(moments, hours, zone_names, st.integers(-10, 3000))
def test_what_gathers_joins_a_letter_that_goes_sooner_and_none_in_quiet_hours(
    now, own, zone, ahead
):
    waiting = now + timedelta(minutes=ahead)

    due = due_at(now, urgent=False, way="now", hours=own, zone=zone, gathering=waiting)

    alone = due_at(now, urgent=False, way="now", hours=own, zone=zone)
    assert due in (alone, waiting)
    assert due <= alone
    assert due > now
    assert not is_quiet(due, own, zone)


def test_hours_that_begin_and_end_together_are_none():
    assert not any(is_quiet(NOON + timedelta(hours=n), Hours(480, 480), "UTC") for n in range(24))


@pytest.mark.parametrize(
    ("at", "quiet"), [(21, False), (22, True), (23, True), (0, True), (7, True), (8, False)]
)
def test_quiet_hours_go_over_midnight(at, quiet):
    assert is_quiet(NOON.replace(hour=at), Hours(), "UTC") is quiet


def test_quiet_hours_are_of_where_somebody_is():
    assert is_quiet(NOON, Hours(), "Pacific/Kiritimati")  # two in the morning there
    end = after_quiet(NOON, Hours(), "Pacific/Kiritimati")
    assert end == datetime(2026, 6, 3, 18, tzinfo=UTC)


def test_a_minute_the_clocks_jump_over_is_the_first_one_after():
    night = datetime(2026, 3, 28, 23, tzinfo=UTC)  # Berlin jumps from 2:00 to 3:00 that night

    assert next_at(night, 150, "Europe/Berlin") == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_minute_that_comes_twice_is_the_first_one():
    night = datetime(2026, 10, 24, 23, tzinfo=UTC)

    assert next_at(night, 150, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(moments, zone_names)
def test_what_is_put_off_comes_back_ahead_at_nine(now, zone):
    until = snoozes(now, zone)

    assert until["hour"] == now + timedelta(hours=1)
    for name in ("tomorrow", "monday"):
        assert until[name] > now
        assert f"{zones.local(until[name], zone):%H:%M}" == "09:00"
    assert zones.local(until["monday"], zone).weekday() == 0
