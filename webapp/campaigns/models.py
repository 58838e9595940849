"""Campaigns and the log of their transitions."""

from datetime import date, datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.campaigns.workflow import State, lifecycle
from webapp.core import clock
from webapp.core.errors import Conflict
from webapp.core.workflow import Move
from webapp.db import AUTOINCREMENT, Base, BigId

TYPES = {
    "music_release": "Music release",
    "tour": "Tour and tickets",
    "product_launch": "Product launch",
    "merch": "Merch",
    "paid_social": "Paid social",
    "radio_press": "Radio and press",
    "outreach": "Outreach",
    "community": "Community",
    "event": "Event",
    "other": "Something else",
}
#: How long a campaign stays in the trash before it is deleted for good.
IN_TRASH = timedelta(days=30)
#: Characters of a folded name that are kept.
KEY_LENGTH = 240
OBJECTIVES = {
    "awareness": "Awareness",
    "traffic": "Traffic",
    "engagement": "Engagement",
    "leads": "Leads",
    "sales": "Sales",
    "streams": "Streams and pre-saves",
    "tickets": "Ticket sales",
}


#: Written out, not as parameters: a partial index serves only what repeats its condition.
RUNS = "state IN ('active', 'paused')"


class Campaign(Base):
    """A piece of work with a goal, a budget and an end; everything else hangs off it.

    Dates are kept as wall time in the campaign's zone and as the instant computed from it.
    `budget_cents` are minor units of `currency`. `name_key` is the folded name a search compares
    with.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        ForeignKeyConstraint(["team_id", "owner_id"], ["membership.team_id", "membership.user_id"]),
        CheckConstraint("budget_cents >= 0", name="budget_is_not_negative"),
        # Partial, so that the tabs' counts read the index alone.
        Index(
            None,
            "team_id",
            "state",
            "id",
            sqlite_where=text("archived_at IS NULL AND trashed_at IS NULL"),
            postgresql_where=text("archived_at IS NULL AND trashed_at IS NULL"),
        ),
        # What runs is a small part too, and every page names it; its condition is `IS_RUNNING`.
        Index(
            "ix_campaign_running",
            "team_id",
            "ends_at",
            "id",
            sqlite_where=text(f"{RUNS} AND archived_at IS NULL AND trashed_at IS NULL"),
            postgresql_where=text(f"{RUNS} AND archived_at IS NULL AND trashed_at IS NULL"),
        ),
        Index(None, "team_id", "target_on", "id"),
        Index(None, "team_id", "name_key", "id"),
        # The trash is a small part of the campaigns: its list reads only what is in it.
        Index(
            "ix_campaign_trashed",
            "team_id",
            "id",
            sqlite_where=text("trashed_at IS NOT NULL"),
            postgresql_where=text("trashed_at IS NOT NULL"),
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    type: Mapped[str] = mapped_column(String(40))
    objective: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(Text, default="")
    target_audience: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int]
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    currency: Mapped[str] = mapped_column(String(3))
    budget_cents: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64))
    starts_wall: Mapped[datetime] = mapped_column(DateTime())
    starts_at: Mapped[datetime]
    ends_wall: Mapped[datetime] = mapped_column(DateTime())
    ends_at: Mapped[datetime]
    target_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(20), default=lifecycle.initial)
    archived_at: Mapped[datetime | None] = mapped_column(default=None)
    trashed_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    # Two people pressing "Pause" at once: the second flush raises StaleDataError, shown as 409.
    __mapper_args__ = {"version_id_col": version}

    @property
    def moves(self) -> list[Move]:
        """Transitions a person may choose now; drives the buttons on the page."""
        return [] if self.archived_at or self.trashed_at else lifecycle.offered(self.state)

    @property
    def last_on(self) -> date:
        """The last day it runs; `ends_wall` is the first moment after it."""
        return (self.ends_wall - timedelta(days=1)).date()

    @property
    def purge_at(self) -> datetime | None:
        """When it is deleted for good; None outside the trash."""
        return self.trashed_at + IN_TRASH if self.trashed_at else None

    @property
    def may_be_trashed(self) -> bool:
        """Nothing waits for it and nothing runs: a draft, or closed."""
        return not self.trashed_at and (self.is_draft or self.is_closed)

    def check_kept(self) -> None:
        """Raise Conflict in the trash: nothing changes there but the way back."""
        if self.trashed_at:
            raise Conflict("This campaign is in the trash. Restore it first.")

    @property
    def is_closed(self) -> bool:
        return lifecycle.is_final(self.state)

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT


class Transition(Base):
    """One step of a campaign's life: who, why, when. The event says the same without the words."""

    __tablename__ = "transition"
    __table_args__ = (
        Index(None, "team_id", "campaign_id", "id"),
        UniqueConstraint("event_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    event_id: Mapped[int]
    move: Mapped[str] = mapped_column(String(20))
    was: Mapped[str] = mapped_column(String(20))
    became: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
