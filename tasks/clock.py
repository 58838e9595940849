"""The clockwork: one thread that relays, fires timers and sweeps. Two of them do no harm, and both
work.

It sleeps until the next due timer or the doorbell, at most a second, and survives a database or
Redis that is away.
"""

import logging
import threading
import time

import redis
from dramatiq.errors import BrokerError
from sqlalchemy.exc import DBAPIError, TimeoutError

from tasks import context, deliver
from webapp.core.clock import LeapGuard
from webapp.db import is_sqlite
from webapp.events import bus, receipts, timers
from webapp.events.relay import BATCH, Offer, relay_batch

log = logging.getLogger(__name__)

SWEEP_EVERY = 2.0
LONGEST_SLEEP = 1.0
#: On SQLite the database's clock is this host's: a leap this large skips one tick before anything
#: fires.
LEAP_SECONDS = 300.0

_QUEUE_AWAY = (redis.RedisError, BrokerError)


class Clockwork:
    """Run `loop` in a thread; `stop` ends it after the step it is in. `beats` counts passes: who
    wants to know that it works waits for one.
    """

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.bell: bus.Bell | None = None
        self.thread = threading.Thread(target=self.loop, name="clockwork", daemon=True)
        self.beats = 0
        self.leaps = LeapGuard(LEAP_SECONDS)
        self._swept_at = 0.0
        # Whatever was on offer before this process began may be on no queue any more.
        self._offers_are_lost = True

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Ask to end; safe in a signal handler."""
        self.stopping.set()
        if self.bell is not None:
            self.bell.close()

    def join(self, timeout: float) -> None:
        self.thread.join(timeout)

    def is_alive(self) -> bool:
        return self.thread.is_alive()

    def loop(self) -> None:
        # Made here, not before: a bell belongs to the bus that is connected when the work begins.
        bell = self.bell = bus.bell(bus.EVENTS, bus.TIMERS)
        while not self.stopping.is_set():
            try:
                patience = self.turn()
            except (DBAPIError, TimeoutError, OSError, *_QUEUE_AWAY):
                log.warning("the database or Redis is away; trying again", exc_info=True)
                patience = LONGEST_SLEEP
            except BaseException:
                log.critical("the clockwork dies", exc_info=True)
                raise
            self.beats += 1
            if patience > 0:
                bell.wait(patience)
        bell.close()

    def turn(self) -> float:
        """One pass; answers how many seconds there is nothing to do."""
        with context.fresh():
            self._relay()
            if is_sqlite() and self.leaps.leapt():
                log.warning("the host's clock leapt; timers wait one tick")
                return LONGEST_SLEEP
            if time.monotonic() - self._swept_at >= SWEEP_EVERY:
                self._sweep()
                self._swept_at = time.monotonic()
            patience = timers.seconds_until_next(LONGEST_SLEEP)
            if patience == 0 and timers.fire_due():
                self._relay()
            return patience

    def _relay(self) -> None:
        """Until a batch was not full: whoever commits after that batch rings again."""
        while (batch := relay_batch(offer=self._offer)) and not self.stopping.is_set():
            if batch.events < BATCH:
                return

    def _sweep(self) -> None:
        """Offer what is due and on no queue; everything, once Redis is back or was emptied."""
        try:
            lost = bus.current().was_emptied() or self._offers_are_lost
        except _QUEUE_AWAY:
            self._offers_are_lost = True
            return
        if lost:
            receipts.forget_offers()
            self._offers_are_lost = False
        while (offers := receipts.sweep()) and not self.stopping.is_set():
            self._offer(offers)

    def _offer(self, offers: list[Offer]) -> None:
        try:
            deliver.offer(offers)
        except _QUEUE_AWAY:
            log.warning("Redis is away; work waits in the log")
            self._offers_are_lost = True
