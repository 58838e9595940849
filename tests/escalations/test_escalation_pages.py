"""Late and blocked work on Home, on the task's page and in the activity; taking it over."""

from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.escalations import late
from tests.timelines import plans
from webapp.db import find
from webapp.timelines.models import Task


@pytest.fixture
def artwork(team):
    campaign = people.draft(
        team, start_on=plans.monday(), target_on=plans.monday(5), name="Release"
    )
    return late.artwork(team, campaign, plans.monday())


def until_told(step):
    """Until Mia (0), Bob (1) or Alice (2) was told."""
    tuesday = plans.monday() + timedelta(days=1)
    day, hour = [(tuesday, 10), (tuesday, 14), (tuesday + timedelta(days=1), 10)][step]
    late.until(day, hour, 1)


def test_home_names_late_work_to_whoever_was_told_last(app, team, artwork):
    until_told(0)

    mias = signed_in(app, team.mia).get("/").text
    assert "One task needs you." in mias
    assert "Late: <bdi>Artwork &lt;front&gt;</bdi>" in mias
    assert "One task needs you." not in signed_in(app, team.bob).get("/").text


def test_home_says_why_somebody_elses_work_is_ones_own(app, team, artwork):
    until_told(1)

    assert "Mia Moss has it, and you step in." in signed_in(app, team.bob).get("/").text
    assert "Late: " not in signed_in(app, team.mia).get("/").text


def test_decisions_and_late_work_are_counted_together(app, team, artwork):
    until_told(1)
    people.submitted(team, name="Another")

    page = signed_in(app, team.bob).get("/").text

    assert "Two things wait for you." in page


def test_blocked_work_says_its_reason(app, team):
    monday = plans.monday()
    campaign = people.draft(team, start_on=monday, target_on=plans.monday(5))
    artwork = late.artwork(team, campaign, plans.monday(2))
    late.until(monday, 9)
    plans.block(team, artwork, "The <masters> are missing")
    late.until(monday, 13, 1)

    page = signed_in(app, team.mia).get("/").text

    assert "Blocked: <bdi>Artwork" in page
    assert "The &lt;masters&gt; are missing" in page


def test_the_task_says_who_was_told_and_what_comes_next(app, team, artwork):
    until_told(0)

    page = signed_in(app, team.vera).get(f"/tasks/{artwork.id}").text

    assert "<bdi>Mia Moss</bdi> was told" in page
    assert "The next one is told" in page
    assert "Take it over" not in page


def test_whoever_steps_in_takes_it_over_with_one_press(app, team, artwork):
    until_told(1)
    bob = signed_in(app, team.bob)
    assert "Take it over" in bob.get(f"/tasks/{artwork.id}").text

    answer = bob.post(
        f"/tasks/{artwork.id}/assign",
        data={"assignee_id": team.bob.id, "version": find(Task, artwork.id).version},
    )

    assert answer.status_code == 303
    assert find(Task, artwork.id).assignee_id == team.bob.id
    people.run_background()
    assert "Late: " not in bob.get("/").text


def test_the_activity_says_who_was_told_of_what(app, team, artwork):
    until_told(2)

    page = signed_in(app, team.vera).get(f"/campaigns/{artwork.campaign_id}/activity").text

    assert "Reminded: Mia Moss, “Artwork &lt;front&gt;” is overdue" in page
    assert "Told whoever steps in: Bob Brook, “Artwork &lt;front&gt;” is overdue" in page
    assert "Told a manager: Alice Arden, “Artwork &lt;front&gt;” is overdue" in page


def test_home_lists_the_next_of_ones_own_tasks(app, team):
    campaign = people.draft(team)
    for n in range(7):
        plans.task(team, campaign, f"Part {n}", assignee_id=team.mia.id)

    page = signed_in(app, team.mia).get("/").text

    assert page.count(">Part ") == 5
    assert "All 7" in page


def test_work_that_is_late_and_blocked_is_one_line(app, team, artwork):
    monday = plans.monday()
    late.until(monday, 15)
    plans.block(team, artwork, "The masters are missing")
    late.until(monday + timedelta(days=1), 12)

    page = signed_in(app, team.mia).get("/").text

    assert "One task needs you." in page
    assert page.count("Artwork &lt;front&gt;</bdi></a>") == 1
    assert "Blocked and late: <bdi>Artwork" in page
