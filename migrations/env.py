"""How migrations run: one at a time, on SQLite with foreign keys off and ids kept, on PostgreSQL
for every team.

On SQLite a batch rebuild drops the parent table: with foreign keys on, that deletes its children
without an error. The pragma does nothing inside a transaction, so it is set before any. A rebuild
also forgets which ids were given out, and that they are never given out again.
"""

import contextlib
import fcntl
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import context
from alembic.migration import MigrationContext
from sqlalchemy import text

from webapp.db import UTCDateTime, db


def render_item(kind: str, item: Any, autogen: Any) -> Any:
    """Our type decorators are written as the plain types they store."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    engine = db.engine
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    with _alone(path), engine.connect() as conn:
        if engine.dialect.name == "sqlite":
            if path and _has_work(conn):
                _copy(path)
            with _sqlite_safely(conn):
                _migrate(conn)
        else:
            with _postgresql_safely(conn):
                _migrate(conn)


def _migrate(conn: Any) -> None:
    context.configure(
        connection=conn,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


@contextlib.contextmanager
def _postgresql_safely(conn: Any) -> Iterator[None]:
    """For every team; waits for another migration as long as it takes, for a table 2 seconds."""
    try:
        conn.execute(text("SELECT set_config('statement_timeout', '0', false)"))
        conn.execute(text("SELECT set_config('lock_timeout', '0', false)"))
        conn.execute(text("SELECT pg_advisory_lock(hashtext('drumbeat migrations'))"))
        conn.execute(text("SELECT set_config('app.team_id', 'all', false)"))
        conn.execute(text("SELECT set_config('lock_timeout', '2s', false)"))
        conn.commit()
        yield
        conn.commit()
    finally:
        conn.rollback()
        conn.execute(text("SELECT pg_advisory_unlock_all()"))
        for setting in ("app.team_id", "lock_timeout", "statement_timeout"):
            conn.execute(text(f"RESET {setting}"))
        conn.commit()


@contextlib.contextmanager
def _sqlite_safely(conn: Any) -> Iterator[None]:
    """All revisions in one transaction of ours, which commits only when nothing was broken."""
    raw = conn.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with conn.execution_options(write=True).begin():
            never_again = _autoincrement(raw)
            highest = _highest(raw)
            yield
            _check(raw, never_again)
            _restore(raw, highest)
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _check(raw: Any, never_again: set[str]) -> None:
    if broken := raw.execute("PRAGMA foreign_key_check").fetchall():
        raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
    names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if lost := (never_again & names) - _autoincrement(raw):
        raise RuntimeError(
            f"{sorted(lost)} lost AUTOINCREMENT: pass table_kwargs={{'sqlite_autoincrement': True}}"
            " to batch_alter_table"
        )


def _autoincrement(raw: Any) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"
    return {name for (name,) in raw.execute(query)}


def _highest(raw: Any) -> dict[str, int]:
    """The highest id each table ever gave out."""
    if not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        return {}
    return dict(raw.execute("SELECT name, seq FROM sqlite_sequence").fetchall())


def _restore(raw: Any, highest: dict[str, int]) -> None:
    tables = _autoincrement(raw)
    for table, seq in highest.items():
        if table not in tables:
            continue
        update = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?"
        if not raw.execute(update, (seq, table)).rowcount:
            raw.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, seq))


def _has_work(conn: Any) -> bool:
    """Whether this run changes a schema; a check, a first start or one with nothing new copies
    nothing.
    """
    try:
        wanted = context.get_revision_argument()
    except KeyError:
        return False
    heads = MigrationContext.configure(conn).get_current_heads()
    conn.rollback()
    return bool(heads) and set(heads) != (
        {wanted} if isinstance(wanted, str) else set(wanted or ())
    )


def _copy(path: str) -> None:
    """The database as it was, beside it."""
    if not Path(path).exists() or not Path(path).stat().st_size:
        return
    with (
        contextlib.closing(sqlite3.connect(path)) as now,
        contextlib.closing(sqlite3.connect(f"{path}.before-migration")) as copy,
    ):
        now.backup(copy)


@contextlib.contextmanager
def _alone(path: str | None) -> Iterator[None]:
    """One migration at a time on an SQLite file."""
    if not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


run()
