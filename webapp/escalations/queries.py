"""Reads of escalations: which work is in trouble, who was told of it, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.db import UTCDateTime, current_team, db, execute, rows
from webapp.escalations.ladder import BLOCKED, OVERDUE
from webapp.escalations.models import Escalation
from webapp.escalations.workflow import State
from webapp.timelines.models import IS_OPEN, Dependency, PlannedTask, Task, Timeline
from webapp.timelines.workflow import OPEN


@dataclass(frozen=True, slots=True)
class Told:
    """Work in trouble as whoever was told of it sees it; `waiting` is how many other tasks wait for
    it, `version` the task's.
    """

    task_id: int
    title: str
    version: int
    campaign_id: int
    campaign: str
    cause: str
    state: str
    assignee_id: int | None
    blocked_reason: str
    deadline: datetime | None
    waiting: int


def troubles(campaign_id: int) -> dict[tuple[int, str], int | None]:
    """What is overdue or blocked now, as `{(task id, cause): assignee id}`; no milestones.

    A due date counts at once, a planned end once the plan was agreed. Work that waits for other
    work is not late by itself: what it waits for is.
    """
    found: dict[tuple[int, str], int | None] = {}
    for task_id, assignee_id, is_blocked, is_late in rows(_TROUBLES, _of(campaign_id)):
        if is_blocked:
            found[task_id, BLOCKED] = assignee_id
        if is_late:
            found[task_id, OVERDUE] = assignee_id
    return found


def next_deadline(campaign_id: int) -> datetime | None:
    """When the next open work of a campaign falls due, if any does."""
    found = rows(_NEXT_DEADLINE, _of(campaign_id))
    return found[0][0] if found else None


def _of(campaign_id: int) -> dict[str, Any]:
    return {"team_id": current_team(), "campaign_id": campaign_id, "now": clock.now()}


# Built once: a campaign is looked at after every event of its plan.
_NOW = bindparam("now", type_=UTCDateTime)
_PROMISED = func.coalesce(
    Task.due_at, case((Timeline.baseline_at.is_not(None), PlannedTask.finishes_at))
)


def _open_work(*columns: Any) -> Any:
    planned = and_(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id)
    timeline = and_(Timeline.team_id == Task.team_id, Timeline.campaign_id == Task.campaign_id)
    return (
        select(*columns)
        .select_from(Task)
        .outerjoin(PlannedTask, planned)
        .outerjoin(Timeline, timeline)
        .where(
            Task.team_id == bindparam("team_id"),
            Task.campaign_id == bindparam("campaign_id"),
            text(f"task.{IS_OPEN}"),
            Task.trashed_at.is_(None),
            Task.is_milestone.is_(False),
        )
    )


def _waits() -> ColumnElement[bool]:
    """Whether other work has to be finished before a task of the query may begin."""
    before = aliased(Task)
    return exists(
        select(1)
        .select_from(Dependency)
        .join(
            before,
            and_(before.team_id == Dependency.team_id, before.id == Dependency.waits_for_id),
        )
        .where(
            Dependency.team_id == Task.team_id,
            Dependency.task_id == Task.id,
            Dependency.kind == "fs",
            before.state.in_(OPEN),
            before.trashed_at.is_(None),
        )
    )


_IS_BLOCKED, _IS_LATE = Task.blocked_reason != "", _PROMISED <= _NOW
_TROUBLES = _open_work(Task.id, Task.assignee_id, _IS_BLOCKED, and_(_IS_LATE, ~_waits())).where(
    or_(_IS_LATE, _IS_BLOCKED)
)
_NEXT_DEADLINE = _open_work(_PROMISED).where(_PROMISED > _NOW).order_by(_PROMISED).limit(1)


def open_of(campaign_id: int) -> list[Escalation]:
    """A campaign's open escalations, oldest first."""
    return _open(Escalation.campaign_id == campaign_id)


def open_of_task(task_id: int) -> list[Escalation]:
    """A task's open escalations: one a cause, oldest first."""
    return _open(Escalation.task_id == task_id)


def campaigns_told(user_id: int) -> list[int]:
    """The campaigns of whose open escalations a person was told last."""
    query = select(Escalation.campaign_id).where(
        Escalation.team_id == current_team(),
        Escalation.told_id == user_id,
        Escalation.state != State.SETTLED,
    )
    return list(db.session.scalars(query.distinct().order_by(Escalation.campaign_id)))


def _open(wanted: ColumnElement[bool]) -> list[Escalation]:
    query = select(Escalation).where(
        Escalation.team_id == current_team(), Escalation.state != State.SETTLED, wanted
    )
    return list(db.session.scalars(query.order_by(Escalation.id)))


def told(user_id: int, *, limit: int = 50) -> list[Told]:
    """What a person was told of last and nobody has settled since, the longest late first; nothing
    of campaigns that are archived or in the trash. One statement.
    """
    behind = (
        select(func.count())
        .select_from(Dependency)
        .where(Dependency.team_id == Task.team_id, Dependency.waits_for_id == Task.id)
        .correlate(Task)
        .scalar_subquery()
    )
    deadline = func.coalesce(Task.due_at, PlannedTask.finishes_at)
    query = (
        select(
            Task.id,
            Task.title,
            Task.version,
            Campaign.id,
            Campaign.name,
            Escalation.cause,
            Escalation.state,
            Task.assignee_id,
            Task.blocked_reason,
            deadline,
            behind,
        )
        .join(Task, and_(Task.team_id == Escalation.team_id, Task.id == Escalation.task_id))
        .join(Campaign, and_(Campaign.team_id == Task.team_id, Campaign.id == Task.campaign_id))
        .outerjoin(
            PlannedTask,
            and_(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id),
        )
        .where(
            Escalation.team_id == current_team(),
            Escalation.told_id == user_id,
            Escalation.state != State.SETTLED,
            Task.state.in_(OPEN),
            Task.trashed_at.is_(None),
            Campaign.trashed_at.is_(None),
            Campaign.archived_at.is_(None),
        )
    )
    return [Told(*row) for row in execute(query.order_by(deadline, Escalation.id).limit(limit))]
