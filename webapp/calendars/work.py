"""Tasks on the days they are due; and what all reads of planned work share. A statement is built
once for each shape of what is asked.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, Row, and_, bindparam, select

from webapp.calendars.days import Days
from webapp.calendars.items import Found, Item, limited
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import UTCDateTime, current_team, rows
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
    found = rows(_due(whose.shape), values | whose.values)
    return limited((_due_item(row) for row in found if _ends_elsewhere(row)), days, most)


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
