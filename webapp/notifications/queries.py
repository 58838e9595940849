"""Reads of notifications: a person's inbox, what is unread, and how they want to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, bindparam, func, or_, select

from webapp.core import clock
from webapp.db import UTCDateTime, current_team, db, find, rows
from webapp.notifications.kinds import KINDS, Email, Kind, Slack
from webapp.notifications.models import (
    Notification,
    NotificationChoice,
    NotificationHours,
    SlackConnection,
)
from webapp.notifications.times import Hours

#: Rows of an inbox at once, and how far unread ones are counted.
LISTED, COUNTED = 50, 100
Show = Literal["all", "unread", "later"]

_ROW = Notification.__table__.c
_UNREAD_ROWS = (
    select(_ROW.id)
    .where(
        _ROW.team_id == bindparam("team_id"),
        _ROW.user_id == bindparam("user_id"),
        _ROW.channel == "in_app",
        _ROW.read_at.is_(None),
        _ROW.scheduled_for <= bindparam("now", type_=UTCDateTime),
    )
    .limit(COUNTED)
    .subquery("unread")
)
#: How much somebody has not read, counted up to `COUNTED`: on every page.
UNREAD = select(func.count().label("number")).select_from(_UNREAD_ROWS)


def unread_of(user_id: int) -> int:
    """How much a person has not read, counted up to `COUNTED`."""
    asked = {"team_id": current_team(), "user_id": user_id, "now": clock.now()}
    return int(rows(UNREAD, asked)[0][0])


def inbox(
    user_id: int, *, show: Show = "all", after: tuple[datetime, int] | None = None
) -> Sequence[Notification]:
    """What a person was told, newest first, `LISTED` and one more at most; `later` is what they put
    off, the soonest first.
    """
    now = clock.now()
    query = select(Notification).where(
        Notification.team_id == current_team(),
        Notification.user_id == user_id,
        Notification.channel == "in_app",
    )
    shown = Notification.scheduled_for
    if show == "later":
        query = query.where(shown > now).order_by(shown, Notification.id)
    else:
        query = query.where(shown <= now).order_by(shown.desc(), Notification.id.desc())
    if show == "unread":
        query = query.where(Notification.read_at.is_(None))
    if after is not None:
        at, number = after
        query = query.where(or_(shown < at, and_(shown == at, Notification.id < number)))
    return list(db.session.scalars(query.limit(LISTED + 1)))


def path_of(notification_id: int) -> str:
    """The page a notification leads to."""
    return str(find(Notification, notification_id).payload["path"])


@dataclass(frozen=True, slots=True)
class Way:
    """How one person is told of one kind."""

    kind: Kind
    email: Email
    slack: Slack


@dataclass(frozen=True, slots=True)
class Wishes:
    """How one person wants to be told; a `version` of 0 says that they never said."""

    hours: Hours
    ways: dict[str, Way]
    version: int


def wishes_of(user_ids: Sequence[int]) -> dict[int, Wishes]:
    """How people want to be told, the usual way where they said nothing. Two statements."""
    hours_rows = _mine(NotificationHours, user_ids)
    hours = {one.user_id: one for one in hours_rows}
    chosen: dict[int, dict[str, Any]] = {}
    for one in _mine(NotificationChoice, user_ids):
        chosen.setdefault(one.user_id, {})[one.kind] = one
    return {
        user_id: Wishes(_hours(hours.get(user_id)), _ways(chosen.get(user_id, {})), version)
        for user_id in user_ids
        for version in (hours[user_id].version if user_id in hours else 0,)
    }


def _mine(table: Any, user_ids: Sequence[int]) -> Any:
    query = select(table).where(table.team_id == current_team(), table.user_id.in_(user_ids))
    return list(db.session.scalars(query))


def _hours(row: NotificationHours | None) -> Hours:
    return Hours(row.quiet_from, row.quiet_until, row.digest_at) if row is not None else Hours()


def _ways(chosen: dict[str, Any]) -> dict[str, Way]:
    return {
        kind.name: Way(
            kind,
            chosen[kind.name].email if kind.name in chosen else kind.email,
            chosen[kind.name].slack if kind.name in chosen else kind.slack,
        )
        for kind in KINDS
    }


def slack_connection() -> SlackConnection | None:
    """How the team's Slack is reached; None when it is not connected."""
    query = select(SlackConnection).where(SlackConnection.team_id == current_team())
    return db.session.scalars(query).one_or_none()


def working_slack() -> SlackConnection | None:
    """The same, unless Slack refuses it."""
    slack = slack_connection()
    return slack if slack is not None and slack.broken_at is None else None
