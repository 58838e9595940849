"""Databases of their own for tests of migrations, and what their schemas hold."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests import worlds
from tests.walls import ROOT
from webapp import create_app
from webapp.config import Settings
from webapp.db import acting_for, db

Facts = dict[str, Any]


@contextlib.contextmanager
def empty_database(folder: Path, name: str) -> Iterator[Flask]:
    """An application on a database without tables, in the suite's world."""
    if worlds.WORLD == "sqlite":
        url, redis_url = f"sqlite:///{folder}/{name}.db", ""
    else:
        worlds.need_servers()
        url, redis_url = worlds.make_database(worlds.database_name(name)), worlds.redis_url()
    settings = Settings.from_environ(
        {
            "ENV": "test",
            "DATABASE_URL": url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": "for tests only",
            "LOG_LEVEL": "ERROR",
        }
    )
    app = create_app(settings, TESTING=True)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
        if worlds.WORLD == "pg":
            worlds.drop_database(worlds.database_name(name))


def with_revision(folder: Path, body: str) -> str:
    """Our migrations and one more, whose `upgrade` is `body`; answers their folder."""
    copied = folder / "migrations"
    shutil.copytree(ROOT / "migrations", copied, ignore=shutil.ignore_patterns("__pycache__"))
    latest = sorted(path.stem for path in (copied / "versions").glob("*.py"))[-1].split("_")[0]
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    (copied / "versions" / "9999_one_more.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "9999"\n'
        f'down_revision = "{latest}"\n\n\ndef upgrade():\n{lines}\n\n\ndef downgrade():\n    pass\n'
    )
    return str(copied)


def facts() -> Facts:
    """Everything a schema holds that a program relies on, read from the database itself."""
    with db.engine.connect() as conn:
        return _sqlite_facts(conn) if conn.dialect.name == "sqlite" else _postgresql_facts(conn)


def _sqlite_facts(conn: sa.Connection) -> Facts:
    found: Facts = {}
    inspector = sa.inspect(conn)
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        sql = _scalar(conn, f"SELECT sql FROM sqlite_master WHERE name = '{table}'")
        found[table] = {
            "columns": {row[1]: row[2:] for row in _rows(conn, f'PRAGMA table_info("{table}")')},
            "foreign keys": sorted(
                (row[3], row[2], row[4], row[6])
                for row in _rows(conn, f'PRAGMA foreign_key_list("{table}")')
            ),
            "unique": sorted(
                (one["name"], tuple(one["column_names"]))
                for one in inspector.get_unique_constraints(table)
            ),
            "checks": sorted(
                (one["name"], " ".join(one["sqltext"].split()))
                for one in inspector.get_check_constraints(table)
            ),
            "has ids": any(column["name"] == "id" for column in inspector.get_columns(table)),
            "never reuses ids": "AUTOINCREMENT" in sql,
            "in the order of its key": "WITHOUT ROWID" in sql,
        }
    indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    found["indexes"] = {name: " ".join(sql.split()) for name, sql in _rows(conn, indexes)}
    return found


def _postgresql_facts(conn: sa.Connection) -> Facts:
    return {
        "columns": sorted(
            _rows(
                conn,
                "SELECT table_name, column_name, data_type, is_nullable,"
                " character_maximum_length, column_default FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
            ),
            key=str,
        ),
        "constraints": sorted(
            _rows(
                conn,
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
                " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
                " AND conrelid::regclass::text <> 'alembic_version'",
            )
        ),
        "indexes": dict(
            _rows(
                conn,
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
                " AND tablename <> 'alembic_version'",
            )
        ),
    }


def _rows(conn: sa.Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in conn.execute(sa.text(sql))]


def _scalar(conn: sa.Connection, sql: str) -> Any:
    return conn.execute(sa.text(sql)).scalar()


def fill() -> dict[str, int]:
    """One more row in every table the database has now, whatever its columns; answers their ids."""
    ids: dict[str, int] = {}
    with db.engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("SELECT set_config('app.team_id', 'all', true)"))
        seen = sa.MetaData()
        seen.reflect(conn)
        rows: dict[str, dict[str, Any]] = {}
        for table in seen.sorted_tables:
            if table.name == "alembic_version":
                continue
            number = 1 + conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            values = {
                column.name: _value(column, table, rows, number)
                for column in table.columns
                if not column.nullable and column.name != "id"
            }
            for column, parent in _further_parents(table):
                same = {name: value for name, value in rows[parent.name].items() if name != "id"}
                answer = conn.execute(sa.insert(parent).values(same).returning(parent.c.id))
                values[column] = ids[parent.name] = answer.scalar_one()
            key = next(iter(table.primary_key))  # a rollup has no id of its own
            answer = conn.execute(sa.insert(table).values(values).returning(key))
            ids[table.name] = answer.scalar_one()
            rows[table.name] = values | {key.name: ids[table.name]}
        conn.commit()
    return ids


def _further_parents(table: sa.Table) -> list[tuple[str, sa.Table]]:
    """Required columns that name a second row of a table another one names already: what ties two
    rows together may forbid that they are the same.
    """
    seen: set[str] = set()
    found = []
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table
            if key.column.name != "id" or column.nullable or parent.name in ("team", "user"):
                continue
            if parent.name in seen:
                found.append((column.name, parent))
            seen.add(parent.name)
    return found


def _value(column: Any, table: sa.Table, rows: dict[str, dict[str, Any]], number: int) -> Any:
    for key in column.foreign_keys:
        parent = rows[key.column.table.name]
        if key.column.name in parent:
            return parent[key.column.name]
    for check in table.constraints:
        words = str(getattr(check, "sqltext", ""))
        if column.name in words and "'" in words:
            return words.split("'")[1]
    if column.name == "team_id":
        return rows["team"]["id"] if "team" in rows else number
    kind = column.type.python_type if not isinstance(column.type, sa.JSON) else dict
    if kind is not str:
        return _PLAIN.get(kind.__name__, number)
    words = f"x{number}"
    return words[-(getattr(column.type, "length", None) or len(words)) :]


_PLAIN: dict[str, Any] = {
    "bool": True,
    "float": 1.0,
    "bytes": b"x",
    "dict": {},
    "list": {},
    "datetime": sa.text("CURRENT_TIMESTAMP"),
    "date": sa.text("CURRENT_DATE"),
}


def counts(tables: dict[str, int]) -> dict[str, int]:
    """How many rows each of these tables has."""
    with db.engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("SELECT set_config('app.team_id', 'all', true)"))
        return {name: _scalar(conn, f'SELECT count(*) FROM "{name}"') for name in tables}


def run(sql: str, *, team: int | str = "all") -> Any:
    """The first value a statement answers, for every team unless one is named."""
    with acting_for(team):
        return db.session.execute(sa.text(sql)).scalar()
