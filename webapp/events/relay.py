"""The relay gives every committed event its position and one pending receipt per subscriber; it
interprets nothing.

Any number of relays may run: on PostgreSQL the transaction lock lets one work at a time, on SQLite
the writer lock does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, literal, select, text, union_all
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core import clock, fault
from webapp.db import acting_for, due_now, execute, is_sqlite, unit_of_work
from webapp.events import bus
from webapp.events.models import Event, Receipt
from webapp.events.subscriptions import POLICIES, subscriber, subscribers_of

#: How long an offered receipt is left alone before the sweep offers it again: longer than the
#: longest normal queue.
OFFER_SECONDS = 30
BATCH = 500
_LOCK_KEY = 0x6472756D  # any constant; "drum" in ASCII

AFTER_POSITIONS = fault.point("relay.after_positions")
AFTER_COMMIT = fault.point("relay.after_commit")

# Ids are committed out of order, so nobody follows them; the outer condition is a second lock.
NEXT = text("""
UPDATE event SET position = n.top + n.rn
FROM (SELECT id, row_number() OVER (ORDER BY id) AS rn,
             (SELECT coalesce(max(position), 0) FROM event) AS top
      FROM event WHERE position IS NULL ORDER BY id LIMIT :limit) AS n
WHERE event.id = n.id AND event.position IS NULL
RETURNING event.id, event.position, event.name, event.team_id""")


_COLUMNS = [
    "team_id",
    "event_id",
    "subscriber",
    "state",
    "attempts",
    "next_attempt_at",
    "offered_until",
]


@dataclass(frozen=True, slots=True)
class Offer:
    """A receipt to put on a queue."""

    team_id: int | None
    receipt_id: int
    queue: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one pass did: events positioned, and the receipts to offer now that it is committed."""

    events: int
    offers: list[Offer]


def relay_batch(
    limit: int = BATCH, offer: Callable[[list[Offer]], None] | None = None
) -> Batch | None:
    """Position and hand over the next events; None when another relay is at it. `offer` puts the
    receipts on their queues, before anybody outside is told.
    """
    with acting_for("all"), unit_of_work():
        # A statement of its own: the snapshot of the one that assigns must begin after the lock is
        # held.
        if (
            not is_sqlite()
            and not execute(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK_KEY}
            ).scalar()
        ):
            return None
        rows = sorted(execute(NEXT, {"limit": limit}).all(), key=lambda row: row.position)
        AFTER_POSITIONS()
        offers = _insert_receipts(rows)
    AFTER_COMMIT()
    if rows:
        bus.ring_positions()
        if offer:
            offer(offers)
        bus.current().stream(
            {"position": r.position, "id": r.id, "name": r.name, "team": r.team_id or 0}
            for r in rows
        )
    return Batch(len(rows), offers)


def _insert_receipts(rows: list[Any]) -> list[Offer]:
    """One statement for the batch: its rows never pass through Python."""
    names = sorted({row.name for row in rows})
    pairs = tuple((name, one.name) for name in names for one in subscribers_of(name))
    if not pairs:
        return []
    found = execute(_receipts(pairs), {"first": rows[0].position, "last": rows[-1].position})
    queues = {name: queue_of(name) for _, name in pairs}
    return [Offer(row.team_id, row.id, queues[row.subscriber]) for row in found]


@lru_cache(256)
def _receipts(pairs: tuple[tuple[str, str], ...]) -> Any:
    """Insert the receipts of the events between two positions, for these (event name, subscriber)
    pairs.
    """
    each = [
        select(literal(name).label("name"), literal(one).label("subscriber")) for name, one in pairs
    ]
    wanted = union_all(*each).cte("wanted")
    receipts = (
        select(
            Event.team_id,
            Event.id,
            wanted.c.subscriber,
            literal("pending"),
            literal(0),
            due_now(),
            due_now(OFFER_SECONDS),
        )
        .join(wanted, wanted.c.name == Event.name)
        .where(Event.position.between(bindparam("first"), bindparam("last")))
        .order_by(Event.position)
    )
    table = cast(Table, Receipt.__table__)
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    return (
        insert(table)
        .from_select(_COLUMNS, receipts, include_defaults=False)
        .on_conflict_do_nothing()  # history settled its own
        .returning(table.c.id, table.c.team_id, table.c.subscriber)
    )


def unrelayed() -> tuple[int, float]:
    """How many events wait for a position, and for how many seconds the oldest of them has."""
    with acting_for("all"):
        query = select(func.count(), func.min(Event.created_at)).where(Event.position.is_(None))
        waiting, oldest = execute(query).one()
    return int(waiting), max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


def queue_of(subscriber_name: str) -> str:
    """Where a subscriber's receipts are offered; a subscriber that is gone is settled (as dead) by
    the policies queue.
    """
    found = subscriber(subscriber_name)
    return found.queue if found else POLICIES
