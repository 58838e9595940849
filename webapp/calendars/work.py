"""Tasks and milestones of a span of days, where they are planned and where they are due. A
statement is built once for each shape of what is asked.
"""

from dataclasses import dataclass
from datetime import date, timedelta
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
#: More milestones, due dates or campaigns than this in a span are not read.
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


_WORDS = (
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
)
_COLUMNS = (*_WORDS, PlannedTask.starts_at, PlannedTask.finishes_at)


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
    PlannedTask.finishes_at >= instant("begins"),
    PlannedTask.starts_at < instant("ends"),
    or_(PlannedTask.finishes_at > instant("begins"), PlannedTask.starts_at >= instant("begins")),
)


def _group(number: int) -> ColumnElement[int]:
    """The day a task begins and ends on; what goes on over several is in the group after them all.

    From the last day back: what has no length and lies at midnight belongs to the day it opens.
    """
    bounds = [instant(f"b{n}") for n in range(number + 1)]
    within = [
        (
            and_(PlannedTask.starts_at >= bounds[n], PlannedTask.finishes_at <= bounds[n + 1]),
            literal(n),
        )
        for n in reversed(range(number))
    ]
    return case(*within, else_=literal(number))


@cache
def _tasks(number: int, shape: tuple[bool, bool]) -> Any:
    """The tasks of `number` days, `most` of each; those over several days are a group of their own.
    `held` is how many the group has.
    """
    # Few columns go through the sorting; the words are read of what is shown.
    inner = (
        planned(
            select(
                PlannedTask.task_id,
                PlannedTask.starts_at,
                PlannedTask.finishes_at,
                _group(number).label("grp"),
            ),
            shape,
        )
        .where(TOUCHES, Task.is_milestone.is_(False))
        .subquery()
    )
    order = (inner.c.finishes_at, inner.c.task_id)
    ranked = select(
        inner,
        func.row_number().over(partition_by=inner.c.grp, order_by=order).label("rank"),
        func.count().over(partition_by=inner.c.grp).label("held"),
    ).subquery()
    return (
        select(*_WORDS, *ranked.c)
        .select_from(ranked)
        .join(Task, and_(Task.team_id == bindparam("team_id"), Task.id == ranked.c.task_id))
        .join(Campaign, and_(Campaign.team_id == Task.team_id, Campaign.id == Task.campaign_id))
        .where(ranked.c.rank <= bindparam("most"))
        .order_by(ranked.c.finishes_at, ranked.c.task_id)
    )


def tasks(days: Days, whose: Whose, most: int) -> Found:
    """Tasks where they are planned: on their day, or over several."""
    values: dict[str, Any] = {f"b{n}": at for n, at in enumerate(days.starts)}
    values |= {"team_id": current_team(), "begins": days.begins, "ends": days.ends, "most": most}
    rows = execute(_tasks(len(days), whose.shape), values | whose.values).all()
    found = Found([_task(row) for row in rows])
    for row in rows:
        if row.rank == most < row.held:  # the last one shown of its group
            if row.grp == len(days):
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


@dataclass(frozen=True, slots=True)
class Marked:
    """Milestones of some days: those shown, how many there are, how many are reached."""

    found: Found
    held: int
    reached: int


def milestones(days: Days, whose: Whose, most: int) -> Marked:
    """Milestones on their campaign's day, `most` a day."""
    values: dict[str, Any] = {"team_id": current_team(), **whose.values}
    values |= {"begins": days.begins - DAY, "ends": days.ends + DAY}
    found, seen, reached = Found(), [0] * len(days), 0
    for row in execute(_milestones(whose.shape), values):
        on = zones.today(row.finishes_at, row.zone)
        if not days.first <= on <= days.last:
            continue
        place = days.place_of(on)
        seen[place] += 1
        reached += row.state == State.DONE
        if seen[place] <= most:
            found.items.append(_milestone(row, on))
        else:
            found.left[place] += 1
    return Marked(found, sum(seen), reached)


def _milestone(row: Row[Any], on: date) -> Item:
    is_open = row.state in OPEN
    return Item(
        "milestone",
        row.id,
        row.title,
        row.campaign_id,
        row.campaign,
        row.zone,
        row.state,
        on=on,
        person_id=row.assignee_id,
        is_late=is_open and (row.due_at or row.finishes_at) < clock.now(),
        is_blocked=is_open and bool(row.blocked_reason),
    )


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
