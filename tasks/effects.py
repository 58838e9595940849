"""`@effect("mailing.started", queue="mail")`: network or CPU work that an event starts, outside any
transaction.

The receipt is claimed by a committed lease before the function runs and marked done, fenced by that
lease, after it.
"""

from collections.abc import Callable
from typing import TypeVar

from webapp.events.models import Event
from webapp.events.subscriptions import POLICIES, QUEUES, Subscriber, subscribe

Act = TypeVar("Act", bound=Callable[[Event], None])


def effect(*event_names: str, queue: str, name: str = "") -> Callable[[Act], Act]:
    """Subscribe an effect to events, on one of the named queues."""
    if queue not in QUEUES or queue == POLICIES:
        raise ValueError(f"effects run on one of {QUEUES[1:]}, not on {queue!r}")

    def register(act: Act) -> Act:
        subscribe(Subscriber(name or act.__name__, event_names, queue, act))
        return act

    return register
