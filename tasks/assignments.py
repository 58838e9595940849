"""The planner's background half: a run that was asked for is searched in a process of its own, and
what it found is proposed. A run that is searched twice proposes once.
"""

import json
import logging
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any

from tasks.effects import effect
from webapp.assignments import commands
from webapp.assignments.answer import Change, Found, Missed, Placed, change_of
from webapp.assignments.facts import facts_of
from webapp.assignments.models import PlanRun
from webapp.assignments.problem import Facts, Problem, pose
from webapp.assignments.workflow import State
from webapp.campaigns.models import Campaign
from webapp.core.actor import Actor
from webapp.core.errors import NotFound
from webapp.db import db, find
from webapp.events import receipts
from webapp.events.models import Event
from webapp.timelines import planning
from webapp.timelines.queries import timeline_of

log = logging.getLogger(__name__)

#: Processor time of one search, and how long it may take by the clock on a busy machine.
SECONDS, MOST_SECONDS = 1.2, 60
NOTHING = Change({}, {}, {}, "", {}, {"changed": 0})


@effect("plan_run.asked", queue="cpu")
def search_for_a_plan(event: Event) -> None:
    by = Actor.event(event.id, team_id=event.team_id)
    receipts.keep_lease(MOST_SECONDS + 30)  # who dies at it is missed then
    try:
        run = find(PlanRun, event.subject_id)
    except NotFound:
        return
    if run.state != State.ASKED:
        return
    run_id, campaign_id = run.id, run.campaign_id
    facts = facts_of(campaign_id)
    problems = [pose(facts, keep=True), pose(facts, keep=False)] if facts else []
    db.session.rollback()  # nothing is held while it searches
    change = NOTHING
    if facts is not None and problems and problems[0].asks:
        try:
            found = _search(problems, seed=run_id)
        except (subprocess.SubprocessError, ValueError):
            log.exception("the search for a plan failed")
            commands.fail_run(run_id, by=by)
            return
        change = _change(facts, found, campaign_id)
    commands.propose_plan(run_id, change, by=by)


def _search(problems: list[Problem], *, seed: int) -> Found:
    asked = {
        "problems": [
            {
                "asks": [astuple(one) for one in problem.asks],
                "workers": [astuple(one) for one in problem.workers],
            }
            for problem in problems
        ],
        "seconds": SECONDS,
        "seed": seed,
    }
    answer = subprocess.run(
        [sys.executable, "-m", "tasks.planner"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=True,
        cwd=Path(__file__).resolve().parent.parent,
    )
    return found_in(json.loads(answer.stdout))


def found_in(answer: dict[str, Any]) -> Found:
    """What the search's process printed, as values."""
    placed = [
        Placed(task, person, start, finish, late, reason, [(who, end) for who, end in rivals])
        for task, person, start, finish, late, reason, rivals in answer["placed"]
    ]
    missed = [
        Missed(task, late, binds, [(who, what) for who, what in busy])
        for task, late, binds, busy in answer["missed"]
    ]
    return Found(placed, missed, answer["tardiness"], answer["greedy"])


def _change(facts: Facts, found: Found, campaign_id: int) -> Change:
    timeline = timeline_of(campaign_id)
    if timeline is None:
        return NOTHING
    zone = find(Campaign, campaign_id).zone
    return change_of(facts, found, planning.lay(timeline), zone)
