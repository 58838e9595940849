"""Each bound a team may set, one by one, and that they are counted under one lock."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import people
from tests.approvals.kinds import CHANGE, EFFECT, ask_for, set_policy
from tests.together import assert_one_event_per_version, at_once
from webapp.approvals import kinds
from webapp.approvals.kinds import Guard
from webapp.approvals.models import Policy, Proposal
from webapp.approvals.verdicts import _within
from webapp.campaigns.models import Campaign
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.db import db, find
from webapp.events.models import Event

START = 900_000


def stopped_by(proposal):
    """The bound that made it ask, as the log has it."""
    asked = db.session.query(Event).filter_by(name="proposal.asked", subject_id=proposal.id).one()
    return asked.data["stopped_by"]


def assert_asks(proposal, bound):
    assert proposal.state == "in_review"
    assert stopped_by(proposal) == bound


def test_without_a_bound_it_acts(campaign, alice):
    set_policy(CHANGE)

    proposal = ask_for(campaign, START + 500, by=alice.actor)

    assert (proposal.state, proposal.acted) == ("applied", True)
    assert campaign.budget_cents == START + 500
    assert_one_event_per_version(Proposal, Policy, Campaign)


def test_observe_notes_and_changes_nothing(campaign, alice):
    set_policy(CHANGE, "observe")

    assert ask_for(campaign, START + 500, by=alice.actor).state == "observed"
    assert campaign.budget_cents == START
    assert_one_event_per_version(Proposal)


def test_ask_waits_for_somebody(campaign, alice):
    set_policy(CHANGE, "ask")

    assert ask_for(campaign, START + 1, by=alice.actor).state == "in_review"


def test_a_recommendation_waits_until_somebody_takes_it_up(team, campaign):
    set_policy(CHANGE, "recommend")
    proposal = ask_for(campaign, START + 500, by=Actor("rule", "pace", team.id))
    assert proposal.state == "proposed"

    people.approve(proposal, team.bob)

    assert proposal.state == "applied"
    assert campaign.budget_cents == START + 500


def test_a_recommendation_nobody_wants_is_dismissed(team, campaign):
    set_policy(CHANGE, "recommend")
    proposal = ask_for(campaign, START + 500, by=Actor("rule", "pace", team.id))

    people.approve(proposal, team.bob, decision="reject", note="Not this month")

    assert proposal.state == "dismissed"


@pytest.mark.parametrize(("change", "acts"), [(500, True), (501, False), (-501, False)])
def test_max_amount(campaign, alice, change, acts):
    set_policy(CHANGE, max_amount_cents=500)

    proposal = ask_for(campaign, START + change, by=alice.actor)

    if acts:
        assert proposal.state == "applied"
    else:
        assert_asks(proposal, "max_amount_cents")


def test_a_limit_of_nothing_asks_even_for_what_costs_nothing(campaign, alice):
    set_policy(CHANGE, max_amount_cents=0)

    assert_asks(ask_for(campaign, START, by=alice.actor), "max_amount_cents")


@pytest.mark.parametrize(("change", "acts"), [(90_000, True), (90_001, False)])
def test_max_pct_of_what_was_there(campaign, alice, change, acts):
    set_policy(CHANGE, max_pct=10)

    proposal = ask_for(campaign, START + change, by=alice.actor)

    assert (proposal.state == "applied") is acts


def test_a_kind_that_names_no_whole_asks_when_a_share_is_set(campaign, alice, monkeypatch):
    monkeypatch.setitem(kinds._kinds, CHANGE, replace(kinds.kind_of(CHANGE), whole=None))
    set_policy(CHANGE, max_pct=1000)

    assert_asks(ask_for(campaign, START + 1, by=alice.actor), "max_pct")


def test_a_share_of_nothing_is_boundless(team, alice):
    campaign = people.draft(team, budget="0", platforms=[])
    set_policy(CHANGE, max_pct=1000)

    assert_asks(ask_for(campaign, 1, by=alice.actor), "max_pct")


def test_max_per_day_counts_the_last_24_hours(campaign, alice):
    set_policy(CHANGE, max_per_day=2)
    for n in (1, 2):
        assert ask_for(campaign, START + n, by=alice.actor).state == "applied"
    assert_asks(ask_for(campaign, START + 3, by=alice.actor), "max_per_day")

    clock.travel(24 * 3600 + 1)

    assert ask_for(campaign, START + 4, by=alice.actor).state == "applied"


def test_what_a_person_approved_does_not_count_as_acting(team, campaign):
    set_policy(CHANGE, max_per_day=1, max_amount_cents=100)
    people.approve(ask_for(campaign, START + 1000, by=team.alice.actor), team.bob)

    assert ask_for(campaign, START + 1001, by=team.alice.actor).state == "applied"


def test_daily_cap_counts_what_was_acted(campaign, alice):
    set_policy(CHANGE, daily_cap_cents=1000)
    assert ask_for(campaign, START + 700, by=alice.actor).state == "applied"

    assert_asks(ask_for(campaign, START + 1001, by=alice.actor), "daily_cap_cents")
    assert ask_for(campaign, START + 1000, by=alice.actor).state == "applied"


def test_daily_cap_counts_what_an_effect_is_still_doing(campaign, alice):
    set_policy(EFFECT, daily_cap_cents=1000)
    assert ask_for(campaign, START + 700, by=alice.actor, kind=EFFECT).state == "applying"

    assert_asks(ask_for(campaign, START + 700, by=alice.actor, kind=EFFECT), "daily_cap_cents")


def test_two_changes_at_once_cannot_both_slip_under_the_cap(team):
    pair = [people.draft(team), people.draft(team)]
    set_policy(CHANGE, daily_cap_cents=1000)
    ids = [one.id for one in pair]

    def act(campaign_id):
        def run():
            return ask_for(find(Campaign, campaign_id), START + 700, by=team.alice.actor).state

        return run

    states = at_once(*[act(one) for one in ids], team_id=team.id)

    assert sorted(states) == ["applied", "in_review"]


def test_first_uses_at_once_make_one_policy(team):
    pair = [people.draft(team).id, people.draft(team).id]

    def act(campaign_id):
        return lambda: ask_for(find(Campaign, campaign_id), START + 7, by=team.alice.actor).state

    assert at_once(*[act(one) for one in pair], team_id=team.id) == ["applied", "applied"]
    assert db.session.query(Policy).filter_by(kind=CHANGE).count() == 1


def test_a_machine_asks_until_the_team_says_how_sure_it_must_be(team, campaign):
    set_policy(CHANGE)

    proposal = ask_for(campaign, START + 1, by=Actor("rule", "pace", team.id), confidence=1.0)

    assert proposal.state == "in_review"


@pytest.mark.parametrize(("confidence", "acts"), [(0.9, True), (0.79, False), (None, False)])
def test_min_confidence_binds_machines(team, campaign, confidence, acts):
    set_policy(CHANGE, min_confidence=0.8)

    proposal = ask_for(
        campaign, START + 1, by=Actor("rule", "pace", team.id), confidence=confidence
    )

    assert (proposal.state == "applied") is acts


def test_min_confidence_does_not_bind_people(campaign, alice):
    set_policy(CHANGE, min_confidence=0.8)

    assert ask_for(campaign, START + 1, by=alice.actor).state == "applied"


@pytest.mark.parametrize(("evidence", "acts"), [({"days_of_data": 7}, True), ({}, False)])
def test_min_days_of_data(campaign, alice, evidence, acts):
    set_policy(CHANGE, min_days_of_data=7)

    proposal = ask_for(campaign, START + 1, by=alice.actor, evidence=evidence)

    assert (proposal.state == "applied") is acts


def test_cooldown_is_per_subject(team, campaign, alice):
    set_policy(CHANGE, cooldown_hours=6)
    other = people.draft(team)
    assert ask_for(campaign, START + 1, by=alice.actor).state == "applied"

    assert_asks(ask_for(campaign, START + 2, by=alice.actor), "cooldown_hours")
    assert ask_for(other, START + 2, by=alice.actor).state == "applied"

    clock.travel(timedelta(hours=6).total_seconds() + 1)
    assert ask_for(campaign, START + 3, by=alice.actor).state == "applied"


def at_hour(hour):
    """Travel to that hour of the team's day (UTC)."""
    now = clock.now()
    then = (now + timedelta(days=1)).replace(hour=hour, minute=30)
    clock.travel((then - now).total_seconds())


