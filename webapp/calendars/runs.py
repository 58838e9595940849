"""Campaigns in a span of days: those that run, with how far they are, and the days on which one
starts, ends or is to be reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import Date, bindparam, case, func, or_, select

from webapp.ads.models import AdCampaign
from webapp.calendars.days import Days
from webapp.calendars.items import Item
from webapp.calendars.work import DAY, MOST_READ, instant, planned
from webapp.campaigns.models import Campaign
from webapp.campaigns.workflow import State as CampaignState
from webapp.core import zones
from webapp.db import current_team, rows
from webapp.timelines.models import PlannedTask, Task
from webapp.timelines.workflow import OPEN, State

#: What runs, will, or did.
RUNS = (
    CampaignState.SCHEDULED,
    CampaignState.ACTIVE,
    CampaignState.PAUSED,
    CampaignState.COMPLETED,
)
NEVER = (CampaignState.CANCELLED, CampaignState.FAILED)


@dataclass(frozen=True, slots=True)
class Run:
    """A campaign that runs on some of the days; `ends_at` is the first instant after it."""

    id: int
    name: str
    zone: str
    state: str
    owner_id: int
    target_on: date
    starts_at: datetime
    ends_at: datetime
    platforms: int

    def as_item(self) -> Item:
        return Item(
            "run",
            self.id,
            self.name,
            self.id,
            self.name,
            self.zone,
            self.state,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            number=self.platforms,
        )


def _kept(query: Any, of_one: bool) -> Any:
    query = query.where(
        Campaign.team_id == bindparam("team_id"),
        Campaign.trashed_at.is_(None),
        Campaign.archived_at.is_(None),
    )
    return query.where(Campaign.id == bindparam("campaign_id")) if of_one else query


@cache
def _running(of_one: bool) -> Any:
    """Those shown first, then on how many platforms each of them advertises."""
    shown = (
        _kept(
            select(
                Campaign.id,
                Campaign.name,
                Campaign.zone,
                Campaign.state,
                Campaign.owner_id,
                Campaign.target_on,
                Campaign.starts_at,
                Campaign.ends_at,
                func.count().over().label("held"),
            ),
            of_one,
        )
        .where(
            Campaign.state.in_(RUNS),
            Campaign.starts_at < instant("ends"),
            Campaign.ends_at > instant("begins"),
        )
        .order_by(Campaign.ends_at, Campaign.id)
        .limit(bindparam("most"))
        .subquery()
    )
    platforms = (
        select(func.count(AdCampaign.platform.distinct()))
        .where(AdCampaign.team_id == bindparam("team_id"), AdCampaign.campaign_id == shown.c.id)
        .scalar_subquery()
    )
    columns = [one for one in shown.c if one.key != "held"]
    query = select(*columns, platforms.label("platforms"), shown.c.held)
    return query.order_by(shown.c.ends_at, shown.c.id)


def running(days: Days, campaign_id: int | None, most: int) -> tuple[list[Run], int]:
    """Campaigns that run on these days, the next to end first, `most` of them; and how many there
    are. `platforms` is on how many they advertise.
    """
    values: dict[str, Any] = {"team_id": current_team(), "campaign_id": campaign_id, "most": most}
    values |= {"begins": days.begins, "ends": days.ends}
    found = rows(_running(campaign_id is not None), values)
    return [Run(*row[:-1]) for row in found], found[0].held if found else 0


@cache
def _moments(of_one: bool) -> Any:
    begins, ends = instant("begins"), instant("ends")
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    query = _kept(
        select(
            Campaign.id,
            Campaign.name,
            Campaign.zone,
            Campaign.state,
            Campaign.starts_wall,
            Campaign.starts_at,
            Campaign.ends_wall,
            Campaign.target_on,
        ),
        of_one,
    ).where(
        Campaign.state.not_in(NEVER),
        or_(
            Campaign.starts_at.between(begins, ends),
            Campaign.ends_at.between(begins, ends),
            Campaign.target_on.between(first, last),
        ),
    )
    return query.order_by(Campaign.name_key, Campaign.id).limit(MOST_READ)


def moments(days: Days, campaign_id: int | None) -> list[Item]:
    """Starts, ends and targets on these days. A start at midnight is its day's, any other has its
    time.
    """
    values: dict[str, Any] = {"team_id": current_team(), "campaign_id": campaign_id}
    values |= {"begins": days.begins - DAY, "ends": days.ends + DAY}
    values |= {"first": days.first, "last": days.last}
    found = rows(_moments(campaign_id is not None), values)
    return [item for row in found for item in campaign_days(row, days)]


def campaign_days(row: Any, days: Days) -> list[Item]:
    """The start, the target and the last day of a campaign, from its row: those on these days."""
    named = (row.id, row.name, row.id, row.name, row.zone, row.state)
    dates = [("target", row.target_on), ("end", (row.ends_wall - DAY).date())]
    found = []
    if row.starts_wall.time() == time():
        dates.insert(0, ("start", row.starts_wall.date()))
    elif 0 <= days.place(row.starts_at) < len(days):
        found.append(Item("start", *named, starts_at=row.starts_at))
    found += [
        Item(kind, *named, on=on)  # type: ignore[arg-type]
        for kind, on in dates
        if days.first <= on <= days.last
    ]
    return found


_IDS: Any = bindparam("ids", expanding=True)
_WORK = (
    Task.team_id == bindparam("team_id"),
    Task.campaign_id.in_(_IDS),
    Task.trashed_at.is_(None),
    Task.state != State.CANCELLED,
)
_PROGRESS = (
    select(
        Task.campaign_id,
        Task.assignee_id,
        func.sum(case((Task.is_milestone.is_(False) & (Task.state == State.DONE), 1), else_=0)),
        func.sum(case((Task.is_milestone.is_(False), 1), else_=0)),
    )
    .where(*_WORK)
    .group_by(Task.campaign_id, Task.assignee_id)
    .order_by(Task.campaign_id, Task.assignee_id)
)
_NEXT = (
    planned(select(Task.campaign_id, Task.title, PlannedTask.finishes_at, Campaign.zone))
    .where(PlannedTask.campaign_id.in_(_IDS), Task.is_milestone, Task.state.in_(OPEN))
    .order_by(PlannedTask.finishes_at.desc(), Task.id.desc())
)


def _of(campaign_ids: Sequence[int]) -> dict[str, Any]:
    return {"team_id": current_team(), "ids": list(campaign_ids)}


@dataclass(slots=True)
class Progress:
    """How many tasks of a campaign are done, of how many that are not cancelled, and who has work
    in it.
    """

    done: int = 0
    tasks: int = 0
    people: list[int] = field(default_factory=list)


def progress(campaign_ids: Sequence[int]) -> dict[int, Progress]:
    """How far each campaign is that has work."""
    found: dict[int, Progress] = {}
    for campaign_id, person_id, done, tasks in rows(_PROGRESS, _of(campaign_ids)):
        one = found.setdefault(campaign_id, Progress())
        one.done += int(done)
        one.tasks += int(tasks)
        if person_id is not None:
            one.people.append(person_id)
    return found


def next_milestones(campaign_ids: Sequence[int]) -> dict[int, tuple[str, date]]:
    """The title and day of the first milestone of each campaign that is still open."""
    found = rows(_NEXT, _of(campaign_ids))
    return {row.campaign_id: (row.title, zones.today(row.finishes_at, row.zone)) for row in found}
