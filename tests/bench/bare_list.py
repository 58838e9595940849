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
from webapp.views.beats import row_told
from webapp.views.campaign_rows import Listed
from webapp.web import fragments
from webapp.web.security import GZIP_LEVEL

TEAM = int(os.environ.get("BENCH_TEAM", "0"))
WEIGHT = "CASE WHEN t.estimate_minutes > 0 THEN t.estimate_minutes ELSE 1 END"
#: Each database's names for a list and for a list of rows in JSON.
JSON = {
    "pg": {"line": "json_build_array", "lines": "json_agg"},
    "sqlite": {"line": "json_array", "lines": "json_group_array"},
}
LIST = """
SELECT c.id, c.name, c.type, c.state, c.budget_cents, c.currency, c.target_on, c.zone,
       c.archived_at, c.trashed_at, u.name AS owner_name, (
    SELECT CAST({line}(
        sum(CASE WHEN t.state = 'done' THEN {weight} ELSE 0 END) FILTER (WHERE NOT t.is_milestone),
        sum({weight}) FILTER (WHERE NOT t.is_milestone),
        {lines}({line}(t.id, t.title, t.state, t.blocked_reason <> '', coalesce(t.due_at, (
            SELECT finishes_at FROM planned_task p WHERE p.team_id = t.team_id AND p.task_id = t.id
        )))) FILTER (WHERE t.is_milestone)) AS text)
    FROM task t
    WHERE t.team_id = c.team_id AND t.campaign_id = c.id AND t.trashed_at IS NULL
    AND t.state <> 'cancelled') AS planned
FROM campaign c JOIN "user" u ON u.id = c.owner_id
WHERE c.team_id = {team} AND c.archived_at IS NULL AND c.trashed_at IS NULL
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
    names = JSON["pg" if isinstance(conn, psycopg.Connection) else "sqlite"]
    asked = LIST.format(team=TEAM, weight=WEIGHT, **names)
    rows = [dict(row) for row in conn.execute(asked)][:50]
    ids = ", ".join(str(row["id"]) for row in rows)
    spent = {row["campaign_id"]: row["spent"] for row in conn.execute(SPENT.format(TEAM, ids))}
    now, shown, today = clock.now(), [], dict[str, date]()
    for row in rows:
        if isinstance(row["target_on"], str):
            row["target_on"] = date.fromisoformat(row["target_on"])
        zone = row["zone"]
        if zone not in today:
            today[zone] = zones.today(now, zone)
        row["spent_cents"] = int(spent.get(row["id"], 0))
        row["share"] = round(100 * row["spent_cents"] / row["budget_cents"])
        row["type_words"], row["today"] = TYPES[row["type"]], today[zone]
        row["plan"] = row_told(row.pop("planned"), zone, today[zone])
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
