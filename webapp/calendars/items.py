"""What happens in a span of days, as plain values: the one read model of the schedule's pages and
of people's calendar feeds.

A date is a date wherever somebody looks from: milestones, targets and the days a campaign starts
and ends are the campaign's own. What has a time is an instant. `most` keeps a page small: so many
a day of each sort, with the number that was left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from webapp.calendars.days import Days

Kind = Literal["task", "milestone", "due", "approval", "start", "end", "target", "run", "absence"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a calendar. `id` is its row's: a task's, a proposal's, a campaign's, an
    absence's.

    What is `on` a day is a date (until `until`, included); what has instants has no `on`. `state`
    is the row's own; `is_gone` is cancelled or in the trash. `version` never falls and grows with
    every change somebody's calendar would show.
    """

    kind: Kind
    id: int
    title: str
    campaign_id: int | None
    campaign: str
    zone: str
    state: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    on: date | None = None
    until: date | None = None
    person_id: int | None = None
    due_on: date | None = None
    is_late: bool = False
    is_blocked: bool = False
    is_gone: bool = False
    number: int = 0
    version: int = 0
    changed_at: datetime | None = None

    @property
    def is_dated(self) -> bool:
        """Whether it belongs to days, not to instants."""
        return self.on is not None

    def places(self, days: Days) -> tuple[int, int]:
        """The first and the last day it lies on, of these days."""
        if self.on is not None:
            return days.place_of(self.on), days.place_of(self.until or self.on)
        assert self.starts_at is not None
        ends_at = self.ends_at or self.starts_at
        return days.place(self.starts_at), days.last_place(self.starts_at, ends_at)

    def touches(self, days: Days) -> bool:
        """Whether any of it lies on these days."""
        first, last = self.places(days)
        return last >= 0 and first < len(days)


@dataclass(slots=True)
class Found:
    """Items, and how many of each day were left out; `spans_left` lie over several days."""

    items: list[Item] = field(default_factory=list)
    left: Counter[int] = field(default_factory=Counter)
    spans_left: int = 0

    def add(self, other: "Found") -> None:
        self.items += other.items
        self.left += other.left
        self.spans_left += other.spans_left


def limited(items: Iterable[Item], days: Days, most: int | None) -> Found:
    """Those that touch these days, `most` of each day."""
    found = Found()
    seen: Counter[int] = Counter()
    for item in items:
        first, last = item.places(days)
        if last < 0 or first >= len(days):
            continue
        place = max(0, first)
        seen[place] += 1
        if most is None or seen[place] <= most:
            found.items.append(item)
        else:
            found.left[place] += 1
    return found
