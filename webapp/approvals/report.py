"""How deciding goes: how often a request passes the first time, how long a stage takes, and who
waits for whom.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from webapp.accounts import queries as accounts
from webapp.approvals.history import steps_of
from webapp.approvals.kinds import kind_of
from webapp.approvals.models import Approval, Proposal, Stage
from webapp.approvals.workflow import State
from webapp.core import clock
from webapp.db import current_team, db

#: What was agreed to, whatever became of it afterwards.
AGREED = (State.APPROVED, State.APPLYING, State.APPLIED, State.FAILED, State.UNKNOWN, State.UNDONE)
#: What was refused, or left until it was too late.
REFUSED = (State.REJECTED, State.EXPIRED)
MOST = 5000


@dataclass(frozen=True, slots=True)
class Passed:
    """How the requests of one kind fared: `first` were agreed to as they were first asked, `later`
    after an edit or after an earlier one was refused.
    """

    words: str
    first: int
    later: int
    refused: int

    @property
    def decided(self) -> int:
        return self.first + self.later + self.refused

    @property
    def rate(self) -> float:
        """The share that passed the first time, 0 to 1."""
        return self.first / self.decided if self.decided else 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a stage took from its opening to its end, in hours of the clock."""

    words: str
    stage: str
    count: int
    median_hours: float
    slowest_hours: float
    late: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Who is waited for, by whom, with which request, since when; `due_at` is the deadline."""

    proposal_id: int
    title: str
    stage: str
    waits: str
    asked: list[str]
    since: datetime
    due_at: datetime | None

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()


def passed(since: datetime) -> list[Passed]:
    """First-time approval by kind, of requests people decided since then."""
    earlier = aliased(Proposal)
    was_refused = exists().where(
        earlier.team_id == Proposal.team_id,
        earlier.kind == Proposal.kind,
        earlier.subject_kind == Proposal.subject_kind,
        earlier.subject_id == Proposal.subject_id,
        earlier.id < Proposal.id,
        earlier.state.in_(REFUSED),
    )
    query = select(Proposal.kind, Proposal.state, Proposal.round, was_refused).where(
        Proposal.team_id == current_team(),
        Proposal.acted.is_(False),
        Proposal.decided_at >= since,
        Proposal.state.in_(AGREED + REFUSED),
    )
    found: dict[str, list[str]] = defaultdict(list)
    for kind, state, asked, again in db.session.execute(query.limit(MOST)):
        fared = "refused" if state in REFUSED else "later" if asked > 1 or again else "first"
        found[kind].append(fared)
    return [
        Passed(kind_of(kind).words, *(fared.count(one) for one in ("first", "later", "refused")))
        for kind, fared in sorted(found.items())
    ]


def paces(since: datetime) -> list[Pace]:
    """How long each stage took, by kind and name; only stages somebody gave a word on."""
    spoken = exists().where(
        Approval.team_id == Stage.team_id,
        Approval.stage_id == Stage.id,
        Approval.decided_at.is_not(None),
    )
    query = (
        select(
            Proposal.kind,
            Stage.name,
            Stage.position,
            Stage.opened_at,
            Stage.due_at,
            Stage.done_at,
        )
        .join(Proposal, (Proposal.team_id == Stage.team_id) & (Proposal.id == Stage.proposal_id))
        .where(
            Stage.team_id == current_team(),
            Stage.done_at >= since,
            Stage.opened_at.is_not(None),
            spoken,
        )
        .order_by(Proposal.kind, Stage.position, Stage.id)
    )
    found: dict[tuple[str, str], list[_Took]] = defaultdict(list)
    for kind, name, _, opened_at, due_at, done_at in db.session.execute(query.limit(MOST)):
        if opened_at is not None and done_at is not None:
            hours = (done_at - opened_at).total_seconds() / 3600
            found[kind, name].append(_Took(hours, due_at is not None and done_at > due_at))
    return [
        Pace(
            kind_of(kind).words,
            name,
            len(took),
            median(one.hours for one in took),
            max(one.hours for one in took),
            sum(one.was_late for one in took),
        )
        for (kind, name), took in found.items()
    ]


@dataclass(frozen=True, slots=True)
class _Took:
    hours: float
    was_late: bool


def waits() -> list[Wait]:
    """What waits now, the longest first; a stage of nobody by name is any manager's or owner's."""
    query = select(Proposal).where(
        Proposal.team_id == current_team(), Proposal.state == State.IN_REVIEW
    )
    proposals = list(db.session.scalars(query.order_by(Proposal.id).limit(50)))
    ids = {int(one.by.removeprefix("user:")) for one in proposals if one.by.startswith("user:")}
    names = accounts.names(ids)
    every, found = steps_of(proposals), []
    for proposal in proposals:
        step = next((one for one in every.get(proposal.id, ()) if one.state == "open"), None)
        if step is None or step.stage.opened_at is None:
            continue
        asked = [one.name for one in step.asked if one.approval.state == "open"]
        kind, _, number = proposal.by.partition(":")
        found.append(
            Wait(
                proposal.id,
                kind_of(proposal.kind).present(proposal).title,
                step.stage.name,
                names.get(int(number), "Somebody") if kind == "user" else "Automatic",
                asked if step.stage.is_named else [],
                step.stage.opened_at,
                step.stage.due_at,
            )
        )
    return sorted(found, key=lambda one: one.since)


def since(days: int) -> datetime:
    """So many days ago."""
    return clock.now() - timedelta(days=days)
