"""How things in a calendar read: the mark, the time, the words and the address of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from webapp.calendars.days import Days
from webapp.calendars.items import Item
from webapp.core import zones
from webapp.web.render import path_for
from webapp.web.words import clock_in, hue, state

#: What a campaign's own days say under its name.
OF_CAMPAIGNS = {"start": "Campaign starts", "end": "Campaign ends", "target": "Target day"}
STATE_OF = {"task": "task", "milestone": "task", "due": "task", "approval": "proposal"}
NOBODY = "Nobody yet"
EARLY = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing on one day. `at` puts cards in order: what is a day's own comes first."""

    kind: str
    key: str
    href: str
    mark: str
    mark_words: str
    when: str
    title: str
    sub: str
    campaign_id: int | None
    campaign: str
    at: datetime | None

    @property
    def stands_out(self) -> bool:
        """A moment that matters is outlined."""
        return self.kind in ("milestone", "target")


@dataclass(frozen=True, slots=True)
class Span:
    """One thing over several days; `first` and `after` are columns of a grid, from 1."""

    key: str
    href: str
    mark: str
    mark_words: str
    words: str
    first: int
    after: int
    hue: int


def address_of(item: Item) -> str:
    """Where a press leads."""
    if item.kind == "approval":
        return path_for("approvals.detail", proposal_id=item.id)
    if STATE_OF.get(item.kind) == "task":
        return path_for("task_page.detail", task_id=item.id)
    return path_for("campaigns.detail", campaign_id=item.campaign_id)


def marked(item: Item) -> tuple[str, str]:
    """The mark and its words: what needs a person goes before the row's state."""
    if item.is_blocked:
        return "attention", "Blocked"
    if item.is_late:
        return "attention", "Late" if item.kind == "approval" else "Overdue"
    return state(item.state, STATE_OF.get(item.kind, "campaign"))


def card_of(item: Item, zone: str, names: Mapping[int, str], *, one_campaign: bool = False) -> Card:
    """A card as its day shows it, in somebody's zone."""
    mark, words = marked(item)
    return Card(
        item.kind,
        f"{item.kind}-{item.id}",
        address_of(item),
        mark,
        words,
        _when(item, zone),
        item.title,
        _sub(item, words, names, one_campaign=one_campaign),
        item.campaign_id,
        item.campaign,
        None if item.is_dated else item.starts_at,
    )


def _when(item: Item, zone: str) -> str:
    if item.kind == "due":
        return "Due"
    if item.on is not None:
        return "Waits" if item.kind == "approval" else "All day"
    assert item.starts_at is not None
    starts = clock_in(item.starts_at, zone)
    if item.ends_at is None or item.ends_at == item.starts_at:
        return starts
    return f"{starts} to {clock_in(item.ends_at, zone)}"


def _sub(item: Item, words: str, names: Mapping[int, str], *, one_campaign: bool) -> str:
    about = "" if one_campaign else item.campaign
    if item.kind in OF_CAMPAIGNS:
        return OF_CAMPAIGNS[item.kind]
    if item.kind in ("task", "due"):
        about = ", ".join(filter(None, (person_of(item, names), about)))
    says = words if words in ("Blocked", "Overdue", "Late") else ""
    return ", ".join(filter(None, (says, about))) or words


def person_of(item: Item, names: Mapping[int, str]) -> str:
    """Whose it is."""
    return NOBODY if item.person_id is None else names.get(item.person_id, "Somebody")


def spans_of(items: Iterable[Item], days: Days) -> list[Span]:
    """What lies over several of the days, runs of campaigns before work."""
    found = [_span(item, days) for item in items]
    return sorted(found, key=lambda one: (not one.key.startswith("run"), one.first, -one.after))


def _span(item: Item, days: Days) -> Span:
    first, last = item.places(days)
    mark, mark_words = marked(item)
    words = item.title
    if item.kind == "run" and item.number:
        words += f", ads on {item.number} platform{'s' * (item.number > 1)}"
    if last >= len(days):
        assert item.ends_at is not None
        words += f", until {short_day(last_day(item.ends_at, days.zone))}"
    return Span(
        f"{item.kind}-{item.id}",
        address_of(item),
        mark,
        mark_words,
        words,
        max(0, first) + 1,
        min(last, len(days) - 1) + 2,
        hue(item.campaign),
    )


def last_day(ends_at: datetime, zone: str) -> date:
    """The day something ends in: what ends at midnight ends with the day before it."""
    return zones.today(ends_at - datetime.resolution, zone)


def short_day(day: date) -> str:
    """
    >>> short_day(date(2026, 11, 24))
    'Tue 24 Nov'
    """
    return f"{day:%a} {day.day} {day:%b}"


def in_order(cards: Iterable[Card]) -> list[Card]:
    """A day's cards: the day's own first, then by time."""
    return sorted(cards, key=lambda one: (one.at is not None, one.at or EARLY, not one.stands_out))
