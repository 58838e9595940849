"""A week of work as values: which minutes of which weekdays, in words and as instants. Pure.

Weekdays count from Monday, 0; minutes from the wall midnight of their day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from webapp.core import zones

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MINUTES = 24 * 60

#: From and until, in minutes; None is a day off.
Day = tuple[int, int] | None
#: Seven of them, Monday first.
Hours = tuple[Day, ...]
#: Instants, in UTC: from, and until before.
Slot = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Week:
    """The team's week. `version` is 0 as long as nobody has set one."""

    weekdays: frozenset[int]
    starts: int
    ends: int
    country: str = ""
    region: str = ""
    version: int = 0

    @property
    def day_minutes(self) -> int:
        """How long a working day is, in minutes."""
        return self.ends - self.starts

    @property
    def hours(self) -> Hours:
        """The same, day by day."""
        return tuple(
            (self.starts, self.ends) if one in self.weekdays else None for one in range(len(DAYS))
        )


DEFAULT = Week(frozenset(range(5)), 9 * 60, 17 * 60)


def mask(weekdays: Iterable[int]) -> int:
    """The days as a row keeps them.

    >>> mask([0, 1, 6])
    67
    """
    return sum({1 << one for one in weekdays})


def unmask(kept: int) -> frozenset[int]:
    """The days a row keeps.

    >>> sorted(unmask(67))
    [0, 1, 6]
    """
    return frozenset(one for one in range(len(DAYS)) if kept >> one & 1)


def clock_words(minute: int) -> str:
    """A minute as a clock shows it; the end of a day is its midnight.

    >>> clock_words(540), clock_words(1440)
    ('09:00', '00:00')
    """
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def span(starts: time, ends: time) -> tuple[int, int]:
    """A day's hours in minutes; an end at midnight is the end of the day. Raises ValueError.

    >>> span(time(9), time(17, 30)), span(time(18), time())
    ((540, 1050), (1080, 1440))
    """
    first, last = _minute(starts), _minute(ends) or MINUTES
    if last <= first:
        raise ValueError("The day ends before it starts.")
    return first, last


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def days_in_words(hours: Hours) -> str:
    """Which days and hours, days that follow each other and are alike put together.

    >>> days_in_words(DEFAULT.hours)
    'Mon–Fri 09:00–17:00'
    >>> days_in_words(((540, 780), None, (540, 780), None, None, (600, 720), (600, 720)))
    'Mon 09:00–13:00, Wed 09:00–13:00, Sat–Sun 10:00–12:00'
    """
    runs: list[tuple[int, int, Day]] = []
    for day, span in enumerate(hours):
        if runs and runs[-1][1:] == (day - 1, span):
            runs[-1] = (runs[-1][0], day, span)
        else:
            runs.append((day, day, span))
    words = [
        f"{DAYS[first]}{f'–{DAYS[last]}' if last > first else ''}"
        f" {clock_words(span[0])}–{clock_words(span[1])}"
        for first, last, span in runs
        if span is not None
    ]
    return ", ".join(words) or "No day"


def minutes_a_week(hours: Hours) -> int:
    """How long such a week is, in minutes.

    >>> minutes_a_week(DEFAULT.hours)
    2400
    """
    return sum(span[1] - span[0] for span in hours if span is not None)


def each_day(first: date, last: date) -> list[date]:
    """The days from one to another, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def slots(
    hours: Hours, zone: str, first: date, last: date, off: Collection[date] = ()
) -> list[Slot]:
    """The instants a week of `hours` lived in `zone` covers from one day to another (both included,
    days of that zone), but for the days `off`. In order; what touches is one.

    Where the clocks jump over a working hour it is missing, where they go back it lasts longer.
    """
    found: list[Slot] = []
    for day in each_day(first, last):
        span = hours[day.weekday()]
        if span is None or day in off:
            continue
        midnight = datetime.combine(day, time())
        starts, ends = (zones.to_utc(midnight + timedelta(minutes=one), zone) for one in span)
        if found and found[-1][1] == starts:
            found[-1] = (found[-1][0], ends)
        elif starts < ends:
            found.append((starts, ends))
    return found


def without(kept: Iterable[Slot], taken: Iterable[Slot]) -> list[Slot]:
    """What is left of some slots without others; both in order.

    >>> from datetime import UTC
    >>> nine, noon, five = (datetime(2026, 4, 2, hour, tzinfo=UTC) for hour in (9, 12, 17))
    >>> [[at.hour for at in slot] for slot in without([(nine, five)], [(noon, five)])]
    [[9, 12]]
    """
    left = list(kept)
    for first, last in taken:
        pieces = []
        for starts, ends in left:
            if last <= starts or ends <= first:
                pieces.append((starts, ends))
                continue
            pieces += [one for one in ((starts, first), (last, ends)) if one[0] < one[1]]
        left = pieces
    return left
