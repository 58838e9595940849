"""The ledger's own tables: events, their receipts, timers, holds. They carry `team_id` without
foreign keys: they outlive it all.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId

Json = JSON().with_variant(JSONB, "postgresql")


class Event(Base):
    """A fact that was committed together with the change it tells of.

    `position` is given by the relay and is the only order to follow; `data` holds ids and numbers,
    no personal data.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("position"),
        UniqueConstraint("subject_kind", "subject_id", "subject_version"),
        # The relay looks for what has no position yet, and nothing else does.
        Index(
            "ix_event_unrelayed",
            "id",
            sqlite_where=text("position IS NULL"),
            postgresql_where=text("position IS NULL"),
        ),
        Index(None, "team_id", "position"),
        Index(None, "campaign_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    position: Mapped[int | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(String(60))
    v: Mapped[int] = mapped_column(default=1)
    team_id: Mapped[int | None]
    campaign_id: Mapped[int | None] = mapped_column(default=None)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    subject_version: Mapped[int | None] = mapped_column(default=None)
    by: Mapped[str] = mapped_column(String(40))
    caused_by: Mapped[int | None] = mapped_column(default=None)
    data: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class Receipt(Base):
    """One event's hand-over to one subscriber: pending until its handler's work and `done`
    committed together.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("event_id", "subscriber"),
        Index(
            "ix_receipt_pending",
            "next_attempt_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int | None]
    event_id: Mapped[int]
    subscriber: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    offered_until: Mapped[datetime | None] = mapped_column(default=None)
    leased_by: Mapped[str | None] = mapped_column(String(64), default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)


class Timer(Base):
    """An event with a due time; fired once in effect. `key` is
    `<subject_kind>:<id>:<purpose>[:<n>]`.
    """

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "ix_timer_due",
            "due_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(None, "campaign_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int | None]
    campaign_id: Mapped[int | None] = mapped_column(default=None)
    key: Mapped[str] = mapped_column(String(120))
    event_name: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    due_at: Mapped[datetime]
    on_release: Mapped[str] = mapped_column(String(10), default="shift")
    label_key: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[str] = mapped_column(String(20), default="pending")
    held_at: Mapped[datetime | None] = mapped_column(default=None)
    created_by: Mapped[str] = mapped_column(String(40), default="system")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)


class Hold(Base):
    """A campaign whose timers and effects stand still; claims exclude it."""

    __tablename__ = "hold"
    __table_args__ = (UniqueConstraint("team_id", "campaign_id"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int]
    campaign_id: Mapped[int]
    by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
