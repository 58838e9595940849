"""Who works when: the team's week, the days nothing is planned on, each person's work profile, and
the days they are away.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId

#: Absent is NULL, not a JSON null.
_Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class WorkingWeek(Base):
    """The days and hours a team works and whose public holidays it keeps; a team without a row
    works as `week.DEFAULT` says.

    `weekdays` is a bit mask, Monday the lowest; minutes count from the wall midnight of each day.
    """

    __tablename__ = "working_week"
    __table_args__ = (
        UniqueConstraint("team_id"),
        CheckConstraint("weekdays > 0 AND weekdays < 128", name="weekdays_are_days"),
        CheckConstraint(
            "starts_minute >= 0 AND starts_minute <= ends_minute AND ends_minute <= 1440",
            name="hours_lie_in_a_day",
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    weekdays: Mapped[int]
    starts_minute: Mapped[int]
    ends_minute: Mapped[int]
    country: Mapped[str] = mapped_column(String(2), default="")
    region: Mapped[str] = mapped_column(String(40), default="")
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class Blackout(Base):
    """Days on which nothing is planned, launched or sent: for one campaign, or for the whole team
    when it names none. A campaign that is purged takes its own along.
    """

    __tablename__ = "blackout"
    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        CheckConstraint("starts_on <= ends_on", name="it_ends_after_it_starts"),
        Index(None, "team_id", "ends_on"),
        Index(None, "team_id", "campaign_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int | None] = mapped_column(default=None)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)


class WorkProfile(Base):
    """What one person of a team can do, when, how much at once, and who steps in for them.

    `skills` are `[word, level]` pairs, the words as typed. `hours` are seven `[starts, ends]` pairs
    in minutes of the person's own day, Monday first, null for a day off; NULL is the team's week.
    A cost rate is minor units of `cost_currency` an hour, and counts while that is the team's.
    """

    __tablename__ = "work_profile"
    __table_args__ = (
        UniqueConstraint("team_id", "user_id"),
        ForeignKeyConstraint(["team_id", "user_id"], ["membership.team_id", "membership.user_id"]),
        ForeignKeyConstraint(
            ["team_id", "backup_id"], ["membership.team_id", "membership.user_id"]
        ),
        CheckConstraint("max_concurrent >= 1", name="at_least_one_at_once"),
        CheckConstraint("cost_rate_cents >= 0", name="cost_rate_is_not_negative"),
        CheckConstraint("backup_id <> user_id", name="somebody_else_steps_in"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    user_id: Mapped[int]
    skills: Mapped[list[Any]] = mapped_column(_Json, default_factory=list)
    hours: Mapped[list[Any] | None] = mapped_column(_Json, default=None)
    max_concurrent: Mapped[int]
    cost_rate_cents: Mapped[int | None] = mapped_column(default=None)
    cost_currency: Mapped[str] = mapped_column(String(3), default="")
    backup_id: Mapped[int | None] = mapped_column(default=None)
    slack_user_id: Mapped[str] = mapped_column(String(40), default="")
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class Absence(Base):
    """Days a person does not work, in their own zone, both ends included. The reason is a word for
    the team, never for the log.
    """

    __tablename__ = "absence"
    __table_args__ = (
        ForeignKeyConstraint(["team_id", "user_id"], ["membership.team_id", "membership.user_id"]),
        CheckConstraint("starts_on <= ends_on", name="it_ends_after_it_starts"),
        Index(None, "team_id", "ends_on"),
        Index(None, "team_id", "user_id", "ends_on"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    user_id: Mapped[int]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
