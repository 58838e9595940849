"""The worker process, as the Procfile starts it."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from tests import people, worlds
from webapp.campaigns.commands import move_campaign
from webapp.config import ROOT
from webapp.db import db
from webapp.events.models import Event, Receipt

pytestmark = [
    pytest.mark.pg,
    pytest.mark.slow,
    pytest.mark.skipif(worlds.WORLD != "pg", reason="needs PostgreSQL and Redis"),
]

#: The clockwork's thread ends by itself in the middle of its work.
DYING = """
import sys
from tasks import worker
from webapp.core import fault
fault.arm("relay.after_positions", sys.exit)
worker.main()
"""


@pytest.fixture
def start(app, tmp_path):
    """Start a worker on this test's database; ended afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def one(*command: str, **environ: str) -> subprocess.Popen[bytes]:
        settings = app.config["SETTINGS"]
        env = {
            "PATH": os.environ["PATH"],
            "ENV": "test",
            "SECRET_KEY": "for tests only",
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "LOG_LEVEL": "WARNING",
        }
        with open(tmp_path / "worker.log", "wb") as log:
            process = subprocess.Popen(
                [sys.executable, *(command or ("-m", "tasks.worker"))],
                cwd=ROOT,
                env=env | environ,
                stdout=log,
                stderr=log,
            )
        running.append(process)
        return process

    yield one
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def unfinished() -> int:
    db.session.rollback()
    receipts = select(func.count()).select_from(Receipt).where(Receipt.state != "done")
    events = select(func.count()).select_from(Event).where(Event.position.is_(None))
    return db.session.scalars(receipts).one() + db.session.scalars(events).one()


def cancel(team, campaign) -> None:
    move_campaign(
        campaign_id=campaign.id, move="cancel", version=campaign.version, by=team.alice.actor
    )


def test_it_does_what_the_log_asks_for_and_leaves_when_told(team, campaign, start, eventually):
    worker = start()
    cancel(team, campaign)
    eventually(lambda: unfinished() == 0)

    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(10) == 0
    assert time.monotonic() - began < 6


def test_two_workers_do_everything_once(team, start, eventually):
    first, second = start(), start()
    for _ in range(3):
        cancel(team, people.draft(team))

    eventually(lambda: unfinished() == 0)

    for worker in (first, second):
        worker.send_signal(signal.SIGTERM)
    assert [first.wait(10), second.wait(10)] == [0, 0]


def test_work_of_a_killed_worker_is_done_by_the_next(team, campaign, start, eventually):
    first = start(DRUMBEAT_FAULT="deliver.after_handler")
    cancel(team, campaign)
    assert first.wait(20) == -signal.SIGKILL

    start()

    eventually(lambda: unfinished() == 0)


def test_it_leaves_when_its_clockwork_dies(team, campaign, start):
    worker = start("-c", DYING)

    assert worker.wait(20) == 70


def test_it_waits_for_a_database_that_is_not_there_yet(app, start, eventually, tmp_path):
    name = worlds.database_name("late")
    worker = start(DATABASE_URL=worlds.url_of(name))
    log = tmp_path / "worker.log"
    eventually(lambda: "does not answer yet" in log.read_text())
    assert worker.poll() is None

    worlds.make_database(name)
    try:
        eventually(lambda: "trying again" in log.read_text())  # no tables yet: it goes on
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    finally:
        worlds.drop_database(name)
