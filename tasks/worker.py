"""`python -m tasks.worker`: the Procfile's worker. A Dramatiq worker and one clockwork thread in
one process.

It leaves when the clockwork dies: the platform starts a whole one, which is better than a silent
half.
"""

import logging
import os
import signal
import time

import dramatiq
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import tasks
from tasks import broker, context
from tasks.clock import Clockwork
from webapp import create_app
from webapp.core.garbage import keep_what_is_loaded
from webapp.db import db

log = logging.getLogger(__name__)

STOP_BUDGET_SECONDS = 20.0
CLOCKWORK_DIED = 70
LOOK_EVERY = 0.2


class Stop:
    """Whether a signal asked this process to end. A plain flag: a handler may interrupt anything,
    also an Event's lock.
    """

    def __init__(self) -> None:
        self.asked = False
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


def main() -> None:
    stop = Stop()
    app = create_app()
    context.bind(app)
    tasks.load()
    wait_for_database(stop)
    worker = broker.worker(int(app.config["SETTINGS"].worker_threads))
    clockwork = Clockwork()
    if not stop.asked:
        worker.start()
        clockwork.start()
        keep_what_is_loaded()
        log.info("worker started")
    while not stop.asked:
        time.sleep(LOOK_EVERY)
        if not clockwork.is_alive():
            log.error("the clockwork died; leaving")
            os._exit(CLOCKWORK_DIED)
    end(worker, clockwork)


def end(worker: dramatiq.Worker, clockwork: Clockwork) -> None:
    """Finish what runs within the budget; prefetched messages go back to their queues."""
    until = time.monotonic() + STOP_BUDGET_SECONDS
    clockwork.stop()
    if clockwork.is_alive():
        clockwork.join(STOP_BUDGET_SECONDS)
        worker.stop(timeout=int(max(1.0, until - time.monotonic()) * 1000))
    broker.current().close()


def wait_for_database(stop: Stop) -> None:
    """Boot before the database does: retry the first connection until it answers."""
    while not stop.asked:
        try:
            with context.fresh():
                db.session.execute(text("SELECT 1"))
            return
        except DBAPIError:
            log.warning("the database does not answer yet")
            time.sleep(1.0)


if __name__ == "__main__":
    main()
