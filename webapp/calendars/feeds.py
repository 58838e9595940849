"""Reads of calendar feeds: by token for a program, by owner for people; and what is in one."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from webapp.accounts.models import Membership, Team, User
from webapp.availability import queries as availability
from webapp.calendars.days import Days
from webapp.calendars.items import Item
from webapp.calendars.models import CalendarFeed
from webapp.calendars.requests import requests
from webapp.calendars.runs import campaign_days
from webapp.campaigns.models import IN_TRASH, Campaign
from webapp.campaigns.workflow import State as CampaignState
from webapp.core import clock, tokens, zones
from webapp.core.errors import NotFound
from webapp.db import current_team, execute
from webapp.timelines.models import PlannedTask, Task
from webapp.timelines.workflow import State

#: One answer for every address that does not work, whatever the reason.
GONE = "This calendar does not exist any more. Make a new address in the settings."
#: How far a feed looks back and ahead, and the most it holds of a sort.
BACK, AHEAD = timedelta(days=31), timedelta(days=730)
MOST = 1000
#: For how long what was cancelled or thrown away is still told, so that calendars take it out.
TOLD = IN_TRASH


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed that works now, as plain values."""

    id: int
    team_id: int
    user_id: int | None
    campaign_id: int | None
    name: str
    zone: str
    fetched_at: datetime | None


def feed_behind(token: str) -> OpenFeed:
    """The open feed of a token; wrong, revoked, and of somebody who left look alike: NotFound."""
    row = execute(
        select(
            CalendarFeed.id,
            CalendarFeed.team_id,
            CalendarFeed.user_id,
            CalendarFeed.campaign_id,
            CalendarFeed.fetched_at,
            Team.name.label("team_name"),
            Team.zone.label("team_zone"),
            User.name.label("person"),
            User.zone.label("own_zone"),
            User.is_active,
            Membership.removed_at,
        )
        .join(Team, Team.id == CalendarFeed.team_id)
        .outerjoin(User, User.id == CalendarFeed.user_id)
        .outerjoin(
            Membership,
            and_(
                Membership.team_id == CalendarFeed.team_id,
                Membership.user_id == CalendarFeed.user_id,
            ),
        )
        .where(CalendarFeed.token_hash == tokens.hashed(token), CalendarFeed.revoked_at.is_(None))
    ).one_or_none()
    left = row is not None and row.user_id and (not row.is_active or row.removed_at)
    if row is None or left:
        raise NotFound(GONE)
    name = f"{row.person}, {row.team_name}" if row.user_id else row.team_name
    zone = row.own_zone or row.team_zone
    return OpenFeed(row.id, row.team_id, row.user_id, row.campaign_id, name, zone, row.fetched_at)


def is_of(feed_id: int, token: str) -> bool:
    """Whether a token is the one of this team's feed."""
    mine = CalendarFeed.id == feed_id, CalendarFeed.team_id == current_team()
    found = execute(select(CalendarFeed.token_hash).where(*mine)).scalar_one_or_none()
    return tokens.same(found or "", tokens.hashed(token))


def feeds(*, user_id: int | None = None, campaign_id: int | None = None) -> list[Row[Any]]:
    """The open feeds of a person or of a campaign, the newest first; never their tokens."""
    whose = (
        CalendarFeed.user_id == user_id
        if campaign_id is None
        else CalendarFeed.campaign_id == campaign_id
    )
    query = (
        select(
            CalendarFeed.id,
            CalendarFeed.created_at,
            CalendarFeed.fetched_at,
            User.name.label("made_by"),
        )
        .join(User, User.id == CalendarFeed.created_by)
        .where(CalendarFeed.team_id == current_team(), CalendarFeed.revoked_at.is_(None), whose)
    )
    return list(execute(query.order_by(CalendarFeed.id.desc())).all())


def contents(feed: OpenFeed) -> tuple[str, list[Item]]:
    """What a feed is called, and everything in it, in order."""
    today = zones.today(clock.now(), feed.zone)
    days = Days(today - BACK, today + AHEAD, feed.zone)
    if feed.campaign_id is not None:
        return _campaigns(feed, days)
    assert feed.user_id is not None
    found = [
        *_work(_persons(feed.user_id), days),
        *requests(days, decidable_by=feed.user_id),
        *_absences(feed.user_id, days),
    ]
    return feed.name, found


