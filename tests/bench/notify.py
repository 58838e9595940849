"""Notifications: from the moment each is due to a mail server and a Slack on this machine having
it, for 500 people with a channel each, paced like the busiest hour of a day with 100,000; all of a
morning due at once, as where quiet hours end; how long an event takes to be in its inbox; and the
inbox's page over 50,000 rows.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tasks.embedded import Embedded
from tests import people
from tests.bench import serving
from tests.bench.ground import ON_PG, ROOT, Raw, ready_app
from tests.bench.measure import (
    Figures,
    against,
    headline,
    interleaved,
    milliseconds,
    options,
    table,
)
from tests.bench.reader import Reader, timed
from tests.bench.sinks import Sinks
from tests.bench.spend import run
from tests.timelines import plans
from webapp import sealing
from webapp.adapters import mail, slack
from webapp.adapters.letters import named_mailbox
from webapp.core.mail_url import server_of
from webapp.db import acting_for, db
from webapp.events import bus
from webapp.notifications import queries
from webapp.notifications.models import Notification

PEOPLE, A_DAY = 500, 100_000
#: The busiest hour of a day has a tenth of it.
PER_SECOND = A_DAY / 10 / 3600
ROWS, READERS = 50_000, 8
COLUMNS = (
    "team_id", "event_id", "user_id", "channel", "kind", "urgency", "payload", "scheduled_for",
    "state", "retries", "last_error", "created_at",
)  # fmt: skip
TIMER = (
    "team_id", "key", "event_name", "data", "due_at", "on_release", "label_key", "state",
    "created_by", "created_at",
)  # fmt: skip


def stamp(moment: datetime) -> object:
    return moment if ON_PG else moment.replace(tzinfo=None).isoformat(" ", "microseconds")


class Bench:
    def __init__(self, scale: float) -> None:
        self.sinks = Sinks()
        os.environ["BENCH_SLACK"] = self.sinks.slack_url
        os.environ["HTTP_ALLOW"] = f"127.0.0.1:{self.sinks.slack_port}"
        os.environ |= {"MAIL_URL": self.sinks.mail_url, "MAIL_FROM": "desk@drumbeat.example"}
        self.app, self.raw = ready_app(), Raw()
        self.people = max(20, int(PEOPLE * scale))
        self.paced = max(20, int(120 * scale * PER_SECOND))
        self.rows = max(500, int(ROWS * scale))
        self.next_event = 1_000_000
        with self.app.app_context():
            self.team = people.found_team(self.app)
        self._hire()

    def _hire(self) -> None:
        """Everybody of the big team, with a Slack of their own; no command a person."""
        now, team = stamp(datetime.now(UTC)), self.team.id
        self.ids = list(range(1000, 1000 + self.people))
        self.raw.load(
            "user",
            ("id", "email", "name", "company", "password_hash", "zone", "is_active", "created_at",
             "updated_at", "version"),
            ((n, f"p{n}@drumbeat.example", f"Person {n}", "", "x", "UTC", True, now, now, 1)
             for n in self.ids),
        )  # fmt: skip
        self.raw.load(
            "membership",
            ("team_id", "user_id", "role", "created_at", "updated_at", "version"),
            ((team, n, "member", now, now, 1) for n in self.ids),
        )
        self.raw.load(
            "work_profile",
            ("team_id", "user_id", "skills", "max_concurrent", "cost_currency", "slack_user_id",
             "updated_at", "version"),
            ((team, n, "[]", 5, "", f"U{n}ABCDEF", now, 1) for n in self.ids),
        )  # fmt: skip
        self.raw.load(
            "slack_connection",
            ("team_id", "mode", "secret", "channel", "kinds", "error", "created_at", "version"),
            [(team, "bot", sealing.seal("xoxb-" + "1" * 20), "", "[]", "", now, 1)],
        )

    def fall_due(self, moments: list[datetime]) -> dict[str, float]:
        """A notification at each moment, one person and channel after the other, each urgent, so
        that it is due then and no later; answers its words with the moment.
        """
        now = stamp(datetime.now(UTC))
        rows, armed, due = [], {}, {}
        for number, moment in enumerate(moments):
            channel = ("email", "slack")[number % 2]
            user_id = self.ids[number // 2 % len(self.ids)]
            self.next_event += 1
            words = {"title": f"N{self.next_event}", "path": "/", "detail": "", "about": ""}
            at = stamp(moment)
            rows.append(
                (self.team.id, self.next_event, user_id, channel, "late_work", "urgent",
                 json.dumps(words), at, "waiting", 0, "", now)
            )  # fmt: skip
            due[words["title"]] = moment.timestamp()
            key = f"user:{user_id}:told_{channel}:{self.team.id}"
            data = json.dumps({"user_id": user_id, "channel": channel})
            armed[key] = (
                self.team.id, key, "notification.due", data, at, "shift", "", "pending",
                "system", now,
            )  # fmt: skip
        self.raw.empty("timer", "receipt", "notification")
        self.raw.load("notification", COLUMNS, rows)
        self.raw.load("timer", TIMER, armed.values())
        bus.ring_timers()
        return due

    def paced_hour(self) -> Figures:
        """The busiest hour's pace, for two minutes; each person and channel at most once."""
        start = datetime.now(UTC) + timedelta(seconds=3)
        step = timedelta(seconds=1 / PER_SECOND)
        count = min(self.paced, 2 * len(self.ids))
        return milliseconds(self.lags(self.fall_due([start + step * n for n in range(count)])))

    def morning(self) -> Figures:
        """Quiet hours end for everybody at once: a letter and a message each."""
        start = datetime.now(UTC) + timedelta(seconds=3)
        due = self.fall_due([start] * (2 * len(self.ids)))
        lags = self.lags(due)
        return milliseconds(lags) | {"per s": len(lags) / max(lags)}

    def lags(self, due: dict[str, float]) -> list[float]:
        self.sinks.taken.clear()
        until = max(due.values()) + 120
        while len(self.sinks.taken) < len(due) and time.time() < until:
            time.sleep(0.05)
        missing = set(due) - set(self.sinks.taken)
        assert not missing, f"{len(missing)} of {len(due)} never arrived"
        return [self.sinks.taken[words] - at for words, at in due.items()]

    def to_inbox(self, count: int) -> Figures:
        """From giving somebody work to its row in their inbox."""
        lags = []
        with self.app.app_context(), acting_for(self.team.id):
            campaign = people.draft(self.team)
            for number in range(count):
                task = plans.task(self.team, campaign, f"Task {number}")
                seen = self._newest(self.team.bob.id)
                plans.assign(self.team, task, self.team.bob.id)
                began = time.perf_counter()
                while self._newest(self.team.bob.id) == seen:
                    time.sleep(0.002)
                lags.append(time.perf_counter() - began)
        return milliseconds(lags)

    def _newest(self, user_id: int) -> int | None:
        db.session.rollback()
        query = db.select(db.func.max(Notification.id)).where(
            Notification.team_id == self.team.id,
            Notification.user_id == user_id,
            Notification.channel == "in_app",
        )
        return db.session.scalar(query)

    def fill_inbox(self) -> None:
        start = datetime.now(UTC) - timedelta(days=300)
        words = json.dumps({"title": "Yours now: a task", "path": "/", "detail": "", "about": ""})
        columns = (*COLUMNS, "read_at")
        self.raw.empty("notification")
        self.raw.load(
            "notification",
            columns,
            (
                (self.team.id, n + 1, self.team.alice.id, "in_app", "assigned", "normal", words,
                 stamp(start + timedelta(minutes=8 * n)), "sent", 0, "", stamp(start),
                 None if n % 3 else stamp(start))
                for n in range(self.rows)
            ),
        )  # fmt: skip
        with self.app.app_context(), acting_for(self.team.id):
            assert queries.unread_of(self.team.alice.id) == queries.COUNTED

    @contextmanager
    def background(self) -> Iterator[None]:
        """The worker as the product runs it: a process of its own, or threads of this one."""
        if ON_PG:
            command = [sys.executable, "-m", "tests.bench.notifier"]
            process = subprocess.Popen(command, cwd=ROOT)
            time.sleep(4.0)
            try:
                yield
            finally:
                process.terminate()
                process.wait(30)
            return
        slack.use(slack.Api(self.sinks.slack_url))
        server = server_of(self.sinks.mail_url)
        assert server is not None
        mail.use(mail.Smtp(server, named_mailbox("desk@drumbeat.example")))
        embedded = Embedded(self.app, threads=4)
        embedded.start()
        yield
        embedded.join(10)


