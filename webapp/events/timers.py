"""Durable timers: events with a due time, compared with the database's clock and fired exactly once
in effect.

Firing inserts the timer's event in the claim, so a crash fires both or neither. A held campaign's
timers stand still.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import String, Table, bindparam, exists, select, text, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core import clock, fault
from webapp.core.actor import Actor
from webapp.db import (
    UTCDateTime,
    acting_for,
    after_commit,
    current_team,
    db,
    due_now,
    execute,
    is_sqlite,
    unit_of_work,
)
from webapp.events import bus
from webapp.events.models import Hold, Timer

log = logging.getLogger(__name__)

BATCH = 1000

AFTER_CLAIM = fault.point("timers.after_claim")
AFTER_FIRED = fault.point("timers.after_commit")

# The claim and the events it fires are one statement; two clocks skip each other's rows.
_FIRE_POSTGRESQL = text("""
WITH fired AS (
  UPDATE timer SET state = 'fired' WHERE id IN (
    SELECT id FROM timer WHERE state = 'pending'
      AND due_at <= statement_timestamp() + make_interval(secs => :offset)
      AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.campaign_id = timer.campaign_id)
    ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED)
  RETURNING id, team_id, campaign_id, key, event_name, data, due_at)
INSERT INTO event (name, v, team_id, campaign_id, subject_kind, subject_id, by, data, created_at)
SELECT event_name, 1, team_id, campaign_id, split_part(key, ':', 1),
       split_part(key, ':', 2)::bigint,
       'timer:' || id, data, :now
FROM fired ORDER BY due_at, id""")

# SQLite has no UPDATE in a WITH: the same choice twice, under one writer lock. Rows never pass
# through Python.
_DUE_SQLITE = """
FROM timer WHERE state = 'pending' AND due_at <= :moment
  AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.campaign_id = timer.campaign_id)
ORDER BY due_at, id LIMIT :limit"""
_INSERT_SQLITE = text(f"""
INSERT INTO event (name, v, team_id, campaign_id, subject_kind, subject_id, by, data, created_at)
SELECT event_name, 1, team_id, campaign_id, substr(key, 1, instr(key, ':') - 1),
       CAST(substr(key, instr(key, ':') + 1) AS INTEGER), 'timer:' || id, data, :now {_DUE_SQLITE}
""").bindparams(bindparam("now", type_=UTCDateTime))
_CLAIM_SQLITE = text(f"UPDATE timer SET state = 'fired' WHERE id IN (SELECT id {_DUE_SQLITE})")  # noqa: S608


def arm(
    key: str,
    event_name: str,
    *,
    due_at: datetime,
    team_id: int | None,
    campaign_id: int | None = None,
    data: dict[str, Any] | None = None,
    label_key: str = "",
    on_release: str = "shift",
    keeps_sooner: bool = False,
    by: Actor,
) -> int:
    """Set or move the timer of that key; answers its id. `key` is
    `<subject_kind>:<id>:<purpose>[:<n>]`.

    The event's subject is read from the key. A timer that already fired is set again. With
    `keeps_sooner` one that waits is never moved to a later moment.
    """
    locked = select(Timer).where(Timer.key == key).with_for_update()
    timer, is_new = db.session.scalars(locked).one_or_none(), False
    if timer is None:
        # Two that set it first at once: one of them writes it, the other one finds it.
        insert = sqlite.insert if is_sqlite() else postgresql.insert
        made = execute(
            insert(cast(Table, Timer.__table__))
            .values(
                team_id=team_id,
                campaign_id=campaign_id,
                key=key,
                event_name=event_name,
                due_at=due_at,
                data={},
                created_at=clock.now(),
            )
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(Timer.id)
        )
        timer, is_new = db.session.scalars(locked).one(), made.first() is not None
    if keeps_sooner and not is_new and timer.state == "pending" and timer.due_at <= due_at:
        return timer.id
    timer.event_name, timer.due_at, timer.state, timer.held_at = event_name, due_at, "pending", None
    timer.data, timer.label_key, timer.on_release, timer.created_by = (
        data or {},
        label_key,
        on_release,
        str(by),
    )
    db.session.flush()
    after_commit("timers", bus.ring_timers)
    return timer.id


def cancel(key: str) -> None:
    """The timer will not fire; nothing happens when it has, or never was."""
    execute(
        update(Timer).where(Timer.key == key, Timer.state == "pending").values(state="cancelled")
    )


def pending_for(campaign_id: int) -> list[Timer]:
    """What will happen by itself in a campaign, soonest first; a timer without a label is nobody's
    news.
    """
    query = select(Timer).where(
        Timer.team_id == current_team(),
        Timer.campaign_id == campaign_id,
        Timer.state == "pending",
        Timer.label_key != "",
    )
    return list(db.session.scalars(query.order_by(Timer.due_at, Timer.id)))


def pending(limit: int, *, without: Sequence[str] = ()) -> list[Timer]:
    """The team's next timers that have a label, leaving out those of some events."""
    query = select(Timer).where(
        Timer.team_id == current_team(),
        Timer.state == "pending",
        Timer.label_key != "",
        Timer.event_name.not_in(without),
    )
    return list(db.session.scalars(query.order_by(Timer.due_at, Timer.id).limit(limit)))