@pytest.mark.parametrize(
    ("window", "hour", "within"),
    [
        ((9, 17), 9, True),
        ((9, 17), 16, True),
        ((9, 17), 17, False),
        ((9, 17), 8, False),
        ((22, 6), 23, True),
        ((22, 6), 0, True),
        ((22, 6), 5, True),
        ((22, 6), 6, False),
        ((22, 6), 21, False),
        ((0, 24), 0, True),
        ((0, 24), 23, True),
    ],
)
def test_hours_window_also_across_midnight(team, window, hour, within):
    at_hour(hour)

    assert _within(window) is within


def test_outside_its_hours_it_asks(campaign, alice):
    set_policy(CHANGE, hours_window=[9, 17])
    at_hour(3)

    assert_asks(ask_for(campaign, START + 1, by=alice.actor), "hours_window")


def test_a_limit_in_another_currency_asks(team, alice):
    campaign = people.draft(team, currency="EUR")
    set_policy(CHANGE, max_amount_cents=10**9)

    proposal = ask_for(campaign, START + 1, by=alice.actor)

    assert proposal.state == "in_review"
    assert "another currency" in stopped_by(proposal)


def test_all_bounds_must_hold(campaign, alice):
    set_policy(CHANGE, max_amount_cents=10**6, max_pct=1)

    assert_asks(ask_for(campaign, START + 100_000, by=alice.actor), "max_pct")


@pytest.mark.parametrize("guard", [{"max_amount_cents": -1}, {"min_confidence": 2}, {"max": 1}])
def test_a_guard_refuses_bounds_it_does_not_know(guard):
    with pytest.raises(ValueError, match="1 validation error"):
        Guard.model_validate(guard)
