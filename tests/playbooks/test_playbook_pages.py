"""The pages of playbooks: what is in them, keeping, changing, deleting one; cloning a campaign."""

import re
from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in
from tests.timelines import plans
from webapp.campaigns.models import Campaign
from webapp.db import db, find
from webapp.playbooks import queries, shipped
from webapp.playbooks.commands import save_playbook, start_campaign
from webapp.playbooks.models import Playbook
from webapp.timelines.queries import lines


@pytest.fixture
def mia(app, team):
    return signed_in(app, team.mia)


@pytest.fixture
def bob(app, team):
    return signed_in(app, team.bob)


def begun(team, playbook="music-release", weeks=10):
    target = plans.monday(weeks)
    form = people.plan(team, start_on=target, target_on=target)
    return find(Campaign, start_campaign(playbook=playbook, by=team.alice.actor, **form))


def kept(team, name="Our release"):
    return save_playbook(
        campaign_id=begun(team).id, name=name, description="As we do it", by=team.bob.actor
    )


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# looking at them


def test_the_list_leads_to_each_playbook(mia, team):
    playbook_id = kept(team)

    page = mia.get("/playbooks").text

    assert f'href="/playbooks/{playbook_id}"' in page
    for one in shipped.PLAYBOOKS:
        assert f'href="/playbooks/shipped/{one.key}"' in page
        assert f'href="/campaigns/new?playbook={one.key}"' in page


def test_a_playbook_says_what_is_in_it(mia):
    page = text_of(mia.get("/playbooks/shipped/music-release").text)

    for words in (
        "Prepare",
        "Sustain",
        "Artwork and masters Design 5 days Starts 32 working days before —",
        "Release day Milestone — Is reached on the target day Brand and legal check; Paid social",
        "Wrap-up report Analysis 2 days Starts when what it waits for is done "
        "Outreach, second wave; Answer replies",
        "2 days kept free before the target",
    ):
        assert words in page


def test_ones_own_playbook_shows_the_same_plan(mia, team):
    playbook_id = kept(team)

    page = mia.get(f"/playbooks/{playbook_id}").text

    for step in shipped.MUSIC_RELEASE.steps:
        assert step.title in page


def test_there_is_no_shipped_playbook_of_another_key(mia):
    assert mia.get("/playbooks/shipped/1").status_code == 404


def test_who_only_looks_on_sees_playbooks_and_no_buttons(app, team):
    playbook_id = kept(team)
    vera = signed_in(app, team.vera)

    for path in ("/playbooks", f"/playbooks/{playbook_id}"):
        page = vera.get(path).text
        assert "New campaign" not in page
        assert f"/playbooks/{playbook_id}/edit" not in page


# keeping, changing, deleting


def test_a_manager_keeps_a_campaign_as_a_playbook(bob, team):
    campaign = begun(team)

    page = bob.get(f"/campaigns/{campaign.id}/save-as-playbook").text
    answer = bob.post(
        f"/campaigns/{campaign.id}/save-as-playbook",
        data={"name": "Our way", "description": "Two lines\nof it"},
    )

    assert queries.choice("music-release").words in page
    playbook = db.session.query(Playbook).one()
    assert answer.location == f"/playbooks/{playbook.id}"
    assert (playbook.name, playbook.description) == ("Our way", "Two lines\nof it")


def test_a_name_that_is_taken_is_refused_beside_it(bob, team):
    kept(team, "Our way")
    campaign = begun(team)

    answer = bob.post(
        f"/campaigns/{campaign.id}/save-as-playbook",
        data={"name": "our WAY", "description": "Typed"},
    )

    assert answer.status_code == 422
    assert "There is a playbook of that name already." in answer.text
    assert 'value="our WAY"' in answer.text
    assert "Typed" in answer.text


def test_an_empty_campaign_is_not_kept_but_may_use_a_playbook(bob, campaign):
    page = bob.get(f"/campaigns/{campaign.id}/save-as-playbook").text

    assert "nothing planned in this campaign yet" in page
    assert f'href="/campaigns/{campaign.id}/playbook"' in page


def test_a_playbook_is_renamed(bob, team):
    playbook_id = kept(team)
    data = {"name": "Singles", "type": "tour", "description": "", "version": 1}

    answer = bob.post(f"/playbooks/{playbook_id}/edit", data=data)

    assert answer.location == f"/playbooks/{playbook_id}"
    found = find(Playbook, playbook_id)
    assert (found.name, found.type, found.description) == ("Singles", "tour", "")


