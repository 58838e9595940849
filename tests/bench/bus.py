"""The bus: from a commit to the policy that handles its event and to a follower of the log by
position (as the live hub is), at 50 events a second; and how many events a second the relay
positions, against the same UPDATE by the bare driver and against plain Redis streams.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import redis

from tasks.embedded import Embedded
from tests.bench import consumer, machine
from tests.bench.ground import ON_PG, ROOT, Raw, ready_app
from tests.bench.measure import (
    Figures,
    against,
    interleaved,
    medians,
    milliseconds,
    options,
    per_second,
    ratio,
    table,
)
from webapp.db import acting_for, after_commit, db, unit_of_work
from webapp.events import bus
from webapp.events.log import events_after, newest_position
from webapp.events.models import Event
from webapp.events.relay import relay_batch

PER_SECOND = 50
TEAM = 1
COLUMNS = ("name", "v", "team_id", "subject_kind", "subject_id", "by", "data", "created_at")
ASSIGN = """
UPDATE event SET position = n.top + n.rn
FROM (SELECT id, row_number() OVER (ORDER BY id) AS rn,
             (SELECT coalesce(max(position), 0) FROM event) AS top
      FROM event WHERE position IS NULL ORDER BY id LIMIT 500) AS n
WHERE event.id = n.id RETURNING event.id, event.position, event.name, event.team_id"""


class Bench:
    def __init__(self, scale: float) -> None:
        self.notes = Path(tempfile.mkstemp(prefix="drumbeat-bench-")[1])
        os.environ["BENCH_NOTES"] = str(self.notes)
        self.app, self.raw = ready_app(), Raw()
        self.paced, self.many = max(50, int(500 * scale)), max(1000, int(20_000 * scale))

    def follow(self) -> dict[str, Figures]:
        """Both lags of the same events."""
        committed: dict[int, float] = {}
        self.notes.write_text("")
        with self.background(), Follower(self) as follower:
            time.sleep(1.0)
            for _ in range(self.paced):
                event_id, at = self.commit_one()
                committed[event_id] = at
                time.sleep(random.uniform(0.5, 1.5) / PER_SECOND)
            handled = self.wait_for(len(committed))
        lags = [handled[event_id] - at for event_id, at in committed.items()]
        seen = [follower.seen[event_id] - at for event_id, at in committed.items()]
        figures = {"policy ran": lags, "hub saw it": seen, "bare loop": self.bare_loop()}
        return {name: milliseconds(lags) for name, lags in figures.items()}

    def bare_loop(self) -> list[float]:
        """The least there can be between the same two bells: an INSERT, the UPDATE that gives
        positions, a SELECT, each by the bare driver in a thread of its own.
        """
        self.raw.empty("event", "receipt")
        names = ", ".join(COLUMNS)
        marks = ", ".join(["%s" if ON_PG else "?"] * len(COLUMNS))
        committed: list[float] = []
        with Bare(relays=True), Bare(relays=False) as follower:
            time.sleep(0.5)
            for _ in range(self.paced):
                with self.raw.transaction():
                    self.raw.run(f"INSERT INTO event ({names}) VALUES ({marks})", self.row("bare"))
                committed.append(time.time())
                bus.ring_events()
                time.sleep(random.uniform(0.5, 1.5) / PER_SECOND)
            time.sleep(1.0)
        assert len(follower.seen) == self.paced
        return [seen - at for seen, at in zip(follower.seen, committed, strict=True)]

    def row(self, name: str) -> tuple[object, ...]:
        now = datetime.now(UTC)
        at = now if ON_PG else now.replace(tzinfo=None).isoformat(" ", "microseconds")
        return (name, 1, TEAM, "team", TEAM, "system", "{}", at)

    def commit_one(self) -> tuple[int, float]:
        """One event in a transaction; the moment is taken when the commit has returned."""
        moment: list[float] = []
        with self.app.app_context(), acting_for(TEAM), unit_of_work():
            event = Event(
                name=consumer.EVENT,
                team_id=TEAM,
                subject_kind="team",
                subject_id=TEAM,
                by="system",
            )
            db.session.add(event)
            db.session.flush()
            event_id = event.id
            after_commit("bench", lambda: moment.append(time.time()))
            after_commit("events", bus.ring_events)
        return event_id, moment[0]

    @contextmanager
    def background(self) -> Iterator[None]:
        """The worker as the product runs it: a process of its own, or threads of this one."""
        if ON_PG:
            process = subprocess.Popen([sys.executable, "-m", "tests.bench.consumer"], cwd=ROOT)
            time.sleep(3.0)
            try:
                yield
            finally:
                process.terminate()
                process.wait(30)
        else:
            embedded = Embedded(self.app, threads=4)
            embedded.start()
            yield
            embedded.join(10)

    def wait_for(self, count: int) -> dict[int, float]:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            lines = self.notes.read_text().split("\n")[:-1]
            if len(lines) >= count:
                break
            time.sleep(0.1)
        return {int(line.split()[0]): float(line.split()[1]) for line in lines}

    def fill(self, name: str) -> None:
        """Events that wait for the relay."""
        self.raw.empty("event", "receipt")
        row = self.row(name)
        self.raw.load("event", COLUMNS, (row for _ in range(self.many)))

    def relay(self, name: str) -> Figures:
        self.fill(name)

        def work() -> None:
            with self.app.app_context():
                while (batch := relay_batch()) and batch.events:
                    continue

        figures = per_second(self.many, work)
        (left,) = self.raw.run("SELECT count(*) FROM event WHERE position IS NULL")[0]
        assert left == 0
        return figures

    def plain_update(self) -> Figures:
        self.fill("bench.unheard")

        def work() -> None:
            rows = [()]
            while rows:
                with self.raw.transaction():
                    rows = self.raw.run(ASSIGN)

        return per_second(self.many, work)

    def plain_stream(self) -> Figures:
        """XADD of 500 in a pipeline, XREAD of what came."""
        client = redis.Redis.from_url(machine.redis_url())
        client.delete("bench-stream")

        def work() -> None:
            last, read = "0", 0
            while read < self.many:
                pipe = client.pipeline(transaction=False)
                for number in range(500):
                    pipe.xadd("bench-stream", {"position": number, "id": number, "name": "x"})
                pipe.execute()
                ((_, entries),) = client.xread({"bench-stream": last}, count=500)
                last, read = entries[-1][0], read + len(entries)

        return per_second(self.many, work)


class Follower:
    """Follows the log by position, as the hub's render thread does."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.seen = bench, dict[int, float]()
        self.ended = False
        self.bell = bus.bell(bus.POSITIONS)
        self.thread = threading.Thread(target=self.loop, daemon=True)

    def __enter__(self) -> "Follower":
        with self.bench.app.app_context(), acting_for("all"):
            self.position = newest_position()
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ended = True
        self.bell.close()
        self.thread.join(5)

    def loop(self) -> None:
        while not self.ended:
            self.bell.wait(1.0)
            with self.bench.app.app_context(), acting_for("all"):
                events = events_after(self.position)
                now = time.time()
                for event in events:
                    self.seen[event.id] = now
                    self.position = event.position or self.position


