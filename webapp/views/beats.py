"""A campaign as a row of beats: its milestones with their marks, for lists and for the rail of its
own page.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from webapp.accounts import queries as accounts
from webapp.campaigns import queries as campaigns
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.timelines.beats import Beat, Progress, people_at_work, progress_of, progress_told
from webapp.timelines.workflow import IN_HAND
from webapp.views.plan_pieces import PLAN_EVENTS
from webapp.web import words
from webapp.web.fragments import fragment
from webapp.web.templating import ROWS_KEPT

#: Beats that fit in a line of a list, and on the rail.
IN_A_LINE, ON_THE_RAIL = 10, 8
#: What the marks say to those who do not see them.
SAID = {
    "completed": "done",
    "active": "today",
    "in_progress": "in progress",
    "attention": "late or blocked",
    "pending": "ahead",
}


class Row(NamedTuple):
    """What a line of a list shows: marks, the same in words, and what comes next."""

    marks: tuple[str, ...] = ()
    words: str = ""
    percent: int | None = None
    next_title: str = ""
    next_on: date | None = None
    is_late: bool = False


@lru_cache(ROWS_KEPT)
def row_told(planned: str, zone: str, today: date) -> Row:
    """The same of what the database told of a campaign. Kept under all it is made of, so another
    plan or another day is another row.
    """
    return row_of(progress_told(planned), zone, today)


def row_of(progress: Progress | None, zone: str, today: date) -> Row:
    """A campaign's beats for a list, in its own zone."""
    if progress is None:
        return Row()
    marks = tuple(mark_of(beat, zone, today) for beat in _window(progress.beats, IN_A_LINE))
    ahead = progress.next
    said = ""
    if progress.beats:
        count = len(progress.beats)
        said = f"{progress.done} of {count} milestone{'s' * (count > 1)} done."
        said += f" Next: {ahead.title}" if ahead else ""
    on = zones.today(ahead.at, zone) if ahead and ahead.at else None
    is_late = ahead is not None and mark_of(ahead, zone, today) == "attention"
    return Row(marks, said, progress.percent, ahead.title if ahead else "", on, is_late)


def mark_of(beat: Beat, zone: str, today: date) -> str:
    """A milestone's mark: done, in somebody's hands, today, late or blocked, else ahead."""
    on = zones.today(beat.at, zone) if beat.at else None
    if beat.is_done:
        return "completed"
    if beat.is_blocked or (on is not None and on < today):
        return "attention"
    if on == today:
        return "active"
    return "in_progress" if beat.state in IN_HAND else "pending"


def _window(beats: Sequence[Beat], most: int) -> Sequence[Beat]:
    """Of many, those around the first that is not done."""
    if len(beats) <= most:
        return beats
    place = next((n for n, beat in enumerate(beats) if not beat.is_done), len(beats))
    first = max(0, min(place - most // 2, len(beats) - most))
    return beats[first : first + most]


def rail_of(campaign_id: int) -> dict[str, Any]:
    """The rail of a campaign's page: milestones with their days, progress, and who is at work."""
    campaign = campaigns.campaign(campaign_id)
    today = zones.today(clock.now(), campaign.zone)
    progress = progress_of([campaign_id]).get(campaign_id, Progress())
    shown = _window(progress.beats, ON_THE_RAIL)
    beats = [
        {
            "title": beat.title,
            "mark": (mark := mark_of(beat, campaign.zone, today)),
            "said": SAID[mark],
            "day": words.day(zones.today(beat.at, campaign.zone), today) if beat.at else "No date",
        }
        for beat in shown
    ]
    people = accounts.names(people_at_work(campaign_id)) if progress.percent is not None else {}
    return {
        "campaign": campaign,
        "progress": progress,
        "beats": beats,
        "people": sorted(people.values()),
    }


@fragment("campaigns/_rail.html", on=PLAN_EVENTS, topic="campaign:{campaign_id}")
def campaign_rail(event: Event) -> dict[str, Any]:
    assert event.campaign_id is not None  # the topic names it
    return rail_of(event.campaign_id)
