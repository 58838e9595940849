"""How far campaigns are: their milestones in order, and how much of their work is done. One
statement for any number of campaigns.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, cast, func, literal, null, select, union_all

from webapp.db import current_team, execute
from webapp.timelines.models import PlannedTask, Task
from webapp.timelines.workflow import OPEN, State


@dataclass(frozen=True, slots=True)
class Beat:
    """A milestone; `at` is its due date, else when it is planned."""

    title: str
    state: str
    is_blocked: bool
    at: datetime | None

    @property
    def is_done(self) -> bool:
        return self.state == State.DONE


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign's milestones in order of time; `percent` of its work is done, by estimates (None:
    nothing is planned).
    """

    beats: tuple[Beat, ...] = ()
    percent: int | None = None

    @property
    def done(self) -> int:
        return sum(beat.is_done for beat in self.beats)

    @property
    def next(self) -> Beat | None:
        """The first milestone ahead."""
        return next((beat for beat in self.beats if not beat.is_done), None)


def _statement() -> Any:
    """Each milestone, and a line without an id for the work of each campaign."""
    mine = and_(
        Task.team_id == bindparam("team_id"),
        Task.campaign_id.in_(bindparam("campaign_ids", expanding=True)),
        Task.trashed_at.is_(None),
        Task.state != State.CANCELLED,
    )
    planned = and_(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id)
    at = func.coalesce(Task.due_at, PlannedTask.finishes_at)
    milestones = (
        select(
            Task.campaign_id,
            Task.id,
            Task.title,
            Task.state,
            Task.blocked_reason,
            at.label("at"),
            literal(0).label("done"),
            literal(0).label("work"),
        )
        .outerjoin(PlannedTask, planned)
        .where(mine, Task.is_milestone)
    )
    weight = case((Task.estimate_minutes > 0, Task.estimate_minutes), else_=1)
    done = case((Task.state == State.DONE, weight), else_=0)
    work = (
        select(
            Task.campaign_id,
            cast(null(), Task.id.type),
            literal(""),
            literal(""),
            literal(""),
            cast(null(), Task.due_at.type),
            func.sum(done),
            func.sum(weight),
        )
        .where(mine, Task.is_milestone.is_(False))
        .group_by(Task.campaign_id)
    )
    both = union_all(milestones, work).subquery()
    return select(both).order_by(both.c.at, both.c.id)


# On every list: built once.
_PROGRESS = _statement()


def progress_of(campaign_ids: Collection[int]) -> Mapping[int, Progress]:
    """The progress of campaigns that have something planned. One statement."""
    if not campaign_ids:
        return {}
    beats: dict[int, list[Beat]] = {}
    shares: dict[int, int | None] = {}
    asked = {"team_id": current_team(), "campaign_ids": list(campaign_ids)}
    for row in execute(_PROGRESS, asked):
        if row.id is None:
            shares[row.campaign_id] = round(100 * int(row.done) / int(row.work))
        else:
            beat = Beat(row.title, row.state, bool(row.blocked_reason), row.at)
            beats.setdefault(row.campaign_id, []).append(beat)
    for campaign_id, own in beats.items():
        if campaign_id not in shares:  # milestones alone are counted
            shares[campaign_id] = round(100 * sum(beat.is_done for beat in own) / len(own))
    return {key: Progress(tuple(beats.get(key, ())), share) for key, share in shares.items()}


def people_at_work(campaign_id: int) -> set[int]:
    """Who has open tasks in a campaign."""
    query = select(Task.assignee_id).where(
        Task.team_id == current_team(),
        Task.campaign_id == campaign_id,
        Task.trashed_at.is_(None),
        Task.state.in_(OPEN),
        Task.assignee_id.is_not(None),
    )
    return {row[0] for row in execute(query.distinct())}
