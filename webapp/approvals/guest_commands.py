"""The commands of guests, beside those of the team: invite one to a request, close their link, and
what they say themselves.
"""

from datetime import timedelta
from typing import Literal

from pydantic import Field
from sqlalchemy import func, select, update

from webapp.accounts.permissions import BY_LINK
from webapp.approvals import guests, stages
from webapp.approvals.commands import StageDecided, take_word
from webapp.approvals.kinds import kind_of
from webapp.approvals.models import GuestComment, GuestLink, Proposal, Stage
from webapp.approvals.rounds import meet_changes
from webapp.approvals.workflow import State
from webapp.core import clock, tokens
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events import timers
from webapp.events.log import note as tell
from webapp.operations import Input, Lines, check_version, operation

#: How long a link may last, in days; the form offers `DEFAULT_DAYS`.
MOST_DAYS, DEFAULT_DAYS = 30, 7
#: Open links of one request, and comments by one link: whoever has it is not known.
MOST_LINKS, MOST_COMMENTS = 10, 30
ENDED = "guest_link.ended"


class InviteGuest(Input):
    """A link to one request. The token comes from the caller, who alone may show it."""

    proposal_id: int
    label: str = Field(default="", max_length=80)
    purpose: Literal["comment", "decide"] = "comment"
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=MOST_DAYS)
    token: str = Field(min_length=40, max_length=60)


class RevokeGuest(Input):
    guest_link_id: int


class GuestWord(Input):
    """What a guest sends; `version` is the request's as their page showed it, the name is asked
    once.
    """

    guest_link_id: int
    name: str = Field(default="", max_length=80)
    decision: Literal["approve", "changes", "reject", "comment"]
    note: Lines = Field(default="", max_length=2000)
    version: int


@operation("approvals.invite_guest", input=InviteGuest, permission="share")
def invite_guest(
    *,
    proposal_id: int,
    label: str = "",
    purpose: str = "comment",
    days: int = DEFAULT_DAYS,
    token: str,
    by: Actor,
) -> int:
    """Let somebody without an account see a request that waits; one who may decide is asked for the
    stage that is open, as if it named them. Only the token's hash is kept.
    """
    assert by.user_id is not None
    with unit_of_work():
        proposal = find(Proposal, proposal_id, lock=True)
        if proposal.state != State.IN_REVIEW:
            raise Conflict("This request waits for nobody, so there is nothing to invite to.")
        if len(guests.links(proposal.id)) >= MOST_LINKS:
            raise Conflict(f"There are {MOST_LINKS} guests already. Revoke one first.")
        stage = stages.open_stage(proposal)
        if purpose == "decide" and stage.is_named and proposal.by == str(by):
            raise Forbidden(
                "Others are asked for this stage of your own request: they choose who decides."
            )
        link = GuestLink(
            team_id=current_team(),
            proposal_id=proposal.id,
            stage_id=stage.id,
            may_decide=purpose == "decide",
            label=label,
            token_hash=tokens.hashed(token),
            created_by=by.user_id,
            expires_at=clock.now() + timedelta(days=days),
        )
        db.session.add(link)
        db.session.flush()
        if link.may_decide:
            stages.ask_guest(stage, link.id)
            timers.arm(
                f"guest_link:{link.id}:end",
                ENDED,
                due_at=link.expires_at,
                team_id=link.team_id,
                by=by,
            )
        tell("proposal.guest_invited", subject=proposal, by=by, data=_about(proposal, stage))
        return link.id


@operation("approvals.revoke_guest", input=RevokeGuest, permission="share")
def revoke_guest(*, guest_link_id: int, by: Actor) -> int:
    """Close a link at once; its guest is not asked any more. What they said stays."""
    with unit_of_work():
        proposal = find(Proposal, find(GuestLink, guest_link_id).proposal_id, lock=True)
        link = find(GuestLink, guest_link_id, lock=True)
        if link.revoked_at is None:
            link.revoked_at = clock.now()
            stages.drop_guest(link.stage_id, link.id)
            timers.cancel(f"guest_link:{link.id}:end")
            stage = find(Stage, link.stage_id)
            tell("proposal.guest_revoked", subject=proposal, by=by, data=_about(proposal, stage))
        return link.id


@operation("approvals.guest_word", input=GuestWord, permission=BY_LINK)
def give_word(
    *, guest_link_id: int, name: str = "", decision: str, note: str = "", version: int, by: Actor
) -> int:
    """What a guest says: a comment, or their one decision on the stage their link is for. It binds
    as far as a named person's without authority does: somebody of the team agrees as well.

    NotFound where the link is dead; StaleVersion where the request is another one than they saw,
    and where only that is found out now, it is asked again and nothing is decided.
    """
    with unit_of_work():
        proposal = find(Proposal, find(GuestLink, guest_link_id).proposal_id, lock=True)
        link = find(GuestLink, guest_link_id, lock=True)
        stage = find(Stage, link.stage_id, lock=True)
        _check_open(link, stage, proposal, version)
        link.guest_name = _name(link, name)
        if decision == "comment":
            _say(link, note)
            about = _about(proposal, stage)
            tell("proposal.guest_commented", subject=proposal, by=by, data=about)
            return link.id
        if not link.may_decide:
            raise Forbidden("This link is for comments only.")
        if decision != "approve" and not note:
            raise Invalid({"note": "Say what should change, or why not."})
        if meet_changes(kind_of(proposal.kind), proposal, by):
            return link.id
        link.used_at = clock.now()
        take_word(proposal, stage, by, decision, note)
        timers.cancel(f"guest_link:{link.id}:end")
        return link.id


def _check_open(link: GuestLink, stage: Stage, proposal: Proposal, version: int) -> None:
    standing = guests.standing_of(link, stage, proposal)
    if standing is None:
        raise NotFound(guests.GONE)
    if standing == "spoken":
        raise Conflict("You have decided already.")
    if standing == "changed":
        raise StaleVersion("It was changed in the meantime.", version=proposal.version, fields={})
    check_version(proposal, version, {})


def _name(link: GuestLink, name: str) -> str:
    if not (link.guest_name or name):
        raise Invalid({"name": "Write your name: it is kept with what you say."})
    return link.guest_name or name


def _say(link: GuestLink, words: str) -> None:
    if not words:
        raise Invalid({"note": "Write what you want to say."})
    count = select(func.count()).where(
        GuestComment.team_id == link.team_id, GuestComment.guest_link_id == link.id
    )
    if (db.session.scalar(count) or 0) >= MOST_COMMENTS:
        raise Conflict("That is as much as one link may say. Ask whoever sent it for a new one.")
    db.session.add(GuestComment(team_id=link.team_id, guest_link_id=link.id, body=words))


def _about(proposal: Proposal, stage: Stage) -> StageDecided:
    return StageDecided(proposal.kind, stage.position)


def note_viewed(link_id: int) -> None:
    """Somebody opened the page. No command of anybody: whoever looks has no account to act with."""
    mine = GuestLink.team_id == current_team(), GuestLink.id == link_id
    with unit_of_work():
        execute(update(GuestLink).where(*mine).values(last_viewed_at=clock.now()))
