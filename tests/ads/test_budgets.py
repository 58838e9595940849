"""Budgets and their shares: exact to the minor unit, at once in a draft, through the gate after."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import people
from tests.together import assert_one_event_per_version, at_once
from webapp.ads.commands import PlanCampaign, add_platform, change_budget
from webapp.ads.models import AdCampaign
from webapp.ads.platforms import PLATFORMS
from webapp.ads.queries import planned_parts
from webapp.approvals.commands import set_limit, undo
from webapp.approvals.models import Proposal
from webapp.approvals.queries import state_of
from webapp.campaigns.commands import move_campaign
from webapp.campaigns.models import Campaign
from webapp.core import money
from webapp.core.errors import Conflict, Invalid, StaleVersion
from webapp.db import db, find


def change(campaign, by, budget="9,000", shares=None, **more):
    ids = [part.id for part in planned_parts(campaign.id)] if shares else None
    values = {"version": campaign.version, "by": by.actor} | more
    return change_budget(
        campaign_id=campaign.id, budget=budget, ad_campaign_ids=ids, shares=shares, **values
    )


def allocated(campaign):
    return [part.allocated_cents for part in planned_parts(campaign.id)]


@pytest.fixture
def running(team):
    """Scheduled, so that its budget goes through the gate."""
    return people.scheduled(team)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.integers(0, 10**12),
    st.lists(st.sampled_from(sorted(PLATFORMS)), max_size=8),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_the_first_split_sums_to_the_minor_unit_and_is_even(team, cents, platforms, currency):
    budget = money.typed(cents, currency)

    campaign = people.draft(
        team, budget=budget, currency=currency, platforms=list(dict.fromkeys(platforms))
    )

    shares = allocated(campaign)
    assert campaign.budget_cents == cents
    if shares:
        assert sum(shares) == cents
        assert max(shares) - min(shares) <= 1


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_split_by_weight_sums_and_is_fair(total, weights):
    shares = money.split(total, weights)

    assert sum(shares) == total
    whole = sum(weights) or len(weights)
    exact = [total * (w if sum(weights) else 1) / whole for w in weights]
    assert all(
        abs(share - fair) <= 1 + fair * 1e-9 for share, fair in zip(shares, exact, strict=True)
    )


def test_a_drafts_budget_changes_at_once_by_the_shares_it_had(team, campaign):
    assert change(campaign, team.mia, "6,000", ["1,000", "2,000", "3,000"]) == 0
    assert allocated(campaign) == [100_000, 200_000, 300_000]

    change(campaign, team.mia, "12,000.01")

    assert campaign.budget_cents == 1_200_001
    assert allocated(campaign) == [200_000, 400_000, 600_001]
    assert_one_event_per_version(Campaign, AdCampaign)


def test_evenly_makes_the_shares_even_again(team, campaign):
    change(campaign, team.mia, "6,000", ["1,000", "2,000", "3,000"])

    change(campaign, team.mia, "100", evenly=True)

    assert allocated(campaign) == [3334, 3333, 3333]


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        (["3,000", "3,000", "2,999.99"], "$0.01 short of"),
        (["3,000", "3,000", "3,000.01"], "$0.01 above"),
        (["9,000"], "needs its share"),
        (["x", "1", "2"], "Write it like"),
        (["-1", "1", "9,000"], "Write it like"),
    ],
)
def test_shares_that_do_not_sum_to_the_budget_are_refused(team, campaign, shares, words):
    with pytest.raises(Invalid) as refused:
        change(campaign, team.mia, "9,000", shares)

    assert words in refused.value.fields["shares"].replace("The shares are ", "")
    assert allocated(campaign) == [300_000] * 3


@pytest.mark.parametrize("budget", ["", "-1", "1.001", "abc", "1e9", "9" * 20, "NaN", "١٢x"])
def test_a_budget_that_is_no_amount_is_refused(team, campaign, budget):
    with pytest.raises(Invalid) as refused:
        change(campaign, team.mia, budget)

    assert list(refused.value.fields) == ["budget"]


def test_shares_of_another_campaigns_parts_are_refused(team, campaign):
    other = people.draft(team)

    with pytest.raises(Invalid, match="platforms changed"):
        change_budget(
            campaign_id=campaign.id,
            budget="9,000",
            ad_campaign_ids=[part.id for part in planned_parts(other.id)],
            shares=["3,000"] * 3,
            version=campaign.version,
            by=team.alice.actor,
        )


def test_a_stale_budget_form_is_refused(team, campaign):
    change(campaign, team.mia, "6,000")

    with pytest.raises(StaleVersion) as refused:
        change(campaign, team.bob, "7,000", version=1)

    assert refused.value.fields["budget_cents"][1] == "7,000"


def test_after_the_draft_a_change_asks_by_default(team, running):
    proposal = find(Proposal, change(running, team.mia, "9,000.01"))

    assert proposal.state == "in_review"
    assert running.budget_cents == 900_000

    people.approve(proposal, team.bob)

    assert running.budget_cents == 900_001
    assert sum(allocated(running)) == 900_001
    assert_one_event_per_version(Campaign, AdCampaign, Proposal)


@pytest.mark.parametrize(("budget", "state"), [("9,100", "applied"), ("9,100.01", "in_review")])
def test_within_the_teams_limit_it_acts_and_above_it_asks(team, running, budget, state):
    set_limit(kind="budget.change", limit="100", version=1, by=team.alice.actor)

    assert state_of(change(running, team.mia, budget)) == state


def test_moving_money_between_platforms_counts_as_much_as_it_moves(team, running):
    set_limit(kind="budget.change", limit="100", version=1, by=team.alice.actor)

    small = change(running, team.mia, shares=["2,900", "3,100", "3,000"])
    large = change(running, team.mia, shares=["2,700", "3,100", "3,200"])

    assert (state_of(small), state_of(large)) == ("applied", "in_review")


def test_a_change_that_changes_nothing_is_refused(team, running):
    with pytest.raises(Invalid, match="already"):
        change(running, team.mia, "9,000")


def test_undo_puts_back_the_budget_and_every_share(team, running):
    set_limit(kind="budget.change", limit="5,000", version=1, by=team.alice.actor)
    number = change(running, team.mia, "10,000", ["5,000", "3,000", "2,000"])

    undo(proposal_id=number, by=team.bob.actor)

    assert running.budget_cents == 900_000
    assert allocated(running) == [300_000] * 3
    assert_one_event_per_version(Campaign, AdCampaign, Proposal)


def test_while_approval_waits_the_budget_stands(team):
    campaign, _ = people.submitted(team)

    with pytest.raises(Conflict, match="being approved"):
        change(campaign, team.alice, "1")


def test_the_budget_of_a_closed_campaign_stands(team, running):
    proposal = find(Proposal, change(running, team.mia, "9,100"))
    move_campaign(campaign_id=running.id, move="cancel", version=running.version, by=team.bob.actor)

    with pytest.raises(Conflict, match="closed"):
        people.approve(proposal, team.bob)

    people.run_background()
    assert proposal.state == "dismissed"
    assert running.budget_cents == 900_000
    with pytest.raises(Conflict, match="closed"):
        change(running, team.mia, "9,100")


def test_two_approved_changes_of_one_budget_do_not_overwrite_each_other(team, running):
    first, second = (find(Proposal, change(running, team.mia, b)) for b in ("9,100", "9,200"))
    people.approve(first, team.bob)

    people.approve(second, team.bob)

    assert (first.state, second.state) == ("applied", "stale")
    assert running.budget_cents == 910_000


def test_two_changes_at_once_of_one_draft_save_one(team, campaign):
    number, version = campaign.id, campaign.version

    def save(budget):
        return lambda: change_budget(
            campaign_id=number, budget=budget, version=version, by=team.alice.actor
        )

    answers = at_once(save("6,000"), save("7,000"), team_id=team.id)

    assert sorted(type(answer).__name__ for answer in answers) == ["StaleVersion", "int"]
    assert sum(allocated(campaign)) == find(Campaign, number).budget_cents


def test_unknown_platforms_are_refused(team, campaign):
    with pytest.raises(ValueError, match="Unknown platform: fax"):
        PlanCampaign.model_validate(people.plan(team, platforms=["google", "fax"]))
    with pytest.raises(Invalid):
        add_platform(campaign_id=campaign.id, platform="fax", by=team.mia.actor)
    with pytest.raises(Invalid, match="already"):
        add_platform(campaign_id=campaign.id, platform="google", by=team.mia.actor)


def test_a_platform_named_twice_counts_once(team):
    taken = PlanCampaign.model_validate(people.plan(team, platforms=["google", "google"]))

    assert taken.platforms == ["google"]


def test_a_new_platform_begins_with_nothing_unless_it_is_the_first(team, campaign):
    add_platform(campaign_id=campaign.id, platform="x", by=team.mia.actor)
    bare = people.draft(team, platforms=[])
    add_platform(campaign_id=bare.id, platform="x", by=team.mia.actor)

    assert allocated(campaign) == [300_000] * 3 + [0]
    assert allocated(bare) == [900_000]


def test_a_platform_added_meanwhile_makes_a_request_stale(team, running):
    proposal = find(Proposal, change(running, team.mia, "9,100"))
    add_platform(campaign_id=running.id, platform="x", by=team.mia.actor)

    people.approve(proposal, team.bob)

    assert proposal.state == "stale"
    assert db.session.query(AdCampaign).filter_by(campaign_id=running.id).count() == 4
