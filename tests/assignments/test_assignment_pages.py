"""The page of who does what: suggestions with their reasons, the planner's last run, and forms that
never overwrite silently.
"""

import pytest

from tests import people
from tests.assignments.test_planner import knows
from tests.timelines import plans
from webapp.availability.commands import add_absence
from webapp.db import acting_for, find
from webapp.timelines.models import Task


@pytest.fixture
def path(team, campaign):
    plans.task(team, campaign, "Artwork", 2)
    plans.task(team, campaign, "Teaser", 1, skills="Video")
    return f"/campaigns/{campaign.id}/assignments"


@pytest.fixture
def mia(app, team):
    return team.mia.sign_in(app)


def test_each_open_task_has_a_suggested_owner_with_a_reason(team, campaign, path, mia):
    knows(team, team.mia, "Video", 3)

    text = mia.get(path).text

    assert "Teaser: Mia Moss." in text
    assert "Knows Video, has 0 of 5 tasks, works until 17:00 UTC time." in text


def test_somebody_away_is_not_suggested(team, campaign, path, mia):
    knows(team, team.mia, "Video", 3)
    line = plans.by_title(campaign)["Teaser"]
    add_absence(
        user_id=team.mia.id,
        starts_on=line.starts_at.date(),
        ends_on=line.finishes_at.date(),
        reason="",
        by=team.mia.actor,
    )

    text = mia.get(path).text

    assert "Teaser: Mia Moss." not in text
    assert "Who knows Video cannot: Mia Moss is away until" in text


def test_accepting_gives_the_task(team, campaign, path, mia):
    task = plans.by_title(campaign)["Teaser"]
    form = {"task_ids": [task.id], "assignee_ids": [team.bob.id], "versions": [task.version]}

    answer = mia.post(f"{path}/accept", data=form)

    assert answer.status_code == 303
    assert find(Task, task.id).assignee_id == team.bob.id


def test_all_are_accepted_or_none(team, campaign, path, mia):
    lines = plans.by_title(campaign)
    plans.assign(team, find(Task, lines["Teaser"].id), team.alice.id)
    both = [lines["Artwork"], lines["Teaser"]]
    form = {
        "task_ids": [line.id for line in both],
        "assignee_ids": [team.bob.id, team.bob.id],
        "versions": [line.version for line in both],
    }

    answer = mia.post(f"{path}/accept", data=form)

    assert answer.status_code == 409
    assert "changed since you looked" in answer.text
    assert find(Task, lines["Artwork"].id).assignee_id is None


def test_a_task_of_another_campaign_is_not_accepted_here(team, campaign, path, mia):
    other = plans.task(team, people.draft(team, name="Another"), "Posters")
    form = {"task_ids": [other.id], "assignee_ids": [team.bob.id], "versions": [other.version]}

    assert mia.post(f"{path}/accept", data=form).status_code == 404


def test_lists_that_do_not_match_are_refused(team, campaign, path, mia):
    form = {"task_ids": [1, 2], "assignee_ids": [team.bob.id], "versions": [1]}

    assert mia.post(f"{path}/accept", data=form).status_code == 422


def test_a_search_says_what_it_proposed_and_where(team, campaign, path, mia):
    mia.post(f"{path}/replan")
    assert "Looking for a better plan" in mia.get(path).text

    people.run_background()

    text = mia.get(path).text
    assert "A plan that changes 2 tasks was proposed. It waits for a decision." in text
    with acting_for(team.id):
        assert "/approvals/" in text


def test_a_viewer_looks_but_has_no_buttons(app, team, campaign, path):
    text = team.vera.sign_in(app).get(path).text

    assert "Suggested owners" in text
    assert "<form" not in text.partition("<main")[2].partition("</main>")[0].replace(
        '<form class="search"', ""
    )


def test_the_board_names_the_soonest_suggestion(team, campaign, path, mia):
    knows(team, team.mia, "Video", 3)

    text = mia.get(f"{path}/next").text

    assert "Suggested owner for “<bdi>Teaser</bdi>”: <bdi>Mia Moss</bdi>." in text
    assert f'hx-get="{path}/next"' in mia.get(f"/campaigns/{campaign.id}/tasks").text


def test_accepting_on_the_board_leads_back_to_it(team, campaign, path, mia):
    line = plans.by_title(campaign)["Teaser"]

    answer = mia.post(
        f"{path}/accept",
        data={
            "next": "board",
            "task_ids": line.id,
            "assignee_ids": team.mia.id,
            "versions": line.version,
        },
    )

    assert answer.headers["Location"].startswith(f"/campaigns/{campaign.id}/tasks")
    assert find(Task, line.id).assignee_id == team.mia.id


def test_with_nothing_to_suggest_the_board_is_quiet(team, campaign, path, mia):
    for line in plans.by_title(campaign).values():
        if not line.is_milestone:
            plans.assign(team, find(Task, line.id), team.mia.id)

    assert "Suggested owner" not in mia.get(f"{path}/next").text
