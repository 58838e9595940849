"""Timers: how fast 10,000 due at once drain beside 90,000 that wait, against the same statements
sent by the bare driver; how late they are under the real clockwork; how precise a lone one is.
"""

import json
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tasks.clock import Clockwork
from tests.bench.ground import ON_PG, Raw, ready_app
from tests.bench.measure import (
    Figures,
    against,
    interleaved,
    milliseconds,
    options,
    per_second,
    ratio,
    table,
)
from webapp.events import bus, timers

COLUMNS = (
    "team_id",
    "campaign_id",
    "key",
    "event_name",
    "data",
    "due_at",
    "on_release",
    "label_key",
    "state",
    "created_by",
    "created_at",
)
# Nobody subscribes to this name: only the timers are measured.
EVENT = "bench.fell_due"

CLAIM_PG = """
WITH fired AS (
  UPDATE timer SET state = 'fired' WHERE id IN (
    SELECT id FROM timer WHERE state = 'pending' AND due_at <= statement_timestamp()
    ORDER BY due_at, id LIMIT 1000 FOR UPDATE SKIP LOCKED)
  RETURNING id, team_id, campaign_id, key, event_name, data, due_at)
INSERT INTO event (name, v, team_id, campaign_id, subject_kind, subject_id, by, data, created_at)
SELECT event_name, 1, team_id, campaign_id, split_part(key, ':', 1),
       split_part(key, ':', 2)::bigint, 'timer:' || id, data, statement_timestamp()
FROM fired ORDER BY due_at, id RETURNING id"""
DUE_SQLITE = """
FROM timer WHERE state = 'pending' AND due_at <= :now ORDER BY due_at, id LIMIT 1000"""
INSERT_SQLITE = f"""
INSERT INTO event (name, v, team_id, campaign_id, subject_kind, subject_id, by, data, created_at)
SELECT event_name, 1, team_id, campaign_id, substr(key, 1, instr(key, ':') - 1),
       CAST(substr(key, instr(key, ':') + 1) AS INTEGER), 'timer:' || id, data, :now {DUE_SQLITE}"""
CLAIM_SQLITE = f"UPDATE timer SET state = 'fired' WHERE id IN (SELECT id {DUE_SQLITE})"


