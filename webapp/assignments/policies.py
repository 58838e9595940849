"""What happens to plans when people are away: the planner looks for another one by itself."""

from sqlalchemy import select

from webapp.assignments import queries
from webapp.assignments.commands import ask_where_there_is_a_plan
from webapp.availability.models import Absence
from webapp.core.actor import Actor
from webapp.db import current_team, db, unit_of_work
from webapp.events.models import Event
from webapp.events.subscriptions import on


@on("absence.added")
def look_for_another_plan_when_somebody_is_away(event: Event) -> None:
    with unit_of_work():
        query = select(Absence).where(
            Absence.team_id == current_team(), Absence.id == event.subject_id
        )
        absence = db.session.scalars(query).one_or_none()
        if absence is None:
            return
        by = Actor.event(event.id, team_id=event.team_id)
        for campaign_id in queries.campaigns_touched(
            absence.user_id, absence.starts_on, absence.ends_on
        ):
            ask_where_there_is_a_plan(campaign_id=campaign_id, reason="absence", by=by)
