"""The life of a receipt after the relay: settled in one transaction, retried with growing patience,
dead but replayable.
"""

import logging
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import exists, func, or_, select, true, update

from webapp.core import fault
from webapp.core.actor import Actor
from webapp.core.errors import NotFound
from webapp.db import acting_for, db, due_now, execute, unit_of_work
from webapp.events.log import cause
from webapp.events.models import Event, Hold, Receipt
from webapp.events.relay import OFFER_SECONDS, Offer, queue_of
from webapp.events.subscriptions import subscriber
from webapp.operations import Input, operation

log = logging.getLogger(__name__)

#: Seconds before each further attempt; after the last one the receipt is dead.
PATIENCE = (1, 5, 30, 120, 600)
#: How long an effect may act before its lease is taken for lost.
LEASE_SECONDS = 300
SWEEP_LIMIT = 500

AFTER_HANDLER = fault.point("deliver.after_handler")
AFTER_SETTLED = fault.point("deliver.after_commit")
AFTER_LEASE = fault.point("effect.after_lease")
AFTER_ACTING = fault.point("effect.after_acting")


#: The receipt that is acted on now, and by whom: what `keep_lease` is about.
_acting: ContextVar[tuple[int, str] | None] = ContextVar("acting_receipt", default=None)


class LeaseLost(RuntimeError):
    """Somebody else acts on this receipt by now."""


class Gone(RuntimeError):
    """The subscriber of a receipt is not in this release."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a leased receipt asks for."""

    act: Callable[[Event], None]
    event_id: int


def settle(team_id: int | None, receipt_id: int) -> None:
    """Run one policy for one event, exactly once in effect.

    Lock, handler and `done` are one transaction; a second delivery finds the receipt locked, done
    or not yet due. An error rolls everything back and counts as an attempt.
    """
    team = team_id if team_id is not None else "all"
    try:
        with acting_for(team), unit_of_work():
            found = _lock(team_id, receipt_id)
            if found is None:
                return
            _run_handler(*found)
            _mark_done(receipt_id)
            AFTER_HANDLER()
        AFTER_SETTLED()
    except Exception as error:
        log.warning("receipt %s failed", receipt_id, exc_info=True)
        with acting_for(team), unit_of_work():
            note_failure(receipt_id, error)


def _lock(team_id: int | None, receipt_id: int) -> tuple[int, str] | None:
    """The event and the subscriber of a receipt that is due, held until the unit ends."""
    query = (
        select(Receipt.event_id, Receipt.subscriber)
        .where(
            Receipt.id == receipt_id,
            Receipt.team_id == team_id,
            Receipt.state == "pending",
            Receipt.next_attempt_at <= due_now(),
        )
        .with_for_update(skip_locked=True)  # SQLite ignores it: its writer lock is the lock
    )
    row = execute(query).one_or_none()
    return (row.event_id, row.subscriber) if row else None


def _run_handler(event_id: int, name: str) -> None:
    found = subscriber(name)
    if found is None:
        raise Gone(f"nobody is called {name}")
    event = db.session.get_one(Event, event_id)
    token = cause.set(event.id)
    try:
        found.handler(event)
    finally:
        cause.reset(token)


def _mark_done(receipt_id: int, *, owner: str | None = None) -> None:
    """The work is done; with `owner`, only while the lease is still ours."""
    ours = Receipt.leased_by == owner if owner else true()
    execute(
        update(Receipt)
        .where(Receipt.id == receipt_id, Receipt.state == "pending", ours)
        .values(state="done", done_at=due_now(), leased_by=None, leased_until=None, last_error=None)
        .execution_options(synchronize_session=False)
    )


def perform(team_id: int | None, receipt_id: int) -> None:
    """Run one effect: claim by a committed lease, act with no transaction open, mark done fenced by
    the lease.
    """
    team = team_id if team_id is not None else "all"
    owner = uuid4().hex
    with acting_for(team), unit_of_work():
        claim = _lease(team_id, receipt_id, owner)
    if claim is None:
        return
    AFTER_LEASE()
    token = _acting.set((receipt_id, owner))
    try:
        with acting_for(team):
            claim.act(db.session.get_one(Event, claim.event_id))
        AFTER_ACTING()
    except Exception as error:
        log.warning("effect %s failed", receipt_id, exc_info=True)
        with acting_for(team), unit_of_work():
            note_failure(receipt_id, error, owner=owner)
        return
    finally:
        _acting.reset(token)
    with acting_for(team), unit_of_work():
        _mark_done(receipt_id, owner=owner)


def keep_lease(seconds: int) -> None:
    """For an effect that takes long: it is alive, and its lease ends so many seconds from now. Said
    again and again with few of them, a process that dies is missed after those, not after
    `LEASE_SECONDS`. Raises LeaseLost when it was missed already; outside an effect it does nothing.
    """
    if (acting := _acting.get()) is None:
        return
    receipt_id, owner = acting
    with unit_of_work():
        kept = execute(
            update(Receipt)
            .where(Receipt.id == receipt_id, Receipt.leased_by == owner)
            .values(leased_until=due_now(seconds))
            .execution_options(synchronize_session=False)
        ).rowcount
    if not kept:
        raise LeaseLost("another process took this over")


