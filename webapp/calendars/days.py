"""Weeks and days as a calendar counts them: ISO weeks over the ends of years, and where the days of
a zone begin. Pure.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from webapp.core import zones

WEEK = timedelta(weeks=1)
MINUTE = timedelta(minutes=1)
#: Years people mean; beyond them an address is a slip of the keyboard.
YEARS = range(2001, 2100)


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week: it has the year of its Thursday, and begins on a Monday."""

    year: int
    number: int

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def key(self) -> str:
        """As an address names it.

        >>> Week(2026, 5).key
        '2026-W05'
        """
        return f"{self.year}-W{self.number:02}"

    @property
    def before(self) -> "Week":
        """
        >>> Week(2027, 1).before.key
        '2026-W53'
        """
        return week_of(self.monday - WEEK)

    @property
    def after(self) -> "Week":
        """
        >>> Week(2026, 53).after.key
        '2027-W01'
        """
        return week_of(self.monday + WEEK)


def week_of(day: date) -> Week:
    """The week a day lies in.

    >>> week_of(date(2027, 1, 3)).key
    '2026-W53'
    """
    found = day.isocalendar()
    return Week(found.year, found.week)


def parsed_week(text: str) -> Week | None:
    """The week an address names; None when no week is called so.

    >>> parsed_week("2026-W53"), parsed_week("2027-W53"), parsed_week("47")
    (Week(year=2026, number=53), None, None)
    """
    found = re.fullmatch(r"(\d{4})-W(\d{2})", text, flags=re.ASCII)
    if found is None or int(found[1]) not in YEARS:
        return None
    week = Week(int(found[1]), int(found[2]))
    try:
        return week if week.monday else None
    except ValueError:
        return None


def parsed_day(text: str) -> date | None:
    """The day an address names (`2026-11-20`); None when it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS and day.isoformat() == text else None


@dataclass(frozen=True)
class Days:
    """Days of a zone, from the first to the last; a place is a day's number, the first is 0."""

    first: date
    last: date
    zone: str

    @cached_property
    def each(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range(len(self)))

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        """The first instant of each day, and of the one after the last."""
        after = self.last + timedelta(days=1)
        return tuple(zones.day_start(day, self.zone) for day in (*self.each, after))

    @property
    def begins(self) -> datetime:
        return self.starts[0]

    @property
    def ends(self) -> datetime:
        return self.starts[-1]

    @cached_property
    def number(self) -> int:
        return (self.last - self.first).days + 1

    def __len__(self) -> int:
        return self.number

    def place(self, instant: datetime) -> int:
        """The day an instant lies in: -1 before the first, their number after the last."""
        return bisect_right(self.starts, instant) - 1

    def place_of(self, day: date) -> int:
        """The same of a date, whatever the zone."""
        return max(-1, min((day - self.first).days, self.number))

    def last_place(self, starts_at: datetime, ends_at: datetime) -> int:
        """The day something ends in: what ends at midnight ends with the day before it."""
        return max(self.place(starts_at), self.place(ends_at - timedelta.resolution))

    def minutes(self, starts_at: datetime, ends_at: datetime) -> list[int]:
        """How many minutes of a stretch fall on each day."""
        found = [0] * len(self)
        for place in range(max(0, self.place(starts_at)), len(self)):
            begins, ends = self.starts[place : place + 2]
            if begins >= ends_at:
                break
            found[place] = max(0, (min(ends, ends_at) - max(begins, starts_at)) // MINUTE)
        return found
