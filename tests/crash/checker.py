"""The independent checker: reads the database with plain SQL and says what is broken. It knows none
of the product's code.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

Query = Any

#: A campaign's legal moves, written down a second time on purpose.
LEGAL = {
    ("submit", "draft", "in_review"),
    ("schedule", "in_review", "scheduled"),
    ("return", "in_review", "draft"),
    ("launch", "scheduled", "active"),
    ("pause", "active", "paused"),
    ("resume", "paused", "active"),
    ("complete", "active", "completed"),
    ("complete", "paused", "completed"),
    *(("cancel", state, "cancelled") for state in ("draft", "in_review", "scheduled")),
    *(("cancel", state, "cancelled") for state in ("active", "paused")),
    *(("fail", state, "failed") for state in ("scheduled", "active")),
}

#: Statements that must find nothing, by what they find.
NOTHING = {
    "events without a position": "SELECT id FROM event WHERE position IS NULL",
    "receipts not done": "SELECT id, state, last_error FROM receipt WHERE state <> 'done'",
    "done receipts that are still leased": "SELECT id FROM receipt WHERE leased_by IS NOT NULL",
    "receipts of no event": (
        "SELECT r.id FROM receipt r LEFT JOIN event e ON e.id = r.event_id WHERE e.id IS NULL"
    ),
    "receipts of another team than their event": (
        "SELECT r.id FROM receipt r JOIN event e ON e.id = r.event_id"
        " WHERE coalesce(r.team_id, 0) <> coalesce(e.team_id, 0)"
    ),
    "budgets that are not the sum of their shares": (
        "SELECT c.id, c.budget_cents, sum(a.allocated_cents) FROM campaign c"
        " JOIN ad_campaign a ON a.campaign_id = c.id AND a.name = ''"
        " GROUP BY c.id, c.budget_cents HAVING sum(a.allocated_cents) <> c.budget_cents"
    ),
    "parts of another team's campaign": (
        "SELECT a.id FROM ad_campaign a JOIN campaign c ON c.id = a.campaign_id"
        " WHERE a.team_id <> c.team_id"
    ),
    "parts that go on though their campaign ended": (
        "SELECT a.id, a.state FROM ad_campaign a JOIN campaign c ON c.id = a.campaign_id"
        " WHERE c.state IN ('completed', 'cancelled', 'failed') AND a.state <> 'ended'"
    ),
    "committed imports without their results": (
        "SELECT i.id FROM import_batch i WHERE i.state = 'committed' AND NOT EXISTS"
        " (SELECT 1 FROM daily_result d JOIN ad_campaign a ON a.id = d.ad_campaign_id"
        " WHERE a.campaign_id = i.campaign_id)"
    ),
    "platforms' days that are not the sum of their results": (
        "SELECT campaign_id, day, platform, sum(spend), sum(impressions) FROM ("
        'SELECT d.campaign_id, d."on" AS day, a.platform, d.spend_cents AS spend, d.impressions'
        " FROM daily_result d JOIN ad_campaign a ON a.id = d.ad_campaign_id"
        " WHERE d.grain_key = '' UNION ALL"
        ' SELECT campaign_id, "on", platform, -spend_cents, -impressions FROM platform_day'
        ") AS both_sides GROUP BY campaign_id, day, platform"
        " HAVING sum(spend) <> 0 OR sum(impressions) <> 0"
    ),
    "campaigns' days that are not the sum of their results": (
        "SELECT campaign_id, day, sum(spend), sum(impressions) FROM ("
        'SELECT campaign_id, "on" AS day, spend_cents AS spend, impressions FROM daily_result'
        " WHERE grain_key = '' UNION ALL"
        ' SELECT campaign_id, "on", -spend_cents, -impressions FROM campaign_day) AS both_sides'
        " GROUP BY campaign_id, day HAVING sum(spend) <> 0 OR sum(impressions) <> 0"
    ),
    "campaigns' totals that are not the sum of their results": (
        "SELECT campaign_id, sum(spend), sum(impressions) FROM ("
        "SELECT campaign_id, spend_cents AS spend, impressions FROM daily_result"
        " WHERE grain_key = '' UNION ALL"
        " SELECT campaign_id, -spend_cents, -impressions FROM campaign_total) AS both_sides"
        " GROUP BY campaign_id HAVING sum(spend) <> 0 OR sum(impressions) <> 0"
    ),
    "teams without an owner": (
        "SELECT t.id FROM team t WHERE NOT EXISTS (SELECT 1 FROM membership m"
        " WHERE m.team_id = t.id AND m.role = 'owner' AND m.removed_at IS NULL)"
    ),
    "people in no team": (
        'SELECT u.id FROM "user" u WHERE NOT EXISTS'
        " (SELECT 1 FROM membership m WHERE m.user_id = u.id)"
    ),
    "invitations taken without a member": (
        "SELECT i.id FROM invite i WHERE i.accepted_by IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM membership m WHERE m.team_id = i.team_id AND m.user_id = i.accepted_by)"
    ),
    "campaigns in review without an open request": (
        "SELECT c.id FROM campaign c WHERE c.state = 'in_review' AND NOT EXISTS"
        " (SELECT 1 FROM proposal p WHERE p.subject_id = c.id AND p.kind = 'campaign.launch'"
        " AND p.state = 'in_review')"
    ),
    "scheduled or running campaigns whose end nothing waits for": (
        "SELECT c.id FROM campaign c WHERE c.state IN ('scheduled', 'active', 'paused')"
        " AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.campaign_id = c.id"
        " AND t.state = 'pending' AND t.key LIKE '%:end')"
    ),
    "requests between two states": (
        "SELECT id, state FROM proposal WHERE state IN ('proposed', 'approved', 'applying')"
    ),
    "decided requests without a word": (
        "SELECT p.id FROM proposal p WHERE p.state = 'applied' AND p.acted IS NOT TRUE"
        " AND NOT EXISTS (SELECT 1 FROM stage s JOIN approval a ON a.stage_id = s.id"
        " WHERE s.proposal_id = p.id AND a.state = 'approved')"
    ),
    "fired timers without their event": (
        "SELECT t.id FROM timer t WHERE t.state = 'fired' AND NOT EXISTS"
        " (SELECT 1 FROM event e WHERE e.by = 'timer:' || t.id)"
    ),
    "tasks without a place in their plan": (
        "SELECT t.id FROM task t LEFT JOIN planned_task p ON p.task_id = t.id"
        " WHERE p.task_id IS NULL AND t.trashed_at IS NULL AND t.state <> 'cancelled'"
    ),
    "tasks that wait for one of another campaign": (
        "SELECT d.id FROM dependency d JOIN task t ON t.id = d.task_id"
        " JOIN task w ON w.id = d.waits_for_id WHERE t.campaign_id <> w.campaign_id"
        " OR t.team_id <> w.team_id OR d.campaign_id <> t.campaign_id"
    ),
    "tasks planned before what they wait for": (
        "SELECT d.id FROM dependency d JOIN task t ON t.id = d.task_id AND t.state = 'todo'"
        " JOIN task w ON w.id = d.waits_for_id AND w.state <> 'cancelled'"
        " JOIN planned_task p ON p.task_id = t.id JOIN planned_task q ON q.task_id = w.id"
        " WHERE t.trashed_at IS NULL AND w.trashed_at IS NULL AND d.kind = 'fs'"
        " AND d.lag_minutes = 0 AND p.starts_at < q.finishes_at"
    ),
    "searches for a plan that nobody ended": "SELECT id FROM plan_run WHERE state = 'asked'",
    "plans proposed without their search, or twice": (
        "SELECT p.id FROM proposal p WHERE p.by = 'rule:schedule' AND NOT EXISTS"
        " (SELECT 1 FROM plan_run r WHERE r.proposal_id = p.id)"
    ),
    "keys without an answer": "SELECT id FROM used_key WHERE result_id IS NULL",
    "transitions without their event": (
        "SELECT t.id FROM transition t LEFT JOIN event e ON e.id = t.event_id WHERE e.id IS NULL"
    ),
}


@contextmanager
def reading(url: str) -> Iterator[Query]:
    """`query(sql)` answers rows as tuples; on PostgreSQL as the server's superuser, past every
    wall.
    """
    if url.startswith("sqlite"):
        conn = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            yield lambda sql: conn.execute(sql).fetchall()
        finally:
            conn.close()
        return
    with psycopg.connect(url.split("?", maxsplit=1)[0]) as pg:
        yield lambda sql: pg.execute(sql).fetchall()


@contextmanager
def writing(url: str) -> Iterator[Query]:
    """Run statements past the product, to see that the checker notices."""
    if url.startswith("sqlite"):
        conn = sqlite3.connect(url.removeprefix("sqlite:///"))
        try:
            yield conn.execute
            conn.commit()
        finally:
            conn.close()
        return
    with psycopg.connect(url.split("?", maxsplit=1)[0]) as pg:
        yield pg.execute


def complaints(url: str) -> list[str]:
    """Every broken invariant, in words; an empty list is a pass."""
    with reading(url) as query:
        found = [f"{what}: {rows[:5]}" for what, sql in NOTHING.items() if (rows := query(sql))]
        return found + _positions(query) + _versions(query, url) + _paths(query)


def counts(url: str, **queries: str) -> dict[str, int]:
    """Numbers by name, each from one statement."""
    with reading(url) as query:
        return {name: int(query(sql)[0][0]) for name, sql in queries.items()}


def _positions(query: Query) -> list[str]:
    rows, distinct, top = query(
        "SELECT count(*), count(DISTINCT position), coalesce(max(position), 0) FROM event"
    )[0]
    return [] if rows == distinct == top else [f"positions: {rows} {distinct} {top}"]


def _versions(query: Query, url: str) -> list[str]:
    """Every version of every versioned row has its one event."""
    found = []
    for table in _versioned(query, url):
        rows = query(
            f'SELECT t.id, t.version, max(e.subject_version), count(e.id) FROM "{table}" t'
            f" LEFT JOIN event e ON e.subject_kind = '{table}' AND e.subject_id = t.id"
            " AND e.subject_version IS NOT NULL GROUP BY t.id, t.version"
        )
        broken = [row for row in rows if not row[1] == row[2] == row[3]]
        if broken:
            found.append(f"{table}: (id, version, newest event, events) {broken[:5]}")
    return found


def _versioned(query: Query, url: str) -> list[str]:
    if url.startswith("sqlite"):
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = [row[0] for row in query(names)]
        return [
            t for t in tables if "version" in [c[1] for c in query(f'PRAGMA table_info("{t}")')]
        ]
    rows = query(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'version'"
    )
    return [row[0] for row in rows]


def _paths(query: Query) -> list[str]:
    """Each campaign's transitions are one legal path from draft to where it is."""
    found = []
    states = dict(query("SELECT id, state FROM campaign"))
    at = dict.fromkeys(states, "draft")
    for campaign_id, move, was, became in query(
        "SELECT campaign_id, move, was, became FROM transition ORDER BY id"
    ):
        if was != at.get(campaign_id) or (move, was, became) not in LEGAL:
            found.append(f"campaign {campaign_id}: {move} from {was} to {became}")
        at[campaign_id] = became
    if at != states:
        found.append(f"campaigns are {states}, their logs say {at}")
    return found
