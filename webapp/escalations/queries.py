"""Reads of escalations: which work is in trouble, who was told of it, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.db import current_team, db, execute
from webapp.escalations.ladder import BLOCKED, OVERDUE
from webapp.escalations.models import Escalation
from webapp.escalations.workflow import State
from webapp.timelines.models import Dependency, PlannedTask, Task, Timeline
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
    late, blocked = _promised() <= clock.now(), Task.blocked_reason != ""
    query = _open_work(campaign_id, Task.id, Task.assignee_id, blocked, and_(late, ~_waits()))
    found: dict[tuple[int, str], int | None] = {}
    for task_id, assignee_id, is_blocked, is_late in execute(query.where(or_(late, blocked))):
        if is_blocked:
            found[task_id, BLOCKED] = assignee_id
        if is_late:
            found[task_id, OVERDUE] = assignee_id
    return found


def next_deadline(campaign_id: int) -> datetime | None:
    """When the next open work of a campaign falls due, if any does."""
    promised = _promised()
    query = _open_work(campaign_id, promised).where(promised > clock.now())
    found: datetime | None = db.session.scalar(query.order_by(promised).limit(1))
    return found


def _open_work(campaign_id: int, *columns: Any) -> Any:
    planned = and_(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id)
    timeline = and_(Timeline.team_id == Task.team_id, Timeline.campaign_id == Task.campaign_id)
    return (
        select(*columns)
        .select_from(Task)
        .outerjoin(PlannedTask, planned)
        .outerjoin(Timeline, timeline)
        .where(
            Task.team_id == current_team(),
            Task.campaign_id == campaign_id,
            Task.state.in_(OPEN),
            Task.trashed_at.is_(None),
            Task.is_milestone.is_(False),
        )
    )


def _promised() -> ColumnElement[datetime]:
    agreed = case((Timeline.baseline_at.is_not(None), PlannedTask.finishes_at))
    return func.coalesce(Task.due_at, agreed)


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
