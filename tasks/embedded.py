"""Everything in one process: workers and clockwork as threads beside the web server's; needs no
Redis.

Started after the fork (never at import), told to stop in the signal handler, joined before the
process leaves.
"""

import time

from flask import Flask

import tasks
from tasks import broker, context
from tasks.clock import Clockwork


class Embedded:
    """The background half of an embedded process."""

    def __init__(self, app: Flask, *, threads: int) -> None:
        context.bind(app)
        tasks.load()
        self.worker = broker.worker(threads)
        self.clockwork = Clockwork()

    def start(self) -> None:
        self.worker.start()
        self.clockwork.start()

    def stop(self) -> None:
        """Only flags: a signal handler may interrupt anything."""
        self.clockwork.stop()

    def join(self, timeout: float) -> None:
        """Finish what runs; what was not begun is still pending in the log."""
        until = time.monotonic() + timeout
        self.clockwork.stop()
        self.clockwork.join(timeout)
        self.worker.stop(timeout=max(100, int((until - time.monotonic()) * 1000)))
