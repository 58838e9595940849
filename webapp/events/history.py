"""History told after the fact: a past that was never lived here, made by the same commands and
policies, for a demo. What is recorded while it is told is the past and stays there.

- The clock stands at each moment that is told; `by` is whoever the teller says.
- Timers that fell due before a moment fire first, at their own time: only those ahead stay pending.
- Policies react at once, in the same transaction; their receipts are written as settled. Effects do
  not run: nothing of the past reaches the world. The relay then gives positions as ever, and makes
  receipts only for projections.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.core import clock
from webapp.core.errors import WrongUse
from webapp.db import current_team, db, in_unit_of_work
from webapp.events.log import cause, told
from webapp.events.models import Event, Receipt, Timer
from webapp.events.subscriptions import POLICIES, subscribers_of


@contextmanager
def history_loading() -> Iterator["History"]:
    """Everything inside is history. Each unit of work ends with `until(now)`, so that it leaves no
    timer in the past behind.
    """
    if told.get() is not None:
        raise WrongUse("history is being told already")
    events: list[Event] = []
    token = told.set(events)
    try:
        yield History(events)
    finally:
        told.reset(token)


@dataclass(slots=True)
class History:
    """The past of one team, told in order."""

    _events: list[Event]

    def tell(self, moment: datetime, act: Callable[[], object]) -> None:
        """What somebody did at a moment, after what came by itself before it."""
        self.until(moment)
        with clock.at(moment):
            act()
            self._react()

    def until(self, moment: datetime) -> None:
        """Let everything happen that came by itself up to a moment."""
        if not in_unit_of_work():
            raise WrongUse("history is told inside a unit of work")
        while (timer := _next_timer(moment)) is not None:
            with clock.at(timer.due_at):
                self._events.append(_fired(timer))
                self._react()

    def _react(self) -> None:
        while self._events:
            event = self._events.pop(0)
            for subscriber in subscribers_of(event.name):
                if subscriber.is_projection:
                    continue
                if subscriber.queue == POLICIES:
                    token = cause.set(event.id)
                    try:
                        subscriber.handler(event)
                    finally:
                        cause.reset(token)
                _settle(event, subscriber.name)
        db.session.flush()


def _next_timer(moment: datetime) -> Timer | None:
    query = select(Timer).where(
        Timer.team_id == current_team(), Timer.state == "pending", Timer.due_at <= moment
    )
    return db.session.scalars(query.order_by(Timer.due_at, Timer.id).limit(1)).one_or_none()


def _fired(timer: Timer) -> Event:
    """The event of a timer, as the clock would have made it."""
    kind, subject_id = timer.key.split(":")[:2]
    timer.state = "fired"
    event = Event(
        name=timer.event_name,
        team_id=timer.team_id,
        campaign_id=timer.campaign_id,
        subject_kind=kind,
        subject_id=int(subject_id),
        by=f"timer:{timer.id}",
        data=dict(timer.data),
    )
    db.session.add(event)
    db.session.flush()
    return event


def _settle(event: Event, name: str) -> None:
    db.session.add(
        Receipt(
            team_id=event.team_id,
            event_id=event.id,
            subscriber=name,
            state="done",
            done_at=clock.now(),
        )
    )
