"""Wall times in IANA zones: a gap moves to the first valid instant, an overlap means the first
occurrence.
"""

from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def names() -> frozenset[str]:
    """Every zone this machine knows."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether the name is a zone of the IANA database."""
    return name in names()


def to_utc(wall: datetime, zone: str) -> datetime:
    """The instant a wall time names in a zone.

    >>> to_utc(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")  # the clocks jump from 2:00 to 3:00
    datetime.datetime(2026, 3, 29, 1, 0, tzinfo=datetime.timezone.utc)
    """
    info = ZoneInfo(zone)
    instant = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    if instant.astimezone(info).replace(tzinfo=None) == wall:
        return instant
    # In a gap: with fold=1 the zone uses the offset after the jump, so the jump lies between the
    # two readings.
    early = wall.replace(tzinfo=info, fold=1).astimezone(UTC)
    while early < instant:
        middle = early + (instant - early) / 2
        middle = middle.replace(microsecond=0)
        if middle == early:
            break
        if middle.astimezone(info).replace(tzinfo=None) < wall:
            early = middle
        else:
            instant = middle
    return instant


def day_start(day: date, zone: str) -> datetime:
    """The first instant of a day in a zone."""
    return to_utc(datetime.combine(day, time()), zone)


def local(instant: datetime, zone: str) -> datetime:
    """An instant on the wall clock of a zone (aware)."""
    return instant.astimezone(ZoneInfo(zone))


def today(instant: datetime, zone: str) -> date:
    """The day it is in a zone."""
    return local(instant, zone).date()
