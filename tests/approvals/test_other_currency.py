"""A limit is an amount of one currency: after the team changes its own, it counts for nothing."""

import pytest

from tests import people
from webapp.accounts.commands import change_member, edit_team
from webapp.accounts.queries import membership_of
from webapp.accounts.queries import team as own_team
from webapp.ads.commands import BUDGET_CHANGE, change_budget
from webapp.approvals.commands import set_limit
from webapp.approvals.queries import policy_of, state_of
from webapp.core.errors import Invalid


def _to_euro(team):
    own = own_team()
    edit_team(
        name=own.name, zone=own.zone, currency="EUR", version=own.version, by=team.alice.actor
    )


def _raise_by_a_dollar(team, campaign):
    return change_budget(
        campaign_id=campaign.id, budget="9,001", version=campaign.version, by=team.bob.actor
    )


def test_a_limit_in_the_currency_the_team_left_lets_nothing_act(team):
    set_limit(kind=BUDGET_CHANGE, limit="500", version=1, by=team.alice.actor)
    campaign = people.active(team)
    assert state_of(_raise_by_a_dollar(team, campaign)) == "applied"

    _to_euro(team)
    euros = people.active(team, currency="EUR", name="In euros")

    assert state_of(_raise_by_a_dollar(team, euros)) == "in_review"
    assert policy_of(BUDGET_CHANGE).currency == "USD"


def test_a_team_keeps_its_currency_while_members_have_limits_in_it(team):
    bob = membership_of(team.bob.id)
    change_member(
        membership_id=bob.id,
        role="manager",
        approve_limit="1000",
        version=bob.version,
        by=team.alice.actor,
    )

    with pytest.raises(Invalid, match="limits in USD"):
        _to_euro(team)
