"""Subscribers that exist for one test only."""

import pytest

from webapp.events import subscriptions
from webapp.events.subscriptions import Subscriber


@pytest.fixture
def subscribe(monkeypatch):
    """Add a subscriber for this test: `subscribe(handler, "campaign.budget_set")`."""
    monkeypatch.setattr(subscriptions, "_subscribers", {})

    def add(handler, *event_names: str, name: str = "counts", queue: str = "policies") -> str:
        subscriptions.subscribe(Subscriber(name, event_names, queue, handler))
        return name

    return add
