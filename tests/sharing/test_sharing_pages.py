"""The team's side: the form, the link shown once, the lists, revoke."""

import re

import pytest

from tests import people
from tests.clients import signed_in, stranger
from webapp.db import db
from webapp.sharing.models import ShareLink

FORM = {"name": "Label partners", "sections": ["overview", "spend"], "days": "30", "kind": "live"}


@pytest.fixture
def bobs(app, team):
    return signed_in(app, team.bob)


def link_in(page) -> str:
    found = re.search(r"/s/[\w-]{43}", page.text)
    assert found, page.text
    return found.group()


def test_a_new_link_is_shown_once_and_works(app, bobs, campaign):
    answer = bobs.post(f"/campaigns/{campaign.id}/share", data=FORM)
    first = bobs.get(answer.headers["Location"])
    again = bobs.get(answer.headers["Location"])

    path = link_in(first)
    assert path not in again.text
    assert stranger(app).get(path).status_code == 200


def test_the_same_form_sent_twice_makes_one_link(bobs, campaign):
    for _ in range(2):
        bobs.post(f"/campaigns/{campaign.id}/share", data=FORM | {"form_token": "once"})

    assert db.session.query(ShareLink).count() == 1


def test_a_refused_form_comes_back_with_what_was_typed(bobs, campaign):
    values = FORM | {"sections": [], "password": "short", "name": "Venue team"}

    page = bobs.post(f"/campaigns/{campaign.id}/share", data=values)

    assert page.status_code == 422
    for words in ("Choose at least one", "at least 8 characters", 'value="Venue team"'):
        assert words in page.text
    assert 'value="short"' not in page.text


def test_the_campaign_and_the_settings_list_the_open_links(bobs, team, campaign):
    people.shared(team, campaign, name="Venue team")

    for path in (f"/campaigns/{campaign.id}", f"/campaigns/{campaign.id}/share", "/settings/links"):
        assert "Venue team" in bobs.get(path).text, path


def test_a_revoked_link_leaves_the_lists_at_once(bobs, team, campaign):
    link = people.shared(team, campaign, name="Venue team")

    answer = bobs.post(f"/shared-links/{link.id}/revoke", data={"next": "/settings/links"})

    assert answer.headers["Location"] == "/settings/links"
    assert "Venue team" not in bobs.get("/settings/links").text


def test_revoking_leads_to_no_other_site(bobs, team, campaign):
    link = people.shared(team, campaign)

    answer = bobs.post(f"/shared-links/{link.id}/revoke", data={"next": "//evil.example"})

    assert answer.headers["Location"] == "/"


def test_viewers_see_the_links_and_nothing_to_press(app, team, campaign):
    people.shared(team, campaign, name="Venue team")
    vera = signed_in(app, team.vera)

    pages = [vera.get(path).text for path in (f"/campaigns/{campaign.id}", "/settings/links")]

    assert all("Venue team" in page for page in pages)
    assert not any("revoke" in page.lower().replace("revoked", "") for page in pages)
    assert f"/campaigns/{campaign.id}/share" not in pages[0]


def test_the_activity_says_that_it_was_shared(bobs, team, campaign):
    people.shared(team, campaign)

    assert "Shared the campaign by link" in bobs.get(f"/campaigns/{campaign.id}/activity").text
