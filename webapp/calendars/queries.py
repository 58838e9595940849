"""Everything that happens in a span of days: what pages read. Each sort is a statement or
two, however many campaigns there are.
"""

from dataclasses import dataclass

from webapp.approvals.workflow import State as RequestState
from webapp.calendars.days import Days
from webapp.calendars.items import Found, limited
from webapp.calendars.plans import Planned, planned_on
from webapp.calendars.requests import requests
from webapp.calendars.runs import moments
from webapp.calendars.work import Whose, due


@dataclass(frozen=True, slots=True)
class Happens:
    """A span of days, by the groups a page may leave out; and what its numbers count, however
    little of it is shown.
    """

    groups: dict[str, Found]
    plan: Planned
    waiting: int


def happens(
    days: Days, *, campaign_id: int | None = None, person_id: int | None = None, most: int
) -> Happens:
    """What lies on these days but for the runs of campaigns (`runs.running`), `most` of each sort
    a day. Of one person: their work alone.
    """
    whose = Whose(campaign_id, person_id)
    plan = planned_on(days, whose, most)
    asked = [] if person_id is not None else requests(days, campaign_id)
    of_campaigns = [] if person_id is not None else moments(days, campaign_id)
    plan.milestones.add(limited(of_campaigns, days, most))
    tasks = due(days, whose, most)
    tasks.add(plan.tasks)
    return Happens(
        {
            "milestones": plan.milestones,
            "approvals": limited(asked, days, most),
            "tasks": tasks,
        },
        plan=plan,
        waiting=sum(one.state == RequestState.IN_REVIEW for one in asked),
    )