def test_a_stale_form_of_a_playbook_shows_both_versions(bob, team):
    playbook_id = kept(team)
    data = {"type": "music_release", "description": "As we do it", "version": 1}
    bob.post(f"/playbooks/{playbook_id}/edit", data=data | {"name": "Theirs"})

    answer = bob.post(
        f"/playbooks/{playbook_id}/edit", data=data | {"name": "Mine", "type": "tour"}
    )

    assert answer.status_code == 409
    for words in ("Theirs", 'value="Mine"', "Music release", "Save mine"):
        assert words in answer.text
    assert 'name="version" value="2"' in answer.text


def test_what_is_moved_to_the_trash_is_offered_back_at_once(bob, team):
    playbook_id = kept(team)

    bob.post(f"/playbooks/{playbook_id}/trash")
    page = bob.get("/playbooks").text

    assert "Moved to the trash" in page
    assert page.count(f'action="/playbooks/{playbook_id}/restore"') == 2  # the toast, and the list
    assert f"playbook={playbook_id}" not in page  # nothing is begun from it


def test_a_page_in_the_trash_says_so_and_restores(bob, team):
    playbook_id = kept(team)
    bob.post(f"/playbooks/{playbook_id}/trash")

    page = bob.get(f"/playbooks/{playbook_id}").text
    bob.post(f"/playbooks/{playbook_id}/restore")

    assert "In the trash since" in page
    assert "/edit" not in page
    assert find(Playbook, playbook_id).trashed_at is None


def test_another_teams_playbook_makes_no_plan(app, team):
    playbook_id = kept(team)
    charlie = signed_in(app, team.charlie)

    page = charlie.get(f"/campaigns/new?playbook={playbook_id}&target_on={plans.monday(10)}").text

    assert "Our release" not in page
    assert 'class="list dated"' not in page


# from a campaign


def test_the_menu_of_a_campaign_leads_there(app, team, campaign):
    path = f"/campaigns/{campaign.id}"

    managers = signed_in(app, team.bob).get(path).text
    members = signed_in(app, team.mia).get(path).text

    assert f'href="{path}/save-as-playbook"' in managers
    assert f'href="{path}/clone"' in members
    assert f'href="{path}/save-as-playbook"' not in members


def test_a_campaign_is_cloned_for_another_target(mia, team):
    campaign = begun(team)
    target = campaign.target_on + timedelta(days=28)

    page = mia.get(f"/campaigns/{campaign.id}/clone").text
    answer = mia.post(
        f"/campaigns/{campaign.id}/clone", data={"name": "Second EP", "target_on": target}
    )

    assert queries.choice("music-release").words in page
    new = find(Campaign, int(answer.location.rsplit("/", 1)[1]))
    assert (new.name, new.target_on) == ("Second EP", target)
    assert len(lines(new.id)) == len(shipped.MUSIC_RELEASE.steps)


def test_a_clone_without_a_day_is_refused_with_its_name_kept(mia, team, campaign):
    answer = mia.post(f"/campaigns/{campaign.id}/clone", data={"name": "Second EP"})

    assert answer.status_code == 422
    assert 'id="target_on-error"' in answer.text
    assert 'value="Second EP"' in answer.text


def test_an_empty_plan_begins_with_a_playbook(mia, team, campaign):
    path = f"/campaigns/{campaign.id}/playbook"

    shown = mia.get(f"{path}?playbook=paid-social").text
    answer = mia.post(path, data={"playbook": "paid-social"})

    assert "Flight starts" in shown
    assert answer.status_code == 303
    assert len(lines(campaign.id)) == len(shipped.PAID_SOCIAL.steps)


def test_using_none_is_refused_beside_the_choice(mia, campaign):
    answer = mia.post(f"/campaigns/{campaign.id}/playbook", data={})

    assert answer.status_code == 422
    assert 'id="playbook-error"' in answer.text


def test_a_campaign_with_tasks_is_offered_none(mia, team):
    page = mia.get(f"/campaigns/{begun(team).id}/playbook").text

    assert "has tasks already" in page
    assert 'name="playbook"' not in page


def test_members_do_not_open_what_managers_keep(mia, team):
    campaign = begun(team)
    playbook_id = kept(team)

    for path in (
        f"/campaigns/{campaign.id}/save-as-playbook",
        f"/playbooks/{playbook_id}/edit",
    ):
        assert mia.get(path).status_code == 403
