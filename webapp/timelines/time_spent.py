"""The commands of time spent: what somebody worked on a task, at the rate they had then."""

from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import Field, field_validator

from webapp.accounts import queries as accounts
from webapp.availability.queries import profiles
from webapp.campaigns.models import Campaign
from webapp.campaigns.subjects import open_subject
from webapp.core import clock, zones
from webapp.core.actor import Actor
from webapp.core.errors import Forbidden, Invalid
from webapp.db import current_team, db, find, unit_of_work
from webapp.events.log import Payload, note
from webapp.operations import Input, operation
from webapp.timelines.inputs import checked_day
from webapp.timelines.models import TimeEntry

DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class TimeLogged(Payload):
    """Which task, and how long."""

    task_id: int
    minutes: int


class LogTime(Input):
    """So many minutes on a day, today's when none is named."""

    task_id: int
    minutes: int = Field(ge=1, le=DAY_MINUTES)
    on: date | None = None
    what: str = Field(default="", max_length=300)

    @field_validator("on")
    @classmethod
    def _in_our_time(cls, value: date | None) -> date | None:
        return checked_day(value)


class EntryId(Input):
    time_entry_id: int


@operation("tasks.log_time", input=LogTime, permission="campaign.edit")
def log_time(
    *, task_id: int, minutes: int, on: date | None = None, what: str = "", by: Actor
) -> int:
    """Keep one's own time, with what an hour of it costs now: a later rate changes nothing."""
    if by.user_id is None:
        raise Forbidden("A person spends time.")
    with unit_of_work():
        campaign = find(Campaign, open_subject("task", task_id))
        today = zones.today(clock.now(), campaign.zone)
        if on is not None and on > today + timedelta(days=1):  # it may be tomorrow where they are
            raise Invalid({"on": "That day has not come yet."})
        (own,) = profiles([by.user_id])
        entry = TimeEntry(
            team_id=current_team(),
            campaign_id=campaign.id,
            task_id=task_id,
            user_id=by.user_id,
            on=on or today,
            minutes=minutes,
            what=what,
            rate_cents=own.cost_rate_cents,
            currency=accounts.team().currency if own.cost_rate_cents is not None else "",
        )
        db.session.add(entry)
        note("time_entry.logged", subject=entry, by=by, data=TimeLogged(task_id, minutes))
        return entry.id


@operation("tasks.remove_time", input=EntryId, permission="campaign.edit")
def remove_time(*, time_entry_id: int, by: Actor) -> int:
    """Take back what one logged oneself."""
    with unit_of_work():
        entry = find(TimeEntry, time_entry_id, lock=True)
        if entry.user_id != by.user_id:
            raise Forbidden("Only whoever logged it takes it back.")
        open_subject("task", entry.task_id)
        data = TimeLogged(entry.task_id, entry.minutes)
        note("time_entry.removed", subject=entry, by=by, data=data)
        db.session.delete(entry)
        db.session.flush()
        return time_entry_id
