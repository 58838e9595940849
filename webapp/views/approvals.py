"""The inbox of decisions: what waits for you, for others, what was decided; one request beside the
list.
"""

from typing import Any

from flask import Blueprint, request, session
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.accounts.permissions import holds
from webapp.approvals import commands, guests, history, queries, stage_commands
from webapp.approvals import report as reports
from webapp.approvals.kinds import kind_of
from webapp.approvals.models import Proposal
from webapp.approvals.workflow import State
from webapp.core.errors import Conflict, Invalid, StaleVersion
from webapp.events.models import Event
from webapp.views.accounts import safe_next
from webapp.views.sharing import absolute
from webapp.web.forms import submitted, typed
from webapp.web.fragments import fragment
from webapp.web.guards import guard, viewer
from webapp.web.render import page, page_or_block, path_for, see_other, wants_fragment

bp = Blueprint("approvals", __name__, url_prefix="/approvals")


@bp.get("")
@guard("see")
def index() -> Response:
    """The list; with the first request that waits for this person beside it."""
    found = list_of(_user_id())
    first = next(iter(found["inbox"].yours), None)
    values = found | _one(first.proposal.id if first else None)
    return page("approvals/inbox.html", **values, picked=False, new_link=None)


#: Days a report may look back.
PERIODS = (30, 90, 365)


@bp.get("/report")
@guard("see")
def report() -> Response:
    """How deciding goes, over the days the address names."""
    days = request.args.get("days", 90, type=int)
    days = days if days in PERIODS else 90
    since = reports.since(days)
    return page(
        "approvals/report.html",
        days=days,
        periods=PERIODS,
        passed=reports.passed(since),
        paces=reports.paces(since),
        waits=reports.waits(),
        zone=accounts.team().zone,
    )


@bp.get("/<int:proposal_id>")
@guard("see", loads=Proposal)
def detail(proposal_id: int, status: int = 200, **refused: Any) -> Response:
    """One request; a guest's link just made is shown once."""
    values = list_of(_user_id()) | _one(proposal_id) | refused
    token = session.pop("guest_token", None)
    link = absolute(path_for("guest_review.look", token=token)) if token else None
    return page("approvals/inbox.html", status, **values, picked=True, new_link=link)


@bp.get("/<int:proposal_id>/decision")
@guard("see", loads=Proposal)
def decision(proposal_id: int) -> Response:
    """What was said and what may be done now: the part beside the live state that follows it."""
    if not wants_fragment():
        return detail(proposal_id)
    return page_or_block("approvals/inbox.html", "decision", **_one(proposal_id))


def _user_id() -> int:
    person = viewer()
    assert person is not None
    return person.user_id


def list_of(user_id: int) -> dict[str, Any]:
    """The list of one person: the same values for the page and for the push."""
    return {"inbox": queries.inbox(user_id), "user_id": user_id, "zone": accounts.team().zone}


def _one(proposal_id: int | None) -> dict[str, Any]:
    blank: dict[str, Any] = {"values": {}, "errors": {}}
    if proposal_id is None:
        return {"item": None, "proposal": None} | blank
    return request_of(proposal_id) | blank


def request_of(proposal_id: int) -> dict[str, Any]:
    """One request with what was said, and what its reader may do with it."""
    item = queries.item(proposal_id, _user_id())
    person = viewer()
    assert person is not None
    proposal = item.proposal
    is_waiting = proposal.state == State.IN_REVIEW
    steps = history.steps(proposal)
    can_undo = kind_of(proposal.kind).undo is not None and proposal.state == State.APPLIED
    can_undo = can_undo and bool(item.presentation.url)  # what is gone is not put back
    return {
        "item": item,
        "proposal": proposal,
        "said": history.remarks(proposal_id),
        "guests": guests.links(proposal_id),
        "may_share": person.may("share"),
        "steps": steps,
        "changes": history.changes_for(proposal, person.user_id) if is_waiting else None,
        "stage": next((one.stage for one in steps if one.state == "open"), None),
        "may_delegate": is_waiting and item.standing == "mine",
        "others": _others(proposal, steps),
        "zone": accounts.team().zone,
        "may_decide": is_waiting and item.answer in ("yes", "self"),
        "may_withdraw": is_waiting
        and proposal.by == str(person.actor)
        and person.may("proposals.make"),
        "may_undo": can_undo and person.may("proposals.undo"),
    }


