"""One pass of the clockwork: relay, fire, sweep; it goes on while Redis is away."""

import time
from datetime import timedelta

import pytest
import redis

import tasks.clock
from tasks import broker, deliver
from tasks.clock import Clockwork
from tests import worlds
from tests.events.apart import apart
from tests.events.ledger import budget_set, events
from tests.redis_door import a_door
from webapp.campaigns.commands import move_campaign
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.db import db, unit_of_work
from webapp.events import bus, timers
from webapp.events.models import Event

on_redis = pytest.mark.skipif(worlds.WORLD != "pg", reason="needs Redis")


@pytest.fixture
def arm(team):
    def one(seconds: float) -> None:
        with unit_of_work():
            timers.arm(
                "campaign:1:nudge",
                "test.nudge",
                due_at=clock.now() + timedelta(seconds=seconds),
                team_id=team.id,
                by=SYSTEM,
            )

    return one


def queued() -> int:
    """Messages waiting for policies."""
    return int(redis.Redis.from_url(bus.current().url).llen("dramatiq:policies"))


def test_a_pass_relays_what_was_recorded(team, campaign):
    event_id = budget_set(team, campaign)

    apart(Clockwork().turn)

    assert db.session.get_one(Event, event_id).position is not None


def test_a_pass_fires_what_is_due_and_relays_it_at_once(arm):
    arm(-1)

    left = apart(Clockwork().turn)

    assert left == 0.0
    (event,) = events("test.nudge")
    assert event.position is not None


def test_it_sleeps_no_longer_than_until_the_next_timer(arm):
    arm(0.5)
    assert 0 < apart(Clockwork().turn) <= 0.5

    arm(3600)
    assert apart(Clockwork().turn) == tasks.clock.LONGEST_SLEEP


@pytest.mark.skipif(worlds.WORLD != "sqlite", reason="PostgreSQL has a clock of its own")
def test_after_a_leap_of_the_host_timers_wait_one_tick(arm):
    arm(-1)
    clockwork = Clockwork()
    clockwork.leaps.leapt(wall=time.time() - 3600, steady=time.monotonic())

    assert apart(clockwork.turn) == tasks.clock.LONGEST_SLEEP
    assert events("test.nudge") == []

    apart(clockwork.turn)
    assert len(events("test.nudge")) == 1


@pytest.mark.pg
@on_redis
class TestRedisTrouble:
    @pytest.fixture(autouse=True)
    def _sweep_each_pass(self, monkeypatch, own_queues):
        monkeypatch.setattr(tasks.clock, "SWEEP_EVERY", 0.0)

    @pytest.fixture
    def work(self, team, campaign):
        """A receipt for a policy: Alice cancels her draft."""
        move_campaign(
            campaign_id=campaign.id, move="cancel", version=campaign.version, by=team.alice.actor
        )

    def test_an_emptied_redis_is_filled_again_by_the_sweep(self, work):
        clockwork = Clockwork()
        apart(clockwork.turn)
        assert queued() > 0
        redis.Redis.from_url(worlds.redis_url()).flushdb()

        apart(clockwork.turn)

        assert queued() > 0

    def test_while_redis_is_away_timers_fire_and_work_waits(self, work, arm):
        with a_door() as door:
            bus.connect(door.url)
            deliver.declare(broker.connect(door.url))
            arm(-1)
            clockwork = Clockwork()
            door.shut()

            apart(clockwork.turn)
            assert len(events("test.nudge")) == 1
            apart(clockwork.turn)
            assert int(redis.Redis.from_url(worlds.redis_url()).llen("dramatiq:policies")) == 0

            door.open()
            apart(clockwork.turn)
            apart(clockwork.turn)
            assert queued() > 0
