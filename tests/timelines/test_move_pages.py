"""Moving dates on pages: what a move would do is shown before it is done, one confirmation is one
event, and it can be undone; and the other forms of a task's place in the plan.
"""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.timelines import plans
from tests.together import names_of
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.db import find
from webapp.timelines import queries
from webapp.timelines.models import Task


def path_of(campaign, task, more=""):
    return f"/campaigns/{campaign.id}/timeline/tasks/{task.id}{more}"


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def dates(campaign):
    """Each task's first day, counted from the Monday everything begins."""
    first = plans.monday()
    return {one.title: (one.starts_at.date() - first).days for one in queries.lines(campaign.id)}


def test_a_preview_says_what_else_moves_and_writes_nothing(app, team, campaign, chain):
    plans.assign(team, chain[2], team.bob.id)
    before = queries.lines(campaign.id)
    day = plans.monday() + timedelta(days=2)

    page = signed_in(app, team.mia).get(path_of(campaign, chain[0], f"?start_on={day}"))

    assert page.status_code == 200
    moves = text_of(page.text[page.text.index("What would move") :])
    assert all(title in moves for title in ("Artwork", "Masters", "Upload"))
    assert "Affects Bob Brook" in moves
    assert queries.lines(campaign.id) == before


def test_a_move_is_one_event_and_leads_back_to_the_plan(app, team, campaign, chain):
    day = plans.monday() + timedelta(days=2)

    answer = signed_in(app, team.mia).post(
        path_of(campaign, chain[0], "/start"), data={"start_on": day.isoformat()}
    )

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/timeline#task-{chain[0].id}")
    assert dates(campaign) == {"Artwork": 2, "Masters": 4, "Upload": 9}
    timeline_id = queries.timeline_of(campaign.id).id
    assert names_of("timeline", timeline_id).count("timeline.shifted") == 1


def test_a_manager_undoes_it_from_the_toast(app, team, campaign, chain):
    bob, before = signed_in(app, team.bob), dates(campaign)
    day = plans.monday() + timedelta(days=2)
    bob.post(path_of(campaign, chain[0], "/start"), data={"start_on": day.isoformat()})
    page = bob.get(f"/campaigns/{campaign.id}/timeline").text
    form = page[page.index('class="toast"') :].split("</form>")[0]
    way = re.search(r'action="([^"]+)"', form)[1]
    back = re.search(r'name="next" value="([^"]+)"', form)[1]

    answer = bob.post(way, data={"next": back})

    assert "“Artwork” moved" in page
    assert (answer.status_code, answer.headers["Location"]) == (303, back)
    assert dates(campaign) == before


def test_who_may_not_undo_is_not_offered_it(app, team, campaign, chain):
    mia = signed_in(app, team.mia)
    mia.post(path_of(campaign, chain[0], "/start"), data={"start_on": plans.monday(1).isoformat()})

    page = mia.get(f"/campaigns/{campaign.id}/timeline").text

    assert "“Artwork” moved" in page
    assert "Undo" not in page


def test_undoing_never_leads_to_another_site(app, team, campaign, chain):
    proposal_id = plans.shift(team, chain[0], plans.monday(1))

    answer = signed_in(app, team.bob).post(
        f"/approvals/{proposal_id}/undo", data={"next": "//evil.example"}
    )

    assert answer.headers["Location"] == "/"


def test_a_move_to_where_it_is_says_so(app, team, campaign, chain):
    mia = signed_in(app, team.mia)

    mia.post(path_of(campaign, chain[0], "/start"), data={"start_on": ""})

    assert "It is there already" in mia.get(f"/campaigns/{campaign.id}/timeline").text


def _move(team, campaign, task, day, gaps, app):
    signed_in(app, team.mia).post(
        path_of(campaign, task, "/start"), data={"start_on": day.isoformat(), "gaps": gaps}
    )


@pytest.mark.parametrize(("gaps", "upload"), [("consume", 14), ("maintain", 16), ("ignore", 14)])
def test_a_gap_behind_a_move_is_used_kept_or_left(app, team, campaign, chain, gaps, upload):
    plans.shift(team, chain[2], plans.monday(2))
    day = plans.monday() + timedelta(days=2)

    _move(team, campaign, chain[0], day, gaps, app)

    assert dates(campaign) == {"Artwork": 2, "Masters": 4, "Upload": upload}


@pytest.mark.parametrize(("gaps", "masters"), [("consume", 2), ("ignore", 7)])
def test_what_follows_comes_along_or_stays_when_work_begins_sooner(
    app, team, campaign, chain, gaps, masters
):
    plans.shift(team, chain[0], plans.monday() + timedelta(days=3))
    before = dates(campaign)

    _move(team, campaign, chain[0], plans.monday(), gaps, app)

    assert before["Masters"] == 7
    assert dates(campaign)["Artwork"] == 0
    assert dates(campaign)["Masters"] == masters


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("start_on=soon", "Write the date as year-month-day"),
        ("start_on=0001-01-01", "Write the date as year-month-day"),
        ("start_on=2026-12-01&gaps=x", "Choose one of the list."),
    ],
)
def test_a_preview_of_nonsense_says_what_is_wrong(app, team, campaign, chain, query, words):
    page = signed_in(app, team.mia).get(path_of(campaign, chain[0], f"?{query}"))

    assert page.status_code == 422
    assert words in page.text
    assert "What would move" not in page.text


