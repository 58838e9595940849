"""A feed as calendar programs read it (RFC 5545). Dates are dates and instants are UTC, so no zone
is named and none can be read wrongly; folding and escaping are the library's.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from webapp.calendars.items import Item

if TYPE_CHECKING:
    from icalendar import Event

#: How often a program should look again.
LOOK_AGAIN = timedelta(minutes=15)
DAY = timedelta(days=1)
#: kind → (what its row is called in a UID, the part of it).
NAMES = {
    "task": ("task", ""),
    "milestone": ("task", ""),
    "approval": ("request", ""),
    "start": ("campaign", "-start"),
    "target": ("campaign", "-target"),
    "end": ("campaign", "-end"),
    "absence": ("absence", ""),
}
CATEGORIES = {
    "task": "Task",
    "milestone": "Milestone",
    "approval": "Approval",
    "start": "Campaign",
    "target": "Campaign",
    "end": "Campaign",
    "absence": "Absence",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One item with the words around it: where it leads, and in what state it is."""

    item: Item
    url: str
    words: str


def mark_of(name: str, told: Sequence[Told], host: str) -> str:
    """Changes when anything in the feed does."""
    whole = repr((name, host, told)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:32]


def uid_of(item: Item, host: str) -> str:
    """Names an appointment wherever it is moved: `task-12@desk.example`."""
    row, part = NAMES[item.kind]
    return f"{row}-{item.id}{part}@{host}"


def written(name: str, told: Sequence[Told], host: str, *, now: datetime) -> bytes:
    """The feed's bytes. `now` stamps only what has no last change of its own."""
    # Nine megabytes that a process needs only once somebody's calendar asks.
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Drumbeat//Calendar feed//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", icalendar.vText(name))
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vText(f"PT{LOOK_AGAIN.seconds // 60}M"))
    for one in told:
        event = icalendar.Event()
        _fill(event, one, host, now)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _fill(event: "Event", told: Told, host: str, now: datetime) -> None:
    item = told.item
    changed_at = item.changed_at or now
    event.add("uid", uid_of(item, host))
    event.add("sequence", item.version)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("summary", _summary(item))
    for name, value in zip(("dtstart", "dtend"), _times(item), strict=True):
        if value is not None:
            event.add(name, value)
    event.add("status", "CANCELLED" if item.is_gone else "CONFIRMED")
    event.add("transp", "OPAQUE" if item.kind == "absence" else "TRANSPARENT")
    event.add("categories", [CATEGORIES[item.kind]])
    if description := _description(told):
        event.add("description", description)
    if told.url:
        event.add("url", told.url)


def _times(item: Item) -> tuple[Any, Any]:
    """Start and end; the end of days is the day after the last one. A moment has no end."""
    if item.on is not None:
        last: date = item.until or item.on
        return item.on, last + DAY
    if item.ends_at is None or item.ends_at == item.starts_at:
        return item.starts_at, None
    return item.starts_at, item.ends_at


def _summary(item: Item) -> str:
    of_campaign = f" ({item.campaign})" if item.campaign else ""
    match item.kind:
        case "start":
            return f"{item.title} starts"
        case "target":
            return f"{item.title}: target day"
        case "end":
            return f"{item.title} ends"
        case "approval":
            return f"To decide: {item.title}{of_campaign}"
        case _:
            return f"{item.title}{of_campaign}"


def _description(told: Told) -> str:
    due = told.item.due_on
    lines = [told.words]
    if due is not None:
        lines.append(f"Due {due:%a} {due.day} {due:%b %Y}")
    return "\n".join(filter(None, lines))
