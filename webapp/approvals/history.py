"""One request over time: its stages, what was said in them, and what an edit changed about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from webapp.accounts import queries as accounts
from webapp.approvals import guests
from webapp.approvals.kinds import Row, kind_of
from webapp.approvals.models import Approval, Proposal, Stage
from webapp.db import current_team, db


@dataclass(frozen=True, slots=True)
class Said:
    """One approver's word, and the round it was about."""

    approval: Approval
    name: str
    round: int


def said(proposal_id: int) -> list[Said]:
    """Every decision on a proposal, in order."""
    query = (
        select(Approval, Stage.round)
        .join(Stage, (Stage.team_id == Approval.team_id) & (Stage.id == Approval.stage_id))
        .where(
            Stage.team_id == current_team(),
            Stage.proposal_id == proposal_id,
            Approval.decided_at.is_not(None),
        )
        .order_by(Approval.decided_at, Approval.id)
    )
    found = db.session.execute(query).all()
    names = _names([one for one, _ in found])
    return [Said(one, names[one.id], number) for one, number in found]


def _names(approvals: Sequence[Approval]) -> dict[int, str]:
    """Who each approval's approver is, by the approval's id."""
    asked: dict[str, set[int]] = {"user": set(), "guest": set()}
    for one in approvals:
        asked[one.approver_kind].add(one.approver_id)
    known = {"user": accounts.names(asked["user"]), "guest": guests.names(asked["guest"])}
    return {one.id: known[one.approver_kind].get(one.approver_id, "Somebody") for one in approvals}


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said about a request, and of which round; `state` is their decision's, or
    `commented`.
    """

    name: str
    state: str
    said_at: datetime
    round: int
    text: str
    is_self_approved: bool = False


def remarks(proposal_id: int) -> list[Remark]:
    """Everything that was said about a request, decisions and comments of guests, in order."""
    found = [
        Remark(
            one.name,
            one.approval.state,
            one.approval.decided_at,
            one.round,
            one.approval.comment,
            one.approval.is_self_approved,
        )
        for one in said(proposal_id)
        if one.approval.decided_at is not None
    ]
    found += [
        Remark(name, "commented", one.created_at, number, one.body)
        for one, name, number in guests.comments(proposal_id)
    ]
    return sorted(found, key=lambda one: one.said_at)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from what a person has seen; `is_own`: from what they gave their word on,
    else from what was asked before.
    """

    rows: list[Row]
    is_own: bool


def changes_for(proposal: Proposal, user_id: int) -> Changes | None:
    """What an edit changed about a request since this person's last word on it, or since it was
    asked last; None when it was asked once.
    """
    content = kind_of(proposal.kind).content
    if not proposal.earlier or content is None:
        return None
    seen = max(
        (
            one.round
            for one in said(proposal.id)
            if one.approval.approver_id == user_id and one.approval.approver_kind == "user"
        ),
        default=0,
    )
    if seen == proposal.round:
        return None
    was = content(proposal.earlier[(seen or proposal.round - 1) - 1])
    now = content(proposal.before)
    labels = [*now, *(label for label in was if label not in now)]
    different = [label for label in labels if was.get(label) != now.get(label)]
    return Changes(
        [Row(label, was.get(label, "—"), now.get(label, "—")) for label in different], bool(seen)
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as a page shows it: who is asked or gave their word, and whether it is open, done or
    still to come.
    """

    stage: Stage
    state: Literal["done", "open", "later"]
    asked: list[Said]


def steps(proposal: Proposal) -> list[Step]:
    """The stages of a request's present round, in order."""
    return steps_of([proposal]).get(proposal.id, [])


def steps_of(proposals: Sequence[Proposal]) -> dict[int, list[Step]]:
    """The same for several requests at once, by the request's id."""
    rounds = {one.id: one.round for one in proposals}
    query = select(Stage).where(Stage.team_id == current_team(), Stage.proposal_id.in_(rounds))
    stages = [
        one
        for one in db.session.scalars(query.order_by(Stage.proposal_id, Stage.position))
        if one.round == rounds[one.proposal_id]
    ]
    query_asked = select(Approval).where(
        Approval.team_id == current_team(),
        Approval.stage_id.in_([one.id for one in stages]),
        Approval.state != "void",
    )
    approvals = list(db.session.scalars(query_asked.order_by(Approval.id)))
    names = _names(approvals)
    found: dict[int, list[Step]] = {}
    for stage in stages:
        asked = [
            Said(one, names[one.id], stage.round) for one in approvals if one.stage_id == stage.id
        ]
        state: Literal["done", "open", "later"] = (
            "done" if stage.done_at else "open" if stage.opened_at else "later"
        )
        found.setdefault(stage.proposal_id, []).append(Step(stage, state, asked))
    return found
