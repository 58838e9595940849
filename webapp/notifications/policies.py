"""What is told by itself: news of an event become rows, one a person and channel, each with the
moment it is due; a timer a person and channel brings them on their way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select, update

from webapp.accounts import queries as accounts
from webapp.accounts.models import User
from webapp.availability import queries as availability
from webapp.core import clock, fault
from webapp.core.actor import SYSTEM, Actor
from webapp.db import current_team, db, execute, unit_of_work
from webapp.events import timers
from webapp.events.log import note
from webapp.events.models import Event
from webapp.events.subscriptions import on
from webapp.notifications import queries, stories
from webapp.notifications.models import Notification, SlackConnection
from webapp.notifications.queries import Wishes
from webapp.notifications.stories import Story
from webapp.notifications.times import GATHER, due_at

#: Somebody's inbox is another one now; its subject is the person.
INBOX_CHANGED = "inbox.changed"
#: What is due for one person (or the team's place in Slack) on one channel is to be handed over.
DUE = "notification.due"
#: No worker is that late: what is older is told of a past.
LONG_AGO = timedelta(days=3)
AFTER_ROWS = fault.point("notifications.after_rows")


@on(*stories.EVENTS)
def tell_people(event: Event) -> None:
    with unit_of_work():
        found = stories.stories(event)
        if not found:
            return
        by = Actor.event(event.id, team_id=event.team_id)
        everybody = {user_id for story in found for user_id in story.user_ids}
        people = {user.id: user for member, user in accounts.members() if user.id in everybody}
        wishes = queries.wishes_of(sorted(people))
        is_demo = accounts.team().is_demo  # made-up people have no address
        reach = _Reach(event, people, wishes, queries.working_slack())
        rows: list[Notification] = []
        for story in found:
            here = [one for one in story.user_ids if one in people]
            rows += _inbox(story, event, here)
            if not is_demo:
                rows += [*reach.mails(story, here), *reach.slacks(story, here)]
        if not is_demo:
            rows += reach.teams(found)
        db.session.add_all(rows)
        _arm_all(rows)
        AFTER_ROWS()
        for user in people.values():
            note(INBOX_CHANGED, subject=user, by=by, team_id=event.team_id)


def _row(
    story: Story, event: Event, user_id: int | None, channel: str, due: datetime
) -> Notification:
    payload = {"title": story.title, "path": story.path}
    payload |= {"detail": story.detail, "about": story.about}
    return Notification(
        team_id=current_team(),
        event_id=event.id,
        user_id=user_id,
        channel=channel,
        kind=story.kind,
        urgency=story.urgency,
        payload=payload,
        scheduled_for=due,
        campaign_id=event.campaign_id,
    )


def _inbox(story: Story, event: Event, user_ids: Sequence[int]) -> Iterator[Notification]:
    """Rows that are there at once, at the time of what happened; what a demo tells of its past was
    read long ago.
    """
    now = clock.now()
    happened = min(event.created_at, now)
    for user_id in user_ids:
        row = _row(story, event, user_id, "in_app", happened)
        row.state, row.sent_at = "sent", happened
        if now - happened > LONG_AGO:
            row.read_at = happened
        yield row


@dataclass(frozen=True, slots=True)
class _Reach:
    """Whom an event reaches outside the inbox: the people, and how each wants to be told."""

    event: Event
    people: Mapping[int, User]
    wishes: Mapping[int, Wishes]
    slack: SlackConnection | None

    def mails(self, story: Story, user_ids: Sequence[int]) -> Iterator[Notification]:
        for user_id in user_ids:
            way = self.wishes[user_id].ways[story.kind].email
            if way != "off":
                yield self._row(story, user_id, "email", way)

    def slacks(self, story: Story, user_ids: Sequence[int]) -> Iterator[Notification]:
        if self.slack is None or self.slack.mode != "bot":
            return
        for person in availability.profiles(user_ids):
            way = self.wishes[person.user_id].ways[story.kind].slack
            if person.slack_user_id and way != "off":
                yield self._row(story, person.user_id, "slack", way)

    def teams(self, found: Sequence[Story]) -> Iterator[Notification]:
        """What the team's place in Slack is told: the first of the stories that was chosen for it,
        and only once.
        """
        if self.slack is None or not self.slack.has_place:
            return
        for story in found:
            if story.kind in self.slack.kinds:
                urgent = story.urgency == "urgent"
                due = clock.now() if urgent else _gathering(None, "team") or clock.now() + GATHER
                yield _row(story, self.event, None, "team", due)
                return

    def _row(
        self, story: Story, user_id: int, channel: str, way: Literal["now", "digest"]
    ) -> Notification:
        due = due_at(
            clock.now(),
            urgent=story.urgency == "urgent",
            way=way,
            hours=self.wishes[user_id].hours,
            zone=self.people[user_id].zone,
            gathering=_gathering(user_id, channel),
        )
        return _row(story, self.event, user_id, channel, due)


def _arm_all(rows: Sequence[Notification]) -> None:
    """A timer each, always in one order: two policies at once never wait for each other."""
    due: dict[tuple[int, str], datetime] = {}
    for row in rows:
        if row.state == "waiting":
            key = row.user_id or 0, row.channel
            due[key] = min(due.get(key, row.scheduled_for), row.scheduled_for)
    for (user_id, channel), moment in sorted(due.items()):
        arm(user_id or None, channel, moment)


def _gathering(user_id: int | None, channel: str) -> datetime | None:
    """When the next letter goes that waits for somebody on a channel."""
    query = select(func.min(Notification.scheduled_for)).where(
        Notification.team_id == current_team(),
        Notification.user_id.is_(None) if user_id is None else Notification.user_id == user_id,
        Notification.channel == channel,
        Notification.state == "waiting",
        Notification.scheduled_for > clock.now(),
    )
    return db.session.scalar(query)


def arm(user_id: int | None, channel: str, due: datetime) -> None:
    """Let what is due for somebody on a channel be handed over then, or sooner as it was."""
    team_id = current_team()
    whose = f"team:{team_id}" if user_id is None else f"user:{user_id}"
    timers.arm(
        f"{whose}:told_{channel}:{team_id}",
        DUE,
        due_at=due,
        team_id=team_id,
        data={"user_id": user_id, "channel": channel},
        keeps_sooner=True,
        by=SYSTEM,
    )


@on(
    "proposal.approved",
    "proposal.rejected",
    "proposal.dismissed",
    "proposal.expired",
    "proposal.staled",
)
def ask_nobody_for_what_is_decided(event: Event) -> None:
    """A letter that waits and asks for a decision that was taken meanwhile does not go."""
    with unit_of_work():
        drop_waiting(
            Notification.event_id.in_(_earlier(event)),
            Notification.kind.in_(("request", "late_request")),
        )


@on("task.assigned", "task.trashed", "task.cancelled", "task.finished")
def give_nobody_work_that_went_on(event: Event) -> None:
    """The same of a task that is somebody else's by now, or nobody's any more."""
    with unit_of_work():
        drop_waiting(Notification.event_id.in_(_earlier(event)), Notification.kind == "assigned")


def _earlier(event: Event) -> Any:
    """The events of the same row before this one."""
    return select(Event.id).where(
        Event.team_id == current_team(),
        Event.subject_kind == event.subject_kind,
        Event.subject_id == event.subject_id,
        Event.id < event.id,
    )


def drop_waiting(*conditions: Any) -> None:
    """What waits to leave by mail or to Slack and need not leave any more."""
    execute(
        update(Notification)
        .where(
            Notification.team_id == current_team(),
            Notification.channel != "in_app",
            Notification.state == "waiting",
            *conditions,
        )
        .values(state="dropped")
        .execution_options(synchronize_session=False)
    )


@on("comment.deleted")
def forget_words_that_were_taken_back(event: Event) -> None:
    """What somebody said and deleted stands in nobody's inbox and goes out in no letter."""
    added = select(Event.id).where(
        Event.team_id == current_team(),
        Event.name == "comment.added",
        Event.subject_kind == "comment",
        Event.subject_id == event.subject_id,
    )
    query = select(Notification).where(
        Notification.team_id == current_team(), Notification.event_id.in_(added)
    )
    with unit_of_work():
        for row in db.session.scalars(query.with_for_update()):
            row.payload = row.payload | {"detail": ""}
