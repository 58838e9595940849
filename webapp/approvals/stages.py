"""The stages of a request: written when it is asked for, opened one after the other, passed when
enough of those who are asked agreed. Called inside the gate's unit of work.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from webapp.accounts import queries as accounts
from webapp.accounts.permissions import holds
from webapp.approvals.deciders import Person, has_authority
from webapp.approvals.models import Approval, Proposal, Stage
from webapp.availability import queries as availability
from webapp.core import clock, zones
from webapp.core.actor import SYSTEM
from webapp.db import current_team, db, execute
from webapp.events import timers

DEADLINE = "stage.deadline_came"
#: What happens when a stage is not decided in time; never a silent yes.
Late = Literal["remind", "escalate", "reroute", "reject"]
MOST = 6


class StageRule(BaseModel):
    """One stage as a team asks for it. `needs` is any, all, or a number of people; without
    `approvers` managers and owners decide, each up to their limit. `hours` are working hours of
    the team, None leaves it open for as long as it takes.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="Approval", min_length=1, max_length=40)
    needs: str = Field(default="any", pattern="^(any|all|[1-9])$")
    approvers: list[int] = Field(default_factory=list, max_length=20)
    hours: int | None = Field(default=None, ge=1, le=2000)
    late: Late = "remind"


def is_complete(needs: str, *, agreed: int, asked: int | None) -> bool:
    """Whether enough people agreed; `asked` is None where any manager or owner may decide.

    >>> is_complete("all", agreed=2, asked=3), is_complete("2", agreed=2, asked=3)
    (False, True)
    >>> is_complete("3", agreed=2, asked=2)  # one of three left the team
    True
    """
    if needs == "any":
        return agreed >= 1
    if needs == "all":
        return agreed >= (asked or 1)
    return agreed >= (int(needs) if asked is None else min(int(needs), asked))


def open_round(proposal: Proposal, rules: list[StageRule]) -> None:
    """Write the stages of a request's round and open the first. Who asked is not asked themselves,
    nor who left; a stage with nobody left is any manager's or owner's.
    """
    roles = {member.user_id: member.role for member, _ in accounts.members()}
    for position, rule in enumerate(rules or [StageRule()], 1):
        asked = [
            one
            for one in rule.approvers
            if holds(roles.get(one, ""), "proposals.decide") and proposal.by != f"user:{one}"
        ]
        _write(proposal, position, rule, asked)
    open_next(proposal)


def _write(proposal: Proposal, position: int, rule: StageRule, asked: list[int]) -> None:
    stage = Stage(
        team_id=proposal.team_id,
        proposal_id=proposal.id,
        round=proposal.round,
        position=position,
        name=rule.name,
        needs=rule.needs,
        is_named=bool(asked),
        hours=rule.hours,
        late=rule.late,
    )
    db.session.add(stage)
    db.session.flush()
    for user_id in asked:
        ask(stage, user_id, state="not_started")


def ask(stage: Stage, user_id: int, *, state: str = "open", for_id: int | None = None) -> None:
    """Ask a person for their word on a stage, once more if they were asked before; `for_id` is
    whose place they take.
    """
    row = next((one for one in _rows(stage) if one.approver_id == user_id), None)
    if row is None:
        row = Approval(team_id=stage.team_id, stage_id=stage.id, approver_id=user_id)
        db.session.add(row)
    row.state, row.for_id = state, for_id
    db.session.flush()


def ask_guest(stage: Stage, link_id: int) -> None:
    """Ask the guest of a link for their word on the stage that is open."""
    row = Approval(
        team_id=stage.team_id, stage_id=stage.id, approver_kind="guest", approver_id=link_id
    )
    db.session.add(row)
    db.session.flush()


def drop_guest(stage_id: int, link_id: int) -> None:
    """A guest who gave no word is not asked any more."""
    asked = update(Approval).where(
        Approval.team_id == current_team(),
        Approval.stage_id == stage_id,
        Approval.approver_kind == "guest",
        Approval.approver_id == link_id,
        Approval.state == "open",
    )
    execute(asked.values(state="void"))


def open_next(proposal: Proposal) -> Stage | None:
    """Open the first stage that is not done; None when all are."""
    query = (
        select(Stage)
        .where(
            Stage.team_id == proposal.team_id,
            Stage.proposal_id == proposal.id,
            Stage.round == proposal.round,
            Stage.done_at.is_(None),
        )
        .order_by(Stage.position)
    )
    stage = db.session.scalars(query.limit(1)).one_or_none()
    if stage is None:
        return None
    stage.opened_at = clock.now()
    execute(_approvals(stage, "not_started").values(state="open"))
    hand_on(stage, proposal, only_away=True)
    if stage.hours is not None:
        stage.due_at = after(stage.opened_at, stage.hours)
        arm(stage, proposal, stage.due_at)
    return stage


def open_stage(proposal: Proposal) -> Stage:
    """The stage of an undecided request that waits for its word, locked."""
    query = select(Stage).where(
        Stage.team_id == proposal.team_id,
        Stage.proposal_id == proposal.id,
        Stage.opened_at.is_not(None),
        Stage.done_at.is_(None),
    )
    return db.session.scalars(query.with_for_update()).one()


