"""A campaign as a row of beats: milestones with their marks, how much of the work is done, what is
next; the same on its page, in lists, and when it is shared.
"""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in, stranger
from tests.timelines import plans
from webapp.campaigns.commands import move_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock, tokens
from webapp.db import find
from webapp.timelines.beats import people_at_work, progress_of
from webapp.timelines.tasks import block_task, trash_task
from webapp.views.beats import row_of

TOKEN = tokens.new_token()


def milestone(team, campaign, title, day, **changes):
    return plans.task(team, campaign, title, is_milestone=True, start_on=day, **changes)


@pytest.fixture
def beats(team, campaign):
    """Four milestones on the days of a week, and work of 3 days and of 1 day."""
    monday = plans.monday()
    plans.task(team, campaign, "Artwork", 3, assignee_id=team.mia.id)
    plans.task(team, campaign, "Upload", 1, assignee_id=team.bob.id)
    titles = ("Shortlist", "Pre-save", "Approval", "Release")
    return [
        milestone(team, campaign, title, monday + timedelta(days=n))
        for n, title in enumerate(titles)
    ]


def marks_of(campaign):
    progress = progress_of([campaign.id])[campaign.id]
    return list(row_of(progress, "UTC", clock.now().date()).marks)


def test_nothing_planned_is_no_progress(team, campaign):
    assert progress_of([campaign.id]) == {}
    assert row_of(None, "UTC", clock.now().date()).marks == ()


def test_the_work_is_weighed_by_its_estimates(team, campaign, beats):
    done = plans.by_title(campaign)["Artwork"]
    plans.move(team, done, "finish")

    assert progress_of([campaign.id])[campaign.id].percent == 75


def test_where_there_are_only_milestones_they_are_counted(team, campaign):
    first, _ = (milestone(team, campaign, one, plans.monday()) for one in ("Start", "End"))
    plans.move(team, first, "finish")

    assert progress_of([campaign.id])[campaign.id].percent == 50


def test_what_was_cancelled_or_trashed_does_not_count(team, campaign, beats):
    plans.move(team, beats[0], "cancel")
    trash_task(task_id=beats[1].id, by=team.mia.actor)

    assert [one.title for one in progress_of([campaign.id])[campaign.id].beats] == [
        "Approval",
        "Release",
    ]


def test_the_marks_say_done_blocked_and_in_hand(team, campaign, beats):
    plans.move(team, beats[0], "finish")
    plans.move(team, beats[1], "start")
    block_task(task_id=beats[2].id, reason="No answer", version=1, by=team.mia.actor)

    assert marks_of(campaign) == ["completed", "in_progress", "attention", "pending"]


def test_a_milestone_has_the_whole_of_its_day(team, campaign, beats):
    noon = plans.at(plans.monday(), 12)
    clock.travel((noon - clock.now()).total_seconds())
    today = marks_of(campaign)[0]
    clock.travel(timedelta(days=1).total_seconds())

    assert today == "active"
    assert marks_of(campaign)[:2] == ["attention", "active"]


def test_a_page_of_campaigns_takes_one_statement(team, statements):
    campaigns = [people.draft(team, name=f"Campaign {n}") for n in range(3)]
    for one in campaigns:
        plans.task(team, one, "Artwork")
        milestone(team, one, "Release", plans.monday())
    ids = [one.id for one in campaigns]
    statements.clear()

    found = progress_of(ids)

    assert len(statements) == 1
    assert {key: one.percent for key, one in found.items()} == dict.fromkeys(ids, 0)


def test_the_people_at_work_are_those_with_open_tasks(team, campaign, beats):
    plans.move(team, plans.by_title(campaign)["Upload"], "finish")

    assert people_at_work(campaign.id) == {team.mia.id}


def test_the_rail_shows_each_beat_with_its_day(app, team, campaign, beats):
    plans.move(team, beats[0], "finish")

    page = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}").text

    rail = page[page.index('class="rail"') :].split("</ol>")[0]
    assert re.findall(r'<li data-s="(\w+)"', rail) == ["completed", *["pending"] * 3]
    assert 'Shortlist<span class="sr">, done</span>' in rail
    day = plans.monday() + timedelta(days=3)
    assert f"<span>{day:%a} {day.day} {day:%b}</span>" in rail
    assert "1 of 4 milestones" in page
    assert "With open tasks: Bob Brook, Mia Moss" in page


