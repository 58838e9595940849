"""The queue: from sending a message to its actor running, and jobs per second, with the worker the
product runs; against a loop that takes from the same kind of queue and does nothing else.
"""

import json
import queue
import random
import threading
import time
from collections.abc import Callable

import dramatiq
import redis

from tasks import broker
from tests.bench import machine
from tests.bench.ground import ON_PG, ready_app
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

#: Seconds between two lone messages, at least and at most: the consumer has gone idle in between.
BETWEEN = 0.02, 0.2
EMBEDDED_THREADS, SERVICE_THREADS = 4, 10


class Count:
    """Calls so far; `reached` is set with the last one."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.lock = wanted, threading.Lock()
        self.lags: list[float] = []
        self.reached = threading.Event()

    def add(self, sent_at: float) -> None:
        lag = time.time() - sent_at
        with self.lock:
            self.lags.append(lag)
            if len(self.lags) == self.wanted:
                self.reached.set()


counting = Count(0)


def bench_job(team_id: int, sent_at: float) -> None:
    """Two numbers, as `deliver` takes."""
    counting.add(sent_at)


def start_over(wanted: int) -> Count:
    global counting
    counting = Count(wanted)
    return counting


class Ours:
    """The product's broker and worker."""

    def __init__(self) -> None:
        threads = SERVICE_THREADS if ON_PG else EMBEDDED_THREADS
        self.make: Callable[[], dramatiq.Worker] = lambda: broker.worker(threads)
        self.actor = dramatiq.actor(broker=broker.current(), queue_name="policies")(bench_job)

    def jobs(self, count: int) -> Figures:
        """All messages wait, then the worker starts."""
        done = start_over(count)
        for _ in range(count):
            self.actor.send(1, time.time())
        worker = self.make()

        def work() -> None:
            worker.start()
            assert done.reached.wait(120), f"{len(done.lags)} of {count} jobs ran"

        figures = per_second(count, work)
        worker.stop()
        return figures

    def pick_up(self, count: int) -> Figures:
        """One message at a time, to an idle worker."""
        done = start_over(count)
        worker = self.make()
        worker.start()
        time.sleep(0.3)
        for _ in range(count):
            self.actor.send(1, time.time())
            broker.ring("policies", 1)
            time.sleep(random.uniform(*BETWEEN))
        assert done.reached.wait(30)
        worker.stop()
        return milliseconds(done.lags)


class Plain:
    """One thread that takes messages and only counts them."""

    def __init__(self) -> None:
        self.redis = redis.Redis.from_url(machine.redis_url()) if ON_PG else None
        self.queue: queue.Queue[bytes] = queue.Queue()

    def put(self, sent_at: float) -> None:
        message = json.dumps({"args": [1, sent_at]}).encode()
        if self.redis is None:
            self.queue.put(message)
        else:
            self.redis.lpush("bench-plain", message)

    def take(self, done: Count) -> None:
        while not done.reached.is_set():
            if self.redis is None:
                message = self.queue.get()
            else:
                taken = self.redis.blpop(["bench-plain"], timeout=5)
                assert taken, "the plain loop waited for nothing"
                message = taken[1]
            done.add(json.loads(message)["args"][1])

    def jobs(self, count: int) -> Figures:
        done = start_over(count)
        for _ in range(count):
            self.put(time.time())
        return per_second(count, lambda: self.take(done))

    def pick_up(self, count: int) -> Figures:
        done = start_over(count)
        taker = threading.Thread(target=self.take, args=(done,), daemon=True)
        taker.start()
        for _ in range(count):
            self.put(time.time())
            time.sleep(random.uniform(*BETWEEN))
        taker.join(10)
        return milliseconds(done.lags)


def main() -> None:
    asked = options()
    ready_app()
    ours, plain = Ours(), Plain()
    loop = "a BLPOP loop" if ON_PG else "a queue.Queue loop"
    count = max(200, int(20_000 * asked.scale))
    done = interleaved(
        asked.runs, {"worker": lambda: ours.jobs(count), loop: lambda: plain.jobs(count)}
    )
    table(f"{count:,} waiting jobs", done)
    ratio(f"against {loop}", done["worker"]["per s"], done[loop]["per s"])
    if not ON_PG:
        against("jobs a second", done["worker"]["per s"], "at least 20,000")
    lone = max(50, int(200 * asked.scale))
    picked = interleaved(
        asked.runs, {"worker": lambda: ours.pick_up(lone), loop: lambda: plain.pick_up(lone)}
    )
    table("Sent to running, one at a time to an idle worker", picked)
    against("pick-up, p95 ms", picked["worker"]["p95 ms"], "10")


if __name__ == "__main__":
    main()
