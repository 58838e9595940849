"""The application a bench runs in: migrated in the child's own database, with its parts as threads
where the bench needs them.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

import tasks
from tasks import context
from webapp import create_app

ROOT = Path(__file__).resolve().parent.parent.parent
ON_PG = os.environ.get("BENCH_WORLD") == "pg"


def ready_app() -> Flask:
    """The application with an empty, migrated database (and an empty Redis number)."""
    app = create_app(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    context.bind(app)
    tasks.load()
    with app.app_context():
        upgrade()
    if url := os.environ.get("REDIS_URL"):
        redis.Redis.from_url(url).flushdb()
    return app


class Raw:
    """The limit's way to the same database: the bare driver, acting for all teams."""

    def __init__(self) -> None:
        url = os.environ["DATABASE_URL"]
        if ON_PG:
            self.pg = psycopg.connect(url, autocommit=True)
            self.pg.execute("SELECT set_config('app.team_id', 'all', false)")
        else:
            path = make_url(url).database
            assert path
            self.lite = sqlite3.connect(
                path, isolation_level=None, timeout=10, check_same_thread=False
            )
            self.lite.execute("PRAGMA synchronous=NORMAL")

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """One statement; answers its rows. Placeholders are the driver's own."""
        driver: Any = self.pg if ON_PG else self.lite
        cursor = driver.execute(statement, values)
        return cursor.fetchall() if cursor.description else []

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Many rows at once: COPY, or executemany in one transaction. Rows of a bench are loaded
        like this, without the events a command would record.
        """
        names = ", ".join(columns)
        if ON_PG:
            # COPY is refused under row-level security, so the loader alone is the administrator.
            url = os.environ["DATABASE_URL"].partition("?")[0]
            with psycopg.connect(url, autocommit=True) as admin:
                with admin.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                    for row in rows:
                        copy.write_row(row)
                admin.execute(f'VACUUM ANALYZE "{table}"')
        else:
            marks = ", ".join("?" * len(columns))
            with self.transaction():
                self.lite.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One write transaction."""
        if ON_PG:
            with self.pg.transaction():
                yield
            return
        self.lite.execute("BEGIN IMMEDIATE")
        yield
        self.lite.execute("COMMIT")

    def empty(self, *tables: str) -> None:
        """Remove every row."""
        for table in tables:
            self.run(f'TRUNCATE "{table}"' if ON_PG else f'DELETE FROM "{table}"')