def test_a_campaign_without_a_plan_has_no_rail(app, team, campaign):
    page = signed_in(app, team.vera).get(f"/campaigns/{campaign.id}").text

    assert f'id="campaign-{campaign.id}-rail" data-live class="railed" hidden' in page


def test_the_list_shows_beats_and_what_comes_next(app, team, campaign, beats):
    plans.move(team, beats[0], "finish")

    page = signed_in(app, team.vera).get("/campaigns").text

    assert 'aria-label="1 of 4 milestones done. Next: Pre-save"' in page
    row = page[page.index(f'id="campaign-{campaign.id}-row"') :].split("</tr>")[0]
    assert row.count("#i-s-completed") == 1
    assert "0% done" in row
    assert '<span dir="auto">Pre-save</span>' in row


def test_of_many_beats_a_line_shows_those_around_the_next(team, campaign):
    made = [
        milestone(team, campaign, f"M{n}", plans.monday() + timedelta(days=n)) for n in range(14)
    ]
    for one in made[:9]:
        plans.move(team, one, "finish")

    marks = marks_of(campaign)

    assert len(marks) == 10
    assert marks.count("completed") == 5


def test_a_shared_timeline_shows_work_and_milestones_without_people(app, team, campaign, beats):
    people.shared(team, campaign, TOKEN, sections=["timeline"])

    page = stranger(app).get(f"/s/{TOKEN}").text

    assert "Artwork" in page
    assert page.count('class="diamond"') == 4
    assert "0 of 4 milestones done. Next: Shortlist," in page
    for secret in ("Mia", "Bob", "/campaigns"):
        assert secret not in page
    for initials in ("BB", "MM"):  # a form's random token may spell them
        assert initials not in re.sub("<[^>]*>", " ", page)


def test_a_frozen_timeline_stays_as_it_was(app, team, campaign, beats):
    people.shared(team, campaign, TOKEN, sections=["timeline"], kind="frozen")
    plans.move(team, beats[0], "finish")
    plans.task(team, campaign, "Something new")

    page = stranger(app).get(f"/s/{TOKEN}").text

    assert "0 of 4 milestones done" in page
    assert "Something new" not in page


def test_what_is_not_shared_is_not_in_the_page(app, team, campaign, beats):
    people.shared(team, campaign, TOKEN, sections=["overview"])

    assert "Artwork" not in stranger(app).get(f"/s/{TOKEN}").text


def test_an_empty_shared_timeline_says_so(app, team, campaign):
    people.shared(team, campaign, TOKEN, sections=["timeline"])

    assert "Nothing is planned yet." in stranger(app).get(f"/s/{TOKEN}").text


def coming_up(app) -> list[str]:
    """The lines of a shared page's next dates."""
    page = stranger(app).get(f"/s/{TOKEN}").text
    section = page[page.index('id="share-schedule"') : page.index("<footer>")]
    return re.findall(r'<span class="grow" dir="auto">([^<]*)', section)


def test_a_shared_schedule_tells_the_next_dates_by_milestones_and_without_people(
    app, team, campaign, beats
):
    people.shared(team, campaign, TOKEN, sections=["schedule"])

    told = coming_up(app)

    assert told == ["Shortlist", "Pre-save", "Approval", "Release"]
    assert "Mia" not in stranger(app).get(f"/s/{TOKEN}").text


def test_what_is_done_is_not_ahead(app, team, campaign, beats):
    people.shared(team, campaign, TOKEN, sections=["schedule"])
    before = coming_up(app)

    plans.move(team, beats[0], "finish")

    assert len(coming_up(app)) == len(before) - 1


def test_a_campaign_that_is_over_has_nothing_ahead(app, team, campaign, beats):
    people.shared(team, campaign, TOKEN, sections=["schedule"])
    now = find(Campaign, campaign.id)
    move_campaign(campaign_id=now.id, move="cancel", version=now.version, by=team.alice.actor)

    assert coming_up(app) == []
    assert "No date of the plan is ahead." in stranger(app).get(f"/s/{TOKEN}").text


def test_a_frozen_schedule_keeps_the_dates_of_its_day(app, team, campaign, beats):
    people.shared(team, campaign, TOKEN, sections=["schedule"], kind="frozen")
    before = coming_up(app)

    plans.move(team, beats[0], "finish")

    assert coming_up(app) == before
