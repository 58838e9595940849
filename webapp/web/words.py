"""How values read on a page: money, counts, days, states. The filters of every template; pure
functions.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from webapp.core import money as core_money
from webapp.core import zones

FILTERS = (
    "money",
    "money_exact",
    "count",
    "short",
    "times",
    "percent",
    "day",
    "day_time",
    "clock_in",
    "when",
    "iso",
    "initials",
    "hue",
    "state",
    "event_id",
    "spelled",
    "change",
    "browser",
    "linked",
    "filesize",
)

#: state → (mark, words), by kind of row; the marks are the design's vocabulary.
STATES: dict[str, dict[str, tuple[str, str]]] = {
    "campaign": {
        "draft": ("pending", "Draft"),
        "in_review": ("in_progress", "Waiting for approval"),
        "scheduled": ("pending", "Scheduled"),
        "active": ("active", "Active"),
        "paused": ("attention", "Paused"),
        "completed": ("completed", "Completed"),
        "cancelled": ("failed", "Cancelled"),
        "failed": ("failed", "Failed"),
    },
    "proposal": {
        "proposed": ("pending", "Proposed"),
        "in_review": ("in_progress", "Waiting"),
        "approved": ("in_progress", "Approved"),
        "applying": ("in_progress", "Applying"),
        "applied": ("completed", "Applied"),
        "failed": ("failed", "Failed"),
        "unknown": ("attention", "Outcome unknown"),
        "undone": ("pending", "Undone"),
        "rejected": ("failed", "Rejected"),
        "dismissed": ("failed", "Dismissed"),
        "expired": ("failed", "Not decided in time"),
        "stale": ("attention", "Out of date"),
        "observed": ("pending", "Noted"),
    },
    "task": {
        "todo": ("pending", "To do"),
        "in_progress": ("in_progress", "In progress"),
        "in_review": ("active", "In review"),
        "done": ("completed", "Done"),
        "cancelled": ("failed", "Cancelled"),
    },
    "ad_campaign": {
        "draft": ("pending", "Draft"),
        "live": ("active", "Running"),
        "paused": ("attention", "Paused"),
        "ended": ("completed", "Ended"),
    },
    "import_batch": {
        "reading": ("in_progress", "Being read"),
        "asking": ("attention", "Needs an answer"),
        "review": ("in_progress", "To review"),
        "committing": ("in_progress", "Being imported"),
        "committed": ("completed", "Imported"),
        "refused": ("failed", "Cannot be imported"),
        "discarded": ("failed", "Discarded"),
        "undone": ("pending", "Taken back"),
    },
}


def state(value: str, kind: str) -> tuple[str, str]:
    """(mark, words) of a state.

    >>> state("in_review", "campaign")
    ('in_progress', 'Waiting for approval')
    """
    return STATES[kind][value]


@lru_cache(4096)
def money(minor: int | None, currency: str) -> str:
    """`$11,240`; undefined is a dash."""
    return "—" if minor is None else core_money.words(minor, currency)


@lru_cache(4096)
def money_exact(minor: int | None, currency: str) -> str:
    """`$11,240.00`, for ledgers and differences."""
    return "—" if minor is None else core_money.words(minor, currency, cents=True)


def count(value: Any) -> str:
    """`1,240`.

    >>> count(1240), count(None)
    ('1,240', '—')
    """
    return "—" if value is None else f"{value:,}"


def short(value: Any) -> str:
    """A count in a headline: from 10,000 in thousands or millions; the exact one goes beside it.

    >>> short(1240), short(18_432), short(1_526_800), short(None)
    ('1,240', '18.4k', '1.53m', '—')
    """
    if value is None or value < 10_000:
        return count(value)
    return f"{value / 1000:,.1f}k" if value < 1_000_000 else f"{value / 1_000_000:,.2f}m"


def times(value: Any) -> str:
    """A return: `3.2×`; undefined is a dash.

    >>> times(3.24), times(0), times(None)
    ('3.2×', '0.0×', '—')
    """
    return "—" if value is None else f"{value:,.1f}×"


def percent(part: float | None, whole: float | None, places: int = 1) -> str:
    """A share in percent; undefined is a dash.

    >>> percent(96, 1000), percent(1, 0)
    ('9.6%', '—')
    """
    return "—" if part is None or not whole else f"{100 * part / whole:.{places}f}%"


@lru_cache(4096)
def day(value: date | None, today: date | None = None) -> str:
    """`Fri 4 Dec`, the year only when it is not this one (`today`'s).

    >>> day(date(2026, 12, 4), date(2026, 11, 20)), day(date(2027, 1, 15), date(2026, 11, 20))
    ('Fri 4 Dec', '15 Jan 2027')
    """
    if value is None:
        return "—"
    if today is not None and value.year != today.year:
        return f"{value.day} {value:%b %Y}"
    return f"{value:%a} {value.day} {value:%b}"


def day_time(value: datetime, zone: str) -> str:
    """An instant in a zone: `4 Dec 2026, 09:00`."""
    local = zones.local(value, zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def clock_in(value: datetime, zone: str) -> str:
    """An instant on the clocks of a zone: `17:00`."""
    return f"{zones.local(value, zone):%H:%M}"


def when(value: datetime | None, zone: str = "UTC") -> Markup:
    """A `<time>` element: UTC for machines, the given zone's words for people; app.js puts the
    viewer's zone there.
    """
    if value is None:
        return Markup("—")
    return Markup('<time datetime="{}">{}</time>').format(iso(value), day_time(value, zone))


def iso(value: datetime) -> str:
    """ISO 8601 in UTC.

    >>> iso(datetime(2026, 12, 4, 9, tzinfo=UTC))
    '2026-12-04T09:00:00Z'
    """
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(4096)
def initials(name: str) -> str:
    """The first letters of the first two words.

    >>> initials("Maya Lindqvist")
    'ML'
    """
    return "".join(part[0] for part in name.split()[:2]).upper() or "?"


@lru_cache(4096)
def hue(value: Any) -> int:
    """A colour angle (0 to 359) that stays with a name or id.

    >>> hue("Maya") == hue("Maya")
    True
    """
    return sum((index + 7) * ord(char) for index, char in enumerate(str(value))) % 360


_SMALL = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def spelled(number: int) -> str:
    """A count that begins a sentence: a word up to ten, then figures.

    >>> spelled(3), spelled(1240)
    ('Three', '1,240')
    """
    return _SMALL[number] if number < len(_SMALL) else count(number)


def change(now: float | None, before: float | None) -> str:
    """How far a number moved, with its direction; '' when there is nothing to compare with.

    >>> change(114, 100), change(80, 100), change(5, 0), change(100, 100)
    ('▲ 14%', '▼ 20%', '', 'no change')
    """
    if now is None or not before:
        return ""
    moved = round(100 * (now - before) / before)
    return "no change" if moved == 0 else f"{'▲' if moved > 0 else '▼'} {abs(moved)}%"


#: What a user agent contains → what people call it; the first that fits wins (Edge says Chrome,
#: Chrome says Safari).
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> str:
    """A user agent as people say it; what is not known is shown as it came.

    >>> browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    """
    name = next((words for part, words in _BROWSERS if part in agent), "")
    system = next((words for part, words in _SYSTEMS if part in agent), "")
    if not name:
        return agent[:60] or "Unknown browser"
    return f"{name} on {system}" if system else name


_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
#: What ends a sentence is no part of the address before it.
_AFTER = ".,;:!?)]"


def linked(value: str) -> Markup:
    """Plain text whose web addresses can be pressed; everything else stays text, no other scheme
    is one, and whoever is visited does not learn from where.

    >>> linked("See https://a.example/x?y=1. <b>")
    Markup('See <a class="link" href="https://a.example/x?y=1" rel="nofollow noopener noreferrer">\
https://a.example/x?y=1</a>. &lt;b&gt;')
    """
    parts, place = [], 0
    for match in _ADDRESS.finditer(value):
        address = match[0].rstrip(_AFTER)
        parts.append(escape(value[place : match.start()]))
        parts.append(_LINK.format(address, address))
        place = match.start() + len(address)
    return Markup("").join([*parts, escape(value[place:])])


_LINK = Markup('<a class="link" href="{}" rel="nofollow noopener noreferrer">{}</a>')


def filesize(value: int) -> str:
    """How large a file is.

    >>> filesize(900), filesize(20_480), filesize(3_670_016)
    ('900 bytes', '20 KB', '3.5 MB')
    """
    if value < 1024:
        return f"{value} bytes"
    return f"{value / 1024:.0f} KB" if value < 1024 * 1024 else f"{value / 1024 / 1024:.1f} MB"


def event_id(value: int) -> str:
    """An event's id on screen.

    >>> event_id(123)
    'evt_123'
    """
    return f"evt_{value}"
