"""Runs of the planner: who asked, what came of it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.assignments.workflow import State
from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.events.models import Json

#: A search takes seconds, and the last try of one that breaks comes after a quarter of an hour.
LOST_AFTER = timedelta(minutes=30)


class PlanRun(Base):
    """One search for who does what, when, in one campaign; at most one of a campaign is asked for.

    `outcome` are the search's numbers: how many tasks change, weighted minutes late before and
    after, and what could not be met (`problem.Missed`). `proposal_id` is what it proposed.
    """

    __tablename__ = "plan_run"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        Index(None, "team_id", "campaign_id", "id"),
        Index(
            "uq_plan_run_asked",
            "team_id",
            "campaign_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = mapped_column(String(20), default=State.ASKED)
    outcome: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    proposal_id: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_lost(self) -> bool:
        """Asked for so long ago that nobody looks any more."""
        return self.state == State.ASKED and clock.now() - self.created_at >= LOST_AFTER
