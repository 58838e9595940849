"""The planner: what it is asked, what it proposes, and that it leaves alone what holds."""

import subprocess
import sys
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import people
from tests.timelines import plans
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.approvals.commands import undo
from webapp.approvals.models import Proposal
from webapp.assignments import queries
from webapp.assignments.commands import ask_for_plan, fail_run
from webapp.assignments.facts import HORIZON, facts_of
from webapp.assignments.models import PlanRun
from webapp.assignments.problem import pose
from webapp.availability.commands import add_absence, edit_work
from webapp.campaigns.commands import move_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock, fault
from webapp.core.actor import SYSTEM
from webapp.core.errors import Conflict
from webapp.db import db, find, unit_of_work
from webapp.events.log import record
from webapp.timelines.models import Task


@pytest.fixture
def release(team):
    """A campaign of four weeks with two tasks in a row, both Bob's, and a milestone between."""
    first = plans.monday()
    campaign = people.draft(team, start_on=first, target_on=plans.monday(4), name="Release")
    artwork = plans.task(team, campaign, "Artwork", 2, assignee_id=team.bob.id)
    plans.begin(team, campaign, first)
    ready = plans.task(team, campaign, "Ready", is_milestone=True, waits_for_id=artwork.id)
    plans.task(team, campaign, "Upload", 1, assignee_id=team.bob.id, waits_for_id=ready.id)
    return campaign


def away(team, person, first, days):
    add_absence(
        user_id=person.id,
        starts_on=first,
        ends_on=first + timedelta(days=days - 1),
        reason="Holiday",
        by=team.alice.actor,
    )


def ask(team, campaign):
    run_id = ask_for_plan(campaign_id=campaign.id, by=team.mia.actor)
    people.run_background()
    return find(PlanRun, run_id)


def test_a_plan_that_holds_is_left_alone(team, release):
    run = ask(team, release)

    assert run.state == "nothing_better"
    assert run.proposal_id is None


def test_open_work_of_nobody_is_given_to_somebody(team, release):
    task = plans.task(team, release, "Press kit", 1)

    run = ask(team, release)

    proposal = find(Proposal, run.proposal_id)
    assert proposal.state == "in_review"
    assert proposal.by == "rule:schedule"
    assert proposal.after["assignees"].keys() == {str(task.id)}
    assert "Press kit" in proposal.why


def test_approving_gives_the_work_and_undoing_takes_it_back(team, release):
    task = plans.task(team, release, "Press kit", 1)
    proposal = find(Proposal, ask(team, release).proposal_id)

    people.approve(proposal, team.bob)
    assert find(Task, task.id).assignee_id is not None

    undo(proposal_id=proposal.id, by=team.bob.actor)
    assert find(Task, task.id).assignee_id is None


def test_somebody_away_makes_the_planner_look_by_itself(team, release):
    away(team, team.bob, plans.monday(), 5)
    people.run_background()

    run = queries.newest_run(release.id)
    assert (run.state, run.reason) == ("proposed", "absence")
    artwork = plans.by_title(release)["Artwork"]
    after = find(Proposal, run.proposal_id).after
    assert str(artwork.id) in after["assignees"] | after["pins"]


def test_a_campaign_that_closed_meanwhile_keeps_no_other_from_being_planned_anew(
    team, release, monkeypatch
):
    closed = people.draft(team, name="Closed", start_on=plans.monday(), target_on=plans.monday(4))
    plans.task(team, closed, "Poster", assignee_id=team.bob.id)
    move_campaign(campaign_id=closed.id, move="cancel", version=closed.version, by=team.bob.actor)
    people.run_background()
    # It was open when it was looked for, and is not when its turn comes.
    touched = [closed.id, release.id]
    monkeypatch.setattr(queries, "campaigns_touched", lambda *_: touched)

    away(team, team.bob, plans.monday(), 5)
    people.run_background()

    assert queries.newest_run(closed.id) is None
    assert queries.newest_run(release.id).reason == "absence"


def test_an_absence_that_touches_no_work_asks_for_nothing(team, release):
    away(team, team.bob, plans.monday(20), 5)
    people.run_background()

    assert queries.newest_run(release.id) is None


def test_whoever_is_asked_for_has_the_skills(team, release):
    knows(team, team.mia, "Video", 3)
    task = plans.task(team, release, "Teaser", 1, skills="Video")

    proposal = find(Proposal, ask(team, release).proposal_id)

    assert proposal.after["assignees"][str(task.id)] == team.mia.id


def test_a_skill_nobody_claims_keeps_nobody_from_the_work(team, release):
    plans.task(team, release, "Teaser", 1, skills="Juggling")

    assert pose(facts_of(release.id), keep=True).unknown_skills == ("juggling",)
    assert ask(team, release).state == "proposed"


def test_work_of_somebody_who_left_is_offered_to_others(team, release):
    remove_member(membership_id=membership_of(team.bob.id).id, by=team.alice.actor)

    proposal = find(Proposal, ask(team, release).proposal_id)

    assert set(proposal.after["assignees"].values()) <= {team.alice.id, team.mia.id}
    assert len(proposal.after["assignees"]) == 2


def test_a_milestone_in_between_still_orders_the_work(team, release):
    (waits,) = [ask.after for ask in pose(facts_of(release.id), keep=True).asks if ask.after]

    assert waits == ((plans.by_title(release)["Artwork"].id, "fs", 0),)


def test_a_day_generations_away_looks_at_nobodys_hours_beyond_two_years(team, release):
    upload = find(Task, plans.by_title(release)["Upload"].id)
    plans.shift(team, upload, date(2099, 12, 1))

    facts = facts_of(release.id)

    last = max(ends for slots in facts.slots.values() for _, ends in slots)
    assert last <= facts.now + HORIZON + timedelta(days=1)
    assert all(len(slots) < 600 for slots in facts.slots.values())