def test_work_that_began_has_no_start_to_move(app, team, campaign, chain):
    plans.move(team, chain[0], "start")

    page = signed_in(app, team.mia).get(path_of(campaign, chain[0])).text

    assert "It has begun, so its start is what it was." in page
    assert 'name="start_on"' not in page


def test_a_viewer_reads_the_place_and_changes_nothing(app, team, campaign, chain):
    vera = signed_in(app, team.vera)

    page = vera.get(path_of(campaign, chain[1], "?start_on=2026-12-01"))
    answer = vera.post(path_of(campaign, chain[1], "/start"), data={"start_on": "2026-12-01"})

    assert page.status_code == 200
    assert 'action="/campaigns' not in page.text
    assert "What would move" not in page.text
    assert answer.status_code == 403


def test_a_task_is_found_under_its_own_campaign_only(app, team, campaign, chain):
    elsewhere = people.draft(team, name="Another")
    plans.task(team, elsewhere, "Posters")

    answer = signed_in(app, team.mia).post(
        path_of(elsewhere, chain[0], "/estimate"), data={"amount": "9", "version": "1"}
    )

    assert answer.status_code == 404


def test_an_estimate_is_changed_in_days_or_hours(app, team, campaign, chain):
    mia = signed_in(app, team.mia)
    version = find(Task, chain[0].id).version

    answer = mia.post(
        path_of(campaign, chain[0], "/estimate"),
        data={"amount": "4", "unit": "hours", "version": version},
    )

    assert answer.status_code == 303
    assert find(Task, chain[0].id).estimate_minutes == 240
    assert 'value="4"' in mia.get(path_of(campaign, chain[0])).text


def test_a_stale_estimate_shows_both_versions(app, team, campaign, chain):
    version = find(Task, chain[0].id).version
    plans.assign(team, chain[0], team.bob.id)

    answer = signed_in(app, team.mia).post(
        path_of(campaign, chain[0], "/estimate"),
        data={"amount": "9", "unit": "days", "version": version},
    )

    assert answer.status_code == 409
    assert "Somebody changed this while you were editing." in answer.text
    assert 'value="9"' in answer.text
    assert find(Task, chain[0].id).estimate_minutes == 2 * plans.DAY


def test_an_owner_is_chosen_among_who_works_here(app, team, campaign, chain):
    mia, version = signed_in(app, team.mia), find(Task, chain[0].id).version

    page = mia.get(path_of(campaign, chain[0])).text
    mia.post(
        path_of(campaign, chain[0], "/owner"),
        data={"assignee_id": team.bob.id, "version": version},
    )

    assert "Vera Vale" not in page
    assert find(Task, chain[0].id).assignee_id == team.bob.id


def test_who_left_stays_visible_as_the_owner(app, team, campaign, chain):
    plans.assign(team, chain[0], team.mia.id)
    remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)
    bob = signed_in(app, team.bob)

    page = bob.get(path_of(campaign, chain[0])).text

    assert "Mia Moss (left the team)" in page
    assert "Mia Moss" in bob.get(f"/campaigns/{campaign.id}/timeline").text


def test_a_link_is_added_and_removed(app, team, campaign, chain):
    photos, mia = plans.task(team, campaign, "Photos"), signed_in(app, team.mia)
    where = path_of(campaign, photos, "/after")

    mia.post(where, data={"waits_for_id": chain[0].id, "kind": "ss", "lag_days": "−0.5"})
    added = [row for row in queries.links(campaign.id) if row.task_id == photos.id]
    page = text_of(mia.get(path_of(campaign, photos)).text)
    mia.post(f"{where}/remove", data={"waits_for_id": chain[0].id})

    assert [(row.kind, row.lag_minutes) for row in added] == [("ss", -240)]
    assert "Artwork has begun − 4 h" in page
    assert [row for row in queries.links(campaign.id) if row.task_id == photos.id] == []


def test_a_circle_is_named_beside_the_field(app, team, campaign, chain):
    answer = signed_in(app, team.mia).post(
        path_of(campaign, chain[0], "/after"),
        data={"waits_for_id": chain[2].id, "kind": "fs", "lag_days": "0"},
    )

    assert answer.status_code == 422
    error = text_of(answer.text[answer.text.index('id="waits_for_id-error"') :].split("</p>")[0])
    assert "in a circle" in error
    assert all(title in error for title in ("Artwork", "Masters", "Upload"))


def test_a_lag_that_is_no_number_is_said_beside_its_field(app, team, campaign, chain):
    photos = plans.task(team, campaign, "Photos")

    answer = signed_in(app, team.mia).post(
        path_of(campaign, photos, "/after"),
        data={"waits_for_id": chain[0].id, "kind": "fs", "lag_days": "some"},
    )

    assert answer.status_code == 422
    assert 'id="lag_days-error"' in answer.text
