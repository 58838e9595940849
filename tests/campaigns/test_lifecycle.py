"""A campaign from draft to the end, by its clock."""

import pytest
from sqlalchemy import func, select

from tests import people
from webapp.campaigns.commands import move_campaign
from webapp.core import clock
from webapp.core.errors import IllegalTransition
from webapp.db import db
from webapp.events.models import Event


def test_an_approved_campaign_launches_at_its_start_and_completes_at_its_end(team):
    campaign = people.scheduled(team)
    assert campaign.state == "scheduled"

    clock.travel((campaign.starts_at - clock.now()).total_seconds() + 1)
    people.run_background()
    assert campaign.state == "active"

    clock.travel((campaign.ends_at - clock.now()).total_seconds() + 1)
    people.run_background()
    assert campaign.state == "completed"


def test_an_illegal_move_writes_nothing(team, campaign):
    before = db.session.scalar(select(func.count()).select_from(Event))

    with pytest.raises(IllegalTransition, match="Cannot pause a campaign that is draft"):
        move_campaign(
            campaign_id=campaign.id, move="pause", version=campaign.version, by=team.alice.actor
        )

    assert db.session.scalar(select(func.count()).select_from(Event)) == before
