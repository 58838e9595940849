"""Migrations end at the models, lose no row and no id, and never run beside each other; on both
databases.
"""

import contextlib
import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from tests import schemas, worlds
from tests.walls import ROOT
from webapp.db import UTCDateTime, db

#: Read before a team is known, so without a wall.
IDENTITY = {
    *("user", "session", "team", "membership", "invite"),
    *("share_link", "calendar_feed", "guest_link"),
}
#: Written from other rows, so without an id of their own.
ROLLUPS = {
    *("platform_day", "campaign_day", "campaign_total", "planned_task"),
    "notification_choice",
}
REVISIONS = [
    one.revision
    for one in reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions()))
]
only_sqlite = pytest.mark.skipif(worlds.WORLD != "sqlite", reason="about SQLite")
only_pg = pytest.mark.skipif(worlds.WORLD != "pg", reason="about PostgreSQL")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Flask]:
    """A database without tables, and its application's context."""
    with schemas.empty_database(tmp_path, "migrated") as app, app.app_context():
        yield app


@pytest.fixture
def migrated(fresh: Flask) -> Flask:
    flask_migrate.upgrade()
    return fresh


def test_migrations_end_where_the_models_are(migrated):
    with db.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": _same_type})

        assert compare_metadata(context, db.metadata) == []


def _same_type(context, inspected, column, inspected_type, declared):
    return None if not isinstance(declared, UTCDateTime) else False


def test_checks_partial_indexes_and_defaults_are_those_of_the_models(migrated, tmp_path):
    through_migrations = schemas.facts()

    with schemas.empty_database(tmp_path, "created") as other, other.app_context():
        db.create_all()
        from_models = schemas.facts()

    assert through_migrations == from_models


def test_a_schema_that_lost_a_partial_index_is_another(migrated):
    before = schemas.facts()
    with db.engine.begin() as conn:
        conn.execute(sa.text("DROP INDEX ix_event_unrelayed"))

    assert schemas.facts() != before


def test_there_is_nothing_left_to_generate(migrated):
    flask_migrate.check()


def test_every_step_keeps_every_row(fresh):
    kept: dict[str, int] = {}
    for revision in REVISIONS:
        flask_migrate.upgrade(revision=revision)
        now = schemas.counts(kept)
        assert all(now[name] >= number for name, number in schemas.counts(kept).items())
        schemas.fill()
        kept = schemas.counts(dict.fromkeys(_tables(), 0))

    assert set(kept) == {table.name for table in db.metadata.sorted_tables}
    assert min(kept.values()) >= 1


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_a_step_down_and_up_keeps_what_was_there_before_it(fresh, revision):
    before = REVISIONS[REVISIONS.index(revision) - 1]
    flask_migrate.upgrade(revision=before)
    kept = schemas.counts(schemas.fill())

    for step in (flask_migrate.upgrade, flask_migrate.downgrade, flask_migrate.upgrade):
        step(revision=before if step is flask_migrate.downgrade else revision)
        assert schemas.counts(kept) == kept


def test_all_the_way_down_and_up_again_is_the_same_schema(migrated):
    before = schemas.facts()

    flask_migrate.downgrade(revision="base")
    assert _tables() == set()

    flask_migrate.upgrade()
    assert schemas.facts() == before


def _tables() -> set[str]:
    with db.engine.connect() as conn:
        return set(sa.inspect(conn).get_table_names()) - {"alembic_version"}


# A wider column: on SQLite this rebuilds a table that nearly all others point to.

REBUILD = """
with op.batch_alter_table("team", table_kwargs={"sqlite_autoincrement": True}) as table:
    table.alter_column("zone", existing_type=sa.String(64), type_=sa.String(100))
"""


def test_a_rebuild_of_a_parent_keeps_its_children(migrated, tmp_path):
    kept = schemas.counts(schemas.fill())

    flask_migrate.upgrade(directory=schemas.with_revision(tmp_path, REBUILD))

    assert schemas.counts(kept) == kept


def test_a_rebuild_gives_no_id_out_twice(migrated, tmp_path):
    highest = schemas.fill()["user"]
    with db.engine.begin() as conn:
        conn.execute(sa.text("INSERT INTO team (name, zone, currency, created_at, updated_at,"
                             " version) VALUES ('x', 'UTC', 'USD', CURRENT_TIMESTAMP,"
                             " CURRENT_TIMESTAMP, 1)"))  # fmt: skip
        highest = conn.execute(sa.text("SELECT max(id) FROM team")).scalar_one()
        conn.execute(sa.text("DELETE FROM team WHERE id = :id"), {"id": highest})

    flask_migrate.upgrade(directory=schemas.with_revision(tmp_path, REBUILD))

    with db.engine.begin() as conn:
        again = conn.execute(sa.text("INSERT INTO team (name, zone, currency, created_at,"
                             " updated_at, version) VALUES ('y', 'UTC', 'USD', CURRENT_TIMESTAMP,"
                             " CURRENT_TIMESTAMP, 1) RETURNING id"))  # fmt: skip
        assert again.scalar_one() > highest


