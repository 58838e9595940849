"""A campaign as lists show it: its row with what it spent, the same values for the page and for the
push; and what surrounds the rows of the list.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from webapp.ads import queries as ads
from webapp.ads.results import RESULT_EVENTS
from webapp.campaigns import queries as campaigns
from webapp.campaigns.models import IN_TRASH, TYPES
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.timelines.beats import progress_of
from webapp.views.beats import row_of
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


def with_spend(rows: Sequence[Row[Any]]) -> list[SimpleNamespace]:
    """Each row with `spent_cents` and its `plan` (`beats.Row`), in one more query each, its share
    of the budget in whole percent, and the day it is in its own zone. Namespaces, not dicts: a
    template asks for attributes first, and a thousand misses a page cost more than rendering it.
    """
    spent = ads.spent_of([row.id for row in rows])
    progress = progress_of([row.id for row in rows])
    now = clock.now()
    today = {zone: zones.today(now, zone) for zone in {row.zone for row in rows}}
    return [
        SimpleNamespace(
            **row._mapping,
            spent_cents=(cents := spent.get(row.id, 0)),
            share=round(100 * cents / row.budget_cents) if row.budget_cents else 0,
            type_words=TYPES[row.type],
            today=today[row.zone],
            plan=row_of(progress.get(row.id), row.zone, today[row.zone]),
            purge_on=zones.today(row.trashed_at + IN_TRASH, row.zone) if row.trashed_at else None,
        )
        for row in rows
    ]


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
    "campaigns/_rows.html",
    on=("campaign.*", "task.*", "timeline.*", *RESULT_EVENTS),
    topic="team:{team_id}",
)
def campaign_row(event: Event) -> dict[str, Any] | None:
    """One row of every list that shows this campaign; pages that do not are not touched."""
    if event.campaign_id is None:
        return None
    row = campaigns.row(event.campaign_id)
    return {"rows": with_spend([row])} if row is not None else None
