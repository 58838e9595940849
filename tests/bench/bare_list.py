"""What the campaign list is compared with: the same rows and the same template, by the bare driver
and Jinja alone, compressed alike; no session, no wall around it, no page.
"""

import gzip
import os
import sqlite3
import threading
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

from webapp import create_app
from webapp.campaigns.models import TYPES
from webapp.core import clock, zones
from webapp.timelines.beats import Beat, Progress
from webapp.views.beats import row_of
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
MILESTONES = """
SELECT t.campaign_id, t.title, t.state, t.blocked_reason <> '' AS is_blocked,
       coalesce(t.due_at, p.finishes_at) AS at
FROM task t LEFT JOIN planned_task p ON p.team_id = t.team_id AND p.task_id = t.id
WHERE t.team_id = {} AND t.campaign_id IN ({}) AND t.trashed_at IS NULL AND t.state <> 'cancelled'
AND t.is_milestone ORDER BY at, t.id"""
WORK = """
SELECT campaign_id, sum(CASE WHEN state = 'done' THEN weight ELSE 0 END) AS done,
       sum(weight) AS work
FROM (SELECT campaign_id, state,
             CASE WHEN estimate_minutes > 0 THEN estimate_minutes ELSE 1 END AS weight
      FROM task
      WHERE team_id = {} AND campaign_id IN ({}) AND trashed_at IS NULL AND state <> 'cancelled'
      AND NOT is_milestone) AS own
GROUP BY campaign_id"""

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
    rows = _asked(LIST)[:50]
    ids = ", ".join(str(row["id"]) for row in rows)
    spent = {row["campaign_id"]: row["spent"] for row in _asked(SPENT, ids)}
    progress, now = _progress(ids), clock.now()
    shown, today = [], dict[str, date]()
    for row in rows:
        if isinstance(row["target_on"], str):
            row["target_on"] = date.fromisoformat(row["target_on"])
        zone = row["zone"]
        if zone not in today:
            today[zone] = zones.today(now, zone)
        row["spent_cents"] = int(spent.get(row["id"], 0))
        row["share"] = round(100 * row["spent_cents"] / row["budget_cents"])
        row["type_words"], row["today"] = TYPES[row["type"]], today[zone]
        row["plan"] = row_of(progress.get(row["id"]), zone, today[zone])
        shown.append(Listed(**row, name_key="", purge_on=None))
    return shown


def _progress(ids: str) -> dict[int, Progress]:
    """How far each campaign is, as the page tells it: each has work beside its milestones."""
    beats: dict[int, list[Beat]] = {}
    for row in _asked(MILESTONES, ids):
        at = row["at"]
        if isinstance(at, str):
            at = datetime.fromisoformat(at).replace(tzinfo=UTC)
        beat = Beat(row["title"], row["state"], bool(row["is_blocked"]), at)
        beats.setdefault(row["campaign_id"], []).append(beat)
    return {
        row["campaign_id"]: Progress(
            tuple(beats.get(row["campaign_id"], ())),
            round(100 * int(row["done"]) / int(row["work"])),
        )
        for row in _asked(WORK, ids)
    }


def _asked(statement: str, *values: str) -> list[dict[str, Any]]:
    return [dict(row) for row in _connection().execute(statement.format(TEAM, *values))]


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
