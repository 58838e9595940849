"""The doorbell: rings what waits, in one process or over Redis, and keeps time when Redis is
away.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import worlds
from tests.events.ledger import budget_set, relayed
from tests.redis_door import a_door
from webapp.db import db
from webapp.events import bus
from webapp.events.models import Event

on_redis = [
    pytest.mark.pg,
    pytest.mark.skipif(worlds.WORLD != "pg", reason="needs Redis"),
]


def timed(work) -> tuple[bool, float]:
    began = time.monotonic()
    return work(), time.monotonic() - began


def test_a_ring_before_the_wait_is_not_lost():
    ours = bus.InProcessBus()
    bell = ours.bell("events")

    ours.ring("events")

    assert timed(lambda: bell.wait(5))[0]


def test_a_ring_wakes_who_waits():
    ours = bus.InProcessBus()
    bell = ours.bell("events", "timers")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(bell.wait, 10)
        ours.ring("timers")

        assert waiting.result(5)


def test_another_channel_does_not_wake():
    ours = bus.InProcessBus()
    bell = ours.bell("events")

    ours.ring("timers")

    assert not bell.wait(0.01)


def test_many_rings_wake_once():
    ours = bus.InProcessBus()
    bell = ours.bell("events")
    for _ in range(5):
        ours.ring("events")

    assert [bell.wait(0.01), bell.wait(0.01)] == [True, False]


def test_closing_wakes_who_waits():
    bell = bus.InProcessBus().bell("events")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(bell.wait, 10)
        bell.close()

        assert waiting.result(5)


def test_connecting_to_the_same_bus_again_keeps_its_bells(app):
    bell = bus.bell("events")
    settings = app.config["SETTINGS"]
    bell.wait(0.01)

    bus.connect(settings.redis_url)
    bus.ring_events()

    assert bell.wait(5)
    bell.close()


@pytest.fixture
def connected():
    """Connect to a Redis as another process would; closed after the test."""
    made: list[bus.RedisBus] = []

    def connect(url: str = "") -> bus.RedisBus:
        made.append(bus.RedisBus(url or worlds.redis_url()))
        return made[-1]

    yield connect
    for one in made:
        one.client.connection_pool.disconnect()


class TestRedis:
    pytestmark = on_redis

    def test_a_ring_in_one_process_wakes_another(self, app, connected):
        ours, theirs = connected(), connected()
        bell = ours.bell("events")
        assert bell.wait(1)  # it listens from here on

        theirs.ring("events")

        assert bell.wait(5)

    def test_many_rings_wake_once(self, app, connected):
        ours = connected()
        bell = ours.bell("events")
        bell.wait(1)
        for _ in range(5):
            ours.ring("events")
        assert bell.wait(5)

        assert not bell.wait(0.05)

    def test_while_redis_is_away_rings_are_dropped_at_once(self, app, connected):
        with a_door() as door:
            ours = connected(door.url)
            ours.ring("events")
            door.shut()

            _, seconds = timed(lambda: [ours.ring("events") for _ in range(50)])
            door.open()

        assert seconds < 1.5

    def test_while_redis_is_away_waiting_becomes_polling_and_recovers(self, app, connected):
        with a_door() as door:
            ours = connected(door.url)
            bell = ours.bell("events")
            assert bell.wait(1)
            door.shut()
            rung, seconds = timed(lambda: bell.wait(0.2))
            assert not rung
            assert seconds < 2

            door.open()
            assert bell.wait(1)  # it subscribed again and says: look
            connected().ring("events")

            assert bell.wait(5)

    def test_an_emptied_redis_is_noticed_once(self, app, connected):
        ours = connected()
        assert ours.was_emptied()
        assert not ours.was_emptied()

        ours.client.flushdb()

        assert [ours.was_emptied(), ours.was_emptied()] == [True, False]

    def test_the_stream_carries_the_position_of_every_event(self, team, campaign):
        event_id = budget_set(team, campaign)

        relayed()

        ours = bus.current()
        entries = [fields for _, fields in ours.client.xrange(ours.stream_key)]
        found = {int(e[b"id"]): int(e[b"position"]) for e in entries}
        assert found[event_id] == db.session.get_one(Event, event_id).position
        assert sorted(found.values()) == list(range(1, len(found) + 1))