def arm(stage: Stage, proposal: Proposal, due_at: datetime) -> None:
    """Let the stage's deadline come."""
    timers.arm(
        f"stage:{stage.id}:deadline",
        DEADLINE,
        due_at=due_at,
        team_id=stage.team_id,
        campaign_id=proposal.campaign_id,
        label_key=f"timer.stage_{stage.late}",
        by=SYSTEM,
    )


def hand_on(stage: Stage, proposal: Proposal, *, only_away: bool = False) -> bool:
    """Ask those who step in for whoever was asked and gave no word (of those who are away); answers
    whether anybody is asked now who was not.
    """
    asked = _rows(stage)
    waiting = [row for row in asked if row.state == "open"]
    now = clock.now()
    if only_away:
        away = availability.away(now) if waiting else set()
        waiting = [row for row in waiting if row.approver_id in away]
    stand_ins = availability.stand_ins(now) if waiting else {}
    known = {row.approver_id for row in asked}
    found = False
    for row in waiting:
        other = stand_ins.get(row.approver_id)
        if other is None or other in known or proposal.by == f"user:{other}":
            continue
        row.state = "void"
        db.session.flush()
        ask(stage, other, for_id=row.approver_id)
        known.add(other)
        found = True
    return found


def renew(stage: Stage, proposal: Proposal, hours: int) -> None:
    """Another deadline for a stage that is late."""
    stage.due_at = after(clock.now(), hours)
    arm(stage, proposal, stage.due_at)
    db.session.flush()


def after(start: datetime, hours: int) -> datetime:
    """So many working hours of the team later."""
    zone = accounts.team().zone
    axis = availability.working_time(zone, zones.today(start, zone) - timedelta(days=1))
    return axis.finish_at(axis.minute_of(start) + hours * 60)


def drop(stage: Stage, user_id: int) -> None:
    """Somebody is not asked any more; with nobody left, any manager or owner is."""
    rows = _rows(stage)
    for row in rows:
        if row.approver_id == user_id and row.state in ("open", "not_started"):
            row.state = "void"
    if stage.is_named and all(row.state == "void" for row in rows):
        stage.is_named = False
    db.session.flush()


def close(stage: Stage) -> None:
    """Nobody is asked any more."""
    stage.done_at = clock.now()
    execute(_approvals(stage, "open", "not_started").values(state="void"))
    timers.cancel(f"stage:{stage.id}:deadline")
    db.session.flush()


def close_all(proposal: Proposal) -> None:
    """The request is decided: nobody is asked for any stage of it."""
    query = select(Stage).where(
        Stage.team_id == proposal.team_id,
        Stage.proposal_id == proposal.id,
        Stage.done_at.is_(None),
    )
    for stage in db.session.scalars(query):
        close(stage)


def is_passed(stage: Stage) -> bool:
    """Whether enough of those who are asked agreed, guests among them."""
    states = [row.state for row in _rows(stage, guests=True)]
    asked = sum(state != "void" for state in states) if stage.is_named else None
    return is_complete(stage.needs, agreed=states.count("approved"), asked=asked)


def lacks_authority(proposal: Proposal, people: list[Person]) -> bool:
    """Whether nobody of the team agreed, or money is at stake and nobody of those who agreed may
    decide on that much: a guest's word is never enough alone.
    """
    query = (
        select(Approval.approver_id)
        .join(Stage, (Stage.team_id == Approval.team_id) & (Stage.id == Approval.stage_id))
        .where(
            Stage.team_id == proposal.team_id,
            Stage.proposal_id == proposal.id,
            Stage.round == proposal.round,
            Approval.approver_kind == "user",
            Approval.state == "approved",
        )
    )
    agreed = set(db.session.scalars(query))
    if not proposal.amount_cents:
        return not agreed
    return not any(
        has_authority(one, proposal.amount_cents) for one in people if one.user_id in agreed
    )


def ask_for_the_amount(proposal: Proposal) -> Stage | None:
    """One more stage, for somebody of the team who may decide on that much."""
    last = db.session.scalars(
        select(Stage.position)
        .where(
            Stage.team_id == proposal.team_id,
            Stage.proposal_id == proposal.id,
            Stage.round == proposal.round,
        )
        .order_by(Stage.position.desc())
        .limit(1)
    ).one()
    name = "Amount" if proposal.amount_cents else "Team"
    _write(proposal, last + 1, StageRule(name=name), [])
    return open_next(proposal)


def _rows(stage: Stage, *, guests: bool = False) -> list[Approval]:
    kinds = ("user", "guest") if guests else ("user",)
    query = select(Approval).where(
        Approval.team_id == current_team(),
        Approval.stage_id == stage.id,
        Approval.approver_kind.in_(kinds),
    )
    query = query.order_by(Approval.id).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def _approvals(stage: Stage, *states: str) -> Any:
    return update(Approval).where(
        Approval.team_id == stage.team_id,
        Approval.stage_id == stage.id,
        Approval.state.in_(states),
    )