class Bench:
    def __init__(self, scale: float) -> None:
        self.app, self.raw = ready_app(), Raw()
        self.due, self.waiting = int(10_000 * scale), int(90_000 * scale)

    def fill(self, count: int, due_at: Callable[[int], datetime], purpose: str) -> None:
        now = stamp(datetime.now(UTC))
        self.raw.load(
            "timer",
            COLUMNS,
            (
                (
                    i % 50 + 1,
                    i % 5000 + 1,
                    f"campaign:{i + 1}:{purpose}",
                    EVENT,
                    json.dumps({}),
                    stamp(due_at(i)),
                    "shift",
                    "",
                    "pending",
                    "system",
                    now,
                )
                for i in range(count)
            ),
        )

    def fresh(self, due_at: Callable[[int], datetime]) -> None:
        """As at the start: the waiting ones pending, the due ones due, no events."""
        self.raw.empty("event", "timer")
        later = datetime.now(UTC) + timedelta(days=1)
        self.fill(self.waiting, lambda i: later + timedelta(seconds=i), "end")
        self.fill(self.due, due_at, "start")

    def drain_ours(self) -> Figures:
        past = datetime.now(UTC) - timedelta(minutes=1)
        self.fresh(lambda i: past)
        with self.app.app_context():
            figures = per_second(self.due, timers.drain)
        assert self.count() == self.due
        return figures

    def drain_raw(self) -> Figures:
        past = datetime.now(UTC) - timedelta(minutes=1)
        self.fresh(lambda i: past)
        figures = per_second(self.due, self.raw_pg if ON_PG else self.raw_sqlite)
        assert self.count() == self.due
        return figures

    def raw_pg(self) -> None:
        while self.raw.run(CLAIM_PG):
            continue

    def raw_sqlite(self) -> None:
        fired = 1
        while fired:
            with self.raw.transaction():
                now = {"now": stamp(datetime.now(UTC))}
                self.raw.lite.execute(INSERT_SQLITE, now)
                fired = self.raw.lite.execute(CLAIM_SQLITE, now).rowcount

    def count(self) -> int:
        return int(self.raw.run("SELECT count(*) FROM event")[0][0])

    def burst(self) -> Figures:
        """All fall due at one instant, the clockwork runs: due to committed."""
        at = datetime.now(UTC) + timedelta(seconds=4 + self.waiting / 50_000)
        self.fresh(lambda i: at)
        return milliseconds(self.lags(self.due))

    def alone(self) -> Figures:
        """One at a time, half a tenth to a quarter of a second apart, beside the waiting ones."""
        count = max(20, min(200, self.due))
        at, moments = datetime.now(UTC) + timedelta(seconds=4 + self.waiting / 50_000), []
        for _ in range(count):
            at += timedelta(seconds=random.uniform(0.05, 0.25))
            moments.append(at)
        wanted, self.due = self.due, count
        self.fresh(lambda i: moments[i])
        self.due = wanted
        return milliseconds(self.lags(count))

    def lags(self, count: int) -> list[float]:
        """Seconds from each timer's due time to the ring that follows its commit."""
        clockwork = Clockwork()
        watcher = Watcher(count)
        watcher.start()
        clockwork.start()
        watcher.join(timeout=120)
        clockwork.stop()
        clockwork.join(10)
        assert len(watcher.rung) == count, f"{len(watcher.rung)} of {count} fired"
        due = "SELECT e.id, t.due_at FROM event e JOIN timer t ON e.by = 'timer:' || t.id"
        return [watcher.rung[event_id] - moment(at) for event_id, at in self.raw.run(due)]


class Watcher(threading.Thread):
    """Notes, for each new event, when the ring after its commit was heard."""

    def __init__(self, count: int) -> None:
        super().__init__(name="watcher", daemon=True)
        self.count, self.raw = count, Raw()
        self.rung: dict[int, float] = {}
        self.bell = bus.bell(bus.EVENTS)
        self.bell.wait(0.1)

    def run(self) -> None:
        last, mark = 0, "%s" if ON_PG else "?"
        until = time.monotonic() + 110
        while len(self.rung) < self.count and time.monotonic() < until:
            self.bell.wait(1.0)
            heard = time.time()
            for (event_id,) in self.raw.run(
                f"SELECT id FROM event WHERE id > {mark} ORDER BY id", (last,)
            ):
                self.rung[event_id] = heard
                last = event_id
        self.bell.close()


def stamp(at: datetime) -> datetime | str:
    """As the database keeps instants."""
    return at if ON_PG else at.replace(tzinfo=None).isoformat(" ", "microseconds")


def moment(at: datetime | str) -> float:
    """Seconds since the epoch of what the database answered."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return at.timestamp()


def main() -> None:
    asked = options()
    bench = Bench(asked.scale)
    size = f"{bench.due:,} due of {bench.due + bench.waiting:,} pending"
    drained = interleaved(asked.runs, {"drain()": bench.drain_ours, "bare driver": bench.drain_raw})
    table(f"Drain, {size}", drained)
    ratio("against the bare driver", drained["drain()"]["per s"], drained["bare driver"]["per s"])
    late = interleaved(asked.runs, {"due at once": bench.burst, "one at a time": bench.alone})
    table(f"Due to committed under the clockwork, {size}", late)
    against("10,000 at once, p99 ms", late["due at once"]["p99 ms"], "1,000")
    against("idle precision, p95 ms", late["one at a time"]["p95 ms"], "20")


if __name__ == "__main__":
    main()
