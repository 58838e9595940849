"""What the gate does by itself: a stage whose deadline came, and whoever is asked leaving the team.
Each policy re-reads the rows and acts on what is true now.
"""

from dataclasses import dataclass

from sqlalchemy import select

from webapp.approvals import stages
from webapp.approvals.commands import advance, expire
from webapp.approvals.guest_commands import ENDED
from webapp.approvals.models import Approval, GuestLink, Proposal, Stage
from webapp.approvals.workflow import State
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, note
from webapp.events.models import Event
from webapp.events.subscriptions import on

#: Working hours between two reminders of one stage, and until others are asked who do not answer.
AGAIN = 8


@dataclass(frozen=True)
class StageLate(Payload):
    """Which stage was not decided in time."""

    kind: str
    position: int


@on(stages.DEADLINE)
def act_when_a_stage_is_not_decided_in_time(event: Event) -> None:
    with unit_of_work():
        found = _open(event.subject_id)
        if found is None:
            return
        proposal, stage = found
        if stage.due_at is None or stage.due_at > clock.now():
            return
        by = Actor.event(event.id, team_id=event.team_id)
        if stage.late == "reject":
            expire(proposal, by=by)
            return
        note(
            f"proposal.{_measure(stage, proposal)}",
            subject=proposal,
            by=by,
            data=StageLate(proposal.kind, stage.position),
        )


def _measure(stage: Stage, proposal: Proposal) -> str:
    """Do what the stage says, and answer what was done."""
    if stage.late == "reroute" and stages.hand_on(stage, proposal):
        stages.renew(stage, proposal, stage.hours or AGAIN)
        return "rerouted"
    if stage.late != "remind" and stage.is_named:
        # Nobody steps in, or the stage says so: one of those with the role is enough.
        stage.is_named, stage.needs = False, "any"
        stages.renew(stage, proposal, AGAIN)
        return "escalated"
    stages.renew(stage, proposal, AGAIN)
    return "reminded"


@on("membership.removed")
def ask_nobody_who_left(event: Event) -> None:
    """Their stages go on with the others, or to managers and owners."""
    user_id = event.data.get("user_id")
    if user_id is None:
        return
    by = Actor.event(event.id, team_id=event.team_id)
    with unit_of_work():
        for stage_id in _stages_of(user_id):
            found = _open(stage_id)
            if found is None:
                continue
            proposal, stage = found
            stages.drop(stage, user_id)
            if stage.is_named and stages.is_passed(stage):
                advance(proposal, stage, by)


@on(ENDED, "proposal.guest_revoked")
def ask_no_guest_whose_link_is_closed(event: Event) -> None:
    """A stage that waited for nobody else goes on without them."""
    by = Actor.event(event.id, team_id=event.team_id)
    with unit_of_work():
        for link in _closed_links(event):
            found = _open(link.stage_id)
            if found is None:
                continue
            proposal, stage = found
            stages.drop_guest(stage.id, link.id)
            if stage.is_named and stages.is_passed(stage):
                advance(proposal, stage, by)


def _closed_links(event: Event) -> list[GuestLink]:
    """The link whose time is over, or the revoked ones of a request."""
    query = select(GuestLink).where(GuestLink.team_id == current_team())
    if event.subject_kind == "guest_link":
        query = query.where(GuestLink.id == event.subject_id, GuestLink.expires_at <= clock.now())
    else:
        query = query.where(
            GuestLink.proposal_id == event.subject_id, GuestLink.revoked_at.is_not(None)
        )
    return list(db.session.scalars(query.order_by(GuestLink.id)))


def _stages_of(user_id: int) -> list[int]:
    query = select(Approval.stage_id).where(
        Approval.team_id == current_team(),
        Approval.approver_kind == "user",
        Approval.approver_id == user_id,
        Approval.state.in_(("open", "not_started")),
    )
    return list(db.session.scalars(query.order_by(Approval.stage_id)))


def _open(stage_id: int) -> tuple[Proposal, Stage] | None:
    """A stage that is not done with its request, which is locked; None when it is decided."""
    query = select(Stage).where(Stage.team_id == current_team(), Stage.id == stage_id)
    stage = db.session.scalars(query).one_or_none()
    if stage is None:
        return None
    proposal = find(Proposal, stage.proposal_id, lock=True)
    db.session.refresh(stage)
    if proposal.state != State.IN_REVIEW or stage.done_at is not None:
        return None
    return proposal, stage