class Bare(threading.Thread):
    """A relay or a follower without the product: a bell and the bare driver."""

    def __init__(self, *, relays: bool) -> None:
        super().__init__(daemon=True)
        self.relays, self.ended, self.raw = relays, False, Raw()
        self.bell = bus.bell(bus.EVENTS if relays else bus.POSITIONS)
        self.seen: list[float] = []

    def __enter__(self) -> "Bare":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ended = True
        self.bell.close()
        self.join(5)

    def run(self) -> None:
        last = 0
        while not self.ended:
            self.bell.wait(1.0)
            if self.relays:
                with self.raw.transaction():
                    rows = self.raw.run(ASSIGN)
                if rows:
                    bus.ring_positions()
                continue
            select = f"SELECT position FROM event WHERE position > {last} ORDER BY position"
            for (last,) in self.raw.run(select):  # noqa: B007 (where the next pass begins)
                self.seen.append(time.time())


def main() -> None:
    asked = options()
    bench = Bench(asked.scale)
    try:
        _lags(bench, asked.runs)
        _rates(bench, asked.runs)
    finally:
        bench.notes.unlink()


def _lags(bench: Bench, runs: int) -> None:
    rows: dict[str, list[Figures]] = {}
    for _ in range(runs):
        for name, figures in bench.follow().items():
            rows.setdefault(name, []).append(figures)
    middle = {name: medians(seen) for name, seen in rows.items()}
    table(f"Commit to consumer, {PER_SECOND} events/s, {bench.paced} events", middle)
    for name in ("policy ran", "hub saw it"):
        against(f"{name}, p95 ms", middle[name]["p95 ms"], "10")
        ratio(
            f"{name}, p50 against the bare loop",
            middle[name]["p50 ms"],
            middle["bare loop"]["p50 ms"],
        )


def _rates(bench: Bench, runs: int) -> None:
    contenders = {
        "relay, no subscriber": lambda: bench.relay("bench.unheard"),
        "relay, one receipt each": lambda: bench.relay(consumer.EVENT),
        "bare UPDATE": bench.plain_update,
    }
    if ON_PG:
        contenders["plain streams"] = bench.plain_stream
    rates = interleaved(runs, contenders)
    table(f"Relay, {bench.many:,} events in batches of 500", rates)
    one = rates["relay, one receipt each"]["per s"]
    against("events a second with one receipt each", one, "at least 10,000")
    for limit in list(rates)[2:]:
        bare = rates["relay, no subscriber"]["per s"]
        ratio(f"no subscriber against {limit}", bare, rates[limit]["per s"])
        ratio(f"one receipt each against {limit}", one, rates[limit]["per s"])


if __name__ == "__main__":
    main()