@only_sqlite
def test_every_table_says_that_ids_are_never_used_again(migrated):
    found = schemas.facts()

    assert [
        name
        for name in _tables()
        if not found[name]["never reuses ids"] and (found[name]["has ids"] or name not in ROLLUPS)
    ] == []


@only_sqlite
def test_a_rollup_has_no_ids_and_lies_in_the_order_of_its_key(migrated):
    found = schemas.facts()

    assert {name for name in _tables() if found[name]["in the order of its key"]} == ROLLUPS
    assert [name for name in ROLLUPS if found[name]["has ids"]] == []


@only_sqlite
def test_a_rebuild_that_forgets_to_say_so_is_refused_and_undone(migrated, tmp_path, caplog):
    before = schemas.facts()
    forgetful = REBUILD.replace(', table_kwargs={"sqlite_autoincrement": True}', "")

    with pytest.raises(SystemExit):
        flask_migrate.upgrade(directory=schemas.with_revision(tmp_path, forgetful))

    assert "lost AUTOINCREMENT" in caplog.text
    assert schemas.facts() == before


@only_sqlite
def test_a_migration_that_orphans_rows_is_refused_and_undone(migrated, tmp_path, caplog):
    kept = schemas.counts(schemas.fill())

    with pytest.raises(SystemExit):
        flask_migrate.upgrade(
            directory=schemas.with_revision(tmp_path, 'op.execute("DELETE FROM team")')
        )

    assert "without their parents" in caplog.text
    assert schemas.counts(kept) == kept


@only_sqlite
@pytest.mark.parametrize("body", [REBUILD, 'op.execute("DELETE FROM team")'])
def test_foreign_keys_are_on_again_whatever_happened(migrated, tmp_path, body):
    schemas.fill()
    with contextlib.suppress(SystemExit):
        flask_migrate.upgrade(directory=schemas.with_revision(tmp_path, body))

    connections = [db.engine.connect() for _ in range(3)]
    for conn in connections:
        assert conn.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
        conn.close()


@only_sqlite
def test_a_copy_is_kept_of_the_database_before_it_is_changed(migrated, tmp_path):
    copy = Path(f"{db.engine.url.database}.before-migration")
    flask_migrate.upgrade()
    flask_migrate.check()
    assert not copy.exists(), "nothing was changed and yet copied"

    schemas.fill()
    flask_migrate.upgrade(directory=schemas.with_revision(tmp_path, REBUILD))

    with contextlib.closing(sa.create_engine(f"sqlite:///{copy}").raw_connection()) as conn:
        assert conn.execute("SELECT count(*) FROM team").fetchone()[0] == 1


@only_pg
def test_every_table_of_a_team_stands_behind_the_wall(migrated):
    owned = {table.name for table in db.metadata.sorted_tables if "team_id" in table.c} - IDENTITY
    with db.engine.connect() as conn:
        policies = conn.execute(sa.text("SELECT tablename FROM pg_policies")).scalars().all()
        forced = (
            conn.execute(
                sa.text(
                    "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
                    " AND relnamespace = 'public'::regnamespace"
                )
            )
            .scalars()
            .all()
        )

    assert set(policies) == owned
    assert set(forced) == owned


@only_pg
def test_the_wall_is_the_form_the_planner_understands(migrated):
    with db.engine.connect() as conn:
        forms = set(conn.execute(sa.text("SELECT qual FROM pg_policies")).scalars())

    assert len(forms) == 1
    assert "CASE" in forms.pop()


def test_a_data_migration_sees_the_rows_of_every_team(migrated, tmp_path):
    schemas.fill()
    change = "op.execute(\"UPDATE event SET name = 'seen.by_migration'\")"

    flask_migrate.upgrade(directory=schemas.with_revision(tmp_path, change))

    assert schemas.run("SELECT count(*) FROM event WHERE name = 'seen.by_migration'") == 1


@only_pg
def test_nothing_of_a_migrations_session_stays_behind(migrated):
    with db.engine.connect() as conn:
        settings = {
            name: conn.execute(sa.text(f"SHOW {name}")).scalar()
            for name in ("lock_timeout", "statement_timeout", "app.team_id")
        }
        locks = conn.execute(
            sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid ="
                    " pg_backend_pid()")
        ).scalar()  # fmt: skip

    assert settings == {"lock_timeout": "5s", "statement_timeout": "30s", "app.team_id": ""}
    assert locks == 0


@contextlib.contextmanager
def another_migration_at_work() -> Iterator[None]:
    if worlds.WORLD == "sqlite":
        with Path(f"{db.engine.url.database}.migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with db.engine.connect() as conn:
        conn.execute(sa.text("SELECT pg_advisory_lock(hashtext('drumbeat migrations'))"))
        yield
        conn.execute(sa.text("SELECT pg_advisory_unlock_all()"))


def test_a_migration_waits_for_another_however_long_it_takes(fresh):
    def upgrade() -> None:
        with fresh.app_context():
            flask_migrate.upgrade()

    second = threading.Thread(target=upgrade)
    with another_migration_at_work():
        second.start()
        second.join(2.5)  # longer than a migration waits for a table
        assert second.is_alive()
        assert _tables() == set()
    second.join(30)

    assert _tables() == {table.name for table in db.metadata.sorted_tables}
