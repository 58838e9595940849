"""Working time, against a clock that is asked minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.availability import working_time
from webapp.availability.working_time import WorkingTime
from webapp.core.zones import to_utc

MINUTE = timedelta(minutes=1)
OFFICE = frozenset({0, 1, 2, 3, 4})
ALL_WEEK = frozenset(range(7))
#: Zones whose clocks change, at midnight and by half an hour too, and some that stay.
ZONES = (
    *("Europe/Berlin", "Europe/London", "Europe/Lisbon", "Atlantic/Azores", "America/New_York"),
    *("America/Los_Angeles", "America/St_Johns", "America/Havana", "America/Santiago"),
    *("America/Scoresbysund", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut"),
    *("Asia/Jerusalem", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland"),
    *("Pacific/Chatham", "Pacific/Easter", "Antarctica/Troll", "Asia/Kathmandu", "UTC"),
)


def _edges(zone: str) -> list[date]:
    """The days of 2025 to 2027 on which the clocks change."""
    info, found = ZoneInfo(zone), []
    for number in range(3 * 365):
        day = date(2025, 1, 1) + timedelta(days=number)
        midnights = [
            datetime.combine(day + timedelta(days=n), time(), info).astimezone(UTC) for n in (0, 1)
        ]
        if midnights[1] - midnights[0] != timedelta(days=1):
            found.append(day)
    return found


EDGES = {zone: _edges(zone) or [date(2026, 3, 29)] for zone in ZONES}


@st.composite
def _axes(draw: st.DrawFn) -> WorkingTime:
    """An axis that begins within days of a change of the clocks, on any hours and weekdays."""
    zone = draw(st.sampled_from(ZONES))
    edge = draw(st.sampled_from(EDGES[zone]))
    starts = draw(st.integers(0, 1439) | st.sampled_from([0, 60, 120, 540]))
    ends = draw(st.integers(starts + 1, 1440) | st.just(1440))
    closed = draw(st.sets(st.integers(-9, 9), max_size=5))
    return WorkingTime(
        zone,
        edge - timedelta(days=draw(st.integers(-4, 4))),
        draw(st.frozensets(st.integers(0, 6), min_size=1) | st.just(ALL_WEEK)),
        starts,
        ends,
        {edge + timedelta(days=n) for n in closed},
    )


def _days_of_a_minute(axis: WorkingTime) -> st.SearchStrategy[int]:
    return st.integers(-5 * axis.day_minutes, 5 * axis.day_minutes)


def _is_on_the_clock(axis: WorkingTime, instant: datetime, wall_minute: int) -> bool:
    local = instant.astimezone(ZoneInfo(axis.zone))
    return (local.hour * 60 + local.minute) % 1440 == wall_minute % 1440


def berlin(*closed: date) -> WorkingTime:
    """Nine to five from Thursday, 2 April 2026."""
    return WorkingTime("Europe/Berlin", date(2026, 4, 2), OFFICE, 540, 1020, closed)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_minute_zero_is_the_first_working_moment_on_or_after_the_origin():
    axis = WorkingTime("Europe/Berlin", date(2026, 4, 4), OFFICE, 540, 1020)

    assert axis.start_at(0) == at(2026, 4, 6, 7)


def test_work_that_starts_at_a_boundary_starts_when_the_next_working_day_begins():
    assert berlin().start_at(2 * 480) == at(2026, 4, 6, 7)


def test_work_that_finishes_at_a_boundary_finishes_in_the_evening_before():
    assert berlin().finish_at(2 * 480) == at(2026, 4, 3, 15)


def test_a_day_off_is_no_working_day():
    good_friday = date(2026, 4, 3)

    axis = berlin(good_friday)

    assert not axis.is_working(good_friday)
    assert axis.start_at(480) == at(2026, 4, 6, 7)


def test_days_off_may_be_told_by_a_rule():
    axis = WorkingTime("UTC", date(2026, 4, 1), ALL_WEEK, 0, 60, lambda day: day.day % 2 == 0)

    assert [opens.day for opens, _ in axis.slots(date(2026, 4, 1), date(2026, 4, 6))] == [1, 3, 5]


def test_an_instant_outside_working_time_counts_as_the_boundary():
    axis = berlin()
    night, weekend, early = at(2026, 4, 2, 22), at(2026, 4, 5, 12), at(2026, 4, 6, 3)

    assert [axis.minute_of(one) for one in (night, weekend, early)] == [480, 960, 960]


@pytest.mark.parametrize("year", [1950, 2099])
def test_a_day_generations_away_asks_the_clock_of_a_few_days_only(monkeypatch, year):
    asked = []

    def note(wall, zone):
        asked.append(wall)
        return to_utc(wall, zone)

    monkeypatch.setattr(working_time, "to_utc", note)
    axis = berlin()

    minute = axis.minute_of(at(year, 12, 1, 12))

    assert axis.start_at(minute) == at(year, 12, 1, 12)
    assert len(asked) < 100


def test_instants_before_the_origin_are_negative():
    axis = berlin()

    assert axis.minute_of(at(2026, 4, 1, 15)) == 0
    assert axis.minute_of(at(2026, 4, 1, 14)) == -60
    assert axis.start_at(-480) == at(2026, 4, 1, 7)
    assert axis.finish_at(-480) == at(2026, 3, 31, 15)


def test_a_minute_that_is_not_over_does_not_count():
    assert berlin().minute_of(at(2026, 4, 2, 7, 1, 59)) == 1


def test_the_next_working_day_is_the_day_itself_when_it_is_one():
    axis = berlin(date(2026, 4, 6))

    assert axis.next_working(date(2026, 4, 3)) == date(2026, 4, 3)
    assert axis.next_working(date(2026, 4, 4)) == date(2026, 4, 7)


def test_slots_are_the_working_days_of_a_period_with_both_its_ends():
    found = berlin().slots(date(2026, 4, 2), date(2026, 4, 6))

    assert found == [
        (at(2026, 4, 2, 7), at(2026, 4, 2, 15)),
        (at(2026, 4, 3, 7), at(2026, 4, 3, 15)),
        (at(2026, 4, 6, 7), at(2026, 4, 6, 15)),
    ]


def test_the_wall_time_stays_when_the_clocks_change_at_night():
    axis = WorkingTime("Europe/Berlin", date(2026, 3, 27), OFFICE, 540, 1020)

    assert [axis.start_at(n * 480) for n in (0, 1)] == [at(2026, 3, 27, 8), at(2026, 3, 30, 7)]


def test_an_hour_the_clocks_skip_takes_no_time():
    axis = WorkingTime("Europe/Berlin", date(2026, 3, 29), ALL_WEEK, 60, 300)

    assert axis.finish_at(60) == axis.start_at(120) == at(2026, 3, 29, 1)
    assert axis.finish_at(240) == at(2026, 3, 29, 3)
    assert axis.minute_of(at(2026, 3, 29, 1)) == 120


def test_an_hour_the_clocks_show_twice_is_worked_the_first_time():
    axis = WorkingTime("Europe/Berlin", date(2026, 10, 25), ALL_WEEK, 60, 300)

    assert axis.start_at(119) == at(2026, 10, 25, 0, 59)
    assert axis.minute_of(at(2026, 10, 25, 1, 30)) == 119
    assert axis.start_at(120) == at(2026, 10, 25, 2)


def test_a_day_the_zone_skips_takes_no_time():
    axis = WorkingTime("Pacific/Apia", date(2011, 12, 29), ALL_WEEK, 540, 1020)

    assert axis.finish_at(2 * 480) <= axis.start_at(2 * 480) == at(2011, 12, 30, 19)
    assert len(axis.slots(date(2011, 12, 29), date(2011, 12, 31))) == 2


@given(axis=_axes(), data=st.data())
def test_a_minute_comes_back_unless_the_clocks_skip_it(axis, data):
    minute = data.draw(_days_of_a_minute(axis))

    for instant, into in (
        (axis.start_at(minute), minute % axis.day_minutes),
        (axis.finish_at(minute), (minute - 1) % axis.day_minutes + 1),
    ):
        if _is_on_the_clock(axis, instant, axis.starts + into):
            assert axis.minute_of(instant) == minute
        else:
            found = axis.minute_of(instant)  # of a day that is skipped whole, its end
            assert instant in (axis.start_at(found), axis.finish_at(found))
            assert axis.minute_of(instant) > minute


@given(axis=_axes(), data=st.data())
def test_time_never_runs_back(axis, data):
    first, second = sorted(data.draw(st.tuples(*[_days_of_a_minute(axis)] * 2)))
    instant = axis.start_at(first)
    later = instant + data.draw(st.integers(0, 5000)) * MINUTE

    assert axis.finish_at(first) <= axis.start_at(first) <= axis.start_at(second)
    assert axis.finish_at(first) <= axis.finish_at(second)
    assert axis.minute_of(instant) <= axis.minute_of(later)


@given(axis=_axes(), data=st.data())
def test_an_instant_lies_in_the_last_minute_that_has_begun(axis, data):
    away = data.draw(st.integers(-4 * 1440 * 60, 4 * 1440 * 60))
    instant = axis.start_at(0) + timedelta(seconds=away)

    minute = axis.minute_of(instant)

    assert axis.finish_at(minute) <= instant < axis.start_at(minute + 1)


@given(axis=_axes())
def test_every_minute_the_wall_clock_shows_is_worked_once(axis):
    info = ZoneInfo(axis.zone)

    def wall(instant: datetime) -> datetime:
        return instant.astimezone(info).replace(tzinfo=None)

    for opens, closes in axis.slots(axis.origin_on, axis.origin_on + timedelta(days=7)):
        passed = {wall(opens + n * MINUTE) for n in range((closes - opens) // MINUTE)}
        # Clocks that go back past the opening show minutes in which nobody works.
        shown = {one for one in passed if one >= wall(opens)}
        first = axis.minute_of(opens)
        starts = {axis.start_at(n) for n in range(first, axis.minute_of(closes))}

        # Minutes that are skipped at the very end begin when the day ends.
        assert {wall(one) for one in starts - {closes}} == shown


def test_a_week_without_working_days_is_refused():
    with pytest.raises(ValueError, match="at least one weekday"):
        WorkingTime("UTC", date(2026, 1, 1), frozenset(), 540, 1020)


@pytest.mark.parametrize(("starts", "ends"), [(540, 540), (-1, 60), (600, 1441)])
def test_hours_that_are_no_stretch_of_a_day_are_refused(starts, ends):
    with pytest.raises(ValueError, match="starts before it ends"):
        WorkingTime("UTC", date(2026, 1, 1), OFFICE, starts, ends)


def test_a_calendar_closed_for_twenty_years_is_refused():
    with pytest.raises(ValueError, match="no day is worked within 20 years of 2026-01-01"):
        WorkingTime("UTC", date(2026, 1, 1), OFFICE, 540, 1020, lambda day: True)


def test_a_calendar_that_closes_for_good_is_refused_where_it_does():
    axis = WorkingTime("UTC", date(2026, 1, 1), OFFICE, 540, 1020, lambda day: day.year > 2026)

    with pytest.raises(ValueError, match="within 20 years of 2027-01-01"):
        axis.start_at(480 * 300)


@pytest.mark.parametrize("far", [at(9999, 1, 1), at(1, 1, 1)])
def test_a_date_of_another_age_is_refused(far):
    with pytest.raises(ValueError, match="too far from 2026-04-02"):
        berlin().minute_of(far)
