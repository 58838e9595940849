"""How far campaigns are: their milestones in order, and how much of their work is done. Asked
beside each campaign of a list, in the list's own statement.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Text, case, cast, func, select

from webapp.campaigns.models import Campaign
from webapp.db import current_team, execute
from webapp.sql import instant_told, json_line, json_lines
from webapp.timelines.models import PlannedTask, Task
from webapp.timelines.workflow import OPEN, State

_ANY_TIME = datetime.max.replace(tzinfo=UTC)


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
    """What is planned of a campaign of the statement around this: work done, all work, and each
    milestone. One text a campaign, since a row a milestone takes longer to fetch than to find.
    """
    planned_at = (
        select(PlannedTask.finishes_at)
        .where(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id)
        .scalar_subquery()
    )
    milestone = json_line(
        Task.id,
        Task.title,
        Task.state,
        Task.blocked_reason != "",
        func.coalesce(Task.due_at, planned_at),
    )
    weight = case((Task.estimate_minutes > 0, Task.estimate_minutes), else_=1)
    done = case((Task.state == State.DONE, weight), else_=0)
    is_work = Task.is_milestone.is_(False)
    told = json_line(
        func.sum(done).filter(is_work),
        func.sum(weight).filter(is_work),
        json_lines(milestone).filter(Task.is_milestone),
    )
    return (
        select(cast(told, Text))
        .where(
            Task.team_id == Campaign.team_id,
            Task.campaign_id == Campaign.id,
            Task.trashed_at.is_(None),
            Task.state != State.CANCELLED,
        )
        .correlate(Campaign)
        .scalar_subquery()
    )


# On every list: built once.
_TOLD = _statement()


@cache
def with_progress(query: Select[Any]) -> Select[Any]:
    """A statement that lists campaigns, with what is `planned` of each as its last column."""
    return query.add_columns(_TOLD.label("planned"))


def progress_told(planned: str) -> Progress | None:
    """The progress of a campaign as the database told it; None when nothing is planned."""
    done, work, milestones = json.loads(planned)
    found = [
        (task_id, Beat(title, state, bool(blocked), instant_told(at) if at else None))
        for task_id, title, state, blocked, at in milestones or ()
    ]
    # As PostgreSQL sorts: those without a day come last.
    found.sort(key=lambda one: (one[1].at is None, one[1].at or _ANY_TIME, one[0]))
    beats = tuple(beat for _, beat in found)
    if work is not None:
        return Progress(beats, round(100 * done / work))
    if not beats:
        return None
    # Milestones alone are counted.
    return Progress(beats, round(100 * sum(beat.is_done for beat in beats) / len(beats)))


def progress_of(campaign_ids: Collection[int]) -> Mapping[int, Progress]:
    """The progress of campaigns that have something planned. One statement."""
    query = select(Campaign.id, _TOLD).where(
        Campaign.team_id == current_team(), Campaign.id.in_(campaign_ids)
    )
    told = {campaign_id: progress_told(planned) for campaign_id, planned in execute(query)}
    return {campaign_id: one for campaign_id, one in told.items() if one is not None}


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
