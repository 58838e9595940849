"""The budget page: what saving does is said first, sums are checked, what was typed is kept."""

import pytest

from tests import people
from tests.clients import signed_in
from webapp.ads.commands import change_budget
from webapp.ads.queries import planned_parts
from webapp.approvals import queries as approvals
from webapp.approvals.commands import set_limit
from webapp.approvals.kinds import kind_of
from webapp.approvals.verdicts import policy_row
from webapp.campaigns.models import Campaign
from webapp.db import db, find, unit_of_work


@pytest.fixture
def draft_id(team):
    return people.draft(team).id


@pytest.fixture
def running_id(team):
    return people.active(team).id


def split(campaign_id, *shares, **changes):
    ids = [part.id for part in planned_parts(campaign_id)]
    version = find(Campaign, campaign_id).version
    db.session.rollback()
    data = {"budget": "9,000", "ad_campaign_ids": ids, "shares": list(shares), "version": version}
    return data | changes


def allocated(campaign_id):
    shares = [part.allocated_cents for part in planned_parts(campaign_id)]
    db.session.rollback()
    return shares


def test_a_drafts_split_changes_at_once(app, team, draft_id):
    client = signed_in(app, team.mia)
    assert "saving changes the budget at once" in client.get(f"/campaigns/{draft_id}/budget").text

    answer = client.post(
        f"/campaigns/{draft_id}/budget", data=split(draft_id, "1000", "2000", "6,000.00")
    )

    assert answer.status_code == 303
    assert allocated(draft_id) == [100000, 200000, 600000]


def test_an_id_of_more_digits_than_python_reads_is_refused(app, team, draft_id):
    answer = signed_in(app, team.alice).post(
        f"/campaigns/{draft_id}/budget",
        data=split(draft_id, "9000", ad_campaign_ids=["9" * 5000]),
    )

    assert answer.status_code == 422


def test_shares_that_do_not_add_up_are_refused_and_kept(app, team, draft_id):
    answer = signed_in(app, team.alice).post(
        f"/campaigns/{draft_id}/budget", data=split(draft_id, "1000", "2000", "5999.99")
    )

    assert answer.status_code == 422
    assert "The shares are $0.01 short of the budget." in answer.text
    assert 'value="5999.99"' in answer.text
    assert allocated(draft_id) == [300000, 300000, 300000]


def test_an_amount_that_is_none_is_said_beside_the_field(app, team, draft_id):
    answer = signed_in(app, team.alice).post(
        f"/campaigns/{draft_id}/budget", data=split(draft_id, "1", "2", "3", budget="lots")
    )

    assert answer.status_code == 422
    assert 'id="budget-error"' in answer.text
    assert 'value="lots"' in answer.text


def test_splitting_evenly_needs_no_arithmetic(app, team, draft_id):
    data = split(draft_id, "0", "0", "0", budget="100", evenly="true")

    signed_in(app, team.alice).post(f"/campaigns/{draft_id}/budget", data=data)

    assert allocated(draft_id) == [3334, 3333, 3333]


def test_a_running_campaigns_budget_is_asked_for(app, team, running_id):
    client = signed_in(app, team.alice)
    assert "Saving asks for approval" in client.get(f"/campaigns/{running_id}/budget").text

    answer = client.post(
        f"/campaigns/{running_id}/budget",
        data=split(running_id, "4000", "3000", "3000", budget="10,000", why="It sells"),
    )

    page = client.get(answer.location).text
    assert "Raise the budget of Tidal Lines EP by $1,000" in page
    assert allocated(running_id) == [300000, 300000, 300000]


def test_within_the_teams_limit_it_acts_and_says_so(app, team, running_id):
    set_team_limit(team, "5,000")
    client = signed_in(app, team.alice)
    assert "Up to $5,000 saving acts at once" in client.get(f"/campaigns/{running_id}/budget").text

    client.post(f"/campaigns/{running_id}/budget", data=split(running_id, "2000", "3000", "4000"))

    assert allocated(running_id) == [200000, 300000, 400000]


def set_team_limit(team, limit):
    with unit_of_work():
        version = policy_row(kind_of("budget.change")).version
    set_limit(kind="budget.change", limit=limit, version=version, by=team.alice.actor)
    assert approvals.policy_of("budget.change")
    db.session.rollback()


def test_what_is_being_approved_is_not_changed_meanwhile(app, team):
    campaign, _ = people.submitted(team)
    campaign_id = campaign.id
    client = signed_in(app, team.alice)
    data = split(campaign_id, "1000", "2000", "6000")

    page = client.get(f"/campaigns/{campaign_id}/budget").text
    answer = client.post(f"/campaigns/{campaign_id}/budget", data=data)

    assert "Take that request back to change it" in page
    assert 'id="budget-form"' not in page
    assert answer.status_code == 409
    assert allocated(campaign_id) == [300000, 300000, 300000]


def test_a_stale_budget_shows_both_and_keeps_the_text(app, team, draft_id):
    mine = split(draft_id, "1000", "2000", "6000")
    change_budget(campaign_id=draft_id, budget="8000", evenly=True, version=1, by=team.bob.actor)

    answer = signed_in(app, team.alice).post(f"/campaigns/{draft_id}/budget", data=mine)

    assert answer.status_code == 409
    assert "$8,000.00" in answer.text
    assert 'value="2000"' in answer.text


def test_every_change_of_money_names_before_and_after(app, team, draft_id):
    client = signed_in(app, team.mia)
    client.post(f"/campaigns/{draft_id}/budget", data=split(draft_id, "1000", "2000", "6000"))

    page = client.get(f"/campaigns/{draft_id}/activity").text

    assert "share: Google, $3,000.00 to $1,000.00" in page
    assert "Mia Moss" in page


def test_a_platform_is_added_without_a_share(app, team, draft_id):
    client = signed_in(app, team.mia)

    client.post(f"/campaigns/{draft_id}/budget/platforms", data={"platform": "linkedin"})

    assert allocated(draft_id) == [300000, 300000, 300000, 0]
    again = client.post(f"/campaigns/{draft_id}/budget/platforms", data={"platform": "linkedin"})
    assert again.status_code == 422
    assert "It is there already." in again.text


def test_a_viewer_reads_the_budget_and_changes_nothing(app, team, draft_id):
    client = signed_in(app, team.vera)
    page = client.get(f"/campaigns/{draft_id}/budget")

    assert "$9,000.00" in page.text
    assert 'id="budget-form"' not in page.text
    answer = client.post(f"/campaigns/{draft_id}/budget", data=split(draft_id, "1", "2", "3"))
    assert answer.status_code == 403
