"""Late work for tests: a task of Mia's that is due on a Monday, and time that passes timer by
timer.
"""

from datetime import date, datetime, timedelta
from typing import Any

from tests import people
from tests.people import Person, Team
from tests.timelines import plans
from webapp.availability.commands import edit_work
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.events import timers
from webapp.timelines.models import Task


def stands_in(team: Team, person: Person, backup: Person) -> None:
    """`backup` takes over what `person` leaves lying."""
    edit_work(
        user_id=person.id,
        skills=[],
        levels=[],
        backup_id=backup.id,
        version=0,
        by=team.alice.actor,
    )


def artwork(team: Team, campaign: Campaign, due_on: date, **changes: Any) -> Task:
    """Mia's task, due on a day; Bob steps in for her."""
    stands_in(team, team.mia, team.bob)
    values = {"assignee_id": team.mia.id, "due_on": due_on} | changes
    return plans.task(team, campaign, "Artwork <front>", **values)


def until(day: date, hour: int, minute: int = 0) -> None:
    """The background does all it has to until a moment, each timer at its own."""
    goal = plans.at(day, hour) + timedelta(minutes=minute)
    people.run_background()
    while clock.now() < goal:
        _towards(min(timers.next_due_at() or goal, goal))
        people.run_background()


def _towards(moment: datetime) -> None:
    clock.travel(max((moment - clock.now()).total_seconds(), 0.0) + 0.001)
