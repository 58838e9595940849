"""Choosing a playbook for a new campaign: the plan it makes, and the earliest day it fits."""

import re

import pytest

from tests import people
from tests.clients import signed_in
from tests.playbooks.test_playbook_pages import kept, text_of
from tests.timelines import plans
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.db import db
from webapp.playbooks import queries, shipped
from webapp.timelines.queries import lines

SHIPPED = [one.name for one in shipped.PLAYBOOKS]


@pytest.fixture
def mia(app, team):
    return signed_in(app, team.mia)


def form(team, weeks=10, **changes):
    target = plans.monday(weeks).isoformat()
    return people.plan(team, start_on=target, target_on=target) | changes


def day(value, zone="UTC"):
    on = zones.today(value, zone)
    return f"{on:%a} {on.day} {on:%b}" if on.year == clock.now().year else f"{on.day} {on:%b %Y}"


def test_the_new_page_offers_the_teams_own_and_the_shipped_playbooks(mia, team):
    kept(team)

    page = mia.get("/campaigns/new").text

    for words in ("Nothing, start empty", "Our release", "As we do it", *SHIPPED):
        assert words in page
    assert queries.choice("tour").words in page


def test_without_a_choice_there_is_no_plan_yet(mia):
    page = mia.get("/campaigns/new").text

    assert "Choose a playbook, and its tasks" in page
    assert 'class="list dated"' not in page


def test_a_playbook_without_a_target_asks_for_the_date(mia):
    page = mia.get("/campaigns/new?playbook=tour").text

    assert "Choose a target date" in page
    assert re.search(r'value="tour" checked', page)
    assert re.search(r'value="tour" selected', page), "the type follows the playbook"


@pytest.mark.parametrize("path", ["/campaigns/new", "/campaigns/new/plan"])
def test_the_plan_is_shown_with_its_days(mia, team, path):
    target = plans.monday(10)
    preview = queries.preview("music-release", target, "UTC")

    page = mia.get(f"{path}?playbook=music-release&target_on={target}").text

    shown = text_of(page[page.index('class="list dated"') :])
    for step, begins, _ in preview.lines:
        assert f"{day(begins)} {step.title}" in shown
    assert "2 days of buffer" in page
    assert page.count('<span class="tag">Milestone</span>') == sum(
        step.is_milestone for step, _, _ in preview.lines
    )


def test_the_plan_fetched_meanwhile_is_the_piece_of_the_page(mia):
    asked = f"?playbook=tour&target_on={plans.monday(20)}"

    piece = mia.get(f"/campaigns/new/plan{asked}").text
    whole = mia.get(f"/campaigns/new{asked}").text

    card = piece[piece.index("<section") : piece.index("</ol>")]
    assert card in whole


def test_too_early_a_target_names_the_earliest_day_and_offers_it(mia, team):
    near = plans.monday(0)
    earliest = queries.preview("music-release", near, "UTC").earliest_on
    data = form(team, 0, playbook="music-release", name="Kept as typed")

    page = mia.get(f"/campaigns/new/plan?playbook=music-release&target_on={near}").text
    moved = mia.post("/campaigns/new", data=data | {"move_to": earliest.isoformat()}).text

    assert "is too early" in page
    assert f'name="move_to" value="{earliest}"' in page
    assert "is too early" not in moved
    assert 'value="Kept as typed"' in moved
    assert re.search(rf'name="target_on"[^>]*value="{earliest}"', moved)


def test_showing_the_plan_keeps_everything_typed_and_writes_nothing(mia, team):
    description = "A long word. " * 300  # more than an address can carry
    data = form(team, playbook="tour", name="Nine evenings", description=description)

    answer = mia.post("/campaigns/new", data=data)

    assert answer.status_code == 200
    assert 'value="Nine evenings"' in answer.text
    assert description.strip() in answer.text
    assert answer.text.count(" checked") == 4  # three platforms and the playbook
    assert "First show" in answer.text
    assert db.session.query(Campaign).count() == 0


@pytest.mark.parametrize(
    "asked",
    [
        "playbook=no-such&target_on=2030-01-01",
        "playbook=tour&target_on=soon",
        "playbook=tour&target_on=0001-01-01",
        "playbook=tour&target_on=9999-12-31",
        "playbook=99999999999999999999&target_on=",
        "playbook=%00",
    ],
)
def test_an_address_that_makes_no_sense_shows_no_plan(mia, asked):
    answer = mia.get(f"/campaigns/new/plan?{asked}")

    assert answer.status_code == 200
    assert 'class="list dated"' not in answer.text


@pytest.mark.parametrize("target", ["2001-01-01", "2099-12-31"])
def test_a_target_far_away_is_only_a_day(mia, target):
    answer = mia.get(f"/campaigns/new/plan?playbook=tour&target_on={target}")

    assert "First show" in answer.text


def test_creating_makes_the_plan_that_was_shown(mia, team):
    data = form(team, playbook="paid-social")
    preview = queries.preview("paid-social", plans.monday(10), "UTC")

    answer = mia.post("/campaigns", data=data)

    assert answer.status_code == 303
    campaign_id = int(answer.location.rsplit("/", 1)[1])
    assert {(one.title, one.starts_at) for one in lines(campaign_id)} == {
        (step.title, begins) for step, begins, _ in preview.lines
    }


def test_a_refused_campaign_keeps_its_playbook_and_shows_its_plan(mia, team):
    answer = mia.post("/campaigns", data=form(team, playbook="tour", name=""))

    assert answer.status_code == 422
    assert 'value="tour" checked' in answer.text
    assert "First show" in answer.text


def test_a_playbook_that_is_gone_is_named_beside_the_choice(mia, team):
    answer = mia.post("/campaigns", data=form(team, playbook="gone"))

    assert answer.status_code == 422
    assert 'id="playbook-error"' in answer.text
    assert db.session.query(Campaign).count() == 0
