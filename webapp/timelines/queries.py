"""Reads of plans and tasks: a campaign's lines with their dates, what waits for what, how the plan
stands against its target, and what a span of days holds.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select, text

from webapp.campaigns.models import Campaign
from webapp.campaigns.workflow import OPEN as CAMPAIGNS_OPEN
from webapp.core import clock
from webapp.db import UTCDateTime, current_team, db, execute, find, rows
from webapp.events.models import Event
from webapp.timelines.models import (
    IS_OPEN,
    Dependency,
    PlannedTask,
    Task,
    TimeEntry,
    Timeline,
)
from webapp.timelines.workflow import OPEN, State


@dataclass(frozen=True, slots=True)
class Line:
    """A task as lists, boards and charts show it: its row's values with its place in the plan.

    Instants are UTC; `starts_at` is None for what has no place (cancelled before it had one).
    `float_minutes` are working minutes. `deadline` is its due date, else its planned end.
    """

    id: int
    campaign_id: int
    title: str
    phase: str
    is_milestone: bool
    assignee_id: int | None
    priority: str
    estimate_minutes: int
    skills: Sequence[str]
    due_on: date | None
    due_at: datetime | None
    state: str
    blocked_reason: str
    started_at: datetime | None
    completed_at: datetime | None
    trashed_at: datetime | None
    version: int
    pinned_at: datetime | None
    starts_at: datetime | None
    finishes_at: datetime | None
    float_minutes: int
    is_critical: bool
    baseline_starts_at: datetime | None
    baseline_finishes_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_done(self) -> bool:
        return self.state == State.DONE

    @property
    def is_blocked(self) -> bool:
        return bool(self.blocked_reason) and self.is_open

    @property
    def deadline(self) -> datetime | None:
        return self.due_at or self.finishes_at

    @property
    def is_overdue(self) -> bool:
        """Open past its due date, or past its planned end where it has none."""
        return self.is_open and self.deadline is not None and self.deadline < clock.now()

    @property
    def misses_its_date(self) -> bool:
        """Planned to end after its due date."""
        late = self.due_at is not None and self.finishes_at is not None
        return late and self.is_open and self.finishes_at > self.due_at  # type: ignore[operator]

    @property
    def slip(self) -> float | None:
        """Seconds it ends later than was agreed (negative: earlier); None without a baseline."""
        if self.baseline_finishes_at is None or self.finishes_at is None:
            return None
        return (self.finishes_at - self.baseline_finishes_at).total_seconds()


_COLUMNS = (
    Task.id,
    Task.campaign_id,
    Task.title,
    Task.phase,
    Task.is_milestone,
    Task.assignee_id,
    Task.priority,
    Task.estimate_minutes,
    Task.skills,
    Task.due_on,
    Task.due_at,
    Task.state,
    Task.blocked_reason,
    Task.started_at,
    Task.completed_at,
    Task.trashed_at,
    Task.version,
    PlannedTask.pinned_at,
    PlannedTask.starts_at,
    PlannedTask.finishes_at,
    func.coalesce(PlannedTask.float_minutes, 0),
    func.coalesce(PlannedTask.is_critical, False),
    PlannedTask.baseline_starts_at,
    PlannedTask.baseline_finishes_at,
)


def lines(campaign_id: int) -> list[Line]:
    """Every task and milestone of a campaign that is not in the trash, in order of time; cancelled
    ones too.
    """
    query = _lines().where(Task.campaign_id == campaign_id, Task.trashed_at.is_(None))
    return _as_lines(query.order_by(PlannedTask.starts_at, PlannedTask.finishes_at, Task.id))


def trashed(campaign_id: int) -> list[Line]:
    """What is in a campaign's trash, newest first."""
    query = _lines().where(Task.campaign_id == campaign_id, Task.trashed_at.is_not(None))
    return _as_lines(query.order_by(Task.trashed_at.desc(), Task.id))


def trashed_count(campaign_id: int) -> int:
    """How many are in a campaign's trash."""
    query = select(func.count()).where(
        Task.team_id == current_team(),
        Task.campaign_id == campaign_id,
        Task.trashed_at.is_not(None),
    )
    return db.session.scalar(query) or 0


def state_before(task: Task) -> str | None:
    """The state the newest change of a task took it out of; None when that was no move."""
    query = select(Event.data).where(
        Event.subject_kind == "task",
        Event.subject_id == task.id,
        Event.subject_version == task.version,
        Event.team_id == task.team_id,
    )
    data = db.session.scalar(query) or {}
    return data.get("was") if "move" in data else None