def main() -> None:
    asked = options()
    bench = Bench(asked.scale)
    with bench.background():
        contenders: dict[str, Any] = {
            "busiest hour": bench.paced_hour,
            "all at once": bench.morning,
            "event to inbox": lambda: bench.to_inbox(max(5, int(30 * asked.scale))),
        }
        figures = interleaved(asked.runs, contenders)
    table(f"Due to handed over, {bench.people} people by mail and Slack", figures)
    hour = figures["busiest hour"]["p95 ms"]
    against(f"p95 ms at {PER_SECOND:.1f} a second", hour, "under 5,000")
    against("p95 ms, everybody at once", figures["all at once"]["p95 ms"], "under 5,000")
    rate = figures["all at once"]["per s"] * 86_400
    against("hand-overs a day at that rate", rate, f"at least {A_DAY:,}")
    against("event to inbox, p95 ms", figures["event to inbox"]["p95 ms"], "under 1,000")
    _inbox(bench, asked.runs)


def _inbox(bench: Bench, runs: int) -> None:
    bench.fill_inbox()
    with (
        tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder,
        serving.product(Path(folder)) as served,
    ):
        readers = [Reader(served.url).sign_in("alice@example.com") for _ in range(READERS)]
        worker = serving.worker_of(served.processes[0].pid)
        assert readers[0].page("/inbox").count('class="plain"') == queries.LISTED
        timed(readers, 3, "/inbox")
        each = max(5, bench.rows // 1000)
        figures = interleaved(
            runs,
            {
                "one reader": lambda: run(readers[:1], each, "/inbox", worker),
                "  unread alone": lambda: run(readers[:1], each, "/inbox?show=unread", worker),
                f"  {READERS} readers": lambda: run(readers, each // 2, "/inbox", worker),
            },
        )
    table(f"The inbox of {bench.rows:,} rows", figures)
    against("p95 ms, one reader", figures["one reader"]["p95 ms"], "under 80")
    headline(
        "inbox: p95 of SQLite against PostgreSQL", figures["one reader"]["p95 ms"], "at most 1.5"
    )


if __name__ == "__main__":
    main()
