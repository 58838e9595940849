"""Who reacts to which event: `@on("campaign.paused")` on a policy, filled by `webapp.registry` in
every process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from webapp.events.models import Event

Handler = Callable[[Event], None]
Policy = TypeVar("Policy", bound=Handler)

#: Where receipts are offered. Short and long work do not wait for each other.
POLICIES = "policies"
QUEUES = (POLICIES, "mail", "sync", "cpu", "reports")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One reaction: `name` is stored on receipts and never changes, `queue` is where its work is
    offered. A projection only derives rows from others, so it is wanted for history too.
    """

    name: str
    event_names: tuple[str, ...]
    queue: str
    handler: Handler
    is_projection: bool = False


_subscribers: dict[str, Subscriber] = {}


def on(*event_names: str, name: str = "", projection: bool = False) -> Callable[[Policy], Policy]:
    """Subscribe a policy: database only, at most 50 ms, re-reads the row and acts on what is true
    now.
    """

    def register(policy: Policy) -> Policy:
        called = name or policy.__name__
        subscribe(Subscriber(called, event_names, POLICIES, policy, projection))
        return policy

    return register


def subscribe(subscriber: Subscriber) -> None:
    """Register a subscriber; names are unique."""
    if _subscribers.get(subscriber.name, subscriber) != subscriber:
        raise RuntimeError(f"two subscribers are called {subscriber.name!r}")
    _subscribers[subscriber.name] = subscriber


def subscribers_of(event_name: str) -> list[Subscriber]:
    """Everybody who wants events of that name."""
    return [s for s in _subscribers.values() if event_name in s.event_names]


def subscriber(name: str) -> Subscriber | None:
    """The subscriber of that name; None when a release took it away."""
    return _subscribers.get(name)
