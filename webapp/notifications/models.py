"""What people are told, on which way, and how they want to be told."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
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
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.events.models import Json

#: Written out, not as parameters: a partial index serves only what repeats its condition.
_IS_WAITING = text("state IN ('waiting', 'sending')")
_IS_UNREAD = text("channel = 'in_app' AND read_at IS NULL")
_IS_TEAMS = text("channel = 'team'")
_IS_SHOWN = text("channel = 'in_app'")


class Notification(Base):
    """One thing somebody is told of one event on one channel: `in_app`, `email` or `slack`; `team`
    is the team's own place in Slack, and nobody's.

    `payload` holds the words: `title`, `detail`, `path` (of the page it leads to), `about` (the
    campaign's name). It is due at `scheduled_for`, which is where an inbox sorts it: put off, it is
    due again later. `sent_at` is when it was handed over, `read_at` when the person saw it in their
    inbox, `retries` how often it was tried again. `leased_until` is how long a process that hands
    it over may take: after that nobody knows whether it arrived, and it is not sent again.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("team_id", "event_id", "user_id", "channel"),
        ForeignKeyConstraint(["team_id", "user_id"], ["membership.team_id", "membership.user_id"]),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        CheckConstraint("channel IN ('team', 'in_app', 'email', 'slack')", name="channel_is_known"),
        CheckConstraint("(channel = 'team') = (user_id IS NULL)", name="team_is_nobody"),
        CheckConstraint("urgency IN ('urgent', 'normal', 'low')", name="urgency_is_known"),
        CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'dropped', 'failed', 'unknown')",
            name="state_is_known",
        ),
        Index(
            "uq_notification_team",
            "team_id",
            "event_id",
            unique=True,
            sqlite_where=_IS_TEAMS,
            postgresql_where=_IS_TEAMS,
        ),
        Index(
            "ix_notification_inbox",
            "team_id",
            "user_id",
            "scheduled_for",
            "id",
            sqlite_where=_IS_SHOWN,
            postgresql_where=_IS_SHOWN,
        ),
        Index(
            "ix_notification_unread",
            "team_id",
            "user_id",
            "scheduled_for",
            "id",
            sqlite_where=_IS_UNREAD,
            postgresql_where=_IS_UNREAD,
        ),
        Index(
            "ix_notification_waiting",
            "team_id",
            "user_id",
            "channel",
            "scheduled_for",
            sqlite_where=_IS_WAITING,
            postgresql_where=_IS_WAITING,
        ),
        Index(None, "team_id", "user_id", "sent_at"),
        Index(None, "team_id", "campaign_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    event_id: Mapped[int]
    user_id: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(30))
    urgency: Mapped[str] = mapped_column(String(10))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    scheduled_for: Mapped[datetime]
    campaign_id: Mapped[int | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    retries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)


class NotificationChoice(Base):
    """How one person wants to be told of one kind, where it is not the usual way. `email` is now,
    digest or off, `slack` now or off.
    """

    __tablename__ = "notification_choice"
    __table_args__ = (
        ForeignKeyConstraint(["team_id", "user_id"], ["membership.team_id", "membership.user_id"]),
        CheckConstraint("email IN ('now', 'digest', 'off')", name="email_is_known"),
        CheckConstraint("slack IN ('now', 'off')", name="slack_is_known"),
        {"sqlite_with_rowid": False},
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    email: Mapped[str] = mapped_column(String(10))
    slack: Mapped[str] = mapped_column(String(10))


class NotificationHours(Base):
    """When one person is left alone, and when their digest comes; minutes of the day where they
    are. Quiet hours that begin and end at the same minute are none. `version` guards the whole
    page, choices included.
    """

    __tablename__ = "notification_hours"
    __table_args__ = (
        UniqueConstraint("team_id", "user_id"),
        ForeignKeyConstraint(["team_id", "user_id"], ["membership.team_id", "membership.user_id"]),
        CheckConstraint("quiet_from >= 0 AND quiet_from < 1440", name="quiet_from_is_of_a_day"),
        CheckConstraint("quiet_until >= 0 AND quiet_until < 1440", name="quiet_until_is_of_a_day"),
        CheckConstraint("digest_at >= 0 AND digest_at < 1440", name="digest_at_is_of_a_day"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    user_id: Mapped[int]
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    digest_at: Mapped[int]
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class SlackConnection(Base):
    """How a team's Slack is reached: by an incoming webhook, which posts to its one channel, or by
    a bot's token, which writes to people and to `channel`.

    `secret` is the address or the token, sealed. `kinds` are told in the channel too. `error` says
    how it went wrong last. Slack refuses what we were given since `broken_at`: nothing is sent
    there until it is connected anew, or tried (`tried_at`) and well.
    """

    __tablename__ = "slack_connection"
    __table_args__ = (
        UniqueConstraint("team_id"),
        CheckConstraint("mode IN ('webhook', 'bot')", name="mode_is_known"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    mode: Mapped[str] = mapped_column(String(10))
    secret: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(80), default="")
    kinds: Mapped[list[str]] = mapped_column(Json, default_factory=list)
    error: Mapped[str] = mapped_column(String(200), default="")
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    broken_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def has_place(self) -> bool:
        """Whether the team has a place there that can be told; a bot may know only people."""
        return self.mode == "webhook" or bool(self.channel)