def test_work_planned_beyond_what_is_known_is_left_where_it_is(team, release):
    upload = plans.by_title(release)["Upload"]
    plans.shift(team, find(Task, upload.id), date(2099, 12, 1))
    plans.assign(team, find(Task, upload.id), None)

    assert upload.id not in {ask.id for ask in pose(facts_of(release.id), keep=False).asks}
    assert queries.suggestion(upload.id).first is not None
    assert ask(team, release).state == "nothing_better"


def test_one_run_of_a_campaign_at_a_time(team, release):
    first = ask_for_plan(campaign_id=release.id, by=team.mia.actor)

    assert ask_for_plan(campaign_id=release.id, by=team.bob.actor) == first


def test_a_run_that_broke_can_be_asked_for_again(team, release):
    first = ask_for_plan(campaign_id=release.id, by=team.mia.actor)
    fail_run(first, by=SYSTEM)

    assert ask_for_plan(campaign_id=release.id, by=team.mia.actor) != first
    assert find(PlanRun, first).state == "failed"


def test_a_request_is_stale_once_somebody_assigned_the_task(team, release):
    task = plans.task(team, release, "Press kit", 1)
    proposal = find(Proposal, ask(team, release).proposal_id)
    plans.assign(team, task, team.mia.id if proposal.after else None)

    people.approve(proposal, team.bob)

    assert find(Proposal, proposal.id).state == "stale"


def test_a_request_is_stale_once_the_work_was_finished(team, release):
    task = plans.task(team, release, "Press kit", 1)
    proposal = find(Proposal, ask(team, release).proposal_id)
    plans.move(team, task, "finish")

    people.approve(proposal, team.bob)

    assert find(Proposal, proposal.id).state == "stale"
    assert find(Task, task.id).assignee_id is None


def test_work_for_somebody_who_left_meanwhile_is_refused_in_words(team, release):
    plans.task(team, release, "Press kit", 1)
    proposal = find(Proposal, ask(team, release).proposal_id)
    after = proposal.after | {"assignees": dict.fromkeys(proposal.after["assignees"], team.mia.id)}
    with unit_of_work():
        find(Proposal, proposal.id, lock=True).after = after
        record("proposal.changed", subject=find(Proposal, proposal.id), by=SYSTEM)
    plans.gone(team, team.mia)

    with pytest.raises(Conflict, match="takes no part in this team any more"):
        people.approve(find(Proposal, proposal.id), team.bob)

    assert find(Proposal, proposal.id).state == "in_review"


def test_a_request_ends_with_its_campaign(team, release):
    plans.task(team, release, "Press kit", 1)
    proposal = find(Proposal, ask(team, release).proposal_id)
    move_campaign(
        campaign_id=release.id,
        move="cancel",
        version=find(Campaign, release.id).version,
        by=team.alice.actor,
    )
    people.run_background()

    assert find(Proposal, proposal.id).state == "dismissed"


def test_a_run_that_never_came_back_says_so_by_itself(app, team, release):
    ask_for_plan(campaign_id=release.id, by=team.mia.actor)
    page = f"/campaigns/{release.id}/assignments"
    assert "Looking for a better plan" in team.mia.sign_in(app).get(page).text

    clock.travel(31 * 60)

    assert "The search broke off. Ask for it again." in team.mia.sign_in(app).get(page).text


def test_a_search_that_is_killed_is_said_to_have_failed(team, release, monkeypatch):
    plans.task(team, release, "Press kit", 1)
    dies = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda _, **options: run(dies, **options))

    ended = ask(team, release)

    assert (ended.state, ended.proposal_id) == ("failed", None)


@pytest.mark.parametrize("point", ["assignments.after_found", "assignments.after_proposed"])
def test_a_search_whose_worker_broke_proposes_once(team, release, point):
    plans.task(team, release, "Press kit", 1)
    fault.arm(point, crash)
    run = ask(team, release)
    assert (run.state, run.proposal_id) == ("asked", None)

    fault.disarm()
    clock.travel(2)
    people.run_background()

    assert find(PlanRun, run.id).state == "proposed"
    made = select(Proposal.id).where(Proposal.by == "rule:schedule")
    assert db.session.scalars(made).all() == [find(PlanRun, run.id).proposal_id]


def test_a_run_that_never_came_back_is_given_up(team, release):
    lost = ask_for_plan(campaign_id=release.id, by=team.mia.actor)
    clock.travel(31 * 60)

    assert ask_for_plan(campaign_id=release.id, by=team.mia.actor) != lost
    assert find(PlanRun, lost).state == "failed"


def test_a_closed_campaign_is_not_planned(team, release):
    move_campaign(
        campaign_id=release.id, move="cancel", version=release.version, by=team.alice.actor
    )

    with pytest.raises(Conflict, match="closed"):
        ask_for_plan(campaign_id=release.id, by=team.mia.actor)


def test_a_campaign_without_tasks_is_not_planned(team, campaign):
    with pytest.raises(Conflict, match="no tasks"):
        ask_for_plan(campaign_id=campaign.id, by=team.mia.actor)


def crash():
    raise RuntimeError("here it broke")


def knows(team, person, word, level):
    """Somebody says what they know, and how well."""
    edit_work(
        user_id=person.id,
        skills=[word],
        levels=[level],
        hours="team",
        starts=[],
        ends=[],
        max_concurrent=5,
        backup_id=None,
        slack_user_id="",
        version=0,
        by=team.alice.actor,
    )
