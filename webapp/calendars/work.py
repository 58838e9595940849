"""Tasks and milestones of a span of days, where they are planned and where they are due. A
statement is built once for each shape of what is asked.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from webapp.calendars.days import Days
from webapp.calendars.items import Found, Item, limited
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import UTCDateTime, current_team, execute
from webapp.timelines.models import PlannedTask, Task
from webapp.timelines.workflow import OPEN, State

#: No zone is further than this from another one's date.
DAY = timedelta(days=1)
#: More milestones or due dates than this in a span are counted and not read.
MOST_READ = 1000


@dataclass(frozen=True, slots=True)
class Whose:
    """Of one campaign, of one person, or everybody's."""

    campaign_id: int | None = None
    person_id: int | None = None

    @property
    def shape(self) -> tuple[bool, bool]:
        return self.campaign_id is not None, self.person_id is not None

    @property
    def values(self) -> dict[str, int | None]:
        return {"campaign_id": self.campaign_id, "person_id": self.person_id}


_COLUMNS = (
    Task.id,
    Task.title,
    Task.campaign_id,
    Campaign.name.label("campaign"),
    Campaign.zone,
    Task.state,
    Task.assignee_id,
    Task.due_on,
    Task.due_at,
    Task.blocked_reason,
    Task.is_milestone,
    PlannedTask.starts_at,
    PlannedTask.finishes_at,
)


def instant(name: str) -> Any:
    return bindparam(name, type_=UTCDateTime)


def planned(query: Any, shape: tuple[bool, bool] = (False, False)) -> Any:
    """A query of planned tasks: joined, walled, of campaigns that are neither in the trash nor
    archived.
    """
    of_campaign, of_person = shape
    query = (
        query.select_from(PlannedTask)
        .join(
            Task,
            and_(Task.team_id == PlannedTask.team_id, Task.id == PlannedTask.task_id),
        )
        .join(
            Campaign,
            and_(Campaign.team_id == Task.team_id, Campaign.id == Task.campaign_id),
        )
        .where(
            PlannedTask.team_id == bindparam("team_id"),
            Task.trashed_at.is_(None),
            Task.state != State.CANCELLED,
            Campaign.trashed_at.is_(None),
            Campaign.archived_at.is_(None),
        )
    )
    if of_campaign:
        query = query.where(PlannedTask.campaign_id == bindparam("campaign_id"))
    if of_person:
        query = query.where(Task.assignee_id == bindparam("person_id"))
    return query


#: Planned to be worked on between two instants; what ended as they began is over.
TOUCHES = and_(
    PlannedTask.starts_at < instant("ends"),
    or_(PlannedTask.finishes_at > instant("begins"), PlannedTask.starts_at >= instant("begins")),
)


def _place(moment: Any, number: int, *, is_end: bool) -> ColumnElement[int]:
    """The day of an instant: -1 before the first day, `number` after the last one."""
    bounds = [instant(f"b{n}") for n in range(number + 1)]
    return case(
        *[
            ((moment <= bound if is_end else moment < bound), literal(n - 1))
            for n, bound in enumerate(bounds)
        ],
        else_=literal(number),
    )


@cache
def _tasks(number: int, shape: tuple[bool, bool]) -> Any:
    """The tasks of `number` days, `most` of each; those over several days are a group of their own.
    `held` is how many the group has.
    """
    first = _place(PlannedTask.starts_at, number, is_end=False)
    last = _place(PlannedTask.finishes_at, number, is_end=True)
    group = case((first >= last, first), else_=literal(number + 1))
    inner = (
        planned(select(*_COLUMNS, group.label("grp")), shape)
        .where(TOUCHES, Task.is_milestone.is_(False))
        .subquery()
    )
    order = (inner.c.finishes_at, inner.c.id)
    ranked = select(
        inner,
        func.row_number().over(partition_by=inner.c.grp, order_by=order).label("rank"),
        func.count().over(partition_by=inner.c.grp).label("held"),
    ).subquery()
    shown = select(ranked).where(ranked.c.rank <= bindparam("most"))
    return shown.order_by(ranked.c.finishes_at, ranked.c.id)


