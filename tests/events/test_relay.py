"""The relay: every event gets one position, whoever commits when, and one receipt for each
subscriber.
"""

import threading

import pytest
from sqlalchemy import func, select, text

from tests import people, worlds
from tests.events.apart import apart, together
from tests.events.ledger import budget_set, raise_budget, relayed, write_once
from webapp.db import acting_for, db, unit_of_work
from webapp.events import bus
from webapp.events.models import Event, Receipt
from webapp.events.relay import _LOCK_KEY, relay_batch

WRITERS, ROUNDS, RELAYS = 4, 25, 3


def positions() -> list[int]:
    with acting_for("all"):
        return list(db.session.scalars(select(Event.position).order_by(Event.position)))


def relay_until_told(done: threading.Event, at_once: int) -> int:
    """Relay as a clockwork does, until the writers are done and nothing is left."""
    total = 0
    while True:
        last = done.is_set()
        batch = relay_batch(at_once)
        total += batch.events if batch else 0
        if last and batch is not None and not batch.events:
            return total


def test_positions_count_from_one_in_the_order_of_the_log(app):
    people.found_team(app)

    relayed()

    with acting_for("all"):
        rows = db.session.execute(select(Event.id, Event.position).order_by(Event.id)).all()
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))


def test_a_batch_takes_no_more_than_it_may(app):
    people.found_team(app)

    first = apart(relay_batch, 3)

    assert first.events == 3
    assert [one for one in positions() if one] == [1, 2, 3]


def test_relaying_again_changes_nothing(app):
    people.found_team(app)
    relayed()
    before = positions()

    assert apart(relay_batch).events == 0
    assert positions() == before


def test_several_relays_leave_no_gap_while_writers_commit(app):
    made = people.found_team(app)
    with acting_for(made.id):
        campaign_ids = [people.draft(made).id for _ in range(WRITERS)]
    done, left = threading.Event(), threading.Semaphore(0)

    def write(campaign_id: int) -> None:
        try:
            for _ in range(ROUNDS):
                write_once(made, campaign_id)
        finally:
            left.release()

    def tell() -> None:
        for _ in range(WRITERS):
            left.acquire()
        done.set()

    answers = together(
        [(write, one) for one in campaign_ids] + [(tell,)] + [(relay_until_told, done, 7)] * RELAYS
    )

    found = positions()
    assert found == list(range(1, len(found) + 1))
    assert sum(answers[-RELAYS:]) == len(found)
    with acting_for("all"):
        broken = db.session.execute(
            text(
                "SELECT count(*) FROM event a JOIN event b ON a.subject_kind = b.subject_kind"
                " AND a.subject_id = b.subject_id AND a.subject_version < b.subject_version"
                " AND a.position > b.position"
            )
        ).scalar_one()
    assert broken == 0


@pytest.mark.pg
@pytest.mark.skipif(worlds.WORLD != "pg", reason="SQLite has one writer: ids commit in order")
def test_an_older_id_that_commits_later_gets_the_later_position(team):
    first, second = people.draft(team), people.draft(team)
    relayed()
    first_id, second_id = first.id, second.id
    began, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with acting_for(team.id), unit_of_work():
            raise_budget(team, first_id)
            began.set()
            assert may_commit.wait(10)

    def fast() -> None:
        assert began.wait(10)
        write_once(team, second_id)
        relay_batch()
        may_commit.set()

    together([(slow,), (fast,)])
    relayed()

    rows = db.session.execute(
        select(Event.subject_id, Event.position)
        .where(Event.name == "campaign.budget_set")
        .order_by(Event.id)
    ).all()
    assert [row.subject_id for row in rows] == [first_id, second_id]
    assert rows[0].position == rows[1].position + 1


@pytest.mark.pg
@pytest.mark.skipif(worlds.WORLD != "pg", reason="the lock is PostgreSQL's")
def test_a_relay_steps_aside_while_another_is_at_it(app):
    with db.engine.connect() as other, other.begin():
        other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})

        assert apart(relay_batch) is None

    assert apart(relay_batch) is not None


def test_every_subscriber_gets_one_receipt(team, campaign, subscribe):
    subscribe(print, "campaign.budget_set", name="one")
    subscribe(print, "campaign.budget_set", "campaign.paused", name="two", queue="mail")
    subscribe(print, "campaign.paused", name="three")
    event_id = budget_set(team, campaign)

    offers = relayed()

    rows = db.session.execute(
        select(Receipt.id, Receipt.subscriber, Receipt.state, Receipt.team_id)
        .where(Receipt.event_id == event_id)
        .order_by(Receipt.subscriber)
    ).all()
    assert [(r.subscriber, r.state, r.team_id) for r in rows] == [
        ("one", "pending", team.id),
        ("two", "pending", team.id),
    ]
    assert {(o.receipt_id, o.queue) for o in offers} == {
        (rows[0].id, "policies"),
        (rows[1].id, "mail"),
    }


def test_an_event_nobody_wants_has_no_receipt(team, campaign, subscribe):
    budget_set(team, campaign)

    relayed()

    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0


def receipts() -> set[int]:
    with acting_for("all"):
        return set(db.session.scalars(select(Receipt.id)))


def test_receipts_are_offered_once_committed_and_before_outsiders_are_told(
    team, campaign, subscribe, monkeypatch
):
    subscribe(lambda _event: None, "campaign.budget_set")
    budget_set(team, campaign)
    told = []
    monkeypatch.setattr(type(bus.current()), "stream", lambda _bus, rows: told.append("outsiders"))

    def offer(offers):
        told.append({one.receipt_id for one in offers} & apart(receipts))

    batch = apart(lambda: relay_batch(offer=offer))

    assert batch.offers
    assert told == [{one.receipt_id for one in batch.offers}, "outsiders"]
