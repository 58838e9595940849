"""How long a plan of 200 tasks nobody has for a team of twelve takes, from the press of the button
to the request that proposes it; and that what is proposed is never later than the greedy plan.
"""

import time
from datetime import timedelta

from tests import people
from tests.bench.ground import ready_app
from tests.bench.measure import Figures, against, milliseconds, options, table
from tests.people import Person, Team
from tests.timelines import plans
from webapp.approvals.models import Proposal
from webapp.assignments.commands import ask_for_plan
from webapp.assignments.models import PlanRun
from webapp.availability.commands import edit_work
from webapp.db import acting_for, db, find, unit_of_work
from webapp.timelines import queries, replanning
from webapp.timelines.commands import add_link
from webapp.timelines.models import Task

TASKS, PEOPLE, CAMPAIGNS = 200, 12, 3
LIMIT_S = 2
SKILLS = ("design", "copy", "video", "ads")


def furnish(team: Team, members: list[Person], count: int) -> list[int]:
    """People who know two of four things and do one at a time, and campaigns with so many open
    tasks each, in chains, each asking for one of these things within four days: more than they
    can do.
    """
    for n, person in enumerate(members):
        knows = [SKILLS[n % 4], SKILLS[(n + 1) % 4]]
        values = {"skills": knows, "levels": [2, 3], "max_concurrent": 1, "version": 0}
        edit_work(user_id=person.id, **values, by=team.alice.actor)
    return [_campaign(team, count, n) for n in range(CAMPAIGNS)]


def _campaign(team: Team, count: int, number: int) -> int:
    first = plans.monday()
    campaign = people.draft(
        team,
        name=f"Plan {number}",
        start_on=first,
        target_on=first + timedelta(days=140),
        end_on=None,
    )
    plans.task(team, campaign, "Task 0")
    plans.begin(team, campaign, first)
    with unit_of_work():
        timeline = queries.timeline_of(campaign.id)
        assert timeline is not None
        made = [
            Task(
                team_id=team.id,
                campaign_id=campaign.id,
                title=f"Task {n}",
                estimate_minutes=(120, 240, 480)[n % 3],
                skills=[SKILLS[n % 4]],
                due_on=first + timedelta(days=n % 4),
                due_at=plans.at(first + timedelta(days=n % 4), 17),
            )
            for n in range(1, count)
        ]
        db.session.add_all(made)
        db.session.flush()
        for n, task in enumerate(made):
            if n % 3:
                add_link(task, made[n - 1], "fs", 0)
        replanning.replan(timeline)
    return campaign.id


def propose(team: Team, campaign_id: int) -> tuple[float, Proposal]:
    """Seconds from the button to the committed request, and the request."""
    began = time.perf_counter()
    run_id = ask_for_plan(campaign_id=campaign_id, by=team.mia.actor)
    people.run_background()
    took = time.perf_counter() - began
    proposal_id = find(PlanRun, run_id).proposal_id
    assert proposal_id is not None, "nothing was proposed"
    return took, find(Proposal, proposal_id)


def main() -> None:
    asked = options()
    count = max(20, int(TASKS * asked.scale))
    app, lags = ready_app(), list[float]()
    given = worse = late = naive = 0
    with app.app_context():
        team = people.found_team(app)
        members = [team.alice, team.bob, team.mia]
        for n in range(PEOPLE - len(members)):
            members.append(people.invited(team.id, team.alice.actor, f"Person{n} Work", "member"))
        with acting_for(team.id):
            for campaign_id in furnish(team, members, count):
                took, proposal = propose(team, campaign_id)
                lags.append(took)
                given += len(proposal.after["assignees"])
                evidence = proposal.evidence
                worse += evidence["late"] > evidence["naive"]
                late, naive = late + evidence["late"], naive + evidence["naive"]
    figures: Figures = milliseconds(lags)
    table(f"{count} tasks of nobody, {PEOPLE} people, {len(lags)} plans", {"proposed": figures})
    print(f"tasks given to somebody: {given} of {count * len(lags)}")
    print(f"weighted minutes late: {late:,}; of the greedy plans {naive:,}")
    against("the slowest, s", figures["max ms"] / 1000, f"at most {LIMIT_S}")
    against("later than the greedy plan", worse, "0")


if __name__ == "__main__":
    main()