def tasks(days: Days, whose: Whose, most: int) -> Found:
    """Tasks where they are planned: on their day, or over several."""
    values: dict[str, Any] = {f"b{n}": at for n, at in enumerate(days.starts)}
    values |= {"team_id": current_team(), "begins": days.begins, "ends": days.ends, "most": most}
    rows = execute(_tasks(len(days), whose.shape), values | whose.values).all()
    found = Found([_task(row) for row in rows])
    for row in rows:
        if row.rank == most < row.held:  # the last one shown of its group
            if row.grp > len(days):
                found.spans_left = row.held - most
            else:
                found.left[row.grp] = row.held - most
    return found


def _task(row: Row[Any]) -> Item:
    deadline = row.due_at or row.finishes_at
    is_open = row.state in OPEN
    return Item(
        "task",
        row.id,
        row.title,
        row.campaign_id,
        row.campaign,
        row.zone,
        row.state,
        starts_at=row.starts_at,
        ends_at=row.finishes_at,
        person_id=row.assignee_id,
        due_on=row.due_on,
        is_late=is_open and deadline < clock.now(),
        is_blocked=is_open and bool(row.blocked_reason),
    )


@cache
def _milestones(shape: tuple[bool, bool]) -> Any:
    moment = PlannedTask.finishes_at
    return (
        planned(select(*_COLUMNS), shape)
        .where(moment >= instant("begins"), moment < instant("ends"), Task.is_milestone)
        .order_by(moment, Task.id)
        .limit(MOST_READ)
    )


def milestones(days: Days, whose: Whose) -> list[Item]:
    """Milestones on their campaign's day."""
    values: dict[str, Any] = {"team_id": current_team(), **whose.values}
    values |= {"begins": days.begins - DAY, "ends": days.ends + DAY}
    found = [
        Item(
            "milestone",
            row.id,
            row.title,
            row.campaign_id,
            row.campaign,
            row.zone,
            row.state,
            on=zones.today(row.finishes_at, row.zone),
            person_id=row.assignee_id,
            is_late=row.state in OPEN and (row.due_at or row.finishes_at) < clock.now(),
            is_blocked=row.state in OPEN and bool(row.blocked_reason),
        )
        for row in execute(_milestones(whose.shape), values)
    ]
    return [one for one in found if one.on is not None and days.first <= one.on <= days.last]


@cache
def _due(shape: tuple[bool, bool]) -> Any:
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    return (
        planned(select(*_COLUMNS), shape)
        .where(Task.due_on.between(first, last), Task.state.in_(OPEN), Task.is_milestone.is_(False))
        .order_by(Task.due_on, Task.due_at, Task.id)
        .limit(MOST_READ)
    )


def due(days: Days, whose: Whose, most: int) -> Found:
    """Open tasks on the day they are due, unless their work is planned to end on that very day."""
    values = {"team_id": current_team(), "first": days.first, "last": days.last}
    rows = execute(_due(whose.shape), values | whose.values)
    return limited((_due_item(row) for row in rows if _ends_elsewhere(row)), days, most)


def _ends_elsewhere(row: Row[Any]) -> bool:
    last = max(row.starts_at, row.finishes_at - timedelta.resolution)
    return bool(zones.today(last, row.zone) != row.due_on)


def _due_item(row: Row[Any]) -> Item:
    return Item(
        "due",
        row.id,
        row.title,
        row.campaign_id,
        row.campaign,
        row.zone,
        row.state,
        on=row.due_on,
        ends_at=row.finishes_at,
        person_id=row.assignee_id,
        is_late=row.due_at is not None and row.due_at < clock.now(),
        is_blocked=bool(row.blocked_reason),
    )
