"""A team's working time as an axis of integers: working minutes counted from a first day, both
ways, so that a plan can add lengths without knowing of nights, weekends, holidays and zones.

Every working day is a stretch of equal length, `day_minutes`, laid end to end. The end of one and
the beginning of the next are the same minute of the axis but not the same instant: work that
finishes there finishes in the evening (`finish_at`), work that starts there starts the next
morning (`start_at`).

Opening hours are wall times. When the clocks change within them, a minute the wall clock skips
takes no time, and one it shows twice is worked once, the first time; the axis keeps its length.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from webapp.core.errors import Conflict
from webapp.core.zones import to_utc

MINUTE = timedelta(minutes=1)
#: Nobody rests longer: a calendar without a working day for so long is a mistake.
LONGEST_REST_YEARS = 20
#: An axis reaches no farther from its origin; a date beyond is a slip of the keyboard.
FARTHEST = timedelta(days=100 * 366)


class TooFar(Conflict, ValueError):
    """A date, or what lengths and links add up to, that lies off the axis; its words name both."""

    title = "That is too far away"


class Day(NamedTuple):
    """A working day and the instants (UTC) between which it is worked."""

    on: date
    opens: datetime
    closes: datetime


class WorkingTime:
    """The axis of one team. Minute 0 is the first working moment on or after `origin_on`.

    `weekdays` counts from Monday, 0; `starts` and `ends` are minutes of the wall day; `closed`
    names the days off, or tells whether a day is one. Not to be shared between threads.

    A week of 9:00 to 17:00, Thursday the 2nd to Tuesday the 7th, with Good Friday and Easter
    Monday off:

    >>> days_off = {date(2026, 4, 3), date(2026, 4, 6)}
    >>> axis = WorkingTime("Europe/Berlin", date(2026, 4, 2), {0, 1, 2, 3, 4}, 540, 1020, days_off)
    >>> axis.finish_at(480).isoformat(), axis.start_at(480).isoformat()
    ('2026-04-02T15:00:00+00:00', '2026-04-07T07:00:00+00:00')
    >>> from datetime import UTC
    >>> axis.minute_of(datetime(2026, 4, 5, 12, tzinfo=UTC))  # Easter Sunday
    480
    """

    def __init__(
        self,
        zone: str,
        origin_on: date,
        weekdays: Collection[int],
        starts: int,
        ends: int,
        closed: Collection[date] | Callable[[date], bool] = (),
    ) -> None:
        if not 0 <= starts < ends <= 24 * 60:
            raise ValueError("a working day starts before it ends, both within the day")
        if not weekdays or not set(weekdays) <= set(range(7)):
            raise ValueError("working time needs at least one weekday, counted from Monday, 0")
        self.zone = zone
        self.origin_on = origin_on
        self.weekdays = frozenset(weekdays)
        self.starts = starts
        self.day_minutes = ends - starts
        self._is_closed = closed if callable(closed) else frozenset(closed).__contains__
        #: The working days found so far: from the origin on, and before it, nearest first. Their
        #: instants follow when they are asked for: a date in seventy years passes 19,000 of them.
        self._ahead = [self.next_working(origin_on)]
        self._behind: list[date] = []
        self._laid: dict[date, Day] = {}

    # Days

    def is_working(self, day: date) -> bool:
        """Whether the team works on a day."""
        return day.weekday() in self.weekdays and not self._is_closed(day)

    def next_working(self, day: date) -> date:
        """The first working day from this one on; itself, if it is one."""
        return self._find(day, 1)

    def slots(self, from_on: date, until_on: date) -> list[tuple[datetime, datetime]]:
        """When the working days of a period open and close, in UTC; both its ends included."""
        days = (date.fromordinal(n) for n in range(from_on.toordinal(), until_on.toordinal() + 1))
        worked = [self._lay(day) for day in days if self.is_working(day)]
        # A day its zone skips as a whole is not worked.
        return [(day.opens, day.closes) for day in worked if day.opens < day.closes]

    # The axis

    def start_at(self, minute: int) -> datetime:
        """The instant at which work starts that starts at this minute."""
        number, into = divmod(minute, self.day_minutes)
        return self._at(self._day(number), into)

    def finish_at(self, minute: int) -> datetime:
        """The instant at which work finishes that finishes at this minute."""
        number, into = divmod(minute - 1, self.day_minutes)
        return self._at(self._day(number), into + 1)

    def minute_of(self, instant: datetime) -> int:
        """The last minute that has begun at an instant; what lies between two working days is the
        end of the first.
        """
        number = self._number_at(instant)
        day = self._day(number)
        if self._is_even(day):
            into = min((instant - day.opens) // MINUTE, self.day_minutes)
        else:
            every = range(self.day_minutes + 1)
            into = bisect_left(every, True, key=lambda m: self._at(day, m) > instant) - 1
        return number * self.day_minutes + into

    def _at(self, day: Day, into: int) -> datetime:
        """The instant so many minutes into a working day."""
        if self._is_even(day):
            return day.opens + into * MINUTE
        return self._wall(day.on, into)

    def _is_even(self, day: Day) -> bool:
        """Whether the clocks stay as they are while the day is worked."""
        return day.closes - day.opens == self.day_minutes * MINUTE

    def _number_at(self, instant: datetime) -> int:
        """The number of the last working day that has opened at an instant."""
        utc_day = instant.toordinal()  # a day of the zone is at most one away from it
        if instant >= self._on(self._ahead[0]).opens:
            while self._ahead[-1].toordinal() <= utc_day + 1:
                self._ahead.append(self._beyond(self._ahead[-1], 1))
            return bisect_left(self._ahead, True, key=lambda day: self._on(day).opens > instant) - 1
        while not self._behind or self._behind[-1].toordinal() >= utc_day - 1:
            self._behind.append(self._beyond((self._behind or self._ahead[:1])[-1], -1))
        return ~bisect_left(self._behind, True, key=lambda day: self._on(day).opens <= instant)

    def _day(self, number: int) -> Day:
        """A working day by its number: 0 at the origin, -1 the one before."""
        while number >= len(self._ahead):
            self._ahead.append(self._beyond(self._ahead[-1], 1))
        while ~number >= len(self._behind):
            self._behind.append(self._beyond((self._behind or self._ahead[:1])[-1], -1))
        return self._on(self._ahead[number] if number >= 0 else self._behind[~number])

    def _beyond(self, day: date, step: int) -> date:
        found = self._find(day + timedelta(days=step), step)
        if abs(found - self.origin_on) > FARTHEST:
            raise TooFar(f"{found} is too far from {self.origin_on} to plan for.")
        return found

    def _on(self, day: date) -> Day:
        """A working day with its instants."""
        if (found := self._laid.get(day)) is None:
            found = self._laid[day] = self._lay(day)
        return found

    def _find(self, day: date, step: int) -> date:
        """The nearest working day from this one on, in steps of a day."""
        first = day.toordinal()
        for ordinal in range(first, first + step * 366 * LONGEST_REST_YEARS, step):
            found = date.fromordinal(ordinal)
            if self.is_working(found):
                return found
        raise ValueError(f"no day is worked within {LONGEST_REST_YEARS} years of {day}")

    def _lay(self, day: date) -> Day:
        return Day(day, self._wall(day, 0), self._wall(day, self.day_minutes))

    def _wall(self, day: date, into: int) -> datetime:
        return to_utc(datetime.combine(day, time()) + (self.starts + into) * MINUTE, self.zone)
