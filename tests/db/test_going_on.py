"""One transaction of a request: it asks who somebody is, then goes on behind their team's wall."""

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from tests import people, worlds
from webapp.campaigns.models import Campaign
from webapp.db import acting_for, current_team, db, rows, unit_of_work

HOW_MANY = select(func.count()).select_from(Campaign.__table__)


@pytest.fixture
def two_teams(app):
    """Alice's team with a campaign, and Charlie's without; no team is set."""
    made = people.found_team(app)
    with acting_for(made.id):
        people.draft(made)
    db.session.rollback()
    return made


@pytest.fixture
def endings():
    """How often a transaction ended, so far."""
    seen = []

    def note(_conn):
        seen.append("rollback")

    event.listen(Engine, "rollback", note)
    yield seen
    event.remove(Engine, "rollback", note)


def test_it_is_the_same_transaction(two_teams, endings):
    rows(text("SELECT 1"))

    with acting_for(two_teams.id, going_on=True):
        assert rows(HOW_MANY)[0][0] == 1
        assert endings == []

    assert endings == ["rollback"]


def test_otherwise_it_is_another_one(two_teams, endings):
    rows(text("SELECT 1"))

    with acting_for(two_teams.id):
        assert endings == ["rollback"]


def test_without_a_transaction_it_begins_one_for_the_team(two_teams):
    with acting_for(two_teams.id, going_on=True):
        assert current_team() == two_teams.id
        assert rows(HOW_MANY)[0][0] == 1


@pytest.mark.pg
@pytest.mark.skipif(worlds.WORLD != "pg", reason="the wall is PostgreSQL's")
def test_the_wall_stands_from_there_on_and_falls_with_it(two_teams):
    assert rows(HOW_MANY)[0][0] == 0

    with acting_for(two_teams.id, going_on=True):
        assert rows(HOW_MANY)[0][0] == 1

    assert rows(HOW_MANY)[0][0] == 0
    with acting_for(two_teams.charlie.actor.team_id, going_on=True):
        assert rows(HOW_MANY)[0][0] == 0


def test_it_still_only_reads(two_teams):
    rows(text("SELECT 1"))

    with (
        acting_for(two_teams.id, going_on=True),
        pytest.raises(DBAPIError, match=r"read-?only"),
    ):
        db.session.execute(text("UPDATE campaign SET name = 'another'"))
    db.session.rollback()


def test_a_team_is_never_left_for_another_in_one_transaction(two_teams, endings):
    with acting_for(two_teams.id):
        rows(HOW_MANY)

        with acting_for(two_teams.charlie.actor.team_id, going_on=True):
            assert endings == ["rollback"]


def test_a_read_only_connection_is_not_handed_to_a_writer(two_teams):
    rows(text("SELECT 1"))
    db.session.rollback()

    with db.engine.connect() as conn:
        conn.execute(text("UPDATE team SET name = 'Another name'"))
        conn.commit()
    with acting_for(two_teams.id), unit_of_work():
        db.session.execute(text("UPDATE campaign SET name = 'Another name'"))

    with acting_for(two_teams.id):
        assert rows(select(Campaign.__table__.c.name))[0][0] == "Another name"
