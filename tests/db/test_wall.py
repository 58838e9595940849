"""PostgreSQL's row-level wall: what one team's session can reach, whatever its SQL says."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests import people, worlds
from webapp.db import acting_for, db, unit_of_work

pytestmark = [
    pytest.mark.pg,
    pytest.mark.skipif(worlds.WORLD != "pg", reason="the wall is PostgreSQL's"),
]

#: Read before a team is known; only `accounts` reads them.
IDENTITY = {
    *("user", "session", "team", "membership", "invite", "user_setting", "sign_in_failure"),
    "calendar_feed",
    "share_link",
    "guest_link",
}


@pytest.fixture
def two_teams(app):
    """Alice's team with a campaign, and Charlie's without; no team is set."""
    made = people.found_team(app)
    with acting_for(made.id):
        people.draft(made)
    db.session.rollback()
    return made


def count(table: str) -> int:
    return db.session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()


def test_without_a_team_there_are_no_rows(two_teams):
    assert [count(t) for t in ("campaign", "event", "ad_campaign", "proposal", "receipt")] == [
        0
    ] * 5


def test_another_teams_rows_are_invisible(two_teams):
    with acting_for(two_teams.charlie.actor.team_id):
        assert count("campaign") == 0
        assert count("ad_campaign") == 0


def test_all_sees_every_team(two_teams):
    with acting_for("all"):
        assert count("campaign") == 1
        teams = db.session.execute(text("SELECT count(DISTINCT team_id) FROM event")).scalar_one()
    assert teams == 2


def test_a_row_for_another_team_is_refused(two_teams):
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        acting_for(two_teams.charlie.actor.team_id),
        unit_of_work(),
    ):
        db.session.execute(
            text(
                "INSERT INTO hold (team_id, campaign_id, by, reason, created_at)"
                " VALUES (:team, 1, 'system', '', now())"
            ),
            {"team": two_teams.id},
        )


def test_another_teams_rows_are_not_changed_or_deleted(two_teams):
    with acting_for(two_teams.charlie.actor.team_id), unit_of_work():
        changed = db.session.execute(text("UPDATE campaign SET name = 'mine now'")).rowcount
        deleted = db.session.execute(text("DELETE FROM event WHERE team_id = 1")).rowcount

    assert (changed, deleted) == (0, 0)


def test_a_row_cannot_be_given_to_another_team(two_teams):
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        acting_for(two_teams.id),
        unit_of_work(),
    ):
        db.session.execute(
            text("UPDATE event SET team_id = :team"), {"team": two_teams.charlie.actor.team_id}
        )


def test_a_setting_that_is_no_team_is_an_error_not_everything(two_teams):
    with pytest.raises(DBAPIError, match="bigint"), acting_for("everything"):
        count("campaign")
    db.session.rollback()


def test_the_setting_ends_with_its_transaction(two_teams):
    with acting_for(two_teams.id):
        assert count("campaign") == 1

    assert count("campaign") == 0


def test_every_table_with_a_team_is_walled(app):
    with acting_for("all"):
        rows = db.session.execute(
            text(
                "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS forced,"
                " EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.relname) AS policy"
                " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'"
                " WHERE a.attname = 'team_id' AND c.relkind = 'r'"
            )
        ).all()

    open_tables = {row.relname for row in rows if not (row.forced and row.policy)}
    assert open_tables == IDENTITY & {row.relname for row in rows}
    assert len(rows) > len(IDENTITY)
