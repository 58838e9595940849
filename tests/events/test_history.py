"""History told after the fact: policies react in it, nothing of it reaches the world, and only what
lies ahead is left to come by itself.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import people
from tests.events.ledger import budget_set, relayed
from webapp.core import clock
from webapp.core.errors import WrongUse
from webapp.db import db, unit_of_work
from webapp.events import subscriptions, timers
from webapp.events.history import history_loading
from webapp.events.models import Event, Receipt, Timer
from webapp.events.subscriptions import Subscriber

SET = "campaign.budget_set"


@pytest.fixture
def past():
    return clock.now() - timedelta(days=30)


@pytest.fixture
def heard(monkeypatch):
    """Who reacted, in order: a policy, a projection, an effect."""
    monkeypatch.setattr(subscriptions, "_subscribers", {})
    heard: list[tuple[str, object]] = []
    for name, queue, projection in (
        ("policy", "policies", False),
        ("sums", "policies", True),
        ("mail", "mail", False),
    ):
        subscriptions.subscribe(
            Subscriber(name, (SET,), queue, _hearing(name, heard), is_projection=projection)
        )
    return heard


def _hearing(name, heard):
    return lambda event: heard.append((name, clock.now()))


def receipts():
    query = select(Receipt.subscriber, Receipt.state)
    return dict(db.session.execute(query.order_by(Receipt.id)).all())


def test_what_is_recorded_happened_then(team, campaign, past, heard):
    with history_loading() as history, unit_of_work():
        history.tell(past, lambda: budget_set(team, campaign))

    event = db.session.scalars(select(Event).where(Event.name == SET)).one()
    assert event.created_at == past


def test_policies_react_at_once_and_at_that_moment(team, campaign, past, heard):
    with history_loading() as history, unit_of_work():
        history.tell(past, lambda: budget_set(team, campaign))

    assert heard == [("policy", past)]
    assert receipts() == {"policy": "done", "mail": "done"}


def test_the_relay_leaves_receipts_only_to_projections(team, campaign, past, heard):
    with history_loading() as history, unit_of_work():
        history.tell(past, lambda: budget_set(team, campaign))
    people.run_background()

    assert [name for name, _ in heard] == ["policy", "sums"]
    assert receipts() == {"policy": "done", "mail": "done", "sums": "done"}


def test_told_events_get_their_positions_like_all_others(team, campaign, past, heard):
    with history_loading() as history, unit_of_work():
        history.tell(past, lambda: budget_set(team, campaign))
    relayed()

    positions = list(db.session.scalars(select(Event.position).order_by(Event.id)))
    assert None not in positions
    assert positions == sorted(positions)


def test_what_is_done_afterwards_is_the_present_again(team, campaign, past, heard):
    with history_loading() as history, unit_of_work():
        history.tell(past, lambda: budget_set(team, campaign))
    heard.clear()
    budget_set(team, campaign, 7_00)
    people.run_background()

    assert sorted(name for name, _ in heard) == ["mail", "policy", "sums", "sums"]


def armed(team, campaign, due_at):
    def arm():
        timers.arm(
            f"campaign:{campaign.id}:told",
            SET,
            due_at=due_at,
            team_id=team.id,
            campaign_id=campaign.id,
            by=team.alice.actor,
        )

    return arm


def states():
    return list(db.session.scalars(select(Timer.state)))


def test_a_timer_that_fell_due_since_fires_at_its_own_time(team, campaign, past, heard):
    due = past + timedelta(days=3)

    with history_loading() as history, unit_of_work():
        history.tell(past, armed(team, campaign, due))
        history.until(clock.now())

    event = db.session.scalars(select(Event).where(Event.name == SET)).one()
    assert (event.created_at, event.by.split(":")[0]) == (due, "timer")
    assert heard == [("policy", due)]
    assert states() == ["fired"]


def test_a_timer_ahead_stays_for_the_clock(team, campaign, past, heard):
    ahead = clock.now() + timedelta(days=3)

    with history_loading() as history, unit_of_work():
        history.tell(past, armed(team, campaign, ahead))
        history.until(clock.now())

    assert states() == ["pending"]
    assert heard == []


def test_a_history_that_fails_leaves_nothing(team, campaign, past, heard):
    def fail():
        budget_set(team, campaign)
        raise LookupError

    before = db.session.scalars(select(Event.id)).all()
    with pytest.raises(LookupError), history_loading() as history, unit_of_work():
        history.tell(past, fail)

    assert db.session.scalars(select(Event.id)).all() == before
    assert receipts() == {}


def test_history_is_told_inside_a_unit_of_work(team, past):
    with history_loading() as history, pytest.raises(WrongUse):
        history.tell(past, lambda: None)


def test_two_histories_are_not_told_at_once(team):
    with history_loading(), pytest.raises(WrongUse), history_loading():
        pass
