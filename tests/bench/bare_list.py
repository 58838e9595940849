"""What the campaign list is compared with: the same rows and the same template, by the bare driver
and Jinja alone, compressed alike; no session, no wall around it, no page.
"""

import gzip
import os
import sqlite3
import threading
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

from webapp import create_app
from webapp.campaigns.models import TYPES
from webapp.core import clock, zones
from webapp.views.campaign_rows import Listed
from webapp.web import fragments
from webapp.web.security import GZIP_LEVEL

TEAM = int(os.environ.get("BENCH_TEAM", "0"))
LIST = """
SELECT c.id, c.name, c.type, c.state, c.budget_cents, c.currency, c.target_on, c.zone,
       c.archived_at, c.trashed_at, u.name AS owner_name
FROM campaign c JOIN "user" u ON u.id = c.owner_id
WHERE c.team_id = {} AND c.archived_at IS NULL AND c.trashed_at IS NULL
ORDER BY c.id DESC LIMIT 51"""
SPENT = """
SELECT campaign_id, spend_cents AS spent FROM campaign_total
WHERE team_id = {} AND campaign_id IN ({})"""

_own = threading.local()


def _connection() -> Any:
    """This thread's connection, kept."""
    if not hasattr(_own, "conn"):
        url = os.environ["DATABASE_URL"]
        if url.startswith("sqlite"):
            path = make_url(url).database
            assert path
            _own.conn = sqlite3.connect(path)
            _own.conn.row_factory = sqlite3.Row
        else:
            _own.conn = psycopg.connect(url, autocommit=True, row_factory=dict_row)
            _own.conn.execute(f"SELECT set_config('app.team_id', '{TEAM}', false)")
    return _own.conn


def _rows() -> list[Listed]:
    conn = _connection()
    rows = [dict(row) for row in conn.execute(LIST.format(TEAM))][:50]
    ids = ", ".join(str(row["id"]) for row in rows)
    spent = {row["campaign_id"]: row["spent"] for row in conn.execute(SPENT.format(TEAM, ids))}
    now, shown = clock.now(), []
    for row in rows:
        if isinstance(row["target_on"], str):
            row["target_on"] = date.fromisoformat(row["target_on"])
        row["spent_cents"] = int(spent.get(row["id"], 0))
        row["share"] = round(100 * row["spent_cents"] / row["budget_cents"])
        row["type_words"], row["today"] = TYPES[row["type"]], zones.today(now, row["zone"])
        shown.append(Listed(**row, name_key="", purge_on=None))
    return shown


def make_app() -> Any:
    """The WSGI function, with the product's own template and filters."""
    rows = fragments.environment(create_app()).get_template("campaigns/_rows.html")

    def answer(environ: dict[str, Any], start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/health":
            start("200 OK", [])
            return [b"up"]
        body = gzip.compress(rows.render(rows=_rows()).encode(), GZIP_LEVEL)
        headers = [("Content-Length", str(len(body))), ("Content-Encoding", "gzip")]
        start("200 OK", [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [body]

    return answer


app = make_app() if TEAM else None
