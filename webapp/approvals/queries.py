"""Reads of the gate: what waits for whom, and one proposal with everything said about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select

from webapp.accounts import queries as accounts
from webapp.approvals.deciders import (
    Answer,
    Person,
    Standing,
    may_decide,
    may_decide_stage,
)
from webapp.approvals.kinds import Presentation, kind_of
from webapp.approvals.models import Approval, Policy, Proposal, Stage
from webapp.approvals.workflow import State
from webapp.db import UTCDateTime, current_team, db, execute, find, rows

LISTED = 50


@dataclass(frozen=True, slots=True)
class Item:
    """A proposal as a list shows it; `answer` says whether the person asking may decide it,
    `standing` how they stand to the stage that is open.
    """

    proposal: Proposal
    presentation: Presentation
    asked_by: str
    answer: Answer
    standing: Standing


@dataclass(frozen=True, slots=True)
class Inbox:
    """A person's approvals page."""

    yours: list[Item]
    others: list[Item]
    decided: list[Item]


def deciders(currency: str) -> list[Person]:
    """The team's people as the rule sees them; a limit in another currency than the change's lets
    nobody decide alone.
    """
    same = currency in ("", accounts.team().currency)
    return [
        Person(
            m.user_id, m.role, m.approve_limit_cents if same or m.approve_limit_cents is None else 0
        )
        for m, _ in accounts.members()
    ]


def inbox(user_id: int) -> Inbox:
    """What waits for this person, what waits for others, what was decided last."""
    waiting = _items(_open().limit(LISTED), user_id)
    decided = select(Proposal).where(
        Proposal.team_id == current_team(), Proposal.decided_at.is_not(None)
    )
    decided = (
        decided.where(Proposal.state != State.IN_REVIEW)
        .order_by(Proposal.decided_at.desc())
        .limit(20)
    )
    return Inbox(
        [item for item in waiting if item.answer in ("yes", "self")],
        [item for item in waiting if item.answer not in ("yes", "self")],
        _items(decided, user_id),
    )


_PROPOSAL, _STAGE, _APPROVAL = (one.__table__.c for one in (Proposal, Stage, Approval))
#: How whoever looks (`user_id`) stands to the stage that is open; of statements from `_STANDS`.
STANDING = case(
    (_APPROVAL.state == "open", "mine"),
    (_APPROVAL.state.is_not(None), "done"),
    (_STAGE.is_named, "named"),
    else_="",
).label("standing")
_STANDS = Proposal.__table__.outerjoin(
    Stage.__table__,
    and_(
        _STAGE.team_id == _PROPOSAL.team_id,
        _STAGE.proposal_id == _PROPOSAL.id,
        _STAGE.opened_at.is_not(None),
        _STAGE.done_at.is_(None),
    ),
).outerjoin(
    Approval.__table__,
    and_(
        _APPROVAL.team_id == _STAGE.team_id,
        _APPROVAL.stage_id == _STAGE.id,
        _APPROVAL.approver_kind == "user",
        _APPROVAL.approver_id == bindparam("user_id"),
        _APPROVAL.state != "void",
    ),
)
#: Who asked for how much, and how whoever looks stands to it: on every page.
WAITING = (
    select(_PROPOSAL.by, _PROPOSAL.amount_cents, _PROPOSAL.currency, STANDING)
    .select_from(_STANDS)
    .where(_PROPOSAL.team_id == bindparam("team_id"), _PROPOSAL.state == State.IN_REVIEW)
)
_STANDINGS = (
    select(_PROPOSAL.id, STANDING)
    .select_from(_STANDS)
    .where(_PROPOSAL.team_id == bindparam("team_id"), _PROPOSAL.state == State.IN_REVIEW)
)


