"""The commands of handing over: what is due is claimed in one unit of work, sent outside of any,
and marked in another. What was claimed and never marked is unknown, and not sent again: nobody is
told twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, true, update

from webapp.accounts import queries as accounts
from webapp.availability import queries as availability
from webapp.core import clock, fault
from webapp.core.actor import Actor
from webapp.db import current_team, db, execute, unit_of_work
from webapp.events.log import record
from webapp.notifications import queries
from webapp.notifications.models import Notification, SlackConnection
from webapp.notifications.policies import arm
from webapp.notifications.times import after_quiet, is_quiet

#: What is due so soon goes with what is due now.
SOON = timedelta(seconds=45)
#: One place in Slack takes a message a second.
SLACK_PACE = timedelta(seconds=1)
#: How long a hand-over may take, and how often one is tried again.
LEASE = timedelta(seconds=60)
MOST_TRIES = 12
#: Pieces of news one letter holds; what is more goes in the next one.
MOST = 50
AFTER_CLAIM = fault.point("notifications.after_claim")


@dataclass(frozen=True, slots=True)
class News:
    """One thing a letter tells. `path` is of the page it leads to."""

    id: int
    title: str
    detail: str
    about: str
    path: str
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one person (or the team's place in Slack) is told now: the news, newest last, and where
    it goes: `address` is an e-mail address, or a Slack channel or person; '' is a webhook, whose
    address is the `secret`. Secrets are sealed.
    """

    channel: str
    name: str
    address: str
    secret: str
    team_name: str
    news: tuple[News, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.news)


def claim(user_id: int | None, channel: str) -> Parcel | None:
    """Take what is due for somebody on a channel; None when there is nothing, or it has to wait."""
    with unit_of_work():
        now = clock.now()
        _give_up_lost(user_id, channel, now)
        if channel in ("slack", "team") and (free_at := _paced(user_id, channel, now)) > now:
            arm(user_id, channel, free_at)
            return None
        query = _of(user_id, channel).where(
            Notification.state == "waiting", Notification.scheduled_for <= now + SOON
        )
        query = query.order_by(Notification.scheduled_for, Notification.id)
        found = list(db.session.scalars(query.limit(MOST).with_for_update()))
        found = _loud(found, user_id, now)
        if not any(one.scheduled_for <= now for one in found):
            _arm_next(user_id, channel)
            return None
        found.sort(key=lambda one: one.id)
        wanted = _unread(found) if user_id is not None else found
        where = _address(user_id, channel)
        for one in found:
            if where is None or one not in wanted:
                one.state = "dropped"
            else:
                one.state, one.leased_until = "sending", now + LEASE
        _arm_next(user_id, channel)
        if where is None or not wanted:
            return None
        name, address, secret = where
        news = tuple(_news(one) for one in wanted)
        return Parcel(channel, name, address, secret, accounts.team().name, news)


def _loud(found: list[Notification], user_id: int | None, now: datetime) -> list[Notification]:
    """Those that may go now. What comes late, after a try or a rest of the worker, waits again
    where it came into quiet hours.
    """
    if user_id is None or not found:
        return found
    hours = queries.wishes_of([user_id])[user_id].hours
    zone = accounts.person(user_id).zone
    if not is_quiet(now, hours, zone):
        return found
    for one in found:
        if one.urgency != "urgent" and one.scheduled_for <= now:
            one.scheduled_for = after_quiet(now, hours, zone)
    return [one for one in found if one.scheduled_for <= now + SOON]


def _of(user_id: int | None, channel: str) -> Any:
    return select(Notification).where(
        Notification.team_id == current_team(),
        Notification.user_id.is_(None) if user_id is None else Notification.user_id == user_id,
        Notification.channel == channel,
    )


def _give_up_lost(user_id: int | None, channel: str, now: datetime) -> None:
    """What a process died over may have arrived or not; the inbox has it in any case."""
    query = _of(user_id, channel).where(
        Notification.state == "sending", Notification.leased_until < now
    )
    for row in db.session.scalars(query):
        row.state, row.last_error = "unknown", "Whether it arrived is not known."


def _paced(user_id: int | None, channel: str, now: datetime) -> datetime:
    """When a place in Slack takes the next message."""
    query = _of(user_id, channel).where(Notification.sent_at > now - SLACK_PACE)
    last = db.session.scalar(query.with_only_columns(func.max(Notification.sent_at)))
    return last + SLACK_PACE if last is not None else now


def _unread(found: Sequence[Notification]) -> list[Notification]:
    """Of these, what the person has not seen in their inbox yet."""
    query = select(Notification.event_id).where(
        Notification.team_id == current_team(),
        Notification.user_id == found[0].user_id,
        Notification.channel == "in_app",
        Notification.event_id.in_([one.event_id for one in found]),
        Notification.read_at.is_not(None),
    )
    seen = set(db.session.scalars(query))
    return [one for one in found if one.event_id not in seen]


