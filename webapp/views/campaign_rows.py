"""A campaign as lists show it: its row with what it spent, the same values for the page and for the
push; and what surrounds the rows of the list.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select

from webapp.ads import queries as ads
from webapp.ads.results import RESULT_EVENTS
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import IN_TRASH, TYPES
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.timelines.beats import with_progress
from webapp.views import beats
from webapp.web.fragments import fragment
from webapp.web.render import path_for

TABS = (
    ("all", "All"),
    ("live", "Live"),
    ("planning", "Planning"),
    ("approval", "Waiting for approval"),
    ("paused", "Paused"),
    ("closed", "Closed"),
)
#: What the trash does not show.
OF_PLANS = ("Milestones", "Next")
#: Columns of the list in order: heading, and the sort it offers ('' when it offers none).
COLUMNS = (
    ("Campaign", "name"),
    ("Status", ""),
    ("Milestones", ""),
    ("Next", ""),
    ("Spent of budget", ""),
    ("Owner", ""),
    ("Target date", "target"),
)


class Listed(NamedTuple):
    """A campaign in a list: what the statement answers, in its order, and what the page adds. A
    tuple: a template asks for attributes first, and a thousand misses a page cost more than
    rendering it.
    """

    id: int
    name: str
    name_key: str
    type: str
    state: str
    budget_cents: int
    currency: str
    target_on: date
    zone: str
    archived_at: datetime | None
    trashed_at: datetime | None
    owner_name: str
    spent_cents: int
    #: Of the budget, in whole percent.
    share: int
    type_words: str
    #: The day it is in the campaign's own zone.
    today: date
    purge_on: date | None
    plan: beats.Row


@cache
def beside(query: Select[Any]) -> Select[Any]:
    """A statement that lists campaigns, with what each spent and what is planned of it."""
    return with_progress(ads.with_spent(query))


def listed(rows: Iterable[Any]) -> list[Listed]:
    """Rows of `campaigns.queries` with what is `beside` each, as a template shows them."""
    now, today = clock.now(), dict[str, date]()
    shown = []
    for row in rows:
        *values, planned = row
        _, _, _, kind, _, budget, _, _, zone, _, trashed_at, _, spent = values
        if zone not in today:
            today[zone] = zones.today(now, zone)
        share = round(100 * spent / budget) if budget else 0
        purge_on = zones.today(trashed_at + IN_TRASH, zone) if trashed_at else None
        plan = beats.row_told(planned, zone, today[zone])
        shown.append(Listed._make((*values, share, TYPES[kind], today[zone], purge_on, plan)))
    return shown


def link_of(wanted: campaigns.Filter) -> Callable[..., str]:
    """Answers the list's address with some of its filter changed; what is not set is left out."""

    def link(**changes: str) -> str:
        values = {
            "tab": wanted.tab if wanted.tab != "all" else None,
            "q": wanted.q or None,
            "owner": wanted.owner_id,
            "type": wanted.type or None,
            "sort": wanted.sort if wanted.sort != "new" else None,
        }
        return path_for("campaigns.index", **(values | {k: v or None for k, v in changes.items()}))

    return link


def headings(wanted: campaigns.Filter) -> list[dict[str, str]]:
    """The list's columns: the words, where a press leads, and how it is sorted now."""
    link = link_of(wanted)
    shown = []
    columns: Sequence[tuple[str, str]] = COLUMNS
    if wanted.tab == "trash":
        kept = [one for one in COLUMNS[:-1] if one[0] not in OF_PLANS]
        columns = (*kept, ("In the trash until", ""))
    for words, sort in columns:
        turned = f"-{sort}" if wanted.sort == sort else sort
        sorted_now = {sort: "ascending", f"-{sort}": "descending"}.get(wanted.sort, "")
        shown.append(
            {
                "words": words,
                "href": link(sort=turned) if sort else "",
                "sorted": sorted_now if sort else "",
            }
        )
    return shown


def found_words(page: campaigns.Page, wanted: campaigns.Filter) -> str:
    """What the list says of itself after a search; it never counts what it does not show."""
    number = len(page.rows)
    noun = "campaign" if number == 1 else "campaigns"
    if wanted.after:
        return f"{number} more {noun}" if number else "No more campaigns"
    if page.next_key:
        return f"The first {number} {noun}"
    return f"{number or 'No'} {noun}"


@fragment(
    "campaigns/_row.html",
    on=("campaign.*", "task.*", "timeline.*", *RESULT_EVENTS),
    topic="team:{team_id}",
)
def campaign_row(event: Event) -> dict[str, Any] | None:
    """One row of every list that shows this campaign; pages that do not are not touched."""
    if event.campaign_id is None:
        return None
    row = campaigns.row(event.campaign_id, beside)
    return {"row": listed([row])[0]} if row is not None else None
