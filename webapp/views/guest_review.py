"""Guests of a request: the team invites one and closes their link; `/review/<token>` is what they
see, and where they say their word. Who is signed in changes nothing there.
"""

import contextlib
from typing import Any

from flask import Blueprint, request, session
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.approvals import guests, history
from webapp.approvals.guest_commands import give_word, invite_guest, note_viewed, revoke_guest
from webapp.approvals.guests import OpenLink, Review
from webapp.approvals.kinds import kind_of
from webapp.approvals.models import GuestLink, Proposal
from webapp.campaigns import queries as campaigns
from webapp.core import tokens
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Invalid, NotFound, StaleVersion
from webapp.db import acting_for, find
from webapp.views import approvals
from webapp.views.shared_page import is_somebody
from webapp.web import render
from webapp.web.forms import submitted, submitted_by, typed
from webapp.web.guards import guard, public
from webapp.web.render import path_for, see_other
from webapp.web.security import limiter

bp = Blueprint("guest_review", __name__)


@bp.post("/approvals/<int:proposal_id>/guests")
@guard("share", loads=Proposal)
def invite(proposal_id: int) -> Response:
    """Make a link; it is shown once, on the request's page."""
    token = tokens.new_token()
    try:
        link_id = submitted(invite_guest, proposal_id=proposal_id, token=token)
    except Invalid as error:
        return approvals.detail(proposal_id, error.status, values=typed(), errors=error.fields)
    if guests.is_of(link_id, token):  # not the second press of a form that made one already
        session["guest_token"] = token
    return see_other(path_for("approvals.detail", proposal_id=proposal_id))


@bp.post("/guest-links/<int:guest_link_id>/revoke")
@guard("share", loads=GuestLink)
def revoke(guest_link_id: int) -> Response:
    submitted(revoke_guest, guest_link_id=guest_link_id)
    proposal_id = find(GuestLink, guest_link_id).proposal_id
    there = path_for("approvals.detail", proposal_id=proposal_id)
    return see_other(there, toast="Link revoked. Its page is closed.")


@bp.get("/review/<token>")
@public
def look(token: str) -> Response:
    """The request as its guest sees it. Looking decides nothing."""
    link = guests.link_behind(token)
    with acting_for(link.team_id):
        answer = _page(link, _review(link))
    if is_somebody():
        # A full disk stops the note, not the page.
        with contextlib.suppress(DBAPIError), acting_for(link.team_id):
            note_viewed(link.id)
    return answer


@bp.post("/review/<token>")
@public
@limiter.limit("30 per minute")
def say(token: str) -> Response:
    """A guest's word. A second press, and one after the decision, lead to what was decided."""
    link = guests.link_behind(token)
    with acting_for(link.team_id):
        before = _review(link, or_changed=True)
        by = Actor.guest(link.id, team_id=link.team_id)
        try:
            submitted_by(by, give_word, guest_link_id=link.id)
        except Invalid as error:
            shown = {"values": typed(), "errors": error.fields}
            return _page(link, _review(link), error.status, **shown)
        except StaleVersion as error:
            return _page(link, _review(link, or_changed=True), error.status)
        except Conflict:
            if before.standing != "spoken" and _review(link).standing != "spoken":
                raise
        after = _review(link, or_changed=True)
        if after.standing == "changed":
            return _page(link, after, Conflict.status)
        said = {"said": 1} if after.standing == "open" else {}
    return see_other(path_for("guest_review.look", token=token, **said))


@bp.after_request
def not_for_search_engines(response: Response) -> Response:
    """Refusals too: a link somebody posted stays out of an index whatever it answers."""
    if request.endpoint in ("guest_review.look", "guest_review.say"):
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _review(link: OpenLink, *, or_changed: bool = False) -> Review:
    """What a link leads to, or NotFound: dead, in the trash, or, where nothing was sent, about
    something that has changed since.
    """
    found = guests.review(link.id)
    if found.standing == "changed" and not or_changed:
        raise NotFound(guests.GONE)
    campaign_id = found.proposal.campaign_id
    if campaign_id is not None:
        campaign = campaigns.known(campaign_id)
        if campaign is None or campaign.trashed_at is not None:
            raise NotFound(guests.GONE)
    return found


#: What a guest did, and what comes of it, by the state of the request.
DECIDED = {
    "approved": "approved it",
    "rejected": "rejected it",
    "changes_requested": "asked for changes",
}
FOLLOWS = {
    "in_review": "Others are asked as well; you need to do nothing more.",
    "approved": "Everybody agreed.",
    "applying": "Everybody agreed, and it is being done.",
    "applied": "Everybody agreed, and it is done.",
    "rejected": "It went back to whoever asked.",
    "stale": "It changed since, so it is not done like this.",
}
CHANGED_SINCE = "It was changed since and is asked again; you may get a new link."


def _page(link: OpenLink, review: Review, status: int = 200, **more: Any) -> Response:
    proposal, word = review.proposal, review.word
    is_same = review.standing != "spoken" or review.stage.round == proposal.round
    follows = FOLLOWS.get(proposal.state, "It is closed.") if is_same else CHANGED_SINCE
    asker = proposal.by.removeprefix("user:")
    names = accounts.names({int(asker)}) if asker.isdigit() else {0: link.team_name}
    values = {
        "link": link,
        "review": review,
        "shown": kind_of(proposal.kind).present(proposal),
        "said": history.remarks(proposal.id),
        "asked_by": next(iter(names.values()), "Somebody"),
        "decided": DECIDED.get(word.state, "") if word else "",
        "follows": follows,
        "is_same": is_same,
        "thanks": "said" in request.args and bool(review.link.guest_name),
        "theme": render.theme(),
        "values": {},
        "errors": {},
    }
    return render.page("approvals/guest_page.html", status, **values | more)
