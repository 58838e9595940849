"""Home: what needs this person, what comes by itself, this week's numbers, what runs."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.ads import queries as ads
from webapp.ads.rates import Totals
from webapp.ads.results import RESULT_EVENTS
from webapp.approvals import queries as approvals
from webapp.campaigns import queries as campaigns
from webapp.core import clock, zones
from webapp.events.models import Event
from webapp.views import task_board, troubles
from webapp.views.campaign_rows import beside, listed
from webapp.views.timer_words import coming_up
from webapp.web.fragments import fragment
from webapp.web.guards import guard, viewer
from webapp.web.render import page

bp = Blueprint("home", __name__)

LISTED, TASKS_LISTED = 8, 5


@bp.get("/")
@guard("see")
def home() -> Response:
    person = viewer()
    assert person is not None
    today = zones.today(clock.now(), person.zone)
    return page(
        "home/home.html",
        on=today,
        week=today.isocalendar().week,
        **needs_you_for(person.user_id) | your_tasks_for(person.user_id),
        numbers=week_numbers(),
        **what_is_live(),
        coming=coming_up(),
        zone=person.team_zone,
    )


def needs_you_for(user_id: int) -> dict[str, Any]:
    """What waits for a person: the same values for the page and for the push."""
    decisions, told = approvals.inbox(user_id).yours, troubles.told_to(user_id)
    return troubles.needs(decisions, told, most=LISTED) | {"user_id": user_id}


def your_tasks_for(user_id: int) -> dict[str, Any]:
    """The next of a person's own tasks, and how many they have."""
    values = task_board.mine_of(user_id)
    return values | {"mine": values["mine"][:TASKS_LISTED], "mine_count": len(values["mine"])}


def what_is_live() -> dict[str, Any]:
    """The running campaigns, and how many there are of each kind."""
    return {
        "team_id": accounts.team().id,
        "rows": listed(campaigns.live(beside=beside)),
        "counts": campaigns.counts(),
    }


def same_days(today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """This ISO week so far and the same days of the one before: half a week is not compared with a
    whole one.
    """
    monday, week = today - timedelta(days=today.weekday()), timedelta(days=7)
    return (monday, today), (monday - week, today - week)


def week_numbers() -> dict[str, Any]:
    """This week so far against the one before, per currency; days are the ad accounts' own."""
    team = accounts.team()
    today = zones.today(clock.now(), team.zone)
    this_week, week_before = same_days(today)
    this, before = ads.running_totals(*this_week), ads.running_totals(*week_before)
    budgets = ads.running_budgets()
    known = this.keys() | budgets.keys() or {team.currency}
    currencies = sorted(known, key=lambda one: (one != team.currency, one))
    none = Totals()
    rows = [
        {
            "currency": one,
            "this": this.get(one, none),
            "before": before.get(one, none),
            "budget_cents": budgets.get(one, 0),
        }
        for one in currencies
    ]
    return {
        "team_id": team.id,
        "week_before": week_before[0].isocalendar().week,
        "rows": rows,
        "counts": campaigns.counts(),
    }


@fragment(
    "home/_needs_you.html",
    on=("proposal.*", "membership.*", "escalation.*"),
    topic="team:{team_id}",
    audience="user",
)
def needs_you(_event: Event, user_id: int) -> dict[str, Any]:
    return needs_you_for(user_id)


@fragment(
    "home/_headline.html",
    on=("proposal.*", "membership.*", "escalation.*", "campaign.*"),
    topic="team:{team_id}",
    audience="user",
)
def headline(_event: Event, user_id: int) -> dict[str, Any]:
    return needs_you_for(user_id) | {"counts": campaigns.counts()}


@fragment(
    "home/_your_tasks.html",
    on=(*task_board.TASK_EVENTS, "campaign.*"),
    topic="team:{team_id}",
    audience="user",
)
def your_tasks(_event: Event, user_id: int) -> dict[str, Any]:
    return your_tasks_for(user_id)


@fragment("home/_numbers.html", on=("campaign.*", *RESULT_EVENTS), topic="team:{team_id}")
def numbers(_event: Event) -> dict[str, Any]:
    return {"numbers": week_numbers()}


@fragment("home/_live_campaigns.html", on=("campaign.*",), topic="team:{team_id}")
def live_campaigns(_event: Event) -> dict[str, Any]:
    return what_is_live()
