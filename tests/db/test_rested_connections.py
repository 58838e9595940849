"""A connection that rested is asked whether the server still knows it; one in use is not."""

from importlib import import_module

import psycopg
import pytest
from sqlalchemy import text

from tests import worlds
from webapp.db import db, rows

pytestmark = [
    pytest.mark.pg,
    pytest.mark.skipif(worlds.WORLD != "pg", reason="SQLite has no server"),
]

DATABASE = import_module("webapp.db")  # `webapp.db` by itself is the package's own name
OWN = text("SELECT pg_backend_pid()")


def end(backend: int) -> None:
    """What a restart of the server does to a connection."""
    with psycopg.connect(worlds.admin_url(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


@pytest.fixture
def rested(app, monkeypatch):
    """A pool of one connection, which rested: of several another might be given out, and the one
    that was ended would wait for a later test.
    """
    monkeypatch.setattr(DATABASE, "RESTED_SECONDS", -1.0)
    db.session.rollback()
    db.engine.dispose()
    yield
    db.session.rollback()
    db.engine.dispose()


def test_after_a_restart_of_the_server_the_next_request_notices_nothing(rested):
    backend = rows(OWN)[0][0]
    db.session.rollback()
    end(backend)

    assert rows(OWN)[0][0] != backend


def test_a_connection_that_lives_is_kept(rested):
    backend = rows(OWN)[0][0]
    db.session.rollback()

    assert rows(OWN)[0][0] == backend


def test_one_that_did_not_rest_costs_no_question(app, monkeypatch):
    monkeypatch.setattr(DATABASE, "RESTED_SECONDS", 3600.0)
    rows(OWN)
    db.session.rollback()
    asked = []
    monkeypatch.setattr(psycopg.Connection, "execute", lambda *a, **k: asked.append(a))

    rows(OWN)

    assert asked == []
