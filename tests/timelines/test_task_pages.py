"""A task's page: its place in the plan in words, what each role may press, what is kept when
something is refused.
"""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.timelines import plans
from webapp.campaigns.commands import archive_campaign, move_campaign
from webapp.core import clock
from webapp.db import find
from webapp.timelines.models import Task
from webapp.timelines.queries import links
from webapp.timelines.tasks import edit_task, trash_task
from webapp.web.words import day


def test_who_only_looks_on_sees_no_form_on_a_tasks_page(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")

    page = signed_in(app, team.vera).get(f"/tasks/{task.id}").text

    assert "/tasks/" not in "".join(re.findall(r'<form[^>]*action="([^"]*)"', page))
    assert signed_in(app, team.vera).get(f"/tasks/{task.id}/edit").status_code == 403


def test_the_task_of_a_closed_campaign_is_read_only(app, team):
    campaign = people.active(team)
    task = plans.task(team, campaign, "Artwork")
    by = team.bob.actor
    move_campaign(campaign_id=campaign.id, move="cancel", version=campaign.version, by=by)
    archive_campaign(campaign_id=campaign.id, version=5, archived=True, by=by)

    page = signed_in(app, team.mia).get(f"/tasks/{task.id}").text

    assert 'id="moves"' not in page


def test_the_page_says_when_why_then_and_how_much_room_there_is(app, team, campaign, chain):
    artwork, masters, _ = chain
    spare = plans.task(team, campaign, "Photos")
    mia = signed_in(app, team.mia)

    first, second = mia.get(f"/tasks/{artwork.id}").text, mia.get(f"/tasks/{masters.id}").text
    loose = mia.get(f"/tasks/{spare.id}").text

    assert "starts with the campaign&#39;s work" in first
    assert "“Artwork” is finished." in second
    assert "None: if it is late, so is the end." in second
    assert "5 working days before it delays anything." in loose
    assert "What waits for it" in first
    assert "until this is finished" in first


def test_a_pinned_day_and_a_lag_are_said_in_words(app, team, campaign, chain):
    artwork, masters, upload = chain
    plans.after(team, masters, artwork, "ss", plans.DAY)
    plans.shift(team, upload, plans.monday(1))
    mia = signed_in(app, team.mia)

    second, third = mia.get(f"/tasks/{masters.id}").text, mia.get(f"/tasks/{upload.id}").text

    assert "“Artwork” has started, and 1 working day later." in second
    assert f"Somebody set its first day to {day(plans.monday(1), clock.now().date())}." in third


def test_what_has_begun_and_what_is_done_say_so(app, team, campaign):
    begun = plans.move(team, plans.task(team, campaign, "Artwork"), "start")
    done = plans.move(team, plans.task(team, campaign, "Masters"), "finish")
    mia = signed_in(app, team.mia)

    assert "It has begun." in mia.get(f"/tasks/{begun.id}").text
    assert "It is done." in mia.get(f"/tasks/{done.id}").text


def test_a_task_is_edited_and_a_stale_form_shows_both_versions(app, team, campaign):
    task = plans.task(team, campaign, "Artwork", skills="Print")
    mia = signed_in(app, team.mia)
    form = {"title": "Cover", "priority": "high", "estimate_minutes": "480", "skills": "Print"}
    edit_task(
        task_id=task.id, title="Sleeve", description="", phase="", priority="low",
        estimate_minutes=480, skills="Print, Paper", due_on=None, version=1, by=team.alice.actor,
    )  # fmt: skip

    stale = mia.post(f"/tasks/{task.id}/edit", data=form | {"version": "1"})
    newer = re.search(r'name="version" value="(\d+)"', stale.text)[1]
    again = mia.post(f"/tasks/{task.id}/edit", data=form | {"version": newer})

    assert stale.status_code == 409
    assert 'dir="auto">Sleeve</td>' in stale.text
    assert ">Print, Paper</td>" in stale.text
    assert ">Low</td>" in stale.text
    assert 'value="Cover"' in stale.text
    assert again.status_code == 303
    assert find(Task, task.id).title == "Cover"


def test_a_refused_edit_keeps_what_was_typed(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")

    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/edit",
        data={"title": "", "description": "Two\nlines", "version": "1", "estimate_minutes": "-1"},
    )

    assert answer.status_code == 422
    assert "Two\nlines" in answer.text
    assert "It must be at least 0." in answer.text


def test_a_task_is_assigned_and_refused_to_who_only_looks_on(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")
    mia = signed_in(app, team.mia)

    given = mia.post(f"/tasks/{task.id}/assign", data={"assignee_id": team.bob.id, "version": 1})
    refused = mia.post(f"/tasks/{task.id}/assign", data={"assignee_id": team.vera.id, "version": 2})

    assert given.status_code == 303
    assert refused.status_code == 422
    assert "Choose somebody of this team who takes part." in refused.text
    assert find(Task, task.id).assignee_id == team.bob.id


def test_who_left_stays_named_on_their_task(app, team, campaign):
    task = plans.task(team, campaign, "Artwork", assignee_id=team.mia.id)
    plans.gone(team, team.mia)

    page = signed_in(app, team.bob).get(f"/tasks/{task.id}").text

    assert "Left the team" in page
    assert "Mia Moss (left the team)</option>" in page


def test_blocking_needs_a_reason_and_can_be_lifted(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")
    mia = signed_in(app, team.mia)

    empty = mia.post(f"/tasks/{task.id}/block", data={"reason": " ", "version": 1})
    mia.post(f"/tasks/{task.id}/block", data={"reason": "No still", "version": 1})
    page = mia.get(f"/tasks/{task.id}").text
    mia.post(f"/tasks/{task.id}/unblock", data={"version": 2})

    assert empty.status_code == 422
    assert "Say what keeps it from going on." in empty.text
    assert "No still" in page
    assert find(Task, task.id).blocked_reason == ""


def test_what_it_waits_for_is_added_with_a_lag_and_taken_away(app, team, campaign):
    first, later = plans.task(team, campaign, "Artwork"), plans.task(team, campaign, "Masters")
    mia = signed_in(app, team.mia)
    form = {"waits_for_id": first.id, "kind": "ss", "lag": "1,5", "unit": "days"}

    mia.post(f"/tasks/{later.id}/links", data=form)
    (link,) = links(campaign.id)
    page = mia.get(f"/tasks/{later.id}").text
    mia.post(f"/tasks/{later.id}/unlink", data={"waits_for_id": first.id})

    assert (link.kind, link.lag_minutes) == ("ss", 720)
    assert "until it is started, and 1.5 working days later" in page
    assert links(campaign.id) == []


@pytest.mark.parametrize(
    ("lag", "words"), [("soon", "Write a number"), ("1e9", "longer than a year")]
)
def test_a_lag_that_is_no_number_is_refused_beside_its_field(app, team, campaign, lag, words):
    first, later = plans.task(team, campaign, "Artwork"), plans.task(team, campaign, "Masters")

    answer = signed_in(app, team.mia).post(
        f"/tasks/{later.id}/links", data={"waits_for_id": first.id, "lag": lag}
    )

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{lag}"' in answer.text


def test_a_circle_is_named_beside_the_field(app, team, campaign, chain):
    artwork, _, upload = chain

    answer = signed_in(app, team.mia).post(
        f"/tasks/{artwork.id}/links", data={"waits_for_id": upload.id, "kind": "fs"}
    )

    assert answer.status_code == 422
    assert "They would wait for each other in a circle" in answer.text


def test_the_history_tells_what_happened_in_words(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")
    other = plans.task(team, campaign, "Masters")
    plans.after(team, task, other)
    plans.assign(team, task, team.bob.id)
    plans.move(team, task, "start")

    page = signed_in(app, team.vera).get(f"/tasks/{task.id}").text
    told = re.findall(r"<li[^>]*>.*?<b>(.*?)</b>", page.split('id="task-history"')[1], re.S)

    assert told[:4] == [
        "Started a task",
        "Assigned a task to Bob Brook",
        "Made a task wait for another, “Masters”",
        "Added a task",
    ]


def test_the_campaigns_activity_names_the_task(app, team, campaign):
    plans.move(team, plans.task(team, campaign, "Artwork"), "start")

    page = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}/activity").text

    assert "Started a task: “Artwork”" in page


def test_a_task_in_the_trash_says_so_and_can_come_back(app, team, campaign):
    task = plans.task(team, campaign, "Artwork")
    trash_task(task_id=task.id, by=team.mia.actor)

    page = signed_in(app, team.mia).get(f"/tasks/{task.id}").text

    assert "In the trash" in page
    assert f'action="/tasks/{task.id}/restore"' in page
    assert 'id="moves"' not in page
    assert signed_in(app, team.mia).get(f"/tasks/{task.id}/edit").status_code == 409


def test_a_milestone_has_its_day_and_no_estimate(app, team, campaign):
    on = plans.monday()
    moment = plans.task(team, campaign, "Release day", 0, is_milestone=True, start_on=on)

    page = signed_in(app, team.vera).get(f"/tasks/{moment.id}").text

    assert f'<dt>On</dt><dd><time datetime="{on.isoformat()}T' in page
    assert "<dt>Takes</dt>" not in page


def test_a_due_date_that_cannot_be_met_is_marked(app, team, campaign):
    first = plans.monday()
    plans.task(team, campaign, "Artwork", 1)
    plans.begin(team, campaign, first)
    late = plans.task(team, campaign, "Masters", 10, due_on=first + timedelta(1))

    page = signed_in(app, team.vera).get(f"/tasks/{late.id}").text

    assert "After it is due" in page
    assert "Its dates are missed by 8 working days." in page
