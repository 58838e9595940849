"""What surrounds every signed-in page: the navigation's numbers, the live campaigns, and the ticket
of its socket.

The position is read by the guard before any of the page's data, so at worst a thing is sent twice,
never missed.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, session

from webapp.accounts.queries import SignedIn, teams_of
from webapp.approvals.queries import waiting_for
from webapp.web import ahead, topics
from webapp.web.guards import viewer


@dataclass(frozen=True, slots=True)
class Shell:
    """Values of `base.html`. `can_leave`: this is a demo and the person has a team of their own."""

    waiting: int
    unread: int
    live_campaigns: list[Any]
    ticket: str
    position: int
    toast: dict[str, Any] | None
    can_leave: bool


def init_app(app: Flask) -> None:
    """Offer `shell()` to pages; a fragment never calls it, so it costs nothing there."""
    app.context_processor(lambda: {"shell": shell})


def shell() -> Shell | None:
    """The shell of this request, or None on public pages."""
    person = viewer()
    if person is None or "team_stack" not in g:
        return None
    known = g.get("ahead") or ahead.ask(person.team_id, person.user_id)
    return Shell(
        waiting=waiting_for(person.user_id, known.waiting),
        unread=known.unread,
        live_campaigns=known.running,
        ticket=_ticket(person),
        position=g.position,
        toast=session.pop("said", None),
        can_leave=person.is_demo and any(not one.is_demo for one in teams_of(person.user_id)),
    )


def follow_campaign(campaign_id: int) -> None:
    """This page is about a campaign its URL does not name."""
    g.followed_campaign = campaign_id


def _ticket(person: SignedIn) -> str:
    """Signed topics: the team's, the person's, and the campaign's when the page is about one."""
    campaign_id = (request.view_args or {}).get("campaign_id") or g.get("followed_campaign")
    followed = topics.of_page(
        user_id=person.user_id, team_id=person.team_id, campaign_id=campaign_id
    )
    ticket = topics.Ticket(person.session_id, person.user_id, person.team_id, followed)
    return topics.sign(ticket, current_app.config["DASHBOARD_SECRET"])
