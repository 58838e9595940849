"""Writing the log: one event per change, and versions that count without a gap."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests import people
from tests.events.ledger import budget_set, newest_event
from webapp.ads.models import AdCampaign
from webapp.campaigns.models import Campaign
from webapp.core.actor import SYSTEM
from webapp.core.errors import WrongUse
from webapp.db import db, find, unit_of_work
from webapp.events.log import events_after, newest_position, note, record
from webapp.events.models import Event


def versions(kind: str, subject_id: int) -> list[int]:
    query = select(Event.subject_version).where(
        Event.subject_kind == kind,
        Event.subject_id == subject_id,
        Event.subject_version.is_not(None),
    )
    return list(db.session.scalars(query.order_by(Event.subject_version)))


def test_every_change_of_a_row_has_its_event(team):
    campaign = people.active(team)

    assert versions("campaign", campaign.id) == list(range(1, campaign.version + 1))
    for part in db.session.scalars(select(AdCampaign)):
        assert versions("ad_campaign", part.id) == list(range(1, part.version + 1))


def test_an_event_names_its_team_campaign_subject_and_who(team, campaign):
    budget_set(team, campaign)

    event = newest_event("campaign.budget_set")
    assert (event.team_id, event.campaign_id) == (team.id, campaign.id)
    assert (event.subject_kind, event.subject_id) == ("campaign", campaign.id)
    assert event.by == f"user:{team.alice.id}"
    assert event.data == {"was_cents": 900_000, "budget_cents": 500}


def test_a_note_has_no_version(team, campaign):
    with unit_of_work():
        note("campaign.looked_at", subject=campaign, by=SYSTEM)

    assert newest_event("campaign.looked_at").subject_version is None


def test_a_second_event_for_one_change_is_refused(team, campaign):
    with pytest.raises(IntegrityError), unit_of_work():
        record("campaign.changed", subject=find(Campaign, campaign.id), by=SYSTEM)


def test_an_event_outside_a_unit_of_work_is_refused(team, campaign):
    with pytest.raises(WrongUse, match="in one unit of work"):
        record("campaign.changed", subject=campaign, by=SYSTEM)


def test_what_a_policy_causes_names_its_event(team):
    campaign = people.active(team)

    launched = newest_event("campaign.launched")
    due = newest_event("campaign.start_due")
    assert launched.caused_by == due.id
    assert launched.by == f"event:{due.id}"
    assert campaign.state == "active"


def test_events_are_read_after_a_position_in_order(team, campaign):
    budget_set(team, campaign)
    people.run_background()

    newest = newest_position(team.id)
    positions = [event.position for event in events_after(newest - 3)]
    assert positions == [newest - 2, newest - 1, newest]


def test_what_is_not_relayed_has_no_position_yet(team, campaign):
    before = newest_position()
    budget_set(team, campaign)

    assert newest_position() == before
    assert db.session.scalar(select(func.count()).where(Event.position.is_(None))) > 0
