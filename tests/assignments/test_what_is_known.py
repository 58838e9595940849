"""What the planner rests on: work that overran, days nobody works, and changes made while it
searches.
"""

from datetime import timedelta

import pytest

import tasks.assignments
from tests import people
from tests.timelines import plans
from webapp.approvals.models import Proposal
from webapp.assignments import queries
from webapp.assignments.commands import ask_for_plan
from webapp.assignments.facts import facts_of
from webapp.assignments.models import PlanRun
from webapp.assignments.problem import CLOCK_DAY, pose
from webapp.availability.commands import add_blackout
from webapp.campaigns.commands import move_campaign
from webapp.campaigns.models import Campaign
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock, zones
from webapp.db import find
from webapp.timelines.models import Task
from webapp.timelines.tasks import trash_task


@pytest.fixture
def release(team):
    first = plans.monday()
    campaign = people.draft(team, start_on=first, target_on=plans.monday(4), name="Release")
    plans.task(team, campaign, "Artwork", 2, assignee_id=team.bob.id)
    plans.begin(team, campaign, first)
    return campaign


def press_kit(team, campaign):
    """A task of nobody's, as a value: the background's thread may look at it."""
    plans.task(team, campaign, "Press kit", 1)
    return plans.by_title(campaign)["Press kit"]


def while_it_searches(monkeypatch, do):
    """Somebody acts when the first search is over and its answer is not written yet."""
    search, acts = tasks.assignments._search, [do]

    def searched(problems, *, seed):
        found = search(problems, seed=seed)
        if acts:
            acts.pop()()
        return found

    monkeypatch.setattr(tasks.assignments, "_search", searched)


def ask(team, campaign):
    run_id = ask_for_plan(campaign_id=campaign.id, by=team.mia.actor)
    people.run_background()
    return find(PlanRun, run_id)


def test_what_somebody_assigned_during_the_search_stays_theirs(team, release, monkeypatch):
    task = press_kit(team, release)
    while_it_searches(monkeypatch, lambda: plans.assign(team, task, team.mia.id))

    first = ask(team, release)

    again = queries.newest_run(release.id)
    assert (first.state, first.proposal_id) == ("failed", None)
    assert (again.state, again.reason, again.proposal_id) == ("nothing_better", "changed", None)
    assert find(Task, task.id).assignee_id == team.mia.id


def test_a_day_somebody_chose_during_the_search_is_searched_anew(team, release, monkeypatch):
    task = press_kit(team, release)
    while_it_searches(monkeypatch, lambda: plans.shift(team, task, plans.monday(2)))

    first = ask(team, release)

    again = queries.newest_run(release.id)
    proposal = find(Proposal, again.proposal_id)
    assert first.state == "failed"
    assert proposal.after["assignees"].keys() == {str(task.id)}
    assert str(task.id) not in proposal.after["pins"]


def test_a_task_that_went_during_the_search_is_not_asked_for(team, release, monkeypatch):
    task = press_kit(team, release)
    while_it_searches(monkeypatch, lambda: trash_task(task_id=task.id, by=team.mia.actor))

    ask(team, release)

    assert queries.newest_run(release.id).state == "nothing_better"


def test_the_page_says_that_it_searches_anew_because_tasks_changed(app, team, release, monkeypatch):
    task = press_kit(team, release)
    while_it_searches(monkeypatch, lambda: plans.assign(team, task, team.mia.id))
    ask(team, release)

    page = team.mia.sign_in(app).get(f"/campaigns/{release.id}/assignments").text

    assert "Because tasks changed during the search" in page


def bobs_busy(campaign, team):
    (bob,) = [
        one for one in pose(facts_of(campaign.id), keep=True).workers if one.id == team.bob.id
    ]
    return bob.busy


def elsewhere(team, **changes):
    other = people.draft(team, name="Tour", start_on=plans.monday(), target_on=plans.monday(6))
    task = plans.task(team, other, "Posters", 1, assignee_id=team.bob.id, **changes)
    plans.begin(team, other, plans.monday())
    return task


def test_work_elsewhere_that_should_be_over_still_counts(team, release):
    task = elsewhere(team)
    assert [key for _, _, key in bobs_busy(release, team)] == [task.id]

    clock.travel(timedelta(weeks=3).total_seconds())

    ((first, last, key),) = bobs_busy(release, team)
    assert (key, first) == (task.id, 0)
    assert last == plans.DAY


def test_work_in_hand_past_its_end_keeps_its_person_another_day(team, release):
    task = elsewhere(team)
    plans.move(team, task, "start")
    clock.travel(timedelta(weeks=3).total_seconds())

    assert bobs_busy(release, team) == ((0, CLOCK_DAY, task.id),)


def test_work_of_a_campaign_in_the_trash_keeps_nobody(team, release):
    task = elsewhere(team)
    version = find(Campaign, task.campaign_id).version
    trash_campaign(campaign_id=task.campaign_id, version=version, by=team.alice.actor)

    assert bobs_busy(release, team) == ()


@pytest.mark.parametrize("whose", ["team", "campaign"])
def test_nobody_works_on_a_blackout_day(team, release, whose):
    day = plans.monday(1)
    add_blackout(
        starts_on=day,
        ends_on=day + timedelta(days=1),
        reason="Fair",
        campaign_id=release.id if whose == "campaign" else None,
        by=team.alice.actor,
    )

    facts = facts_of(release.id)

    dark = zones.day_start(day, "UTC"), zones.day_start(day + timedelta(days=2), "UTC")
    worked = [slot for slots in facts.slots.values() for slot in slots]
    assert any(first < dark[0] for first, _ in worked)
    assert any(first >= dark[1] for first, _ in worked)
    assert not any(first < dark[1] and dark[0] < last for first, last in worked)


def test_another_campaigns_blackout_closes_nothing(team, release):
    other = people.draft(team, name="Tour")
    before = facts_of(release.id).slots
    add_blackout(
        starts_on=plans.monday(1), reason="Fair", campaign_id=other.id, by=team.alice.actor
    )

    assert facts_of(release.id).slots == before


def test_who_is_suggested_has_time_outside_blackouts(team, release):
    task = plans.task(team, release, "Press kit", 3, due_on=plans.monday() + timedelta(days=4))
    add_blackout(
        starts_on=plans.monday(),
        ends_on=plans.monday() + timedelta(days=3),
        reason="Fair",
        campaign_id=release.id,
        by=team.alice.actor,
    )

    found = queries.suggestion(task.id)

    assert found.first is None
    assert "no time left before it is due" in found.obstacle


def test_work_of_a_campaign_that_is_over_keeps_nobody(team, release):
    task = elsewhere(team)
    version = find(Campaign, task.campaign_id).version
    move_campaign(campaign_id=task.campaign_id, move="cancel", version=version, by=team.alice.actor)

    assert bobs_busy(release, team) == ()
