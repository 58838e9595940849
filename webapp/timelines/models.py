"""A campaign's plan: its timeline, the tasks and milestones on it, what depends on what, when each
is to happen, and what was spent on it.
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.core.workflow import Move
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.events.models import Json
from webapp.timelines.workflow import IN_HAND, OPEN, State, lifecycle

PRIORITIES = {"low": "Low", "normal": "Normal", "high": "High", "urgent": "Urgent"}
#: Written out, not as parameters: a partial index serves only what repeats its condition.
IS_OPEN = "state IN ('todo', 'in_progress', 'in_review')"
#: One working day where nobody said how long it takes.
USUAL_MINUTES = 480


class Timeline(Base):
    """When a campaign's work begins, what is kept in reserve, and what was agreed; one a campaign.

    Work that is not begun starts on `starts_on` at the earliest, or at `as_of_at`, the last time
    the plan was laid anew from the present. `buffer_minutes` are working minutes kept free before
    the target day. `playbook` names what it was made from. `baseline_at` is when the plan was
    approved: what is late is measured against it.
    """

    __tablename__ = "timeline"
    __table_args__ = (
        UniqueConstraint("team_id", "campaign_id"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        CheckConstraint("buffer_minutes >= 0", name="buffer_is_not_negative"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    starts_on: Mapped[date] = mapped_column(Date)
    buffer_minutes: Mapped[int] = mapped_column(default=0)
    playbook: Mapped[str] = mapped_column(String(120), default="")
    as_of_at: Mapped[datetime | None] = mapped_column(default=None)
    baseline_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class Task(Base):
    """A person's work item, or a milestone: a moment that matters and takes no time.

    `estimate_minutes` are working minutes; `due_at` is the end of the working day `due_on` in the
    campaign's zone. `skills` are folded words. A task whose assignee left the team keeps them.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["team_id", "assignee_id"], ["membership.team_id", "membership.user_id"]
        ),
        CheckConstraint("estimate_minutes >= 0", name="estimate_is_not_negative"),
        CheckConstraint(
            "priority IN ('low', 'normal', 'high', 'urgent')", name="priority_is_known"
        ),
        Index(None, "team_id", "campaign_id", "state"),
        Index(None, "team_id", "assignee_id", "due_at"),
        # Who has how much in hand is read off this one alone; its condition is `IS_OPEN`.
        Index(
            "ix_task_open",
            "team_id",
            "assignee_id",
            "campaign_id",
            "state",
            "id",
            sqlite_where=text(f"{IS_OPEN} AND trashed_at IS NULL AND assignee_id IS NOT NULL"),
            postgresql_where=text(f"{IS_OPEN} AND trashed_at IS NULL AND assignee_id IS NOT NULL"),
        ),
        Index(
            "ix_task_due",
            "team_id",
            "due_on",
            sqlite_where=text("due_on IS NOT NULL"),
            postgresql_where=text("due_on IS NOT NULL"),
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    phase: Mapped[str] = mapped_column(String(60), default="")
    is_milestone: Mapped[bool] = mapped_column(default=False)
    assignee_id: Mapped[int | None] = mapped_column(default=None)
    priority: Mapped[str] = mapped_column(String(10), default="normal")
    estimate_minutes: Mapped[int] = mapped_column(default=USUAL_MINUTES)
    skills: Mapped[list[str]] = mapped_column(Json, default_factory=list)
    due_on: Mapped[date | None] = mapped_column(Date, default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(String(20), default=lifecycle.initial)
    blocked_reason: Mapped[str] = mapped_column(String(500), default="")
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    trashed_at: Mapped[datetime | None] = mapped_column(default=None)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def moves(self) -> list[Move]:
        """Moves a person may choose now."""
        return [] if self.trashed_at else lifecycle.offered(self.state)

    @property
    def is_open(self) -> bool:
        """Whether it still has to happen."""
        return self.state in OPEN

    @property
    def is_in_hand(self) -> bool:
        """Whether somebody works on it."""
        return self.state in IN_HAND

    @property
    def is_done(self) -> bool:
        return self.state == State.DONE

    @property
    def is_blocked(self) -> bool:
        """A mark on open work, with its reason."""
        return bool(self.blocked_reason) and self.is_open


class Dependency(Base):
    """One task waits for another: until it is finished (`fs`) or has started (`ss`), and
    `lag_minutes` working minutes more (fewer, when negative).
    """

    __tablename__ = "dependency"
    __table_args__ = (
        UniqueConstraint("team_id", "task_id", "waits_for_id"),
        ForeignKeyConstraint(
            ["team_id", "task_id"], ["task.team_id", "task.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["team_id", "waits_for_id"], ["task.team_id", "task.id"], ondelete="CASCADE"
        ),
        CheckConstraint("kind IN ('fs', 'ss')", name="kind_is_known"),
        CheckConstraint("task_id <> waits_for_id", name="nothing_waits_for_itself"),
        Index(None, "team_id", "campaign_id"),
        Index(None, "team_id", "waits_for_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    task_id: Mapped[int]
    waits_for_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(2), default="fs")
    lag_minutes: Mapped[int] = mapped_column(default=0)


class PlannedTask(Base):
    """When a task is to happen: what a person pinned, what follows from everything else, and what
    was agreed.

    All but `pinned_at` and the baseline is derived by `planning` and written whenever something it
    rests on changes. `float_minutes` is how much later the task may finish before the last one
    does, or before a due date is missed when negative; the critical path is what has none.
    `moves` counts how often its dates changed, `moved_at` is the last time: people's calendars
    tell by them that an appointment they have was moved.
    """

    __tablename__ = "planned_task"
    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "task_id"], ["task.team_id", "task.id"], ondelete="CASCADE"
        ),
        Index(None, "team_id", "campaign_id"),
        # What a week touches is read off this index alone: what ended before it is left out, and of
        # the rest what begins after it.
        Index(None, "team_id", "finishes_at", "starts_at"),
        {"sqlite_with_rowid": False},
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    campaign_id: Mapped[int]
    pinned_at: Mapped[datetime | None] = mapped_column(default=None)
    starts_at: Mapped[datetime]
    finishes_at: Mapped[datetime]
    float_minutes: Mapped[int] = mapped_column(default=0)
    is_critical: Mapped[bool] = mapped_column(default=False)
    baseline_starts_at: Mapped[datetime | None] = mapped_column(default=None)
    baseline_finishes_at: Mapped[datetime | None] = mapped_column(default=None)
    moves: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    moved_at: Mapped[datetime | None] = mapped_column(default=None)


class TimeEntry(Base):
    """What one person worked on a task on a day. `rate_cents` is what an hour of theirs cost when
    they logged it, in `currency`; None where nobody had said.
    """

    __tablename__ = "time_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "task_id"], ["task.team_id", "task.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["team_id", "user_id"], ["membership.team_id", "membership.user_id"]),
        CheckConstraint("minutes >= 1 AND minutes <= 1440", name="minutes_fit_a_day"),
        CheckConstraint("rate_cents >= 0", name="rate_is_not_negative"),
        Index(None, "team_id", "task_id"),
        Index(None, "team_id", "campaign_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    task_id: Mapped[int]
    user_id: Mapped[int]
    on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int]
    what: Mapped[str] = mapped_column(String(300), default="")
    rate_cents: Mapped[int | None] = mapped_column(default=None)
    currency: Mapped[str] = mapped_column(String(3), default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
