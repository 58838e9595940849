"""People, teams and what ties them: identity tables. They have no row-level policy and are read
through this feature only.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId


class User(Base):
    """A person who logs in. `email` is the normalised address; what they may do lives on their
    membership.
    """

    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("email"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(80))
    company: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    is_active: Mapped[bool] = mapped_column(default=True)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class UserSetting(Base):
    """One preference of one person."""

    __tablename__ = "user_setting"
    __table_args__ = (UniqueConstraint("user_id", "key"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(400))
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )


class Team(Base):
    """Who owns everything. Its zone and currency are the defaults of what it makes. Everything in a
    demo is made up.
    """

    __tablename__ = "team"
    __table_args__ = (AUTOINCREMENT,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(80))
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    is_demo: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class Membership(Base):
    """Ties a person to a team with a role. Leaving keeps the row, so that what they did still has a
    name.

    `approve_limit_cents` bounds what a manager may decide alone (minor units of the team's
    currency); None is no limit.
    """

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("team_id", "user_id"),
        Index(None, "user_id"),
        CheckConstraint("role IN ('viewer', 'member', 'manager', 'owner')", name="role_is_known"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    role: Mapped[str] = mapped_column(String(10))
    approve_limit_cents: Mapped[int | None] = mapped_column(default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class Invite(Base):
    """A single-use way into a team; the link's token is stored hashed."""

    __tablename__ = "invite"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "team_id"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    role: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(80), default="")
    token_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"), default=None)
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class Session(Base):
    """One browser signed in, in one team. The cookie holds the token, this row its hash; ending the
    row ends it at once.
    """

    __tablename__ = "session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "user_id"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    remembered: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)


class SignInFailure(Base):
    """A failed try, kept for the throttle's window only; keys are hashes, never addresses."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "key", "failed_at"), AUTOINCREMENT)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class PasswordReset(Base):
    """Somebody asked for a way to a new password: a stranger at the door (`user_id` is None when
    nobody has the address they gave), or an owner for a member (`made_by`). The token exists only
    in the letter or on the owner's page; here is its hash, once there is a token.
    """

    __tablename__ = "password_reset"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "user_id"),
        Index(None, "asked_address", "created_at"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    token_hash: Mapped[str | None] = mapped_column(String(64), default=None)
    asked_address: Mapped[str] = mapped_column(String(64), default="")
    asked_agent: Mapped[str] = mapped_column(String(200), default="")
    made_by: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), default=None
    )
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    used_address: Mapped[str] = mapped_column(String(64), default="")
    used_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)


class AccountLetter(Base):
    """A letter about somebody's own account: one for an event, and how it went."""

    __tablename__ = "account_letter"
    __table_args__ = (
        UniqueConstraint("event_id"),
        Index(None, "user_id"),
        CheckConstraint(
            "state IN ('sending', 'waiting', 'sent', 'failed', 'unknown')", name="state_is_known"
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    event_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10), default="sending")
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