def _others(proposal: Proposal, steps: list[history.Step]) -> list[tuple[int, str]]:
    """Whom the decision may be handed to: who takes part, was not asked and did not ask."""
    asked = {
        one.approval.approver_id
        for step in steps
        if step.state == "open"
        for one in step.asked
        if one.approval.approver_kind == "user"
    }
    return [
        (member.user_id, user.name)
        for member, user in accounts.members()
        if holds(member.role, "proposals.decide")
        and member.user_id not in asked
        and proposal.by != f"user:{member.user_id}"
    ]


@bp.post("/<int:proposal_id>/delegate")
@guard("proposals.decide", loads=Proposal)
def delegate(proposal_id: int) -> Response:
    try:
        submitted(stage_commands.delegate, proposal_id=proposal_id)
    except Invalid as error:
        return detail(proposal_id, error.status, values=typed(), errors=error.fields)
    return see_other(path_for("approvals.detail", proposal_id=proposal_id), toast="Handed on")


@bp.post("/<int:proposal_id>/decision")
@guard("proposals.decide", loads=Proposal)
def decide(proposal_id: int) -> Response:
    try:
        submitted(commands.decide, proposal_id=proposal_id)
    except Invalid as error:
        return detail(proposal_id, error.status, values=typed(), errors=error.fields)
    except StaleVersion:
        raise Conflict(
            "The request changed since you loaded it. Read it again, then decide."
        ) from None
    words = {
        "applied": "Approved and done",
        "stale": "Not done: it was out of date",
        "applying": "Approved",
        "in_review": "Approved; others are asked too",
    }
    toast = words.get(queries.state_of(proposal_id), "Decision sent")
    return see_other(path_for("approvals.detail", proposal_id=proposal_id), toast=toast)


@bp.post("/<int:proposal_id>/withdraw")
@guard("proposals.make", loads=Proposal)
def withdraw(proposal_id: int) -> Response:
    submitted(commands.withdraw, proposal_id=proposal_id)
    return see_other(
        path_for("approvals.detail", proposal_id=proposal_id), toast="Request taken back"
    )


@bp.post("/<int:proposal_id>/undo")
@guard("proposals.undo", loads=Proposal)
def undo(proposal_id: int) -> Response:
    submitted(commands.undo, proposal_id=proposal_id)
    back = request.form.get("next")
    there = path_for("approvals.detail", proposal_id=proposal_id)
    return see_other(safe_next(back) if back else there, toast="Undone")


@fragment(
    "approvals/_list.html",
    on=("proposal.*", "membership.*"),
    topic="team:{team_id}",
    audience="user",
)
def inbox_list(_event: Event, user_id: int) -> dict[str, Any]:
    return list_of(user_id)


@fragment("approvals/_state.html", on=("proposal.*",), topic="team:{team_id}")
def proposal_state(event: Event) -> dict[str, Any] | None:
    proposal = queries.proposal(event.subject_id)
    return None if proposal is None else {"proposal": proposal}


@fragment(
    "approvals/_badge.html",
    on=("proposal.*", "membership.*"),
    topic="team:{team_id}",
    audience="user",
)
def approvals_badge(_event: Event, user_id: int) -> dict[str, Any]:
    return {"waiting": queries.waiting_for(user_id), "user_id": user_id}


@fragment(
    "approvals/_tab_badge.html",
    on=("proposal.*", "membership.*"),
    topic="team:{team_id}",
    audience="user",
)
def approvals_tab_badge(_event: Event, user_id: int) -> dict[str, Any]:
    return {"waiting": queries.waiting_for(user_id), "user_id": user_id}
