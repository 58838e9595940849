"""Parts follow their campaign, in whatever order they hear of its moves."""

import itertools

import pytest

from tests import people
from tests.together import assert_one_event_per_version, at_once
from webapp.ads.commands import add_platform
from webapp.ads.models import AdCampaign
from webapp.ads.queries import planned_parts
from webapp.campaigns.commands import move_campaign
from webapp.events import receipts
from webapp.events.relay import relay_batch


def move(campaign, name, by):
    move_campaign(campaign_id=campaign.id, move=name, version=campaign.version, by=by.actor)


def states(campaign):
    return {part.state for part in planned_parts(campaign.id)}


def test_parts_go_live_pause_resume_and_end_with_their_campaign(team):
    campaign = people.scheduled(team)
    assert states(campaign) == {"draft"}

    campaign = people.active(team)
    assert states(campaign) == {"live"}
    for name, expected in (("pause", "paused"), ("resume", "live"), ("complete", "ended")):
        move(campaign, name, team.bob)
        people.run_background()
        assert states(campaign) == {expected}
    assert_one_event_per_version(AdCampaign)


def test_parts_of_a_cancelled_draft_end(team, campaign):
    move(campaign, "cancel", team.bob)
    people.run_background()

    assert states(campaign) == {"ended"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_the_news_does_not_matter(team, order):
    campaign = people.active(team)
    for name in ("pause", "resume", "pause"):
        move(campaign, name, team.bob)

    def deliver():
        offers = relay_batch().offers
        for n in order:
            receipts.settle(offers[n].team_id, offers[n].receipt_id)

    assert at_once(deliver) == [None]
    assert states(campaign) == {"paused"}


@pytest.mark.parametrize("moves", [(), ("pause",)])
def test_a_platform_added_later_runs_with_the_others(team, moves):
    campaign = people.active(team)
    for name in moves:
        move(campaign, name, team.bob)
    add_platform(campaign_id=campaign.id, platform="x", by=team.mia.actor)
    if moves:
        move(campaign, "resume", team.bob)
    people.run_background()

    assert states(campaign) == {"live"}
