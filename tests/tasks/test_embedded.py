"""Background threads beside the web server: they start, do the work, and end when told."""

import threading
import time

import pytest
from sqlalchemy import func, select

from tasks.embedded import Embedded
from tests import people
from webapp.campaigns.commands import move_campaign
from webapp.db import acting_for, db
from webapp.events.models import Event, Receipt


@pytest.fixture
def embedded(bare_app, own_queues):
    running = Embedded(bare_app, threads=2)
    yield running
    running.stop()
    if running.clockwork.thread.ident is not None:
        running.join(10)


def unfinished(app, team_id: int) -> int:
    with app.app_context(), acting_for(team_id):
        receipts = select(func.count()).select_from(Receipt).where(Receipt.state != "done")
        events = select(func.count()).select_from(Event).where(Event.position.is_(None))
        return db.session.scalars(receipts).one() + db.session.scalars(events).one()


def cancelled_draft(app) -> people.Team:
    with app.app_context():
        made = people.found_team(app)
        with acting_for(made.id):
            draft = people.draft(made)
            move_campaign(
                campaign_id=draft.id, move="cancel", version=draft.version, by=made.alice.actor
            )
    return made


def test_what_was_recorded_before_the_start_is_done(bare_app, embedded, eventually):
    made = cancelled_draft(bare_app)

    embedded.start()

    eventually(lambda: unfinished(bare_app, made.id) == 0)
    assert unfinished(bare_app, made.id) == 0


def test_what_is_recorded_later_is_done_at_the_ring(bare_app, embedded, eventually):
    embedded.start()
    eventually(lambda: embedded.clockwork.beats > 0)

    made = cancelled_draft(bare_app)
    began = time.monotonic()
    eventually(lambda: unfinished(bare_app, made.id) == 0)

    assert time.monotonic() - began < 2


def test_it_ends_when_told(bare_app, embedded, eventually):
    before = threading.active_count()
    embedded.start()
    eventually(lambda: embedded.clockwork.beats > 0)

    began = time.monotonic()
    embedded.stop()
    embedded.join(10)

    assert not embedded.clockwork.is_alive()
    assert time.monotonic() - began < 5
    eventually(lambda: threading.active_count() <= before)


def test_stopping_before_it_began_is_no_error(bare_app, embedded):
    embedded.stop()

    embedded.start()

    embedded.join(10)
    assert not embedded.clockwork.is_alive()
