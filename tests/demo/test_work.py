"""The plans of the demo: told as people work, with nothing in them that cannot be."""

from datetime import timedelta

from sqlalchemy import select

from tests.together import assert_one_event_per_version
from webapp.accounts import queries as accounts
from webapp.availability import queries as availability
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import db
from webapp.demo import cast
from webapp.demo.story import CAMPAIGNS
from webapp.demo.work import SKILLS
from webapp.events.models import Event
from webapp.playbooks import queries as playbooks
from webapp.timelines import queries
from webapp.timelines.models import Task, Timeline


def campaigns():
    return {one.name: one for one in db.session.scalars(select(Campaign))}


def test_campaigns_begun_from_playbooks_have_their_plans(demo_team):
    found = campaigns()

    for plan in CAMPAIGNS:
        lines = queries.lines(found[plan.name].id)
        if plan.playbook:
            steps = playbooks.choice(plan.playbook).parts["plan"]["steps"]
            assert {line.title for line in lines} == {step["title"] for step in steps}
        else:
            assert lines == []
    assert sum(bool(plan.playbook) for plan in CAMPAIGNS) >= 4


def test_nothing_in_the_plans_is_impossible(demo_team):
    now = clock.now()
    for campaign in campaigns().values():
        lines = {line.id: line for line in queries.lines(campaign.id)}
        for line in lines.values():
            assert line.completed_at is None or line.started_at <= line.completed_at <= now
            assert line.started_at is None or campaign.created_at <= line.started_at <= now
            assert line.is_milestone or line.assignee_id or line.is_open
        for link in queries.links(campaign.id):
            first, later = lines[link.waits_for_id], lines[link.task_id]
            if later.started_at is not None:
                assert first.is_done, (campaign.name, first.title, later.title)
                assert first.completed_at <= later.started_at, (first.title, later.title)
    db.session.rollback()
    assert_one_event_per_version(Task, Timeline)


def test_work_is_done_under_way_late_and_blocked(demo_team):
    found = campaigns()
    lines = [line for one in found.values() for line in queries.lines(one.id)]

    assert {line.state for line in lines} == {"done", "in_progress", "todo"}
    done = queries.lines(found["Glasshouse single"].id)
    assert {line.state for line in done} == {"done"}
    assert [line.title for line in lines if line.is_blocked] == ["Trailer"]
    left = [line.title for line in lines if line.is_overdue and line.assignee_id is None]
    assert "Write the release-day mail" in left


def test_the_people_say_how_they_work_and_one_is_away_soon(demo_team):
    people = {one.name: one for one in availability.profiles()}
    today = zones.today(clock.now(), "Europe/Berlin")

    for one in cast.CAST:
        if one.key in SKILLS:
            assert {skill.word for skill in people[one.name].skills} == set(SKILLS[one.key])
            assert people[one.name].backup_id is not None
    assert people["Kei Nomura"].has_own_hours
    (away,) = availability.absences(today, today + timedelta(days=60))
    assert away.starts_on > today
    assert accounts.names({away.user_id}) == {away.user_id: "Kei Nomura"}


def test_the_work_happened_in_working_hours(demo_team):
    query = select(Event.name, Event.created_at).where(Event.subject_kind == "task")
    for name, at in db.session.execute(
        query.where(Event.name.in_(["task.started", "task.finished"]))
    ):
        wall = zones.local(at, "Europe/Berlin")
        assert wall.weekday() < 5, name
        assert wall.hour in (9, 17), name


def test_the_story_names_tasks_of_its_playbooks():
    for plan in CAMPAIGNS:
        named = {title for title, _ in plan.blocked} | ({plan.left} - {""})
        if named:
            steps = playbooks.choice(plan.playbook).parts["plan"]["steps"]
            assert named <= {step["title"] for step in steps}
