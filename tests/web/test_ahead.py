"""What a page asks around its own data: little, first, and never older than what was just done."""

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests import people
from webapp.db import acting_for
from webapp.events.log import newest_position
from webapp.web import ahead


@pytest.fixture
def statements():
    """What the database was asked, the team's wall aside."""
    asked = []

    def note(_conn, _cursor, statement, *_rest):
        if "set_config" not in statement:
            asked.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def test_the_list_asks_who_what_around_rows_counts_and_people(bare_app, made, statements):
    client = made.alice.sign_in(bare_app)
    client.get("/campaigns")
    statements.clear()

    client.get("/campaigns")

    tables = ("session", "event", "campaign_total", "AS draft", "lower(")
    assert len(statements) == len(tables)
    for statement, table in zip(statements, tables, strict=True):
        assert table in statement


def test_a_piece_for_htmx_does_not_ask_for_the_navigation(bare_app, made, statements):
    client = made.alice.sign_in(bare_app)
    statements.clear()

    client.get("/campaigns", headers={"HX-Request": "true"})

    assert not any("UNION ALL SELECT 'waiting'" in one for one in statements)


def test_it_is_what_the_parts_say_one_by_one(app):
    team = people.found_team(app)
    with acting_for(team.id):
        running = people.active(team)
        people.submitted(team)
        people.run_background()

        found = ahead.ask(team.id, team.alice.id)

        assert found.position == newest_position(team.id) > 0
        assert [(one.id, one.name, one.state) for one in found.running] == [
            (running.id, running.name, "active")
        ]
        ((by, _, currency, standing),) = found.waiting
        assert (by, currency, standing) == (str(team.alice.actor), "USD", "")


def test_of_another_team_it_knows_nothing(app):
    team = people.found_team(app)
    with acting_for(team.id):
        people.active(team)
    elsewhere = team.charlie.actor.team_id

    with acting_for(elsewhere):
        found = ahead.ask(elsewhere, team.alice.id)

    assert (found.waiting, found.running) == ([], [])