def line(task_id: int) -> Line:
    """One task with its place in the plan, also from the trash. Raises NotFound."""
    find(Task, task_id)
    return _as_lines(_lines().where(Task.id == task_id))[0]


def task(task_id: int) -> Task:
    """The task's row. Raises NotFound."""
    return find(Task, task_id)


def open_lines_of(user_id: int, *, limit: int = 50) -> list[Line]:
    """A person's open work over all campaigns that are kept, soonest deadline first."""
    query = _of_kept(_lines()).where(Task.assignee_id == user_id, Task.state.in_(OPEN))
    soonest = func.coalesce(Task.due_at, PlannedTask.finishes_at)
    return _as_lines(query.order_by(soonest, Task.id).limit(limit))


def between(first: datetime, last: datetime, *, limit: int = 2000) -> list[Line]:
    """Tasks and milestones of kept campaigns whose planned time touches `[first, last)`, in order
    of time.
    """
    touches = and_(PlannedTask.starts_at < last, PlannedTask.finishes_at >= first)
    query = _of_kept(_lines()).where(touches, Task.state != State.CANCELLED)
    return _as_lines(query.order_by(PlannedTask.starts_at, Task.id).limit(limit))


def work_elsewhere(campaign_id: int, last: datetime) -> list[Line]:
    """Open tasks that are somebody's in every other campaign that is kept and not closed, planned
    to begin before an instant: what should be over and is not, is among them.
    """
    query = _of_kept(_lines()).where(
        Task.campaign_id != campaign_id,
        Task.assignee_id.is_not(None),
        Task.is_milestone.is_(False),
        text(f"task.{IS_OPEN}"),
        PlannedTask.starts_at < last,
        Campaign.state.in_(CAMPAIGNS_OPEN),
    )
    return _as_lines(query.order_by(PlannedTask.starts_at, Task.id))


def work_of(user_id: int, first: datetime, last: datetime) -> set[int]:
    """The campaigns, kept and open, in which a person has work that is not begun and whose planned
    time touches `[first, last)`.
    """
    query = _of_kept(select(Task.campaign_id).distinct()).join(
        PlannedTask, and_(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id)
    )
    query = query.where(
        Task.team_id == current_team(),
        Task.assignee_id == user_id,
        Task.state == State.TO_DO,
        Task.is_milestone.is_(False),
        PlannedTask.starts_at < last,
        PlannedTask.finishes_at >= first,
        Campaign.state.in_(CAMPAIGNS_OPEN),
    )
    return set(execute(query).scalars())


def _lines() -> Any:
    return (
        select(*_COLUMNS)
        .outerjoin(
            PlannedTask,
            and_(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id),
        )
        .where(Task.team_id == current_team())
    )


def _of_kept(query: Any) -> Any:
    """Without the trash, and without campaigns that are in it or archived."""
    return query.join(
        Campaign, and_(Campaign.team_id == Task.team_id, Campaign.id == Task.campaign_id)
    ).where(
        Task.trashed_at.is_(None), Campaign.trashed_at.is_(None), Campaign.archived_at.is_(None)
    )


def _as_lines(query: Any) -> list[Line]:
    return [Line(*row) for row in execute(query)]


def counts(campaign_id: int) -> dict[str, int]:
    """How many tasks (no milestones) of a campaign are in each state."""
    query = (
        select(Task.state, func.count())
        .where(
            Task.team_id == current_team(),
            Task.campaign_id == campaign_id,
            Task.trashed_at.is_(None),
            Task.is_milestone.is_(False),
        )
        .group_by(Task.state)
    )
    return {row[0]: int(row[1]) for row in execute(query)}


#: Campaigns whose work nobody has in hand: few, so that they are looked up and not joined.
_GONE = select(Campaign.id).where(
    Campaign.team_id == bindparam("team_id"),
    or_(Campaign.trashed_at.is_not(None), Campaign.archived_at.is_not(None)),
)
#: What should have begun is joined from its side alone: half of all plans less to look through.
_SHOULD_HAVE_BEGUN = and_(
    PlannedTask.team_id == Task.team_id,
    PlannedTask.task_id == Task.id,
    PlannedTask.starts_at <= bindparam("now", type_=UTCDateTime),
)
_IN_HAND = (
    select(Task.assignee_id, func.count())
    .outerjoin(PlannedTask, _SHOULD_HAVE_BEGUN)
    .where(
        Task.team_id == bindparam("team_id"),
        Task.trashed_at.is_(None),
        Task.campaign_id.not_in(_GONE),
        Task.assignee_id.is_not(None),
        text(f"task.{IS_OPEN}"),
        or_(Task.state != State.TO_DO, PlannedTask.task_id.is_not(None)),
    )
    .group_by(Task.assignee_id)
)