def waiting_for(
    user_id: int, waiting: Iterable[tuple[str, int, str, Standing]] | None = None
) -> int:
    """How many requests this person may decide now; of the rows of `WAITING`, when they are known
    already.
    """
    people: dict[str, list[Person]] = {}
    if waiting is None:
        found = rows(WAITING, {"team_id": current_team(), "user_id": user_id})
        waiting = [tuple(row) for row in found]
    return sum(_answer(user_id, people, *asked) in ("yes", "self") for asked in waiting)


def waits_for(proposal: Proposal, *, instead_of: int | None = None) -> tuple[int, ...]:
    """Whose word the open stage of a request waits for: who is asked by name and has not answered
    (only in somebody's place, when they are named), else everybody who may decide that much.
    """
    query = (
        select(Stage.is_named, Approval.approver_id, Approval.for_id)
        .outerjoin(
            Approval,
            and_(
                Approval.team_id == Stage.team_id,
                Approval.stage_id == Stage.id,
                Approval.approver_kind == "user",
                Approval.state == "open",
            ),
        )
        .where(
            Stage.team_id == proposal.team_id,
            Stage.proposal_id == proposal.id,
            Stage.opened_at.is_not(None),
            Stage.done_at.is_(None),
        )
    )
    found = list(execute(query.order_by(Approval.approver_id)))
    asked = tuple(row.approver_id for row in found if row.approver_id is not None)
    if instead_of is not None:
        return tuple(row.approver_id for row in found if row.for_id == instead_of)
    if not found or found[0].is_named:
        return asked
    people = deciders(proposal.currency)
    return tuple(
        one.user_id
        for one in people
        if may_decide(one, people, proposer=proposal.by, amount_cents=proposal.amount_cents)
        in ("yes", "self")
    )


def last_word(proposal: Proposal) -> Approval | None:
    """The newest decision somebody gave on a request."""
    query = (
        select(Approval)
        .join(Stage, and_(Stage.team_id == Approval.team_id, Stage.id == Approval.stage_id))
        .where(
            Approval.team_id == proposal.team_id,
            Stage.proposal_id == proposal.id,
            Approval.decided_at.is_not(None),
        )
    )
    query = query.order_by(Approval.decided_at.desc(), Approval.id.desc())
    return db.session.scalars(query.limit(1)).one_or_none()


def standing_of(proposal: Proposal, user_id: int) -> Standing:
    """How a person stands to the stage of a request that is open."""
    return _standings(user_id).get(proposal.id, "")


def _standings(user_id: int) -> dict[int, Standing]:
    asked = {"team_id": current_team(), "user_id": user_id}
    return {row[0]: row[1] for row in rows(_STANDINGS, asked)}


@dataclass(frozen=True, slots=True)
class Dated:
    """A request as calendars show it; `due_at` is when it has to be decided, if anybody said so."""

    id: int
    campaign_id: int | None
    kind: str
    state: str
    by: str
    amount_cents: int
    currency: str
    due_at: datetime | None
    created_at: datetime
    decided_at: datetime | None
    version: int


@cache
def _dated(*, or_decided: bool) -> Any:
    stages_due = (
        select(func.min(Stage.due_at))
        .where(
            Stage.team_id == Proposal.team_id,
            Stage.proposal_id == Proposal.id,
            Stage.opened_at.is_not(None),
            Stage.done_at.is_(None),
        )
        .scalar_subquery()
    )
    waits = Proposal.state == State.IN_REVIEW
    decided = and_(
        Proposal.decided_at >= bindparam("begins", type_=UTCDateTime),
        Proposal.decided_at < bindparam("ends", type_=UTCDateTime),
        Proposal.acted.is_(False),
    )
    query = select(
        Proposal.id,
        Proposal.campaign_id,
        Proposal.kind,
        Proposal.state,
        Proposal.by,
        Proposal.amount_cents,
        Proposal.currency,
        func.coalesce(stages_due, Proposal.expires_at),
        Proposal.created_at,
        Proposal.decided_at,
        Proposal.version,
    ).where(Proposal.team_id == bindparam("team_id"), or_(waits, decided) if or_decided else waits)
    return query.order_by(Proposal.id).limit(bindparam("most"))


