"""The doorbell: after a commit somebody is told that there is something to read. It carries names,
never facts.

With Redis it is PUBLISH; without, a condition inside this process. Whoever waits also polls, so a
lost ring costs a second. The Redis stream `events` is for consumers outside this program; our own
read the log by position.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

EVENTS, TIMERS, POSITIONS = "events", "timers", "positions"
#: Entries kept in the outside stream; the log itself keeps everything.
STREAM_LENGTH = 100_000
#: After a ring that failed nobody tries again for so long: a commit never waits for Redis twice.
SILENT_SECONDS = 1.0


def client(url: str) -> redis.Redis:
    """A connection pool that answers or fails within seconds: one quick second try, for a
    connection that a restarted Redis left stale.
    """
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=1,
        socket_timeout=5,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 1),
    )


class Bell(Protocol):
    """What a waiting loop holds."""

    def wait(self, timeout: float) -> bool:
        """Sleep until rung or `timeout` seconds; True when rung."""

    def close(self) -> None:
        """Wake whoever waits and stop listening."""


class InProcessBus:
    """Bells as conditions: one process does everything."""

    def __init__(self) -> None:
        self._bells: list[_Condition] = []
        self._lock = threading.Lock()

    def ring(self, channel: str) -> None:
        with self._lock:
            bells = [bell for bell in self._bells if channel in bell.channels]
        for bell in bells:
            bell.rung.set()

    def bell(self, *channels: str) -> Bell:
        bell = _Condition(self, frozenset(channels))
        with self._lock:
            self._bells.append(bell)
        return bell

    def forget(self, bell: "_Condition") -> None:
        with self._lock:
            if bell in self._bells:
                self._bells.remove(bell)

    def stream(self, entries: Iterable[dict[str, Any]]) -> None:
        """Nothing outside this process reads a stream here."""

    def was_emptied(self) -> bool:
        """Never: this memory goes with the process."""
        return False

    def is_up(self) -> bool:
        return True


class _Condition:
    def __init__(self, bus: InProcessBus, channels: frozenset[str]) -> None:
        self.bus, self.channels, self.rung = bus, channels, threading.Event()

    def wait(self, timeout: float) -> bool:
        rung = self.rung.wait(timeout)
        self.rung.clear()
        return rung

    def close(self) -> None:
        self.bus.forget(self)
        self.rung.set()


class RedisBus:
    """Bells as subscriptions. Redis may be away at any time: rings are dropped, waits become short
    sleeps.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = client(url)
        self._silent_until = 0.0
        number = self.client.connection_pool.connection_kwargs.get("db", 0)
        self.prefix = f"drumbeat:{number}:"
        self.stream_key = "events"

    def ring(self, channel: str) -> None:
        self._try(lambda: self.client.publish(self.prefix + channel, b""))

    def bell(self, *channels: str) -> Bell:
        return _Subscription(self, [self.prefix + channel for channel in channels])

    def stream(self, entries: Iterable[dict[str, Any]]) -> None:
        """Tell outside consumers; entries carry their position, since they may come out of
        order.
        """
        pipe = self.client.pipeline(transaction=False)
        fields: Any
        for fields in entries:
            pipe.xadd(self.stream_key, fields, maxlen=STREAM_LENGTH, approximate=True)
        self._try(pipe.execute)

    def was_emptied(self) -> bool:
        """Whether Redis forgot everything since somebody asked; raises while it is away."""
        return bool(self.client.set(self.prefix + "remembers", 1, nx=True))

    def _try(self, act: Callable[[], Any]) -> None:
        if time.monotonic() < self._silent_until:
            return
        try:
            act()
        except (redis.RedisError, OSError):
            log.warning("redis is away; the bell is silent")
            self._silent_until = time.monotonic() + SILENT_SECONDS

    def is_up(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False


class _Subscription:
    def __init__(self, bus: RedisBus, channels: list[str]) -> None:
        self.bus, self.channels, self.closed = bus, channels, False
        self.pubsub: Any = None

    def wait(self, timeout: float) -> bool:
        if self.closed:
            self._drop()
            return True
        try:
            return self._listen(timeout)
        except (redis.RedisError, OSError):
            log.warning("redis is away; polling")
            self._drop()
            time.sleep(min(timeout, 1.0))
            return False

    def _listen(self, timeout: float) -> bool:
        if self.pubsub is None:
            pubsub: Any = self.bus.client.pubsub  # untyped in redis-py
            self.pubsub = pubsub(ignore_subscribe_messages=True)
            self.pubsub.subscribe(*self.channels)
            return True  # something may have happened before we listened
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0 and not self.closed:
            if self.pubsub.get_message(timeout=min(left, 1.0)):
                while self.pubsub.get_message(timeout=0):
                    pass
                return True
        return False

    def _drop(self) -> None:
        if self.pubsub is not None:
            try:
                self.pubsub.close()
            except (redis.RedisError, OSError):
                log.debug("closing a broken subscription failed", exc_info=True)
            self.pubsub = None

    def close(self) -> None:
        self.closed = True


Bus = InProcessBus | RedisBus
_bus: Bus = InProcessBus()


def connect(redis_url: str) -> None:
    """Choose the bus of this process; '' means in-process. Whoever waits on the present one keeps
    waiting on it when nothing changes.
    """
    global _bus
    if redis_url != getattr(_bus, "url", ""):
        _bus = RedisBus(redis_url) if redis_url else InProcessBus()


def current() -> Bus:
    """The bus of this process."""
    return _bus


def bell(*channels: str) -> Bell:
    """A bell that rings on any of the channels."""
    return _bus.bell(*channels)


def ring_events() -> None:
    """Something was committed that has no position yet."""
    _bus.ring(EVENTS)


def ring_timers() -> None:
    """A timer was set or moved; the clock may have to wake earlier."""
    _bus.ring(TIMERS)


def ring_positions() -> None:
    """Events have got their positions."""
    _bus.ring(POSITIONS)
