"""A process killed at every fault point: what it had committed stands whole, and the next process
finishes what it left.
"""

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.crash import checker, story
from webapp import registry
from webapp.core import clock, fault
from webapp.db import db

registry.load()

pytestmark = pytest.mark.crash

SURVIVED, FAILED = 3, 4


def in_a_child(app: Flask, work: Callable[[Flask], None], at: str = "") -> int:
    """Run `work` in a forked process that is killed at the point `at`; answers its exit code,
    negative for a signal.
    """
    with app.app_context():
        db.engine.dispose()  # SQLite's locks and PostgreSQL's sockets must not cross a fork
    child = os.fork()
    if child == 0:
        code = FAILED
        try:
            clock.reset()
            if at:
                fault.arm(at, lambda: os.kill(os.getpid(), signal.SIGKILL))
            work(app)
            code = SURVIVED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def launches(tmp_path: Path) -> Path:
    return tmp_path / "launches"


@pytest.fixture
def told(bare_app: Flask, launches: Path):
    """Tell the story in a child, killed at a point; answers how the child ended."""

    def tell(at: str = "") -> int:
        def work(app: Flask) -> None:
            story.write_down_launches(launches)
            story.tell(app)

        return in_a_child(bare_app, work, at)

    return tell


@pytest.fixture
def recovered(bare_app: Flask, launches: Path):
    """Let another process go on where the first one ended."""

    def recover() -> int:
        def work(app: Flask) -> None:
            story.write_down_launches(launches)
            story.recover(app)

        return in_a_child(bare_app, work)

    return recover


def url_of(app: Flask) -> str:
    return str(app.config["SETTINGS"].database_url)


def test_the_undisturbed_story_breaks_nothing(bare_app, told, launches):
    assert told() == SURVIVED

    assert checker.complaints(url_of(bare_app)) == []
    ended = checker.counts(
        url_of(bare_app),
        completed="SELECT count(*) FROM campaign WHERE state = 'completed'",
        archived="SELECT count(*) FROM campaign WHERE archived_at IS NOT NULL",
        applied="SELECT count(*) FROM proposal WHERE state = 'applied'",
        purged="SELECT count(*) FROM event WHERE name = 'campaign.purged'",
        tasks="SELECT count(*) FROM task",
    )
    assert ended == {"completed": 1, "archived": 1, "applied": 3, "purged": 1, "tasks": 3}
    assert len(launches.read_text().split()) == 1


@pytest.mark.parametrize("point", fault.points())
def test_a_process_killed_at(point, bare_app, told, recovered, launches):
    assert told(at=point) == -signal.SIGKILL, f"the story does not pass {point}"

    assert recovered() == SURVIVED

    assert checker.complaints(url_of(bare_app)) == []
    written = launches.read_text().split() if launches.exists() else []
    # Between acting and its mark an effect's outcome is unknown: it may act once more, never less.
    assert len(written) <= (2 if point == "effect.after_acting" else 1)
    launched = checker.counts(
        url_of(bare_app),
        # What a demo's past tells reaches nobody.
        events="SELECT count(*) FROM event WHERE name = 'campaign.launched' AND team_id = 1",
    )
    assert len(set(written)) == launched["events"]


def test_the_checker_sees_what_is_broken(bare_app, told):
    told()
    breaks = {
        "campaign": "UPDATE campaign SET version = version + 1",
        "budgets": "UPDATE ad_campaign SET allocated_cents = allocated_cents + 1",
        "positions": "DELETE FROM event WHERE position = 3",
        "platforms' days": "UPDATE platform_day SET impressions = impressions + 1",
        "campaigns' days": "UPDATE campaign_day SET spend_cents = spend_cents + 1",
        "totals that are not": "DELETE FROM campaign_total",
        "logs say": "UPDATE campaign SET state = 'active' WHERE state = 'completed'",
        "receipts not done": "UPDATE receipt SET state = 'pending'",
        "task: (id": "UPDATE task SET version = version + 1",
        "planned before": "UPDATE planned_task SET starts_at = '2001-01-01 00:00:00'",
        "without a place": "DELETE FROM planned_task",
    }

    for words, sql in breaks.items():
        with checker.writing(url_of(bare_app)) as execute:
            execute(sql)
        assert any(words in one for one in checker.complaints(url_of(bare_app))), words
