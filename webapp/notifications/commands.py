"""The commands of notifications: what somebody read or put off, and how they want to be told."""

from collections.abc import Iterable
from datetime import time
from typing import Literal

from pydantic import Field, model_validator
from sqlalchemy import delete, select, update
from sqlalchemy.orm.attributes import flag_modified

from webapp.accounts import queries as accounts
from webapp.accounts.commands import lock_team
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.core.errors import Forbidden, NotFound, StaleVersion
from webapp.db import current_team, db, execute, unit_of_work
from webapp.events import timers
from webapp.events.log import note, record
from webapp.notifications.kinds import kind_named
from webapp.notifications.models import (
    Notification,
    NotificationChoice,
    NotificationHours,
)
from webapp.notifications.policies import INBOX_CHANGED, drop_waiting
from webapp.notifications.times import snoozes
from webapp.operations import Input, operation

#: What is put off comes back then.
BACK_DUE = "inbox.changed"


class NotificationId(Input):
    notification_id: int


class Snooze(Input):
    """Put something off: an hour, to tomorrow morning, to Monday morning."""

    notification_id: int
    until: Literal["hour", "tomorrow", "monday"]


class ReadAll(Input):
    """Everything up to the newest that was shown."""

    upto: int = Field(ge=0)


class Wish(Input):
    """How somebody wants to be told: three lists side by side, and times of the day where they
    are; without `quiet` no hours are.
    """

    kinds: list[str] = Field(min_length=1, max_length=40)
    emails: list[Literal["now", "digest", "off"]]
    slacks: list[Literal["now", "off"]]
    quiet: bool = False
    quiet_from: time
    quiet_until: time
    digest_at: time
    version: int

    @model_validator(mode="after")
    def _side_by_side(self) -> "Wish":
        if not len(self.kinds) == len(self.emails) == len(self.slacks):
            raise ValueError("Each kind needs its ways.")
        return self


@operation("notifications.read", input=NotificationId, permission="see")
def read(*, notification_id: int, by: Actor) -> int:
    """Somebody saw it."""
    with unit_of_work():
        row = _own(notification_id, by)
        if row.read_at is None:
            row.read_at = clock.now()
            _tell(by)
        return row.id


@operation("notifications.unread", input=NotificationId, permission="see")
def unread(*, notification_id: int, by: Actor) -> int:
    """Keep it as something new."""
    with unit_of_work():
        row = _own(notification_id, by)
        if row.read_at is not None:
            row.read_at = None
            _tell(by)
        return row.id


@operation("notifications.read_all", input=ReadAll, permission="see")
def read_all(*, upto: int, by: Actor) -> int:
    """Everything is read that was shown; what came since stays new. Answers how many."""
    with unit_of_work():
        changed = execute(
            update(Notification)
            .where(
                Notification.team_id == current_team(),
                Notification.user_id == by.user_id,
                Notification.channel == "in_app",
                Notification.read_at.is_(None),
                Notification.scheduled_for <= clock.now(),
                Notification.id <= upto,
            )
            .values(read_at=clock.now())
            .execution_options(synchronize_session=False)
        ).rowcount
        if changed:
            _tell(by)
        return int(changed)


@operation("notifications.snooze", input=Snooze, permission="see")
def snooze(*, notification_id: int, until: str, by: Actor) -> int:
    """Put it off: it is gone until then, and comes back as new."""
    with unit_of_work():
        row = _own(notification_id, by)
        assert by.user_id is not None
        row.scheduled_for = snoozes(clock.now(), accounts.person(by.user_id).zone)[until]
        row.read_at = None
        drop_waiting(Notification.event_id == row.event_id, Notification.user_id == by.user_id)
        timers.arm(
            f"user:{by.user_id}:back:{row.id}",
            BACK_DUE,
            due_at=row.scheduled_for,
            team_id=row.team_id,
            by=by,
        )
        _tell(by)
        return row.id


@operation("notifications.wake", input=NotificationId, permission="see")
def wake(*, notification_id: int, by: Actor) -> int:
    """Bring back what was put off."""
    with unit_of_work():
        row = _own(notification_id, by)
        if row.scheduled_for > clock.now():
            row.scheduled_for = clock.now()
            timers.cancel(f"user:{by.user_id}:back:{row.id}")
            _tell(by)
        return row.id


def _own(notification_id: int, by: Actor) -> Notification:
    """Somebody's own row of their inbox, locked. Raises NotFound."""
    query = select(Notification).where(
        Notification.team_id == current_team(),
        Notification.id == notification_id,
        Notification.user_id == by.user_id,
        Notification.channel == "in_app",
    )
    row = db.session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _tell(by: Actor) -> None:
    assert by.user_id is not None
    note(INBOX_CHANGED, subject=accounts.person(by.user_id), by=by, team_id=current_team())


@operation("notifications.choose", input=Wish, permission="see")
def choose(
    *,
    kinds: list[str],
    emails: list[str],
    slacks: list[str],
    quiet: bool = False,
    quiet_from: time,
    quiet_until: time,
    digest_at: time,
    version: int,
    by: Actor,
) -> int:
    """How somebody wants to be told from now on; what waits already goes as it was planned."""
    if by.user_id is None:
        raise Forbidden("A person chooses.")
    with unit_of_work():
        hours = _hours_of(by.user_id)
        present = hours.version if hours else 0
        if version != present:
            words = "You changed this elsewhere while this page was open."
            raise StaleVersion(words, version=present, fields={})
        values = {
            "quiet_from": _minute(quiet_from),
            "quiet_until": _minute(quiet_until if quiet else quiet_from),
            "digest_at": _minute(digest_at),
        }
        if hours is None:
            hours = NotificationHours(team_id=current_team(), user_id=by.user_id, **values)
            db.session.add(hours)
        else:
            for name, value in values.items():
                setattr(hours, name, value)
            flag_modified(hours, "digest_at")  # the page's version guards the choices as well
        _write_choices(by.user_id, zip(kinds, emails, slacks, strict=True))
        record("notification_hours.changed", subject=hours, by=by)
        return hours.id


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _hours_of(user_id: int) -> NotificationHours | None:
    lock_team()  # two first times at once: the second finds the first one's
    query = select(NotificationHours).where(
        NotificationHours.team_id == current_team(), NotificationHours.user_id == user_id
    )
    return db.session.scalars(
        query.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def _write_choices(user_id: int, chosen: Iterable[tuple[str, str, str]]) -> None:
    """Keep what is not the usual way; other kinds stay as they were chosen."""
    by_kind = {one[0]: one for one in chosen}
    execute(
        delete(NotificationChoice)
        .where(
            NotificationChoice.team_id == current_team(),
            NotificationChoice.user_id == user_id,
            NotificationChoice.kind.in_(by_kind),
        )
        .execution_options(synchronize_session=False)
    )
    for name, email, slack in by_kind.values():
        kind = kind_named(name)
        if kind is not None and (email, slack) != (kind.email, kind.slack):
            db.session.add(
                NotificationChoice(
                    team_id=current_team(), user_id=user_id, kind=name, email=email, slack=slack
                )
            )
