"""A launch whose campaign is edited while it waits is asked again, with the difference shown."""

import pytest

from tests import people
from tests.approvals.staging import asked_now, edited, in_stages, open_stage, says, stage
from tests.clients import signed_in
from tests.together import assert_one_event_per_version, at_once, names_of
from webapp.ads.commands import set_split
from webapp.ads.queries import planned_parts
from webapp.approvals.commands import decide
from webapp.approvals.history import changes_for, said
from webapp.approvals.models import Proposal
from webapp.approvals.queries import waiting_for
from webapp.availability.commands import add_blackout
from webapp.campaigns.commands import submit_campaign
from webapp.campaigns.models import Campaign
from webapp.campaigns.workflow import LAUNCH
from webapp.core.actor import SYSTEM
from webapp.core.errors import StaleVersion
from webapp.db import db, find, unit_of_work


@pytest.fixture
def draft(team):
    return people.draft(team)


@pytest.fixture
def launch(team, draft):
    """Alice asks to launch; first Mia, then Bob are asked."""
    in_stages(team, stage("Content", team.mia), stage("Final", team.bob), kind=LAUNCH)
    submit_campaign(campaign_id=draft.id, version=draft.version, by=team.alice.actor)
    return db.session.scalars(db.select(Proposal).where(Proposal.kind == LAUNCH)).one()


def budget_becomes(draft, cents):
    first, *others = planned_parts(draft.id)
    shares = {str(first.id): cents} | {str(one.id): 0 for one in others}
    with unit_of_work():
        campaign = find(Campaign, draft.id, lock=True)
        set_split(campaign, {"budget_cents": cents, "shares": shares}, SYSTEM)


def test_an_edit_asks_again_from_the_first_stage(team, draft, launch):
    says(team.mia, launch)
    assert open_stage(launch).stage.name == "Final"

    edited(team, draft, description="Louder")
    people.run_background()

    launch = find(Proposal, launch.id)
    assert (launch.state, launch.round, open_stage(launch).stage.name) == (
        "in_review",
        2,
        "Content",
    )
    assert asked_now(launch) == {"Mia Moss"}
    assert [waiting_for(one.id) for one in (team.mia, team.bob)] == [1, 0]
    assert names_of("proposal", launch.id)[-1] == "proposal.reopened"
    assert find(Campaign, draft.id).state == "in_review"
    assert_one_event_per_version(Proposal)


def test_what_was_agreed_before_an_edit_does_not_count(team, draft, launch):
    says(team.mia, launch)
    edited(team, draft, description="Louder")
    people.run_background()

    assert says(team.mia, launch).state == "in_review"
    assert says(team.bob, launch).state == "applied"

    assert find(Campaign, draft.id).state == "scheduled"
    assert [(one.name, one.round) for one in said(launch.id)] == [
        ("Mia Moss", 1),
        ("Mia Moss", 2),
        ("Bob Brook", 2),
    ]


def test_who_decided_sees_what_changed_since_and_others_what_changed_last(team, draft, launch):
    says(team.mia, launch)
    edited(team, draft, description="Louder")
    people.run_background()
    budget_becomes(draft, draft.budget_cents + 100)
    people.run_background()

    launch = find(Proposal, launch.id)
    mias, bobs = changes_for(launch, team.mia.id), changes_for(launch, team.bob.id)

    assert (mias.is_own, [row.label for row in mias.rows]) == (True, ["Budget", "Description"])
    assert (bobs.is_own, [row.label for row in bobs.rows]) == (False, ["Budget"])


def test_a_request_that_was_asked_once_has_no_difference(team, launch):
    assert changes_for(launch, team.mia.id) is None


def test_the_amount_that_is_decided_on_is_the_edited_one(team, draft, launch):
    budget_becomes(draft, 123_456)
    people.run_background()

    assert find(Proposal, launch.id).amount_cents == 123_456


def test_an_edit_the_gate_did_not_see_yet_is_not_agreed_to(team, draft, launch):
    edited(team, draft, description="Louder")

    assert says(team.mia, launch).state == "in_review"

    launch = find(Proposal, launch.id)
    assert (launch.round, open_stage(launch).stage.name, said(launch.id)) == (2, "Content", [])
    people.run_background()
    assert find(Proposal, launch.id).round == 2


def test_a_page_from_before_an_edit_decides_nothing(team, draft, launch):
    seen = launch.version
    edited(team, draft, description="Louder")
    people.run_background()

    with pytest.raises(StaleVersion):
        decide(proposal_id=launch.id, decision="approve", version=seen, by=team.mia.actor)


def test_an_edit_that_cannot_launch_sends_it_back(team, draft, launch):
    day = find(Campaign, draft.id).starts_wall.date()
    add_blackout(starts_on=day, ends_on=day, reason="Fair", by=team.alice.actor)
    edited(team, draft, description="Louder")
    people.run_background()

    assert find(Proposal, launch.id).state == "stale"
    assert find(Campaign, draft.id).state == "draft"


def test_an_edit_and_the_last_word_at_once_agree_on_one_version(team, draft, launch):
    launch = says(team.mia, launch)
    launch_id, version = launch.id, launch.version

    def word():
        return decide(proposal_id=launch_id, decision="approve", version=version, by=team.bob.actor)

    at_once(word, lambda: edited(team, draft, description="Louder"), team_id=team.id)
    people.run_background()

    launch, campaign = find(Proposal, launch_id), find(Campaign, draft.id)
    if launch.state == "applied":
        assert launch.before["description"] != "Louder"
        assert campaign.state == "scheduled"
    else:
        assert (launch.state, launch.before["description"]) == ("in_review", "Louder")


def test_the_page_shows_the_difference(app, team, draft, launch):
    says(team.mia, launch)
    edited(team, draft, description="Louder <b>")
    people.run_background()

    page = signed_in(app, team.mia).get(f"/approvals/{launch.id}").text

    assert "Changed since you decided" in page
    assert "Louder &lt;b&gt;" in page
    assert "an earlier version" in page
