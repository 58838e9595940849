"""Who has room: what each person has in hand, how much of a span of days is planned, and who is
away.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp.availability import queries as availability
from webapp.availability.queries import Away, Profile
from webapp.availability.week import Slot, Week, slots
from webapp.calendars.days import MINUTE, Days
from webapp.calendars.load import planned_minutes
from webapp.core import clock, zones
from webapp.timelines import queries as timelines
from webapp.views.schedule_cards import short_day
from webapp.web.words import clock_in

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Load:
    """A person's day: minutes that are planned, of those they work."""

    planned: int
    available: int

    @property
    def share(self) -> int:
        """In percent; work on a day off is more than all of it."""
        if not self.available:
            return 101 if self.planned else 0
        return round(100 * self.planned / self.available)


@dataclass(frozen=True, slots=True)
class Room:
    """One person. `hours` are when they work on a single day, in the zone of who looks."""

    person_id: int
    name: str
    place: str
    time: str
    away: str
    is_away: bool
    in_hand: int
    most: int
    loads: list[Load]
    hours: str

    @property
    def is_full(self) -> bool:
        return self.in_hand >= self.most

    @property
    def planned(self) -> int:
        return sum(one.planned for one in self.loads)

    @property
    def available(self) -> int:
        return sum(one.available for one in self.loads)

    @property
    def load_words(self) -> str:
        return f"{hours_words(self.planned)} of {hours_words(self.available)} h"


def hours_words(minutes: int) -> str:
    """Hours, with a half where there is one.

    >>> hours_words(480), hours_words(450), hours_words(445)
    ('8', '7.5', '7.4')
    """
    return f"{minutes / 60:.1f}".removesuffix(".0")


def rooms(
    days: Days,
    team_zone: str,
    own: Week,
    closed: Collection[date],
    loads: Iterable[tuple[int, datetime, datetime, int]],
) -> list[Room]:
    """Everybody who works here, by name, in the same few statements for one or a hundred. Work
    (`loads`) is planned in the team's hours, `own`, but for the days `closed`.
    """
    people = availability.profiles(own=own)
    first, last = days.first - DAY, days.last + DAY
    today = zones.today(clock.now(), days.zone)
    absent = availability.absences(min(first, today), max(last, today))
    open_times = slots(own.hours, team_zone, first, last, closed)
    planned = planned_minutes(days, open_times, loads)
    worked = availability.slots_for(people, own, absent, first, last)
    in_hand = timelines.in_hand()
    away: dict[int, list[Away]] = {}
    for one in absent:
        away.setdefault(one.user_id, []).append(one)
    return [
        _room(
            person,
            days,
            planned.get(person.user_id, [0] * len(days)),
            worked[person.user_id],
            away.get(person.user_id, []),
            in_hand.get(person.user_id, 0),
        )
        for person in people
    ]


def _room(
    person: Profile,
    days: Days,
    planned: list[int],
    worked: Sequence[Slot],
    away: Sequence[Away],
    in_hand: int,
) -> Room:
    now = clock.now()
    available = [0] * len(days)
    for starts_at, ends_at in worked:
        first, last = days.place(starts_at), days.last_place(starts_at, ends_at)
        if first == last and 0 <= first < len(days):
            available[first] += (ends_at - starts_at) // MINUTE
        elif last >= 0 and first < len(days):
            for place, minutes in enumerate(days.minutes(starts_at, ends_at)):
                available[place] += minutes
    is_away, words = _away_words(away, days, zones.today(now, person.zone))
    return Room(
        person.user_id,
        person.name,
        place_of(person.zone),
        clock_in(now, person.zone),
        words,
        is_away,
        in_hand,
        person.max_concurrent,
        [Load(*pair) for pair in zip(planned, available, strict=True)],
        _hours(worked, days),
    )


def _away_words(away: Sequence[Away], days: Days, today: date) -> tuple[bool, str]:
    """Whether they are away now, and what to say of it: until when, or on which of the days."""
    for one in away:
        if one.starts_on <= today <= one.ends_on and days.first <= today <= days.last:
            return True, f"away until {short_day(one.ends_on + DAY)}"
    ahead = [one for one in away if one.ends_on >= days.first and one.starts_on <= days.last]
    if not ahead:
        return False, ""
    one = ahead[0]
    if len(days) == 1:
        return True, f"away until {short_day(one.ends_on + DAY)}"
    first, last = max(one.starts_on, days.first), min(one.ends_on, days.last)
    return False, f"away {first:%a}" + (f" to {last:%a}" if last > first else "")


def _hours(worked: Sequence[Slot], days: Days) -> str:
    """When somebody works within these days: `09:00 to 17:00`."""
    within = [
        (max(starts_at, days.begins), min(ends_at, days.ends))
        for starts_at, ends_at in worked
        if starts_at < days.ends and ends_at > days.begins
    ]
    return ", ".join(
        f"{clock_in(starts_at, days.zone)} to {clock_in(ends_at, days.zone)}"
        for starts_at, ends_at in within
    )


def place_of(zone: str) -> str:
    """A zone as people say where they are.

    >>> place_of("America/Argentina/Buenos_Aires"), place_of("UTC")
    ('Buenos Aires', 'UTC')
    """
    return zone.rpartition("/")[2].replace("_", " ")
