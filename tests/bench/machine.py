"""What the figures were measured on: printed first, because absolute figures mean nothing without
it.
"""

import os
import platform
import sqlite3

import psycopg
import redis

from tests import worlds

WORLD_WORDS = {"pg": "PostgreSQL + Redis", "sqlite": "SQLite, embedded"}


def redis_url() -> str:
    """The benches' own Redis number; it is emptied by them."""
    base, _, _ = worlds.redis_url().rpartition("/")
    return f"{base}/7"


def describe() -> None:
    """Print cores, load, memory and the versions of everything that takes part."""
    load = os.getloadavg()[0]
    print(f"{_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, load {load:.1f}")
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" PostgreSQL {_postgresql()}, Redis {_redis()}"
    )


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _postgresql() -> str:
    try:
        with psycopg.connect(worlds.admin_url(), connect_timeout=2) as conn:
            (version,) = conn.execute("SHOW server_version").fetchall()[0]
            (fsync,) = conn.execute("SHOW fsync").fetchall()[0]
    except psycopg.Error:
        return "absent"
    return f"{version.split()[0]} (fsync {fsync})"


def _redis() -> str:
    try:
        return str(redis.Redis.from_url(redis_url()).info("server")["redis_version"])
    except redis.RedisError:
        return "absent"
