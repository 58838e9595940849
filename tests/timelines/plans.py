"""Ready-made plans for tests: tasks added through commands, on days counted from a Monday."""

from datetime import date, datetime, time, timedelta
from typing import Any

from tests.people import Person, Team
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import find
from webapp.timelines.commands import edit_timeline, link_tasks, shift_dates
from webapp.timelines.models import Task
from webapp.timelines.queries import Line, lines, timeline_of
from webapp.timelines.tasks import add_task, assign_task, block_task, move_task

#: Minutes of a working day where a team set nothing else.
DAY = 480


def monday(weeks: int = 0) -> date:
    """The first Monday at least a week ahead, and `weeks` later: no test depends on what day it
    is.
    """
    today = zones.today(clock.now(), "UTC")
    return today + timedelta(days=14 - today.weekday(), weeks=weeks)


def at(day: date, hour: int) -> datetime:
    """An hour of a day in the team's zone, which is UTC in tests."""
    return zones.to_utc(datetime.combine(day, time(hour)), "UTC")


def task(team: Team, campaign: Campaign, title: str, days: float = 1, **changes: Any) -> Task:
    """A task of some working days, added by Mia."""
    values = {"estimate_minutes": int(days * DAY), "by": team.mia.actor} | changes
    return find(Task, add_task(campaign_id=campaign.id, title=title, **values))


def after(team: Team, later: Task, first: Task, kind: str = "fs", lag: int = 0) -> None:
    """Let `later` wait for `first`."""
    link_tasks(
        task_id=later.id, waits_for_id=first.id, kind=kind, lag_minutes=lag, by=team.mia.actor
    )


def begin(team: Team, campaign: Campaign, day: date, buffer_hours: int = 0) -> None:
    """Work begins on a day at the earliest. The campaign has a timeline already."""
    version = timeline_of(campaign.id).version
    edit_timeline(
        campaign_id=campaign.id,
        starts_on=day,
        buffer_hours=buffer_hours,
        version=version,
        by=team.mia.actor,
    )


def shift(team: Team, one: Task, day: date | None) -> int:
    """Mia moves the day a task begins at the earliest."""
    return shift_dates(task_id=one.id, start_on=day, by=team.mia.actor)


def move(team: Team, one: Task, name: str) -> Task:
    one = find(Task, one.id)
    move_task(task_id=one.id, move=name, version=one.version, by=team.mia.actor)
    return find(Task, one.id)


def assign(team: Team, one: Task, person_id: int | None) -> Task:
    one = find(Task, one.id)
    assign_task(task_id=one.id, assignee_id=person_id, version=one.version, by=team.mia.actor)
    return find(Task, one.id)


def by_title(campaign: Campaign) -> dict[str, Line]:
    return {line.title: line for line in lines(campaign.id)}


def block(team: Team, one: Task, reason: str) -> None:
    one = find(Task, one.id)
    block_task(task_id=one.id, reason=reason, version=one.version, by=team.mia.actor)


def gone(team: Team, person: Person) -> None:
    """Somebody left the team."""
    remove_member(membership_id=membership_of(person.id).id, by=team.alice.actor)