def between(begins: datetime, ends: datetime, *, without: Sequence[str] = ()) -> list[Timer]:
    """The team's timers of a stretch of time that will fire or did, in order, leaving out those of
    some events.
    """
    query = select(Timer).where(
        Timer.team_id == current_team(),
        Timer.due_at >= begins,
        Timer.due_at < ends,
        Timer.state.in_(("pending", "fired")),
        Timer.label_key != "",
        Timer.event_name.not_in(without),
    )
    return list(db.session.scalars(query.order_by(Timer.due_at, Timer.id).limit(BATCH)))


def fire_due(limit: int = BATCH) -> int:
    """Fire what is due, oldest first; answers how many."""
    with acting_for("all"), unit_of_work():
        fired = _fire_sqlite(limit) if is_sqlite() else _fire_postgresql(limit)
        AFTER_CLAIM()
        if fired:
            after_commit("events", bus.ring_events)
    AFTER_FIRED()
    if fired:
        log.info("timers fired", extra={"fired": fired})
    return fired


def _fire_postgresql(limit: int) -> int:
    values = {"offset": clock.offset(), "limit": limit, "now": clock.now()}
    return int(execute(_FIRE_POSTGRESQL, values).rowcount)


def _fire_sqlite(limit: int) -> int:
    # The writer lock is held: both statements see the same timers, given one instant.
    moment = execute(select(type_coerce(due_now(), String))).scalar_one()
    values = {"moment": moment, "limit": limit, "now": clock.now()}
    if not execute(_INSERT_SQLITE, values).rowcount:
        return 0
    return int(execute(_CLAIM_SQLITE, values).rowcount)


def _next() -> tuple[datetime, datetime] | None:
    """When the next timer that may fire is due, and the database's present instant.

    Ordered with a limit, not min(): the aggregate would read every waiting timer to leave out those
    on hold.
    """
    held = exists().where(Hold.campaign_id == Timer.campaign_id)
    query = select(Timer.due_at, type_coerce(due_now(), UTCDateTime)).where(
        Timer.state == "pending", ~held
    )
    row = execute(query.order_by(Timer.due_at).limit(1)).one_or_none()
    return (row[0], row[1]) if row is not None else None


def next_due_at() -> datetime | None:
    """When the next timer that may fire is due; None when nothing waits."""
    found = _next()
    return found[0] if found else None


def seconds_until_next(most: float) -> float:
    """How long the clock may sleep, by the database's time: until the next due timer, `most`
    seconds at most.
    """
    with acting_for("all"):
        found = _next()
    return min(most, max(0.0, (found[0] - found[1]).total_seconds())) if found else most


def lag_seconds() -> float:
    """How late the oldest due timer is; 0 when none is."""
    with acting_for("all"):
        found = _next()
    return max(0.0, (found[1] - found[0]).total_seconds()) if found else 0.0


def drain(limit: int = 100_000) -> int:
    """Fire everything that is due now, batch after batch; answers how many (rehearsals and
    tests).
    """
    total = 0
    while total < limit and (fired := fire_due()):
        total += fired
    return total
