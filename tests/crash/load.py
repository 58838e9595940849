"""People at work while things break: writers that remember what was acknowledged, and ways to break
things.
"""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.crash import checker
from tests.crash.visitor import Visitor
from tests.served import BIN, Served, free_port, wait_until_up


class Writers:
    """Threads that make drafts and cancel every second one, until told to stop."""

    def __init__(self, visitor: Visitor, threads: int) -> None:
        self.acked: dict[str, int] = {}
        self.cancelled: list[int] = []
        self.answers: Counter[int] = Counter()
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(target=self._write, args=(visitor, number), daemon=True)
            for number in range(threads)
        ]

    def start(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)

    def _write(self, visitor: Visitor, number: int) -> None:
        count = 0
        while not self.stopping.is_set():
            count += 1
            browser = visitor.beside(f"10.{number}.{count // 200 % 250}.{count % 200 + 1}")
            name = f"Draft {number}-{count}"
            campaign_id = browser.plan(name)
            with self.lock:
                self.answers[-campaign_id if campaign_id <= 0 else 303] += 1
                if campaign_id > 0:
                    self.acked[name] = campaign_id
            if campaign_id <= 0:
                time.sleep(0.05)
            elif count % 2 == 0:
                status = browser.cancel(campaign_id)
                with self.lock:
                    self.answers[status] += 1
                    if status == 303:
                        self.cancelled.append(campaign_id)

    @property
    def failures(self) -> int:
        """Answers of 500 and above."""
        return sum(n for status, n in self.answers.items() if status >= 500)


def lost(url: str, writers: Writers) -> int:
    """Acknowledged writes that are not in the database."""
    with checker.reading(url) as query:
        rows = dict(query("SELECT name, id FROM campaign"))
        gone = {row[0] for row in query("SELECT id FROM campaign WHERE state = 'cancelled'")}
    return sum(rows.get(name) != row_id for name, row_id in writers.acked.items()) + sum(
        row_id not in gone for row_id in writers.cancelled
    )


def quiet(url: str) -> bool:
    """Nothing is left to relay or to settle."""
    left = checker.counts(
        url,
        events="SELECT count(*) FROM event WHERE position IS NULL",
        receipts="SELECT count(*) FROM receipt WHERE state = 'pending'",
    )
    return not any(left.values())


def seconds_until(holds: Callable[[], bool], most: float = 90.0) -> float:
    """How long it took to hold; `most` when it never did."""
    began = time.monotonic()
    while time.monotonic() - began < most:
        if holds():
            return time.monotonic() - began
        time.sleep(0.05)
    return most


def whole_family(pid: int) -> list[int]:
    """A process and everything it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        own = [int(one) for one in children.read_text().split()]
    except FileNotFoundError:
        return []
    return [pid, *(descendant for child in own for descendant in whole_family(child))]


def kill_hard(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to a process we started and to its children, at once."""
    for pid in whole_family(process.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def web_again(product: Served) -> None:
    """Start the web process anew and wait until it answers."""
    product.start(str(BIN / "gunicorn"))
    product.processes[0] = product.processes.pop()
    wait_until_up(product)


class OwnRedis:
    """A Redis server of this scenario's own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )

    def tell(self, *command: str) -> None:
        subprocess.run(
            ["redis-cli", "-p", str(self.port), *command], check=True, stdout=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
