"""Escalations: work that is overdue or blocked, and who was told last."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.escalations.workflow import OPEN, lifecycle

_IS_OPEN = text("state <> 'settled'")


class Escalation(Base):
    """One trouble of one task, from when it was seen until it is over; a task has at most one open
    of each cause.

    `assignee_id` is whose the task was when it opened: with another one it begins anew. `told_id`
    is who was told last, at `told_at`; `next_at` is when the next one is told, None at the top.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "task_id"], ["task.team_id", "task.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["team_id", "assignee_id"], ["membership.team_id", "membership.user_id"]
        ),
        ForeignKeyConstraint(["team_id", "told_id"], ["membership.team_id", "membership.user_id"]),
        CheckConstraint("cause IN ('overdue', 'blocked')", name="cause_is_known"),
        Index(
            "uq_escalation_open",
            "team_id",
            "task_id",
            "cause",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index(None, "team_id", "campaign_id"),
        Index(
            "ix_escalation_told",
            "team_id",
            "told_id",
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    task_id: Mapped[int]
    cause: Mapped[str] = mapped_column(String(10))
    assignee_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20), default=lifecycle.initial)
    told_id: Mapped[int | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    next_at: Mapped[datetime | None] = mapped_column(default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN
