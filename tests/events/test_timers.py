"""Timers: never early, once, in order; moved, cancelled, held; by one clock or two."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from tests import worlds
from tests.events.apart import apart, together
from tests.events.ledger import events, timer
from tests.together import at_once
from webapp.core import clock
from webapp.core.actor import SYSTEM
from webapp.db import acting_for, db, execute, unit_of_work
from webapp.events import holds, timers
from webapp.events.models import Event, Timer

MANY = 10_000


@pytest.fixture
def arm(team):
    """Arm a timer so many seconds from now: `arm(60)` answers its key."""

    def one(seconds: float, *, subject: int = 1, purpose: str = "nudge", **more) -> str:
        key = f"campaign:{subject}:{purpose}"
        with unit_of_work():
            timers.arm(
                key,
                f"test.{purpose}",
                due_at=clock.now() + timedelta(seconds=seconds),
                team_id=team.id,
                campaign_id=subject,
                by=SYSTEM,
                **more,
            )
        return key

    return one


def names() -> list[str]:
    found = db.session.scalars(
        select(Event.name).where(Event.name.like("test.%")).order_by(Event.id)
    )
    return list(found)


def test_a_timer_fires_when_it_is_due_and_not_before(arm):
    arm(60)
    clock.travel(59)
    assert apart(timers.fire_due) == 0

    clock.travel(1.5)

    assert apart(timers.fire_due) == 1
    assert names() == ["test.nudge"]


def test_a_timer_fires_once(arm):
    arm(-1)

    assert [apart(timers.fire_due) for _ in range(3)] == [1, 0, 0]
    assert len(names()) == 1


def test_its_event_says_what_the_timer_knew(arm, team):
    key = arm(-1, subject=17, data={"round": 2})

    apart(timers.fire_due)

    (event,) = events("test.nudge")
    assert (event.team_id, event.campaign_id) == (team.id, 17)
    assert (event.subject_kind, event.subject_id) == ("campaign", 17)
    assert (event.by, event.data) == (f"timer:{timer(key).id}", {"round": 2})
    assert event.subject_version is None


def test_arming_again_moves_it(arm):
    arm(10)
    arm(100)
    clock.travel(50)
    assert apart(timers.fire_due) == 0

    clock.travel(60)

    assert apart(timers.fire_due) == 1
    assert len(names()) == 1


def test_a_cancelled_timer_does_not_fire(arm):
    key = arm(10)
    with unit_of_work():
        timers.cancel(key)
    clock.travel(60)

    assert apart(timers.fire_due) == 0
    assert timer(key).state == "cancelled"


def test_cancelling_what_has_fired_or_never_was_does_nothing(arm):
    key = arm(-1)
    apart(timers.fire_due)

    with unit_of_work():
        timers.cancel(key)
        timers.cancel("campaign:1:never")

    assert timer(key).state == "fired"


def test_a_timer_that_fired_can_be_set_again(arm):
    key = arm(-1)
    apart(timers.fire_due)

    arm(30)
    assert apart(timers.fire_due) == 0
    clock.travel(31)

    assert apart(timers.fire_due) == 1
    assert names() == ["test.nudge", "test.nudge"]
    assert timer(key).state == "fired"


def test_due_timers_fire_in_the_order_they_were_due(arm):
    for purpose, seconds in (("third", 30), ("first", 10), ("second", 20)):
        arm(seconds, purpose=purpose)
    clock.travel(60)

    apart(timers.fire_due)

    assert names() == ["test.first", "test.second", "test.third"]


def test_a_batch_takes_the_oldest_first(arm):
    for purpose, seconds in (("late", 20), ("early", 10)):
        arm(seconds, purpose=purpose)
    clock.travel(60)

    assert apart(timers.fire_due, 1) == 1
    assert names() == ["test.early"]


def test_timers_of_a_held_campaign_stand_still(arm, team):
    arm(-1, subject=5)
    arm(-1, subject=6)
    with unit_of_work():
        holds.place(team.id, 5, reason="a look first", by=SYSTEM)

    assert apart(timers.drain) == 1
    assert [event.subject_id for event in events("test.nudge")] == [6]

    with unit_of_work():
        holds.lift(team.id, 5)
    assert apart(timers.drain) == 1


def test_the_clock_sleeps_until_the_next_timer_that_may_fire(arm, team):
    assert apart(timers.seconds_until_next, 1000.0) == 1000.0

    arm(300, subject=5)
    arm(600, subject=6, purpose="later")
    assert 295 < apart(timers.seconds_until_next, 1000.0) <= 300

    with unit_of_work():
        holds.place(team.id, 5, reason="", by=SYSTEM)
    assert 595 < apart(timers.seconds_until_next, 1000.0) <= 600


def test_lateness_is_that_of_the_oldest_due_timer(arm):
    assert apart(timers.lag_seconds) == 0
    arm(10)
    clock.travel(70)

    assert 59 < apart(timers.lag_seconds) < 65


def test_a_restart_after_ten_fell_due_gives_ten_events(arm):
    for subject in range(10):
        arm(30, subject=subject)
    clock.travel(3600)

    apart(timers.drain)
    apart(timers.drain)

    assert sorted(event.subject_id for event in events("test.nudge")) == list(range(10))


def _ten_thousand_due(team_id: int) -> None:
    due = clock.now() - timedelta(seconds=5)
    rows = [
        {
            "team_id": team_id,
            "key": f"campaign:{number}:crowd",
            "event_name": "test.crowd",
            "data": {},
            "due_at": due + timedelta(microseconds=number),
            "created_at": due,
        }
        for number in range(MANY)
    ]
    with unit_of_work():
        execute(insert(Timer), rows)


def _fire_all(start: threading.Barrier) -> int:
    start.wait(10)
    total = 0
    while fired := timers.fire_due(500):
        total += fired
    return total


def test_two_clocks_fire_ten_thousand_timers_once_each(team):
    _ten_thousand_due(team.id)

    shares = together([(_fire_all, threading.Barrier(2))] * 2)

    with acting_for(team.id):
        fired, distinct = db.session.execute(
            select(func.count(), func.count(Event.subject_id.distinct())).where(
                Event.name == "test.crowd"
            )
        ).one()
    assert (sum(shares), fired, distinct) == (MANY, MANY, MANY)
    if worlds.WORLD == "pg":
        assert min(shares) > 0


def test_one_key_set_first_by_several_at_once_is_one_timer(team):
    def set_it():
        with unit_of_work():
            return timers.arm(
                "campaign:1:test", "campaign.tested", due_at=clock.now(), team_id=team.id, by=SYSTEM
            )

    answers = at_once(set_it, set_it, set_it, set_it, team_id=team.id)

    assert len(set(answers)) == 1
    assert isinstance(answers[0], int)


def test_a_timer_that_keeps_the_sooner_moment_is_never_moved_back(team):
    now = clock.now()
    moments = [timedelta(hours=2), timedelta(hours=3), timedelta(hours=1)]

    due = []
    for ahead in moments:
        with unit_of_work():
            timers.arm(
                "team:1:sooner",
                "team.poked",
                due_at=now + ahead,
                team_id=team.id,
                data={"n": 1},
                keeps_sooner=True,
                by=SYSTEM,
            )
        timer = db.session.scalars(db.select(Timer).where(Timer.key == "team:1:sooner")).one()
        due.append((timer.due_at - now, timer.data))

    two, one = (timedelta(hours=2), {"n": 1}), (timedelta(hours=1), {"n": 1})
    assert due == [two, two, one]
