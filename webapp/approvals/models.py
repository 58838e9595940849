"""The gate's tables: proposals, their stages and approvals, the policies that decide who is asked,
and the links of guests.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.approvals.workflow import State, lifecycle
from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.events.models import Json


class Policy(Base):
    """How far one kind of change may go by itself in one team, and in which stages it is decided
    (`stages.StageRule`; none: one manager or owner). Its row lock is where guards are counted.
    """

    __tablename__ = "policy"
    __table_args__ = (
        UniqueConstraint("team_id", "kind"),
        CheckConstraint("level IN ('observe', 'recommend', 'ask', 'act')", name="level_is_known"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(10))
    guard: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    currency: Mapped[str] = mapped_column(String(3))
    stages: Mapped[list[Any]] = mapped_column(
        Json, default_factory=list, server_default=text("'[]'")
    )
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class Proposal(Base):
    """A change that wants to happen: what it would do, why, who asks, and how far it got. `earlier`
    is what was there in each round before the present one, oldest first.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        Index(None, "team_id", "state", "id"),
        Index(None, "campaign_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    why: Mapped[str] = mapped_column(Text, default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    confidence: Mapped[float | None] = mapped_column(Float, default=None)
    amount_cents: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="")
    by: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20), default=State.PROPOSED)
    round: Mapped[int] = mapped_column(default=1)
    earlier: Mapped[list[Any]] = mapped_column(
        Json, default_factory=list, server_default=text("'[]'")
    )
    acted: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        return not lifecycle.is_final(self.state) and self.state != State.APPLIED


class Stage(Base):
    """One step of a proposal's approval. `needs` is any, all, or a number. A named one asks those
    who have an approval row from the start; of another, managers and owners decide, and rows are
    their words. `hours` are working hours from `opened_at` to `due_at`, `late` what happens then.
    One is open at a time: opened, and not done.
    """

    __tablename__ = "stage"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        UniqueConstraint("proposal_id", "round", "position"),
        ForeignKeyConstraint(
            ["team_id", "proposal_id"], ["proposal.team_id", "proposal.id"], ondelete="CASCADE"
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int]
    proposal_id: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    position: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(40), default="Approval")
    needs: Mapped[str] = mapped_column(String(10), default="any")
    is_named: Mapped[bool] = mapped_column(default=False, server_default=false())
    hours: Mapped[int | None] = mapped_column(default=None)
    late: Mapped[str] = mapped_column(String(10), default="remind", server_default="remind")
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)


class Approval(Base):
    """One approver's word on one stage, or that they are asked for it: a person of the team, or a
    guest by their link (`approver_kind`). `for_id` is whose place they take.
    """

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("stage_id", "approver_kind", "approver_id"),
        ForeignKeyConstraint(
            ["team_id", "stage_id"], ["stage.team_id", "stage.id"], ondelete="CASCADE"
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int]
    stage_id: Mapped[int]
    approver_kind: Mapped[str] = mapped_column(String(10), default="user")
    approver_id: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="open")
    for_id: Mapped[int | None] = mapped_column(default=None)
    comment: Mapped[str] = mapped_column(Text, default="")
    is_self_approved: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)


class GuestLink(Base):
    """What lets somebody without an account look at one request while one stage of it is open, say
    something, and, with `may_decide`, decide that stage once. The token is stored hashed; read by
    it before a team is known, so this table has no row-level policy and is read through
    `guests` only. `used_at` is when its guest decided.
    """

    __tablename__ = "guest_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("team_id", "id"),
        ForeignKeyConstraint(
            ["team_id", "proposal_id"], ["proposal.team_id", "proposal.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["team_id", "stage_id"], ["stage.team_id", "stage.id"], ondelete="CASCADE"
        ),
        Index(None, "team_id", "proposal_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    proposal_id: Mapped[int]
    stage_id: Mapped[int]
    may_decide: Mapped[bool]
    label: Mapped[str] = mapped_column(String(80), default="")
    guest_name: Mapped[str] = mapped_column(String(80), default="")
    token_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    last_viewed_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)


class GuestComment(Base):
    """What a guest said without deciding anything."""

    __tablename__ = "guest_comment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "guest_link_id"],
            ["guest_link.team_id", "guest_link.id"],
            ondelete="CASCADE",
        ),
        Index(None, "team_id", "guest_link_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    guest_link_id: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
