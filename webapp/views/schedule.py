"""The schedule: a week and a day of everything that is planned, who has room for more, and when
they look at it from elsewhere, the times of where they are.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.accounts.queries import SignedIn
from webapp.campaigns import queries as campaigns
from webapp.core import clock, zones
from webapp.events.log import newest_position
from webapp.events.models import Event
from webapp.views import schedule_day, schedule_people, schedule_week
from webapp.views.schedule_choice import SORTS, Choice, chosen
from webapp.web.fragments import fragment
from webapp.web.guards import guard, viewer
from webapp.web.render import page_or_block

bp = Blueprint("schedule", __name__, url_prefix="/schedule")

#: Campaigns and people a list names before it says that there are more.
MOST_NAMES = 100
MOST_PEOPLE = 25
DAY = timedelta(days=1)


@bp.get("")
@guard("see")
def index() -> Response:
    """A week; this one unless the address names another."""
    person = _viewer()
    today = zones.today(clock.now(), person.zone)
    choice = chosen(today)
    shown = schedule_week.week_of(choice, person.zone)
    return page_or_block(
        "schedule/week.html",
        "schedule",
        **_frame(choice, person),
        **shown,
        **_people(shown, choice, person),
        today=today,
        title=schedule_week.title_of(choice, today),
        lede=schedule_week.lede_of(shown["numbers"]),
        first_day=today
        if choice.week.monday <= today <= choice.week.sunday
        else choice.week.monday,
    )


@bp.get("/day/<on>")
@guard("see")
def day(on: str) -> Response:
    """One day, to the minute."""
    person = _viewer()
    today = zones.today(clock.now(), person.zone)
    choice = chosen(today, on)
    assert choice.day is not None
    shown = schedule_day.day_of(choice, person.zone)
    return page_or_block(
        "schedule/day.html",
        "schedule",
        **_frame(choice, person),
        **shown,
        **_people(shown, choice, person),
        today=today,
        before=choice.day - DAY,
        after=choice.day + DAY,
    )


def _viewer() -> SignedIn:
    person = viewer()
    assert person is not None
    return person


def _frame(choice: Choice, person: SignedIn) -> dict[str, Any]:
    """What stands around the days: the filters, and what makes the page follow its team."""
    options = [(row.id, row.name) for row in campaigns.open_names(MOST_NAMES)]
    chosen_id = choice.campaign_id
    if chosen_id is not None and chosen_id not in dict(options):
        options += list(campaigns.names({chosen_id}).items())
    names = accounts.names({choice.person_id}) if choice.person_id else {}
    return {
        "choice": choice,
        "sorts": SORTS,
        "campaigns": options,
        "person_name": names.get(choice.person_id or 0, "Somebody"),
        "zone": person.zone,
        "pulse": {"team_id": person.team_id, "at": g.position},
    }


def _people(shown: dict[str, Any], choice: Choice, person: SignedIn) -> dict[str, Any]:
    """Who has room; of a large team those who have least of it come first, and the rest is told."""
    days = shown["days"]
    found = schedule_people.rooms(
        days, person.team_zone, shown["own"], shown["closed"], shown["loads"]
    )
    if choice.person_id is not None:
        found = [one for one in found if one.person_id == choice.person_id]
    if len(found) > MOST_PEOPLE:
        found = sorted(found, key=lambda one: -one.in_hand / one.most)
    return {"rooms": found[:MOST_PEOPLE], "rooms_left": max(0, len(found) - MOST_PEOPLE)}


@fragment(
    "schedule/_mark.html",
    on=(
        *("task.*", "timeline.*", "campaign.*", "proposal.*"),
        *("absence.*", "blackout.*", "working_week.*", "work_profile.*"),
    ),
    topic="team:{team_id}",
)
def schedule_mark(event: Event) -> dict[str, Any]:
    """Tells pages that the calendar changed; each then fetches the days it shows."""
    return {"pulse": {"team_id": event.team_id, "at": newest_position(event.team_id)}}