def in_hand() -> dict[int, int]:
    """How many open tasks that have begun, or should have by now, each person of the team has."""
    found = rows(_IN_HAND, {"team_id": current_team(), "now": clock.now()})
    return {row[0]: int(row[1]) for row in found}


def links(campaign_id: int) -> list[Row[Any]]:
    """What waits for what in a campaign: rows of task_id, waits_for_id, kind, lag_minutes."""
    query = select(
        Dependency.task_id, Dependency.waits_for_id, Dependency.kind, Dependency.lag_minutes
    ).where(Dependency.team_id == current_team(), Dependency.campaign_id == campaign_id)
    return list(execute(query.order_by(Dependency.id)).all())


def has_days_ahead(campaign_id: int) -> bool:
    """Whether somebody chose a day ahead for work that has not begun."""
    query = (
        select(PlannedTask.task_id)
        .join(Task, and_(Task.team_id == PlannedTask.team_id, Task.id == PlannedTask.task_id))
        .where(
            PlannedTask.team_id == current_team(),
            PlannedTask.campaign_id == campaign_id,
            PlannedTask.pinned_at > clock.now(),
            Task.state == State.TO_DO,
            Task.trashed_at.is_(None),
        )
    )
    return execute(query.limit(1)).first() is not None


def neighbours(task_id: int, *, behind: bool = False) -> list[Row[Any]]:
    """What a task waits for, or with `behind` what waits for it: rows of id, title, state, kind,
    lag_minutes; the trash is left out.
    """
    mine, other = Dependency.task_id, Dependency.waits_for_id
    if behind:
        mine, other = other, mine
    query = (
        select(Task.id, Task.title, Task.state, Dependency.kind, Dependency.lag_minutes)
        .join(Dependency, and_(Dependency.team_id == Task.team_id, other == Task.id))
        .where(Task.team_id == current_team(), mine == task_id, Task.trashed_at.is_(None))
    )
    return list(execute(query.order_by(Dependency.id)).all())


def titles(task_ids: Collection[int]) -> dict[int, str]:
    """What tasks are called, also in the trash."""
    if not task_ids:
        return {}
    query = select(Task.id, Task.title).where(Task.team_id == current_team(), Task.id.in_(task_ids))
    return {row.id: row.title for row in execute(query)}


def descriptions(campaign_id: int) -> dict[int, str]:
    """What is written of each task of a campaign."""
    query = select(Task.id, Task.description).where(
        Task.team_id == current_team(), Task.campaign_id == campaign_id
    )
    return {row.id: row.description for row in execute(query)}


def history(task_id: int, *, limit: int = 40) -> list[Event]:
    """What happened to a task, newest first."""
    query = select(Event).where(
        Event.team_id == current_team(), Event.subject_kind == "task", Event.subject_id == task_id
    )
    return list(db.session.scalars(query.order_by(Event.id.desc()).limit(limit)))


def time_entries(task_id: int) -> list[TimeEntry]:
    """What was worked on a task, the latest day first."""
    query = select(TimeEntry).where(
        TimeEntry.team_id == current_team(), TimeEntry.task_id == task_id
    )
    return list(db.session.scalars(query.order_by(TimeEntry.on.desc(), TimeEntry.id.desc())))


def minutes_spent(task_id: int) -> int:
    """How long was worked on a task in all."""
    query = select(func.sum(TimeEntry.minutes)).where(
        TimeEntry.team_id == current_team(), TimeEntry.task_id == task_id
    )
    return int(db.session.scalar(query) or 0)


def cost_of(entries: Iterable[TimeEntry]) -> dict[str, int]:
    """What entries cost, by currency, in minor units: rounded once, half to even. What had no rate
    is not in it.
    """
    hours: dict[str, int] = {}
    for one in entries:
        if one.rate_cents is not None:
            hours[one.currency] = hours.get(one.currency, 0) + one.rate_cents * one.minutes
    return {currency: round(Fraction(total, 60)) for currency, total in sorted(hours.items())}


def timeline_of(campaign_id: int) -> Timeline | None:
    """A campaign's timeline; None before its first task."""
    query = select(Timeline).where(
        Timeline.team_id == current_team(), Timeline.campaign_id == campaign_id
    )
    return db.session.scalars(query).one_or_none()
