"""Nothing launches on a closed day: it is not asked for, and an approved start waits until the days
are open.
"""

from datetime import timedelta

import pytest

from tests import people
from tests.clients import signed_in
from webapp.availability.commands import add_blackout, remove_blackout
from webapp.campaigns.commands import submit_campaign
from webapp.campaigns.models import Campaign
from webapp.core import clock, zones
from webapp.core.errors import Conflict
from webapp.db import db, find
from webapp.events import timers
from webapp.events.models import Event


def close(team, campaign, *, days=2, whole_team=False):
    """Some days from the campaign's start on."""
    first = zones.today(campaign.starts_at, campaign.zone)
    return add_blackout(
        starts_on=first,
        ends_on=first + timedelta(days=days - 1),
        reason="Stock taking",
        campaign_id=None if whole_team else campaign.id,
        by=team.bob.actor,
    )


def at_its_start(campaign):
    clock.travel((campaign.starts_at - clock.now()).total_seconds() + 1)
    people.run_background()
    return find(Campaign, campaign.id)


@pytest.mark.parametrize("whole_team", [True, False])
def test_a_launch_on_a_closed_day_is_not_asked_for(team, whole_team):
    campaign = people.draft(team)
    close(team, campaign, whole_team=whole_team)

    with pytest.raises(Conflict, match=r"closed: Stock taking\. From .* on it may"):
        submit_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)

    assert find(Campaign, campaign.id).state == "draft"


def test_the_page_says_why_it_is_refused(app, team):
    campaign = people.draft(team)
    close(team, campaign)

    answer = signed_in(app, team.alice).post(
        f"/campaigns/{campaign.id}/submit", data={"version": campaign.version}
    )

    assert answer.status_code == 409
    assert "closed: Stock taking" in answer.text


def test_another_campaigns_closed_days_keep_nobody_from_launching(team):
    close(team, people.draft(team, name="Another"))

    assert people.submitted(team)[0].id


def test_an_approved_start_waits_until_the_days_are_open(team):
    campaign = people.scheduled(team)
    close(team, campaign)

    assert at_its_start(campaign).state == "scheduled"
    (timer,) = [one for one in timers.pending_for(campaign.id) if "start" in one.key]
    first = zones.today(campaign.starts_at, campaign.zone)
    assert timer.due_at == zones.day_start(first + timedelta(days=2), campaign.zone)
    deferred = db.select(Event.id).where(Event.name == "campaign.start_deferred")
    assert len(db.session.scalars(deferred).all()) == 1

    clock.travel((timer.due_at - clock.now()).total_seconds() + 1)
    people.run_background()

    assert find(Campaign, campaign.id).state == "active"


def test_opening_the_days_lets_it_start_at_once(team):
    campaign = people.scheduled(team)
    blackout_id = close(team, campaign)
    at_its_start(campaign)

    remove_blackout(blackout_id=blackout_id, by=team.bob.actor)
    people.run_background()

    assert find(Campaign, campaign.id).state == "active"


def test_days_that_follow_each_other_are_waited_for_as_one(team):
    campaign = people.scheduled(team)
    close(team, campaign, days=2)
    first = zones.today(campaign.starts_at, campaign.zone)
    add_blackout(
        starts_on=first + timedelta(days=2),
        ends_on=first + timedelta(days=4),
        reason="Holidays",
        by=team.bob.actor,
    )

    at_its_start(campaign)

    (timer,) = [one for one in timers.pending_for(campaign.id) if "start" in one.key]
    assert timer.due_at == zones.day_start(first + timedelta(days=5), campaign.zone)
