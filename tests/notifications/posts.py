"""What leaves by mail and to Slack, kept instead of sent; and time that passes timer by timer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import pytest

from tests import people
from tests.timelines import plans
from webapp.accounts.queries import person as row_of
from webapp.adapters import mail, slack
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.db import db, unit_of_work
from webapp.events import timers
from webapp.events.log import note
from webapp.notifications import queries
from webapp.notifications.commands import choose
from webapp.notifications.kinds import KINDS
from webapp.notifications.models import Notification
from webapp.notifications.policies import arm

MINUTES = timedelta(minutes=1)


@dataclass
class Letters:
    """A way out for letters that keeps them; `ends` are errors to end with, one a letter."""

    sent: list = field(default_factory=list)
    ends: list[Exception] = field(default_factory=list)

    def send(self, letter) -> None:
        if self.ends:
            raise self.ends.pop(0)
        self.sent.append(letter)

    def close(self) -> None:
        return None

    def to(self, person) -> list:
        return [one for one in self.sent if one.to == person.email]


@dataclass
class Posts:
    """The same for Slack: (place, text, blocks) each."""

    sent: list = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    ends: list[Exception] = field(default_factory=list)

    def post(self, to, text, blocks=()) -> str:
        if self.ends:
            raise self.ends.pop(0)
        self.sent.append((to, text, list(blocks)))
        self.at.append(clock.now())
        return "1503435956.000247"


@pytest.fixture
def letters(monkeypatch) -> Iterator[Letters]:
    kept = Letters()
    monkeypatch.setattr(mail, "_mail", kept)
    return kept


@pytest.fixture
def posts(monkeypatch) -> Iterator[Posts]:
    kept = Posts()
    monkeypatch.setattr(slack, "_slack", kept)
    return kept


def pass_time(span: timedelta) -> None:
    """The background does all it has to until then, each timer at its own moment."""
    goal = clock.now() + span
    people.run_background()
    while clock.now() < goal:
        towards = min(timers.next_due_at() or goal, goal)
        clock.travel(max((towards - clock.now()).total_seconds(), 0.0) + 0.001)
        people.run_background()


@pytest.fixture
def noon(app):
    """A day's noon, where nobody's quiet hours are near."""
    now = clock.now()
    goal = datetime(now.year, now.month, now.day, 12, tzinfo=UTC) + timedelta(days=1)
    clock.travel((goal - now).total_seconds())


@pytest.fixture
def give(team, campaign):
    """Mia gives Bob a task of that title, and the background tells him."""

    def give_one(title="Artwork", person=None):
        task = plans.task(team, campaign, title)
        plans.assign(team, task, (person or team.bob).id)
        people.run_background()
        return task

    return give_one


def wishes(person, *, emails="now", slacks="now", quiet=True, **hours):
    """Every kind the same way."""
    at = {"quiet_from": "22:00", "quiet_until": "08:00", "digest_at": "08:00"} | hours
    times = {name: time.fromisoformat(value) for name, value in at.items()}
    kept = queries.wishes_of([person.id])[person.id]
    choose(
        kinds=[kind.name for kind in KINDS],
        emails=[emails] * len(KINDS),
        slacks=[slacks] * len(KINDS),
        quiet=quiet,
        version=kept.version,
        by=person.actor,
        **times,
    )


def rows(channel):
    query = db.select(Notification).where(Notification.channel == channel)
    return list(db.session.scalars(query.order_by(Notification.id)))


def states(channel):
    return [row.state for row in rows(channel)]


def tell(person, *, urgency):
    """Something happened, whatever it was."""
    with unit_of_work():
        team_id = person.actor.team_id
        event = note("user.poked", subject=row_of(person.id), by=SYSTEM, team_id=team_id)
        channels = ["email"]
        connection = queries.slack_connection()
        if connection is not None:
            channels.append("slack")
        way = queries.wishes_of([person.id])[person.id].ways["late_work"].email
        for channel in channels:
            if channel == "email" and way == "off":
                continue
            db.session.add(
                Notification(
                    team_id=team_id,
                    event_id=event.id,
                    user_id=person.id,
                    channel=channel,
                    kind="late_work",
                    urgency=urgency,
                    payload={"title": "Overdue", "path": "/tasks/1", "detail": "", "about": ""},
                    scheduled_for=clock.now(),
                )
            )
            arm(person.id, channel, clock.now())