def _lease(team_id: int | None, receipt_id: int, owner: str) -> _Claim | None:
    """Claim a receipt for this effect; a campaign on hold is left for later."""
    held = exists().where(Event.id == Receipt.event_id, Hold.campaign_id == Event.campaign_id)
    row = execute(
        update(Receipt)
        .where(
            Receipt.id == receipt_id,
            Receipt.team_id == team_id,
            Receipt.state == "pending",
            Receipt.next_attempt_at <= due_now(),
            or_(Receipt.leased_until.is_(None), Receipt.leased_until <= due_now()),
            ~held,
        )
        .values(leased_by=owner, leased_until=due_now(LEASE_SECONDS))
        .returning(Receipt.event_id, Receipt.subscriber)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    found = subscriber(row.subscriber)
    if found is None:
        note_failure(receipt_id, Gone(f"nobody is called {row.subscriber}"), owner=owner)
        return None
    return _Claim(found.handler, row.event_id)


def note_failure(receipt_id: int, error: BaseException, *, owner: str | None = None) -> None:
    """Count the attempt and set the next one, or give up; with `owner`, only while the lease is
    still ours.
    """
    ours = Receipt.leased_by == owner if owner else true()
    query = select(Receipt.attempts).where(
        Receipt.id == receipt_id, Receipt.state == "pending", ours
    )
    attempts = db.session.scalar(query.with_for_update())
    if attempts is None:
        return
    words = "".join(traceback.format_exception_only(error)).strip().replace("\x00", "")
    after: dict[str, Any] = (
        {"state": "dead"}
        if attempts >= len(PATIENCE)
        else {"next_attempt_at": due_now(PATIENCE[attempts])}
    )
    execute(
        update(Receipt)
        .where(Receipt.id == receipt_id)
        .values(
            attempts=attempts + 1,
            last_error=words[:2000],
            leased_by=None,
            leased_until=None,
            offered_until=None,
            **after,
        )
        .execution_options(synchronize_session=False)
    )


def sweep() -> list[Offer]:
    """Offer again what is due, not leased and not on offer: whatever a crash or an emptied Redis
    forgot.
    """
    with acting_for("all"), unit_of_work():
        due = (
            select(Receipt.id)
            .where(
                Receipt.state == "pending",
                Receipt.next_attempt_at <= due_now(),
                or_(Receipt.offered_until.is_(None), Receipt.offered_until <= due_now()),
                or_(Receipt.leased_until.is_(None), Receipt.leased_until <= due_now()),
            )
            .order_by(Receipt.next_attempt_at)
            .limit(SWEEP_LIMIT)
            .with_for_update(skip_locked=True)
        )
        rows = execute(
            update(Receipt)
            .where(Receipt.id.in_(due.scalar_subquery()))
            .values(offered_until=due_now(OFFER_SECONDS))
            .returning(Receipt.id, Receipt.team_id, Receipt.subscriber)
            .execution_options(synchronize_session=False)
        ).all()
        return [Offer(row.team_id, row.id, queue_of(row.subscriber)) for row in rows]


def forget_offers() -> None:
    """Nothing is on offer: the queue died with the process before, or Redis was emptied. The next
    sweep offers everything that is due.
    """
    with acting_for("all"), unit_of_work():
        execute(
            update(Receipt)
            .where(Receipt.state == "pending", Receipt.offered_until.is_not(None))
            .values(offered_until=None)
            .execution_options(synchronize_session=False)
        )


def unfinished() -> dict[str, int]:
    """How many receipts of the whole installation are in each state but done."""
    query = select(Receipt.state, func.count()).where(Receipt.state != "done")
    with acting_for("all"):
        rows = execute(query.group_by(Receipt.state)).all()
    return {state: int(number) for state, number in rows}


class ReceiptId(Input):
    receipt_id: int


@operation("receipts.retry", input=ReceiptId, permission="receipts.retry")
def retry_dead(*, receipt_id: int, by: Actor) -> int:
    """Put a dead receipt of this team back to work, with all its attempts."""
    with unit_of_work():
        row = execute(
            update(Receipt)
            .where(Receipt.id == receipt_id, Receipt.team_id == by.team_id, Receipt.state == "dead")
            .values(state="pending", attempts=0, next_attempt_at=due_now(), offered_until=None)
            .returning(Receipt.id)
        ).one_or_none()
        if row is None:
            raise NotFound()
        return int(row.id)


def dead_receipts(team_id: int, *, limit: int = 51) -> list[Receipt]:
    """What was given up, newest first."""
    query = select(Receipt).where(Receipt.team_id == team_id, Receipt.state == "dead")
    return list(db.session.scalars(query.order_by(Receipt.id.desc()).limit(limit)))
