"""What leaves by mail and to Slack, kept instead of sent; and time that passes timer by timer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from tests import people
from webapp.adapters import mail, slack
from webapp.core import clock
from webapp.events import timers


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
