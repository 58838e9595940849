"""The scenarios: real processes, something breaks, an independent checker counts what came of
it.
"""

import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash import checker
from tests.crash.load import (
    OwnRedis,
    Writers,
    kill_hard,
    lost,
    quiet,
    seconds_until,
    web_again,
)
from tests.crash.visitor import Visitor
from tests.served import BIN, Served, served, wait_until_up

STOP_WITHIN = 25.0


@dataclass
class Outcome:
    """What a scenario found: the numbers it prints, and what must hold."""

    figures: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def must(self, holds: bool, words: str) -> None:
        if not holds:
            self.broken.append(words)

    def check(self, url: str) -> None:
        """The invariants of the whole database."""
        found = checker.complaints(url)
        self.figures["half_writes"] = len(found)
        self.broken += found


@dataclass(frozen=True)
class Scenario:
    run: Callable[[Path, str], Outcome]
    worlds: tuple[str, ...]
    about: str


def _url(product: Served) -> str:
    return product.environ["DATABASE_URL"]


def _alice(product: Served) -> Visitor:
    visitor = Visitor(product.url, "10.9.9.9")
    visitor.sign_up("Alice")
    return visitor


def _settle(outcome: Outcome, product: Served, writers: Writers) -> None:
    """Wait for rest, then count."""
    url = _url(product)
    outcome.figures["quiet_after_s"] = round(seconds_until(lambda: quiet(url)), 1)
    outcome.figures["acked"] = len(writers.acked) + len(writers.cancelled)
    outcome.figures["lost"] = lost(url, writers)
    outcome.figures["answers"] = ",".join(
        f"{status}:{n}" for status, n in sorted(writers.answers.items())
    )
    outcome.must(outcome.figures["lost"] == 0, "acknowledged writes are lost")
    outcome.must(outcome.figures["acked"] > 20, "too little was written to say anything")
    outcome.check(url)


def kill_web(folder: Path, world: str) -> Outcome:
    """SIGKILL to the whole web process, again and again, under writers."""
    outcome, kills = Outcome(), 5
    with served(folder, world=world, PROXY_HOPS="1") as product:
        writers = Writers(_alice(product), 8).start()
        for _ in range(kills):
            time.sleep(random.uniform(0.5, 1.3))
            kill_hard(product.processes[0])
            web_again(product)
        time.sleep(1)
        writers.stop()
        outcome.figures["kills"] = kills
        _settle(outcome, product, writers)
    return outcome


def redis_flush(folder: Path, world: str) -> Outcome:
    """FLUSHALL five times, then Redis killed for five seconds, while policies have work."""
    outcome, redis = Outcome(), OwnRedis()
    try:
        with served(folder, world=world, PROXY_HOPS="1", REDIS_URL=redis.url) as product:
            writers = Writers(_alice(product), 4).start()
            for _ in range(5):
                time.sleep(0.7)
                redis.tell("FLUSHALL")
            time.sleep(0.5)
            redis.kill()
            time.sleep(5)
            redis.start()
            back = time.monotonic()
            time.sleep(0.5)
            writers.stop()
            _settle(outcome, product, writers)
            outcome.figures["recovered_s"] = round(time.monotonic() - back, 1)
            outcome.figures["http_5xx"] = writers.failures
            outcome.must(writers.failures == 0, "pages failed while Redis was away")
            outcome.must(float(str(outcome.figures["quiet_after_s"])) <= 10, "too late")
    finally:
        redis.kill()
    return outcome


def _arm(url: str, number: int, *, due_in: float, campaigns: int) -> None:
    """Timers due one after the other within a second, spread over campaigns, in plain SQL."""
    now = time.time()
    stamp = "%Y-%m-%d %H:%M:%S"
    with checker.writing(url) as execute:
        for n in range(number):
            due = now + due_in + n / number
            at = time.strftime(stamp, time.gmtime(due)) + f".{int(due % 1 * 1e6):06d}"
            zone = "" if url.startswith("sqlite") else "+00"
            execute(
                "INSERT INTO timer (team_id, campaign_id, key, event_name, data, due_at,"
                " on_release, label_key, state, created_by, created_at) VALUES"
                f" (1, {n % campaigns + 1}, 'campaign:{n % campaigns + 1}:gap:{n}', 'test.gap',"
                f" '{{}}', '{at}{zone}', 'shift', '', 'pending', 'system', '{at}{zone}')"
            )