def _campaigns(feed: OpenFeed, days: Days) -> tuple[str, list[Item]]:
    row = execute(
        select(Campaign).where(Campaign.team_id == current_team(), Campaign.id == feed.campaign_id)
    ).scalar_one_or_none()
    if row is None or row.archived_at is not None:
        raise NotFound(GONE)
    is_gone = row.trashed_at is not None or row.state in (
        CampaignState.CANCELLED,
        CampaignState.FAILED,
    )
    own = [
        replace(one, version=row.version, changed_at=row.updated_at, is_gone=is_gone)
        for one in campaign_days(row, days)
    ]
    return f"{row.name}, {feed.name}", [*own, *_work(Task.campaign_id == row.id, days)]


def _persons(user_id: int) -> ColumnElement[bool]:
    """Their tasks, and the milestones of campaigns they own or work in."""
    theirs = select(Task.campaign_id).where(
        Task.team_id == current_team(), Task.assignee_id == user_id, Task.trashed_at.is_(None)
    )
    takes_part = or_(Campaign.owner_id == user_id, Task.campaign_id.in_(theirs))
    return or_(Task.assignee_id == user_id, and_(Task.is_milestone, takes_part))


def _work(whose: ColumnElement[bool], days: Days) -> list[Item]:
    """Tasks and milestones with what was thrown away lately, in order of time."""
    lately = clock.now() - TOLD
    rows = execute(
        select(
            Task.id,
            Task.title,
            Task.campaign_id,
            Campaign.name.label("campaign"),
            Campaign.zone,
            Task.state,
            Task.is_milestone,
            Task.assignee_id,
            Task.due_on,
            Task.trashed_at,
            Task.updated_at,
            Task.version,
            Campaign.trashed_at.label("campaign_trashed_at"),
            Campaign.version.label("campaign_version"),
            PlannedTask.starts_at,
            PlannedTask.finishes_at,
            PlannedTask.moves,
            PlannedTask.moved_at,
        )
        .join(
            PlannedTask,
            and_(PlannedTask.team_id == Task.team_id, PlannedTask.task_id == Task.id),
        )
        .join(Campaign, and_(Campaign.team_id == Task.team_id, Campaign.id == Task.campaign_id))
        .where(
            Task.team_id == current_team(),
            whose,
            Campaign.archived_at.is_(None),
            PlannedTask.finishes_at >= days.begins,
            PlannedTask.starts_at < days.ends,
            or_(Task.trashed_at.is_(None), Task.trashed_at >= lately),
            or_(Task.state != State.CANCELLED, Task.updated_at >= lately),
        )
        .order_by(PlannedTask.starts_at, Task.id)
        .limit(MOST)
    )
    return [item_of(row) for row in rows]


def item_of(row: Row[Any]) -> Item:
    """A milestone is a date; so is work over several days, from the first to the last. Work within
    one day has its hours.
    """
    first = zones.today(row.starts_at, row.zone)
    last = max(first, zones.today(row.finishes_at - timedelta.resolution, row.zone))
    if row.is_milestone:
        first = last = zones.today(row.finishes_at, row.zone)
    is_dated = row.is_milestone or last > first
    return Item(
        "milestone" if row.is_milestone else "task",
        row.id,
        row.title,
        row.campaign_id,
        row.campaign,
        row.zone,
        row.state,
        starts_at=None if is_dated else row.starts_at,
        ends_at=None if is_dated else row.finishes_at,
        on=first if is_dated else None,
        until=last if is_dated else None,
        person_id=row.assignee_id,
        due_on=row.due_on,
        is_gone=bool(row.trashed_at or row.campaign_trashed_at or row.state == State.CANCELLED),
        version=row.version + row.moves + row.campaign_version,
        changed_at=max(row.updated_at, row.moved_at or row.updated_at),
    )


def _absences(user_id: int, days: Days) -> list[Item]:
    """The days somebody is away: that they are, never why."""
    return [
        Item(
            "absence",
            one.id,
            "Away",
            None,
            "",
            days.zone,
            "",
            on=one.starts_on,
            until=one.ends_on,
            person_id=user_id,
        )
        for one in availability.absences(days.first, days.last, user_id)
    ]
