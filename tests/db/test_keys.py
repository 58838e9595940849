"""Keys: a child cannot hang off another team's parent, and no id is given out twice."""

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from tests import people, worlds
from webapp.ads.models import AdCampaign
from webapp.approvals.models import Stage
from webapp.db import acting_for, db, execute, unit_of_work
from webapp.events.models import Hold


def test_another_teams_campaign_is_refused_as_a_parent(team, campaign):
    campaign_id = campaign.id
    db.session.expunge_all()

    with (
        pytest.raises(IntegrityError),
        acting_for(team.charlie.actor.team_id),
        unit_of_work(),
    ):
        part = {
            "team_id": team.charlie.actor.team_id,
            "campaign_id": campaign_id,
            "platform": "google",
            "name": "",
            "allocated_cents": 0,
            "state": "draft",
        }
        execute(insert(AdCampaign).values(**part))
        db.session.flush()


def test_another_teams_proposal_is_refused_as_a_parent(team):
    _, proposal = people.submitted(team)
    proposal_id = proposal.id
    db.session.expunge_all()

    with (
        pytest.raises(IntegrityError),
        acting_for(team.charlie.actor.team_id),
        unit_of_work(),
    ):
        db.session.add(Stage(team_id=team.charlie.actor.team_id, proposal_id=proposal_id, round=2))
        db.session.flush()


def test_an_owner_must_be_a_member_of_the_campaigns_team(team, campaign):
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(
            text("UPDATE campaign SET owner_id = :stranger"), {"stranger": team.charlie.id}
        )


def test_a_deleted_id_is_not_given_out_again(team):
    given = []
    for campaign_id in (1, 2):
        with unit_of_work():
            hold = Hold(team_id=team.id, campaign_id=campaign_id, by="system")
            db.session.add(hold)
            db.session.flush()
            given.append(hold.id)
            db.session.execute(text("DELETE FROM hold"))
            db.session.expunge(hold)

    assert given[1] > given[0]


@pytest.mark.skipif(worlds.WORLD != "sqlite", reason="SQLite's own trap")
def test_every_table_keeps_its_sequence(app):
    tables = db.session.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    ).all()

    without = [t for t in tables if "AUTOINCREMENT" not in t.sql]
    assert [t.name for t in without if "WITHOUT ROWID" not in t.sql] == ["alembic_version"]


@pytest.mark.skipif(worlds.WORLD != "sqlite", reason="SQLite's own trap")
def test_foreign_keys_hold_on_every_connection(app):
    with db.engine.connect() as one, db.engine.connect() as other:
        held = [conn.execute(text("PRAGMA foreign_keys")).scalar() for conn in (one, other)]

    assert held == [1, 1]
