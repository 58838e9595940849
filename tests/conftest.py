"""Fixtures of the whole suite: one application per worker in the chosen world, emptied between
tests; people; time.
"""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from sqlalchemy import event, text

from tests import walls, worlds

# Before anything of the product is imported: the broker reads its address when it is.
os.environ["ENV"] = "test"
os.environ["REDIS_URL"] = worlds.redis_url() if worlds.WORLD == "pg" else ""

import tasks
from tasks import context
from tests import people
from tests.people import Person, Team
from webapp import create_app
from webapp.accounts import passwords
from webapp.campaigns.models import Campaign
from webapp.config import Settings
from webapp.core import clock, fault
from webapp.db import acting_for, db
from webapp.web import panels

ROOT = Path(__file__).resolve().parent.parent

#: Benches are programs: one of them is the product itself, made when it is imported.
collect_ignore_glob = ["bench/*"]

#: A person's password is hashed at some cost on purpose; five people a test, in thousands of
#: tests, need not pay it. What is shipped is asserted in tests/accounts/test_passwords.py.
SHIPPED_HASHER = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
passwords._NOBODY = passwords._hasher.hash("nobody")

# Examples are the same in every run, and a busy machine is no failure; `--hypothesis-profile
# default` looks for new ones.
hypothesis.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis.load_profile("ci")


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if worlds.WORLD == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('db')}/drumbeat.db"
        return
    worlds.need_servers()
    name = worlds.database_name()
    yield worlds.make_database(name, careless=True)
    db_dispose()
    worlds.drop_database(name)


def db_dispose() -> None:
    app = context.app()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def whole_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application with a migrated database; its rows are emptied before each test that uses
    `app`.
    """
    settings = Settings.from_environ(
        {
            "ENV": "test",
            "DATABASE_URL": database_url,
            "SECRET_KEY": "for tests only",
            "SIGNUP": "open",
            "REDIS_URL": os.environ["REDIS_URL"],
            "LOG_LEVEL": "ERROR",
            "ASSETS": "local",
            "FILES_DIR": str(tmp_path_factory.mktemp("files")),
        }
    )
    app = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    context.bind(app)
    tasks.load()
    with app.app_context():
        from flask_migrate import upgrade

        upgrade()
        if worlds.WORLD == "pg":
            own = db.session.execute(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            )
            assert own.scalar() is False, "the suite runs as a role that skips row-level security"
            db.session.rollback()
    return app


@pytest.fixture(autouse=True)
def same_logging() -> Iterator[None]:
    """A test that makes an application of its own leaves the root logger as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def bare_app(whole_app: Flask) -> Iterator[Flask]:
    """The application with empty tables and the host's time, and no application context."""
    empty_tables(whole_app)
    clock.reset()
    fault.disarm()
    yield whole_app
    clock.reset()
    fault.disarm()


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application inside its context, for tests that speak in commands."""
    with bare_app.app_context():
        yield bare_app


def empty_tables(app: Flask) -> None:
    """Every table empty and every id from 1 again.

    Deleted, not truncated: on PostgreSQL a truncation makes new files for each table and index,
    which took longer than most tests.
    """
    with app.app_context(), db.engine.connect() as conn:
        names = [table.name for table in reversed(db.metadata.sorted_tables)]
        if conn.dialect.name == "sqlite":
            raw = conn.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("BEGIN IMMEDIATE")
            for name in names:
                raw.execute(f'DELETE FROM "{name}"')
            raw.execute("DELETE FROM sqlite_sequence")
            raw.execute("COMMIT")
            raw.execute("PRAGMA foreign_keys=ON")
        else:
            conn.execute(text("SELECT set_config('app.team_id', 'all', true)"))
            asked = " UNION ALL ".join(
                f'SELECT {place} WHERE EXISTS (SELECT 1 FROM "{name}")'
                for place, name in enumerate(names)
            )
            for (place,) in conn.execute(text(asked)).all():
                conn.execute(text(f'DELETE FROM "{names[place]}"'))
            conn.execute(
                text(
                    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
                    " FROM pg_sequences WHERE last_value IS NOT NULL"
                )
            )
            conn.commit()
    panels.forget()
    if url := os.environ["REDIS_URL"]:
        redis.Redis.from_url(url).flushdb()


@pytest.fixture
def team(app: Flask) -> Iterator[Team]:
    """Alice owns the team, Bob manages, Mia is a member, Vera looks on; Charlie has a team of his
    own. Acts for Alice's team.
    """
    made = people.found_team(app)
    with acting_for(made.id):
        yield made


@pytest.fixture
def alice(team: Team) -> Person:
    return team.alice


@pytest.fixture
def bob(team: Team) -> Person:
    return team.bob


@pytest.fixture
def campaign(team: Team) -> Campaign:
    """Alice's draft: a budget of 9,000.00 USD over three platforms, starting tomorrow."""
    return people.draft(team)


@pytest.fixture
def client(bare_app: Flask) -> FlaskClient:
    """A browser that is not signed in; no application context is open around it."""
    return bare_app.test_client()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What lies between the house's aims and its stops, when the walls were looked at."""
    ran = [one for found in terminalreporter.stats.values() for one in found]
    if any("test_architecture" in getattr(one, "nodeid", "") for one in ran):
        terminalreporter.section("house numbers")
        for line in walls.summary():
            terminalreporter.write_line(line)


@pytest.fixture
def eventually():
    """`eventually(lambda: …)`: ask until it holds, some seconds at most."""

    def wait(holds, seconds: float = 15.0) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, "it never came to hold"
            time.sleep(0.02)

    return wait


@pytest.fixture
def statements(app):
    """What the database is asked; clear it before what is to be counted."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)
