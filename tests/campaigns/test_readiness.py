"""What a launch needs: what holds it back, what only counts, and where a page says so."""

import pytest

from tests import people
from tests.clients import signed_in
from tests.timelines import plans
from webapp.accounts.commands import remove_member
from webapp.accounts.queries import membership_of
from webapp.approvals.readiness import (
    Finding,
    Item,
    Readiness,
    blocking,
    content_check,
    readiness_check,
    readiness_of,
)
from webapp.campaigns.commands import set_budget, submit_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.core.errors import Conflict
from webapp.db import find, unit_of_work


@pytest.fixture
def draft(team):
    return people.draft(team)


def state_of(draft):
    return {
        one.finding.words: "ready"
        if one.finding.is_ready
        else "blocked"
        if one.is_blocking
        else "open"
        for one in readiness_of("campaign", draft.id).items
    }


def submit(team, draft):
    version = find(Campaign, draft.id).version
    return submit_campaign(campaign_id=draft.id, version=version, by=team.alice.actor)


def owner_leaves(team, draft):
    with unit_of_work():
        find(Campaign, draft.id, lock=True).owner_id = team.mia.id
    remove_member(membership_id=membership_of(team.mia.id).id, by=team.alice.actor)


def budget_moves_away_from_its_split(draft):
    with unit_of_work():
        campaign = find(Campaign, draft.id, lock=True)
        set_budget(campaign, campaign.budget_cents + 1, by=SYSTEM)


def test_what_only_counts_holds_nothing_back(team, draft):
    assert state_of(draft)["Plan"] == "open"

    submit(team, draft)

    assert find(Campaign, draft.id).state == "in_review"


def test_a_campaign_of_somebody_who_left_is_held_back(team, draft):
    owner_leaves(team, draft)

    assert state_of(draft)["Owner"] == "blocked"
    with pytest.raises(Conflict, match="owner left the team"):
        submit(team, draft)
    assert find(Campaign, draft.id).state == "draft"


def test_a_budget_that_is_not_split_to_the_cent_is_held_back(team, draft):
    assert state_of(draft)["Budget split"] == "ready"
    budget_moves_away_from_its_split(draft)

    assert state_of(draft)["Budget split"] == "blocked"
    with pytest.raises(Conflict, match="split it anew"):
        submit(team, draft)


def test_an_end_that_passed_is_held_back(team, draft):
    clock.travel((draft.ends_at - clock.now()).total_seconds() + 1)

    assert state_of(draft)["Dates"] == "blocked"


def test_a_start_that_passed_is_said_and_holds_nothing_back(team, draft):
    clock.travel((draft.starts_at - clock.now()).total_seconds() + 60)

    assert (state_of(draft)["Dates"], state_of(draft)["Start"]) == ("ready", "open")


def test_work_of_nobody_is_counted(team, draft):
    plans.task(team, draft, "Artwork")

    assert (state_of(draft)["Plan"], state_of(draft)["People"]) == ("ready", "open")


def test_what_blocks_comes_first_then_what_is_missing():
    fine, missing = Finding("A", True), Finding("B", False, "Say it")
    shown = Readiness([Item(fine, False), Item(missing, False), Item(missing, True)])

    assert (shown.ready, shown.percent, shown.blocking) == (1, 33, [missing])


def test_a_hundred_percent_is_only_said_when_all_is_ready():
    most = [Item(Finding("A", True), False)] * 199

    assert Readiness([*most, Item(Finding("B", False), False)]).percent == 99


def test_features_register_checks_of_their_own_kind_of_subject():
    @content_check("poster")
    def it_is_printed(subject_id):
        return Finding("Print", subject_id > 1, "Print it") if subject_id else None

    @readiness_check("poster")
    def it_is_large(subject_id):
        return Finding("Size", False, "Enlarge it")

    assert [one.missing for one in blocking("poster", 1)] == ["Print it"]
    assert blocking("poster", 0) == blocking("poster", 2) == []
    assert [one.finding.words for one in readiness_of("poster", 1).items] == ["Print", "Size"]


def test_the_page_says_what_holds_it_back_and_offers_no_button(app, team, draft):
    alice = signed_in(app, team.alice)
    assert "Send for approval" in alice.get(f"/campaigns/{draft.id}").text
    owner_leaves(team, draft)

    page = alice.get(f"/campaigns/{draft.id}").text

    assert "Before it can launch" in page
    assert "Holds it back: Its owner left the team" in page
    assert "Send for approval" not in page


def test_a_decided_launch_needs_nothing_any_more(app, team):
    campaign = people.active(team)

    page = signed_in(app, team.alice).get(f"/campaigns/{campaign.id}").text

    assert f'id="campaign-{campaign.id}-ready" class="card" aria-labelledby' in page
    assert 'aria-labelledby="h-ready" data-live hidden' in page
