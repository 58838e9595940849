"""Wall times and instants, against zoneinfo itself."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import zones

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Antarctica/Troll",
    "UTC",
)
WALLS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(
    lambda wall: wall.replace(microsecond=0)
)


def _first_instant_from(wall: datetime, zone: str) -> datetime:
    """The oracle: the earliest instant whose wall clock shows `wall`, or the first after the
    gap.
    """
    info = ZoneInfo(zone)
    readings = [wall.replace(tzinfo=info, fold=fold).astimezone(UTC) for fold in (0, 1)]
    exact = [one for one in readings if one.astimezone(info).replace(tzinfo=None) == wall]
    if exact:
        return min(exact)
    before, after = sorted(readings)
    instant = before
    while instant.utcoffset() is not None and instant <= after:
        if instant.astimezone(info).replace(tzinfo=None) >= wall:
            return instant
        instant += timedelta(seconds=1)
    return after


@given(wall=WALLS, zone=st.sampled_from(ZONES))
def test_a_wall_time_is_the_first_instant_that_shows_it_or_comes_after_it(wall, zone):
    instant = zones.to_utc(wall, zone)

    assert instant == _first_instant_from(wall, zone)


@given(wall=WALLS, zone=st.sampled_from(ZONES))
def test_the_wall_time_comes_back_or_lay_in_a_gap(wall, zone):
    shown = zones.local(zones.to_utc(wall, zone), zone).replace(tzinfo=None)

    assert shown == wall or timedelta() < shown - wall <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        # In a gap: the first valid instant after it.
        (datetime(2026, 3, 29, 2, 30), "Europe/Berlin", datetime(2026, 3, 29, 1, 0)),
        (datetime(2026, 3, 8, 2, 1), "America/New_York", datetime(2026, 3, 8, 7, 0)),
        (datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30)),
        (datetime(2011, 12, 30, 12, 0), "Pacific/Apia", datetime(2011, 12, 30, 10, 0)),
        # In an overlap: the first of the two.
        (datetime(2026, 10, 25, 2, 30), "Europe/Berlin", datetime(2026, 10, 25, 0, 30)),
        (datetime(2026, 11, 1, 1, 30), "America/New_York", datetime(2026, 11, 1, 5, 30)),
        (datetime(2026, 4, 5, 1, 45), "Australia/Lord_Howe", datetime(2026, 4, 4, 14, 45)),
        # On the edges themselves.
        (datetime(2026, 3, 29, 1, 59, 59), "Europe/Berlin", datetime(2026, 3, 29, 0, 59, 59)),
        (datetime(2026, 3, 29, 3, 0), "Europe/Berlin", datetime(2026, 3, 29, 1, 0)),
        (datetime(2026, 10, 25, 3, 0), "Europe/Berlin", datetime(2026, 10, 25, 2, 0)),
    ],
)
def test_at_the_edges_of_summer_time(wall, zone, instant):
    assert zones.to_utc(wall, zone) == instant.replace(tzinfo=UTC)


def test_a_day_without_midnight_starts_when_it_starts():
    assert zones.day_start(date(2018, 11, 4), "America/Sao_Paulo") == datetime(
        2018, 11, 4, 3, 0, tzinfo=UTC
    )


@given(day=st.dates(date(1995, 1, 1), date(2060, 1, 1)), zone=st.sampled_from(ZONES))
def test_the_first_instant_of_a_day_is_in_that_day_and_the_one_before_is_not(day, zone):
    start = zones.day_start(day, zone)

    if zones.today(start, zone) != day:  # a zone that skipped this whole day
        assert zone == "Pacific/Apia"
        return
    assert zones.today(start - timedelta(seconds=1), zone) < day


def test_zones_are_known_by_name():
    assert zones.is_zone("Asia/Kathmandu")
    assert not zones.is_zone("Mars/Olympus")
    assert not zones.is_zone("../etc/passwd")
