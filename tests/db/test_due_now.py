"""The database's present instant: it moves with time and with the clock's offset, also inside one
transaction.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, type_coerce, update

from webapp.core import clock
from webapp.core.errors import WrongUse
from webapp.db import UTCDateTime, db, due_now, execute, unit_of_work
from webapp.events import timers
from webapp.events.models import Timer


def database_now(plus: float = 0.0) -> datetime:
    return db.session.scalars(select(type_coerce(due_now(plus), UTCDateTime))).one()


def due() -> int:
    return db.session.scalars(
        select(func.count()).select_from(Timer).where(Timer.due_at <= due_now())
    ).one()


def test_it_agrees_with_the_host_here(app):
    assert abs(database_now() - datetime.now(UTC)) < timedelta(seconds=2)


def test_it_moves_with_real_time_inside_one_transaction(app):
    began = database_now()

    assert any(database_now() > began for _ in range(10_000))


@pytest.mark.parametrize("seconds", [3600, 41 * 86_400, -10, 0.25])
def test_it_moves_with_the_offset_inside_one_transaction(app, seconds):
    before = database_now()

    clock.travel(seconds)

    moved = (database_now() - before).total_seconds()
    assert seconds <= moved + 0.001 < seconds + 5


def test_seconds_may_be_added(app):
    ahead = (database_now(30) - database_now()).total_seconds()

    assert 28 < ahead <= 30


def test_due_rows_follow_the_offset_inside_one_transaction(team, alice):
    with unit_of_work():
        for number, seconds in enumerate((-5, 1800, 40 * 86_400)):
            timers.arm(
                f"campaign:{number}:x",
                "x.due",
                due_at=clock.now() + timedelta(seconds=seconds),
                team_id=team.id,
                by=alice.actor,
            )

    seen = [due()]
    for seconds in (3600, 41 * 86_400, -42 * 86_400):
        clock.travel(seconds)
        seen.append(due())

    assert seen == [1, 2, 3, 0]


def test_what_the_database_writes_reads_back_as_the_same_instant(team, alice):
    with unit_of_work():
        timer_id = timers.arm(
            "campaign:1:x", "x.due", due_at=clock.now(), team_id=team.id, by=alice.actor
        )
        before = database_now()
        execute(update(Timer).where(Timer.id == timer_id).values(due_at=due_now()))
        after = database_now()
        written = db.session.scalars(select(Timer.due_at)).one()
        equal = db.session.scalar(select(Timer.id).where(Timer.due_at == written))

    assert before <= written <= after
    assert equal == timer_id


def test_an_instant_without_its_zone_is_refused(team):
    with pytest.raises(Exception, match="needs its zone") as error:
        db.session.scalars(select(Timer).where(Timer.due_at <= datetime(2026, 1, 1))).all()

    assert isinstance(error.value.__cause__ or error.value, WrongUse)