def dated(
    begins: datetime, ends: datetime, *, decidable_by: int | None = None, limit: int = 500
) -> list[Dated]:
    """Requests that wait, and those somebody decided between two instants; what acted by itself is
    nobody's decision. With a person: only what waits and is theirs to decide.
    """
    values = {"team_id": current_team(), "begins": begins, "ends": ends, "most": limit}
    found = [Dated(*row) for row in rows(_dated(or_decided=decidable_by is None), values)]
    if decidable_by is None:
        return found
    people: dict[str, list[Person]] = {}
    stands = _standings(decidable_by)
    return [
        row
        for row in found
        if _answer(
            decidable_by, people, row.by, row.amount_cents, row.currency, stands.get(row.id, "")
        )
        in ("yes", "self")
    ]


def item(proposal_id: int, user_id: int) -> Item:
    """One proposal as this person sees it."""
    found = find(Proposal, proposal_id)
    return _item(found, user_id, {}, {}, _standings(user_id))


def of_campaign(campaign_id: int, user_id: int, *, only_open: bool = False) -> list[Item]:
    """A campaign's proposals, newest first."""
    query = select(Proposal).where(
        Proposal.team_id == current_team(), Proposal.campaign_id == campaign_id
    )
    if only_open:
        query = query.where(Proposal.state == State.IN_REVIEW)
    return _items(query.order_by(Proposal.id.desc()).limit(LISTED), user_id)


def proposal(proposal_id: int) -> Proposal | None:
    """This team's proposal, or None."""
    query = select(Proposal).where(Proposal.team_id == current_team(), Proposal.id == proposal_id)
    return db.session.scalars(query).one_or_none()


def state_of(proposal_id: int) -> str:
    """How far a proposal got."""
    return find(Proposal, proposal_id).state


def policy_of(kind: str) -> Policy | None:
    """The team's policy for a kind, if it set one."""
    return db.session.scalars(
        select(Policy).where(Policy.team_id == current_team(), Policy.kind == kind)
    ).one_or_none()


def _open() -> Select[Proposal]:
    query = select(Proposal).where(
        Proposal.team_id == current_team(), Proposal.state == State.IN_REVIEW
    )
    return query.order_by(Proposal.id)


def _items(query: Select[Proposal], user_id: int) -> list[Item]:
    proposals = list(db.session.scalars(query))
    asking = {int(p.by.removeprefix("user:")) for p in proposals if p.by.startswith("user:")}
    names = accounts.names(asking)
    people: dict[str, list[Person]] = {}
    stands = _standings(user_id)
    return [_item(proposal, user_id, names, people, stands) for proposal in proposals]


def _item(
    proposal: Proposal,
    user_id: int,
    names: dict[int, str],
    people: dict[str, list[Person]],
    stands: dict[int, Standing],
) -> Item:
    standing = stands.get(proposal.id, "")
    asked = proposal.by, proposal.amount_cents, proposal.currency
    answer = _answer(user_id, people, *asked, standing)
    return Item(
        proposal,
        kind_of(proposal.kind).present(proposal),
        _who(proposal.by, names),
        answer,
        standing,
    )


def _answer(
    user_id: int,
    people: dict[str, list[Person]],
    by: str,
    amount: int,
    currency: str,
    standing: Standing,
) -> Answer:
    if currency not in people:
        people[currency] = deciders(currency)
    person = next((p for p in people[currency] if p.user_id == user_id), None)
    if person is None:
        return "role"
    return may_decide_stage(
        person, people[currency], standing=standing, proposer=by, amount_cents=amount
    )


def _who(by: str, names: dict[int, str]) -> str:
    kind, _, tail = by.partition(":")
    if kind != "user":
        return "Automatic"
    return names.get(int(tail)) or accounts.names({int(tail)}).get(int(tail), "Somebody")