FIRED = "SELECT count(*) FROM event WHERE name = 'test.gap'"
DISTINCT = "SELECT count(DISTINCT by) FROM event WHERE name = 'test.gap'"
#: Later in the log though due earlier, within one campaign.
OUT_OF_ORDER = (
    "SELECT count(*) FROM event a JOIN timer s ON a.by = 'timer:' || s.id"
    " JOIN event b ON b.campaign_id = a.campaign_id AND b.position > a.position"
    " JOIN timer t ON b.by = 'timer:' || t.id"
    " WHERE a.name = 'test.gap' AND b.name = 'test.gap' AND t.due_at < s.due_at"
)


def _all_fired(url: str, number: int) -> Callable[[], bool]:
    return lambda: checker.counts(url, n=FIRED)["n"] >= number


def two_clocks(folder: Path, world: str) -> Outcome:
    """Two workers, ten thousand timers due within one second."""
    outcome, number = Outcome(), 10_000
    with served(folder, world=world, LOG_LEVEL="INFO") as product:
        url = _url(product)
        product.start(sys.executable, "-m", "tasks.worker")
        time.sleep(2)
        _arm(url, number, due_in=15, campaigns=100)
        due = checker.counts(url, left="SELECT count(*) FROM timer WHERE state = 'pending'")
        outcome.must(due["left"] == number, "timers fired early")
        seconds_until(lambda: checker.counts(url, n=FIRED)["n"] > 0)
        outcome.figures["drained_s"] = round(seconds_until(_all_fired(url, number)), 1)
        time.sleep(1)
        found = checker.counts(url, fired=FIRED, distinct=DISTINCT)
        shares = [
            Path(f"{product.clock_file}.{n}.log").read_text().count("timers fired") for n in (1, 2)
        ]
        outcome.figures |= found | {"passes_of_each": "/".join(map(str, shares))}
        outcome.must(found == {"fired": number, "distinct": number}, "not once each")
        outcome.must(min(shares) > 0, "one clock did everything")
        outcome.must(float(str(outcome.figures["drained_s"])) <= 5, "too slow")
    return outcome


def restart_gap(folder: Path, world: str) -> Outcome:
    """A thousand timers fall due while everything is down."""
    outcome, number = Outcome(), 1000
    with served(folder, world=world) as product:
        url = _url(product)
        product.stop()
        _arm(url, number, due_in=-60, campaigns=20)
        _begin(product, world)
        wait_until_up(product)
        took = seconds_until(_all_fired(url, number))
        seconds_until(lambda: quiet(url))
        found = checker.counts(url, fired=FIRED, distinct=DISTINCT, disorder=OUT_OF_ORDER)
        outcome.figures |= found | {"after_start_s": round(took, 1)}
        outcome.must(found["fired"] == found["distinct"] == number, "not once each")
        outcome.must(found["disorder"] == 0, "not in the order they were due")
        outcome.must(took <= 15, "too late")
    return outcome


def _begin(product: Served, world: str) -> None:
    """Start the processes again after a full stop."""
    product.processes.clear()
    product.start(str(BIN / "gunicorn"))
    if world == "pg":
        product.start(sys.executable, "-m", "tasks.worker")


def sigterm_drain(folder: Path, world: str) -> Outcome:
    """Everything is told to stop under load, three times; nothing is lost and nobody needs
    killing.
    """
    outcome, exits, codes = Outcome(), [], []
    with served(folder, world=world, PROXY_HOPS="1") as product:
        writers = Writers(_alice(product), 6).start()
        for _ in range(3):
            time.sleep(1.5)
            began = time.monotonic()
            for process in product.processes:
                process.send_signal(signal.SIGTERM)
            codes += [process.wait(60) for process in product.processes]
            exits.append(time.monotonic() - began)
            _begin(product, world)
            wait_until_up(product)
        time.sleep(1)
        writers.stop()
        _settle(outcome, product, writers)
        outcome.figures["slowest_exit_s"] = round(max(exits), 1)
        outcome.figures["exit_codes"] = ",".join(map(str, sorted(set(codes))))
        outcome.figures["http_5xx"] = writers.failures
        outcome.must(max(exits) <= STOP_WITHIN, "it did not leave in time")
        outcome.must(set(codes) == {0}, "a process did not leave in order")
        outcome.must(writers.failures == 0, "pages failed")
    return outcome


BOTH = ("sqlite", "pg")
SCENARIOS = {
    "kill-web": Scenario(kill_web, BOTH, "SIGKILL to the web process under writers"),
    "redis-flush": Scenario(redis_flush, ("pg",), "Redis emptied five times, then away"),
    "two-clocks": Scenario(two_clocks, ("pg",), "two workers, 10,000 timers due at once"),
    "restart-gap": Scenario(restart_gap, BOTH, "1,000 timers fall due while all is down"),
    "sigterm-drain": Scenario(sigterm_drain, BOTH, "SIGTERM to everything under load"),
}
