"""Reads of assignments: the newest run of the planner, who is suggested for what, and which
campaigns somebody's absence touches.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from webapp.accounts import queries as accounts
from webapp.assignments.facts import facts_of
from webapp.assignments.models import PlanRun
from webapp.assignments.problem import Facts, is_away
from webapp.assignments.suggesting import Suggestion, suggest
from webapp.availability import queries as availability
from webapp.availability.queries import Profile
from webapp.core import zones
from webapp.db import current_team, db
from webapp.timelines import queries as timelines
from webapp.timelines.models import Task
from webapp.timelines.queries import Line
from webapp.timelines.workflow import State


def newest_run(campaign_id: int) -> PlanRun | None:
    """The last run of the planner in a campaign."""
    query = select(PlanRun).where(
        PlanRun.team_id == current_team(), PlanRun.campaign_id == campaign_id
    )
    return db.session.scalars(query.order_by(PlanRun.id.desc()).limit(1)).one_or_none()


@dataclass(frozen=True, slots=True)
class Load:
    """One person and their work in a campaign: open tasks there in order of time, how many they
    have in hand anywhere of how many they take, and which of the tasks fall on days they are away.
    """

    person: Profile
    lines: list[Line]
    in_hand: int
    while_away: list[Line]


def loads(facts: Facts | None) -> list[Load]:
    """Everybody who takes part in work, by name, with their open tasks of a campaign."""
    in_hand = timelines.in_hand()
    found = []
    for person in facts.profiles if facts else availability.profiles():
        theirs = [
            line
            for line in (facts.lines if facts else ())
            if line.assignee_id == person.user_id and line.is_open and not line.is_milestone
        ]
        away = [line for line in theirs if facts and is_away(facts, line)]
        found.append(Load(person, theirs, in_hand.get(person.user_id, 0), away))
    return found


def suggestions(facts: Facts | None, *, limit: int = 50) -> list[Suggestion]:
    """Who could do each open task that is nobody's, soonest first; also of tasks whose assignee
    left the team.
    """
    return [suggest(facts, line) for line in _free(facts)[:limit]] if facts else []


def next_suggestion(campaign_id: int) -> Suggestion | None:
    """The soonest open task that is nobody's and that somebody fits."""
    if not _has_free(campaign_id) or (facts := facts_of(campaign_id)) is None:
        return None
    found = (suggest(facts, line) for line in _free(facts))
    return next((one for one in found if one.first is not None), None)


def _free(facts: Facts) -> list[Line]:
    here = {person.user_id for person in facts.profiles}
    return [
        line
        for line in facts.lines
        if line.state == State.TO_DO and not line.is_milestone and line.assignee_id not in here
    ]


def _has_free(campaign_id: int) -> bool:
    """Whether there may be anything to suggest, before everything else is read."""
    here = [user_id for user_id, _ in accounts.people()]
    query = select(Task.id).where(
        Task.team_id == current_team(),
        Task.campaign_id == campaign_id,
        Task.state == State.TO_DO,
        Task.trashed_at.is_(None),
        Task.is_milestone.is_(False),
        or_(Task.assignee_id.is_(None), Task.assignee_id.not_in(here)),
    )
    return db.session.scalar(query.limit(1)) is not None


def suggestion(task_id: int) -> Suggestion | None:
    """Who could do one task; None without a place in a plan."""
    line = timelines.line(task_id)
    facts = facts_of(line.campaign_id)
    return suggest(facts, line) if facts is not None and line.starts_at is not None else None


def campaigns_touched(user_id: int, starts_on: date, ends_on: date) -> list[int]:
    """The open campaigns in which a person has planned work that is not begun on some of these
    days, counted in their own zone.
    """
    membership = accounts.membership_of(user_id)
    if membership is None:
        return []
    people = availability.profiles([user_id])
    zone = people[0].zone if people else "UTC"
    first = zones.day_start(starts_on, zone)
    last = zones.day_start(ends_on + timedelta(days=1), zone)
    return sorted(timelines.work_of(user_id, first, last))
