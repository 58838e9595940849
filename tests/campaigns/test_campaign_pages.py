"""The pages of campaigns: what each role sees and may press, what is kept when it is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import people
from tests.clients import signed_in, stranger
from webapp.ads.queries import planned_parts
from webapp.campaigns import queries
from webapp.campaigns.commands import edit_campaign, move_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import db, find

HTMX = {"HX-Request": "true"}


def version(campaign_id):
    found = find(Campaign, campaign_id).version
    db.session.rollback()
    return found


def form(team, **changes):
    return {name: value for name, value in people.plan(team).items()} | changes


def words(campaign_id, **changes):
    campaign = find(Campaign, campaign_id)
    names = ("name", "type", "objective", "description", "target_audience", "owner_id", "version")
    values = {name: getattr(campaign, name) for name in names}
    db.session.rollback()
    return values | changes


# a new one


def test_a_new_campaign_splits_its_budget_to_the_cent(app, team):
    answer = signed_in(app, team.mia).post("/campaigns", data=form(team, budget="1000.01"))

    assert answer.status_code == 303
    campaign_id = int(answer.location.rsplit("/", 1)[1])
    shares = [part.allocated_cents for part in planned_parts(campaign_id)]
    assert sum(shares) == 100001
    assert max(shares) - min(shares) == 1


def test_a_refused_form_keeps_what_was_typed_and_names_the_fields(app, team):
    today = zones.today(clock.now(), "UTC")
    data = form(team, name="Kept <b>", budget="a lot", target_on=today - timedelta(days=3))

    answer = signed_in(app, team.alice).post("/campaigns", data=data)

    assert answer.status_code == 422
    assert 'value="Kept &lt;b&gt;"' in answer.text
    assert 'id="target_on-error"' in answer.text
    for platform in ("google", "instagram", "tiktok"):
        assert f'name="platforms" value="{platform}" checked' in answer.text


def test_a_budget_that_is_no_amount_is_said_beside_the_field(app, team):
    answer = signed_in(app, team.alice).post("/campaigns", data=form(team, budget="a lot"))

    assert answer.status_code == 422
    assert 'id="budget-error"' in answer.text


def test_the_same_form_sent_twice_makes_one_campaign(app, team):
    client = signed_in(app, team.alice)
    data = form(team, form_token="one press")

    first, second = client.post("/campaigns", data=data), client.post("/campaigns", data=data)

    assert first.location == second.location
    assert len(db.session.scalars(select(Campaign.id)).all()) == 1


def test_a_viewer_makes_no_campaigns(app, team):
    client = signed_in(app, team.vera)

    assert client.get("/campaigns/new").status_code == 403
    assert client.post("/campaigns", data=form(team)).status_code == 403
    assert "New campaign" not in client.get("/campaigns").text


# one campaign


@pytest.mark.parametrize("page", ["", "/activity", "/budget", "/actions"])
def test_a_campaigns_pages_are_its_teams(app, team, draft_id, page):
    url = f"/campaigns/{draft_id}{page}"

    for person in (team.alice, team.bob, team.mia, team.vera):
        assert signed_in(app, person).get(url).status_code == 200
    assert signed_in(app, team.charlie).get(url).status_code == 404
    assert stranger(app).get(url).status_code == 303


def test_buttons_are_those_the_role_may_press(app, team, running_id):
    shown = {
        name: signed_in(app, getattr(team, name)).get(f"/campaigns/{running_id}/actions").text
        for name in ("bob", "mia", "vera")
    }

    assert 'value="pause"' in shown["bob"]
    assert f'href="/campaigns/{running_id}/cancel"' in shown["bob"]
    assert 'value="pause"' in shown["mia"]
    assert f'href="/campaigns/{running_id}/cancel"' not in shown["mia"]
    assert "<form" not in shown["vera"]


def test_pausing_and_resuming_are_plain_forms(app, team, running_id):
    client = signed_in(app, team.bob)
    url = f"/campaigns/{running_id}/moves"

    paused = client.post(url, data={"move": "pause", "version": version(running_id)})
    assert paused.status_code == 303
    assert "Paused" in client.get(paused.location).text

    client.post(url, data={"move": "resume", "version": version(running_id)})
    assert find(Campaign, running_id).state == "active"


def test_a_press_on_an_old_page_changes_nothing(app, team, running_id):
    old = version(running_id)
    client = signed_in(app, team.alice)
    by = team.bob.actor
    move_campaign(campaign_id=running_id, move="pause", version=old, by=by)

    answer = client.post(f"/campaigns/{running_id}/moves", data={"move": "cancel", "version": old})

    assert answer.status_code == 409
    assert "changed since you loaded this page" in answer.text
    assert find(Campaign, running_id).state == "paused"


def test_a_member_pauses_but_does_not_resume(app, team, running_id):
    client = signed_in(app, team.mia)
    url = f"/campaigns/{running_id}/moves"
    client.post(url, data={"move": "pause", "version": version(running_id)})

    answer = client.post(url, data={"move": "resume", "version": version(running_id)})

    assert answer.status_code == 403
    assert find(Campaign, running_id).state == "paused"


def test_a_draft_is_sent_for_approval_with_its_note(app, team, draft_id):
    client = signed_in(app, team.mia)
    data = {"note": "Links are checked", "version": version(draft_id)}

    answer = client.post(f"/campaigns/{draft_id}/submit", data=data)

    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Waiting for approval" in page
    assert "Launch Tidal Lines EP" in page
    assert "It waits for a decision" in page


def test_what_happens_by_itself_is_said_before_it_does(app, team):
    campaign_id = people.scheduled(team).id

    page = signed_in(app, team.vera).get(f"/campaigns/{campaign_id}").text

    assert "The campaign goes live and its ads may run" in page
    assert "The campaign is completed and its ads end" in page


def test_numbers_no_report_named_are_dashes(app, team, draft_id):
    page = signed_in(app, team.vera).get(f"/campaigns/{draft_id}").text

    assert "<dt>Clicks</dt><dd>—</dd>" in page
    assert "no report imported yet" in page


# editing


def test_an_edit_is_saved_and_recorded(app, team, draft_id):
    client = signed_in(app, team.mia)

    answer = client.post(f"/campaigns/{draft_id}/edit", data=words(draft_id, name="Ebb and flow"))

    assert answer.status_code == 303
    assert "Ebb and flow" in client.get(answer.location).text
    assert "Edited the campaign" in client.get(f"/campaigns/{draft_id}/activity").text


def test_a_stale_edit_shows_both_versions_and_keeps_the_text(app, team, draft_id):
    mine = words(draft_id, name="Mine", owner_id=team.bob.id)
    theirs = words(draft_id, name="Theirs")
    edit_campaign(campaign_id=draft_id, **theirs, by=team.bob.actor)

    answer = signed_in(app, team.alice).post(f"/campaigns/{draft_id}/edit", data=mine)

    assert answer.status_code == 409
    assert 'value="Mine"' in answer.text
    assert ">Theirs</td>" in answer.text
    assert ">Bob Brook</td>" in answer.text
    assert find(Campaign, draft_id).name == "Theirs"


def test_saving_again_after_both_versions_were_shown_puts_mine_in_place(app, team, draft_id):
    edit_campaign(campaign_id=draft_id, **words(draft_id, name="Theirs"), by=team.bob.actor)
    mine = words(draft_id, name="Mine")

    signed_in(app, team.alice).post(f"/campaigns/{draft_id}/edit", data=mine)

    assert find(Campaign, draft_id).name == "Mine"


def test_dates_move_only_while_it_is_a_draft(app, team, draft_id):
    client = signed_in(app, team.alice)
    today = zones.today(clock.now(), "UTC")
    dates = {"start_on": today + timedelta(days=2), "target_on": today + timedelta(days=9)}
    url = f"/campaigns/{draft_id}/dates"
    client.post(url, data=dates | {"version": version(draft_id)})
    assert find(Campaign, draft_id).target_on == dates["target_on"]
    client.post(f"/campaigns/{draft_id}/submit", data={"version": version(draft_id)})

    answer = client.post(url, data=dates | {"version": version(draft_id)})

    assert answer.status_code == 409
    assert 'name="start_on"' not in client.get(f"/campaigns/{draft_id}/edit").text


def test_dates_in_the_wrong_order_are_said_beside_the_target(app, team, draft_id):
    today = zones.today(clock.now(), "UTC")
    dates = {"start_on": today + timedelta(days=9), "target_on": today, "version": 1}

    answer = signed_in(app, team.alice).post(f"/campaigns/{draft_id}/dates", data=dates)

    assert answer.status_code == 422
    assert "The target date lies before the start." in answer.text
    assert f'value="{dates["start_on"]}"' in answer.text


# the end


def test_cancelling_asks_first_and_keeping_has_the_focus(app, team, running_id):
    page = signed_in(app, team.bob).get(f"/campaigns/{running_id}/cancel").text

    assert "cannot be resumed" in page
    assert "autofocus>Keep it" in page


def test_a_cancelled_campaign_says_who_and_why(app, team, running_id):
    client = signed_in(app, team.bob)
    data = {"move": "cancel", "reason": "The venue withdrew", "version": version(running_id)}

    answer = client.post(f"/campaigns/{running_id}/moves", data=data)

    page = client.get(answer.location).text
    assert "The venue withdrew" in page
    assert "Bob Brook" in page
    assert client.get(f"/campaigns/{running_id}/cancel").status_code == 409


def test_an_archived_campaign_leaves_the_list_and_comes_back(app, team, draft_id):
    client = signed_in(app, team.bob)
    move = {"move": "cancel", "version": version(draft_id)}
    client.post(f"/campaigns/{draft_id}/moves", data=move)
    row, url = f'id="campaign-{draft_id}-row"', f"/campaigns/{draft_id}/archive"

    client.post(url, data={"archived": "true", "version": version(draft_id)})
    assert row not in client.get("/campaigns").text
    assert row in client.get("/campaigns?tab=archived").text

    client.post(url, data={"archived": "false", "version": version(draft_id)})
    assert row in client.get("/campaigns").text


# activity


def test_activity_is_told_apart_by_who_acted(app, team, running_id):
    client = signed_in(app, team.vera)
    people_only = client.get(f"/campaigns/{running_id}/activity?show=people").text
    automatic = client.get(f"/campaigns/{running_id}/activity?show=automatic").text

    assert "Created the campaign" in people_only
    assert "Ads may run" not in people_only
    assert "Ads may run: Google" in automatic
    assert "Created the campaign" not in automatic


def test_only_the_whole_feed_from_its_top_takes_new_lines(app, team, running_id):
    client = signed_in(app, team.vera)
    feed = f'<ol class="feed" id="campaign-{running_id}-feed"'

    assert feed in client.get(f"/campaigns/{running_id}/activity").text
    assert feed not in client.get(f"/campaigns/{running_id}/activity?show=people").text
    assert feed not in client.get(f"/campaigns/{running_id}/activity?before=9999").text


def test_older_lines_are_fetched_below(app, team, running_id, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 3)
    client = signed_in(app, team.vera)
    first = client.get(f"/campaigns/{running_id}/activity").text
    link = first.split('class="more"><a class="btn" href="')[1].split('"')[0]
    link = link.replace("&amp;", "&")

    older = client.get(link, headers=HTMX).text

    assert "<html" not in older
    assert not set(_event_ids(first)) & set(_event_ids(older))
    assert _event_ids(older)


def _event_ids(html):
    return [part.split('"')[0] for part in html.split('<li id="event-')[1:]]


def test_a_campaign_keeps_the_words_its_people_wrote_as_text(app, team):
    campaign_id = people.draft(team, name="<script>alert(1)</script>", description="<img>").id
    client = signed_in(app, team.vera)

    for page in ("/campaigns", f"/campaigns/{campaign_id}", f"/campaigns/{campaign_id}/activity"):
        html = client.get(page).text
        assert "<script>alert" not in html
        assert "<img>" not in html
