"""Every edge at which the clocks of twenty zones change, for three years: no appointment is skipped
or doubled, and each keeps its hours on the wall.
"""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import icalendar
import pytest

from webapp.availability.working_time import WorkingTime
from webapp.calendars import ics
from webapp.calendars.days import Days
from webapp.calendars.feeds import item_of
from webapp.core import zones

FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
DAY = timedelta(days=1)
ZONES = (
    *("Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Chisinau", "Atlantic/Azores"),
    *("America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Havana"),
    *("America/Santiago", "America/Asuncion", "America/Nuuk", "Africa/Casablanca"),
    *("Africa/Cairo", "Asia/Beirut", "Asia/Jerusalem", "Australia/Sydney"),
    *("Australia/Lord_Howe", "Pacific/Auckland", "Antarctica/Troll"),
)


def edges(zone: str) -> list[date]:
    """The days on which the clocks change."""
    info, found, day = ZoneInfo(zone), [], FIRST
    while day <= LAST:
        noons = [
            datetime(one.year, one.month, one.day, 12, tzinfo=info) for one in (day - DAY, day)
        ]
        if noons[0].utcoffset() != noons[1].utcoffset():
            found.append(day)
        day += DAY
    return found


def around(edge: date) -> list[date]:
    return [edge + timedelta(days=n) for n in range(-3, 4)]


def row(number: int, zone: str, starts_at: datetime, finishes_at: datetime, **changes):
    """A planned task as the database answers it."""
    values = {
        "id": number,
        "title": f"Task {number}",
        "campaign_id": 1,
        "campaign": "Tidal Lines",
        "zone": zone,
        "state": "todo",
        "is_milestone": False,
        "assignee_id": None,
        "due_on": None,
        "trashed_at": None,
        "campaign_trashed_at": None,
        "updated_at": starts_at,
        "moved_at": None,
        "version": 1,
        "campaign_version": 1,
        "moves": 0,
        "starts_at": starts_at,
        "finishes_at": finishes_at,
    }
    return SimpleNamespace(**values | changes)


def read_again(rows) -> list[icalendar.Event]:
    """The rows as a feed, read by the library, in order of time."""
    told = [ics.Told(item_of(one), "", "") for one in rows]
    data = ics.written("Feed", told, "desk.example", now=datetime(2025, 1, 1, tzinfo=UTC))
    found = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return sorted(found, key=lambda one: int(str(one["uid"]).split("@")[0].split("-")[1]))


def days_of_work(zone: str, edge: date, starts: int, ends: int):
    times = WorkingTime(zone, edge - 4 * DAY, range(7), starts, ends)
    days = around(edge)
    return days, times.slots(days[0], days[-1])


def test_the_zones_have_edges_enough():
    assert len(ZONES) == 20
    assert sum(len(edges(zone)) for zone in ZONES) >= 100


@pytest.mark.parametrize("zone", ZONES)
def test_a_days_work_keeps_its_hours_on_the_wall(zone):
    for edge in edges(zone):
        days, slots = days_of_work(zone, edge, 9 * 60, 17 * 60)

        found = read_again(row(n, zone, *slot) for n, slot in enumerate(slots))

        wall = [
            tuple(zones.local(one.decoded(end), zone).replace(tzinfo=None) for end in ENDS)
            for one in found
        ]
        assert wall == [
            (datetime(d.year, d.month, d.day, 9), datetime(d.year, d.month, d.day, 17))
            for d in days
        ]


ENDS = ("dtstart", "dtend")


@pytest.mark.parametrize("zone", ZONES)
def test_whole_days_follow_each_other_without_gap_or_overlap(zone):
    for edge in edges(zone):
        days, slots = days_of_work(zone, edge, 0, 24 * 60)

        found = read_again(row(n, zone, *slot) for n, slot in enumerate(slots))

        starts, ends = ([one.decoded(end) for one in found] for end in ENDS)
        assert starts[1:] == ends[:-1]
        assert (starts[0], ends[-1]) == (
            zones.day_start(days[0], zone),
            zones.day_start(days[-1] + DAY, zone),
        )


@pytest.mark.parametrize("zone", ZONES)
def test_each_days_work_stands_in_its_own_column(zone):
    for edge in edges(zone):
        for hours in ((0, 24 * 60), (60, 5 * 60), (22 * 60, 24 * 60)):
            listed, slots = days_of_work(zone, edge, *hours)
            days = Days(listed[0], listed[-1], zone)

            places = [(days.place(a), days.last_place(a, b)) for a, b in slots]

            assert places == [(n, n) for n in range(len(listed))]
            for a, b in slots:
                assert sum(days.minutes(a, b)) == (b - a).total_seconds() / 60


@pytest.mark.parametrize("zone", ZONES)
def test_dates_stay_dates_wherever_the_clocks_are(zone):
    """A milestone on the Monday of every week for three years, and work over each weekend."""
    mondays = [FIRST + timedelta(days=5, weeks=n) for n in range(156)]
    rows = []
    for number, monday in enumerate(mondays):
        at = zones.day_start(monday, zone)
        friday, end = zones.day_start(monday - 3 * DAY, zone), zones.day_start(monday + DAY, zone)
        rows.append(row(2 * number, zone, at, at, is_milestone=True))
        rows.append(row(2 * number + 1, zone, friday, end))

    found = read_again(rows)

    spans = [tuple(one.decoded(end) for end in ENDS) for one in found]
    assert spans[::2] == [(monday, monday + DAY) for monday in mondays]
    assert spans[1::2] == [(monday - 3 * DAY, monday + DAY) for monday in mondays]
