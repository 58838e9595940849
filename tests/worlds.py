"""The two worlds the suite runs in: SQLite embedded, or PostgreSQL + Redis; chosen by
DRUMBEAT_WORLD (sqlite, pg).

Servers are found as CONTRIBUTING says: TEST_DATABASE_URL / TEST_REDIS_URL, else localhost. Each
xdist worker has its own database and Redis number and empties only those.
"""

import contextlib
import hashlib
import os
from dataclasses import dataclass

import psycopg
import pytest
import redis
from psycopg import sql

WORLD = os.environ.get("DRUMBEAT_WORLD", "sqlite")
#: The suite connects as this plain role: a superuser never meets the row-level wall, and isolation
#: would pass for nothing.
ROLE = "drumbeat_plain"


@dataclass(frozen=True)
class Servers:
    """Addresses of this worker's own database and Redis number."""

    database_url: str
    redis_url: str


def worker_number() -> int:
    name = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return int(name.removeprefix("gw"))


def database_name(purpose: str = "test") -> str:
    """This checkout's and this worker's own database."""
    checkout = hashlib.sha256(__file__.encode()).hexdigest()[:6]
    return f"drumbeat_{purpose}_{checkout}_{worker_number()}"


def admin_url() -> str:
    return os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


def make_database(name: str, *, careless: bool = False, like: str = "template1") -> str:
    """A fresh database owned by the plain role, with what is in another one nobody is connected
    to; answers the URL to use it as that role.

    A careless one does not wait for the disk: right where no test pulls the server's plug.
    """
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        if not conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            with contextlib.suppress(psycopg.errors.DuplicateObject):  # another worker was faster
                conn.execute(
                    sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS").format(
                        sql.Identifier(ROLE)
                    )
                )
        conn.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        conn.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(ROLE), sql.Identifier(like)
            )
        )
        if careless:
            conn.execute(
                sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(
                    sql.Identifier(name)
                )
            )
    return url_of(name)


def url_of(name: str) -> str:
    base, _, _ = admin_url().rpartition("/")
    return f"{base}/{name}?options=-c%20role%3D{ROLE}"


def drop_database(name: str) -> None:
    with psycopg.connect(admin_url(), autocommit=True) as conn:
        conn.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def redis_url() -> str:
    base = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
    return f"{base.rstrip('/')}/{8 + worker_number() % 8}"


def forget_requests() -> None:
    """Start the rate limits anew: products that follow one another share a Redis and an address."""
    with redis.Redis.from_url(redis_url()) as server:
        for key in server.scan_iter("LIMITS:*"):
            server.delete(key)


def servers_answer() -> bool:
    try:
        with psycopg.connect(admin_url(), connect_timeout=2):
            pass
        redis.Redis.from_url(redis_url(), socket_connect_timeout=2).ping()
    except (psycopg.Error, redis.RedisError, OSError):
        return False
    return True


def need_servers() -> None:
    """Skip loudly, or fail where services are required (REQUIRE_SERVICES=1, as CI sets)."""
    if servers_answer():
        return
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.exit("PostgreSQL and Redis do not answer, and REQUIRE_SERVICES=1", returncode=3)
    pytest.skip(
        "PostgreSQL and Redis do not answer: the pg world is not tested", allow_module_level=True
    )
