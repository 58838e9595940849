"""When somebody is told: pure rules over instants, a zone and somebody's hours.

What is urgent comes at once. Everything else waits a few minutes for more of its kind, so that ten
things are one letter; it waits for the digest where somebody chose that; and it never comes in
quiet hours.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from webapp.core import zones

#: How long the first of several waits for the others.
GATHER = timedelta(minutes=5)
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of the day where somebody is: quiet from and until, and when the digest comes."""

    quiet_from: int = 22 * 60
    quiet_until: int = 8 * 60
    digest_at: int = 8 * 60

    @property
    def has_quiet(self) -> bool:
        return self.quiet_from != self.quiet_until


def due_at(
    now: datetime,
    *,
    urgent: bool,
    way: Literal["now", "digest"],
    hours: Hours,
    zone: str,
    gathering: datetime | None = None,
) -> datetime:
    """When a notification that is made now is to be handed over; `gathering` is when this person's
    next letter goes, if one waits: what would go a little later goes with it.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 4, 2, 12, tzinfo=UTC)
    >>> due_at(noon, urgent=False, way="now", hours=Hours(), zone="UTC").isoformat()
    '2026-04-02T12:05:00+00:00'
    >>> late = datetime(2026, 4, 2, 23, tzinfo=UTC)
    >>> due_at(late, urgent=False, way="now", hours=Hours(), zone="UTC").isoformat()
    '2026-04-03T08:00:00+00:00'
    """
    if urgent:
        return now
    if way == "digest":
        return next_at(now, hours.digest_at, zone)
    own = after_quiet(now + GATHER, hours, zone)
    joins = gathering is not None and now < gathering <= own
    return gathering if joins and not is_quiet(gathering, hours, zone) else own  # type: ignore


def after_quiet(moment: datetime, hours: Hours, zone: str) -> datetime:
    """The moment itself, or the end of the quiet hours it lies in."""
    if not is_quiet(moment, hours, zone):
        return moment
    return next_at(moment, hours.quiet_until, zone)


def is_quiet(moment: datetime, hours: Hours, zone: str) -> bool:
    """Whether somebody is left alone at a moment; the hours may go over midnight."""
    if not hours.has_quiet:
        return False
    wall = zones.local(moment, zone)
    minute = wall.hour * 60 + wall.minute
    if hours.quiet_from < hours.quiet_until:
        return hours.quiet_from <= minute < hours.quiet_until
    return minute >= hours.quiet_from or minute < hours.quiet_until


def next_at(moment: datetime, minute: int, zone: str) -> datetime:
    """The next time the wall clock of a zone shows a minute of the day, after a moment. Where the
    clocks jump over it, the first instant after; where it comes twice, the first.
    """
    today = zones.today(moment, zone)
    found = _on(today, minute, zone)
    return found if found > moment else _on(today + timedelta(days=1), minute, zone)


def _on(day: date, minute: int, zone: str) -> datetime:
    return zones.to_utc(datetime.combine(day, time(minute // 60, minute % 60)), zone)


def snoozes(now: datetime, zone: str) -> dict[str, datetime]:
    """The moments until which something can be put off: in an hour, tomorrow and on Monday at nine
    where somebody is.
    """
    today = zones.today(now, zone)
    monday = today + timedelta(days=7 - today.weekday())
    return {
        "hour": now + timedelta(hours=1),
        "tomorrow": _on(today + timedelta(days=1), 9 * 60, zone),
        "monday": _on(monday, 9 * 60, zone),
    }