def _address(user_id: int | None, channel: str) -> tuple[str, str, str] | None:
    """Name, address and secret; None for who left, and for what is not connected."""
    slack = queries.working_slack() if channel != "email" else None
    if channel != "email" and slack is None:
        return None
    if user_id is None:
        assert slack is not None
        if not slack.has_place:
            return None
        return "", slack.channel, slack.secret
    member = accounts.membership_of(user_id)
    if member is None:
        return None
    person = accounts.person(user_id)
    if channel == "email":
        return person.name, person.email, ""
    profile = next(iter(availability.profiles([user_id])), None)
    if profile is None or not profile.slack_user_id or slack is None or slack.mode != "bot":
        return None
    return person.name, profile.slack_user_id, slack.secret


def _news(row: Notification) -> News:
    words = row.payload
    return News(
        row.id,
        words["title"],
        words["detail"],
        words["about"],
        words["path"],
        row.urgency == "urgent",
    )


def _arm_next(user_id: int | None, channel: str) -> None:
    query = _of(user_id, channel).where(Notification.state == "waiting")
    following = db.session.scalar(query.with_only_columns(func.min(Notification.scheduled_for)))
    if following is not None:
        arm(user_id, channel, following)


def look_again(user_id: int | None, channel: str) -> None:
    """A hand-over broke off: when its lease is over, it is seen to be lost."""
    with unit_of_work():
        arm(user_id, channel, clock.now() + LEASE + SLACK_PACE)


def mark_sent(ids: Sequence[int]) -> None:
    """They were handed over."""
    _mark(ids, state="sent", sent_at=clock.now(), leased_until=None, last_error="")


def mark_unknown(ids: Sequence[int], why: str) -> None:
    """Whether they arrived is not known; they are not sent again."""
    _mark(ids, state="unknown", leased_until=None, last_error=why[:300])


def mark_failed(ids: Sequence[int], why: str) -> None:
    """They are refused for good."""
    _mark(ids, state="failed", leased_until=None, last_error=why[:300])


def put_back(
    parcel_ids: Sequence[int], user_id: int | None, channel: str, why: str, wait: timedelta
) -> None:
    """Try again later; what was tried too often has failed."""
    with unit_of_work():
        due = clock.now() + wait
        _mark(parcel_ids, retries=Notification.retries + 1, last_error=why[:300], leased_until=None)
        often = Notification.retries >= MOST_TRIES
        _mark_where(parcel_ids, often, state="failed")
        _mark_where(parcel_ids, ~often, state="waiting", scheduled_for=due)
        _arm_next(user_id, channel)


def backoff(retries: int) -> timedelta:
    """How long to wait before trying again: ten seconds, then three times as long each time.

    >>> backoff(0).total_seconds(), backoff(3).total_seconds(), backoff(9).total_seconds()
    (10.0, 270.0, 3600.0)
    """
    return timedelta(seconds=min(10 * 3**retries, 3600))


def tries_of(ids: Sequence[int]) -> int:
    """How often the first of some was tried again."""
    query = select(func.max(Notification.retries)).where(
        Notification.team_id == current_team(), Notification.id.in_(ids)
    )
    return int(db.session.scalar(query) or 0)


def break_slack(why: str, *, by: Actor) -> None:
    """Slack refuses what we were given; nothing is sent there until somebody connects it anew."""
    with unit_of_work():
        slack = _slack()
        if slack is not None and slack.broken_at is None:
            slack.broken_at, slack.error = clock.now(), why[:200]
            record("slack_connection.broken", subject=slack, by=by)


def note_slack(why: str, *, by: Actor) -> None:
    """How a try of the connection ended; '' is well."""
    with unit_of_work():
        slack = _slack()
        if slack is not None:
            slack.error, slack.tried_at = why[:200], clock.now()
            if not why:
                slack.broken_at = None
            record("slack_connection.answered", subject=slack, by=by)


def _slack() -> SlackConnection | None:
    query = select(SlackConnection).where(SlackConnection.team_id == current_team())
    return db.session.scalars(query.with_for_update()).one_or_none()


def _mark(ids: Sequence[int], **values: Any) -> None:
    _mark_where(ids, true(), **values)


def _mark_where(ids: Sequence[int], condition: Any, **values: Any) -> None:
    with unit_of_work():
        execute(
            update(Notification)
            .where(
                Notification.team_id == current_team(),
                Notification.id.in_(ids),
                Notification.state == "sending",
                condition,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
