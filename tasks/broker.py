"""The one Dramatiq broker of this process: Redis when there is one, else a queue in memory.

It runs without Retries, TimeLimit and AgeLimit: attempts are rows, and time belongs to timers.
Messages carry ids only.
"""

import dramatiq
from dramatiq import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import CurrentMessage, ShutdownNotifications

from tasks.doorbell import DoorbellBroker
from webapp.events import bus

#: A process that did not show itself for so long has lost its messages to the others.
HEARTBEAT_MS = 15_000

_broker: Broker | None = None


def connect(redis_url: str) -> Broker:
    """Make this process's broker; '' means in memory. It becomes Dramatiq's global one."""
    global _broker
    if redis_url:
        _broker = DoorbellBroker(
            client=bus.client(redis_url),
            middleware=[ShutdownNotifications(), CurrentMessage()],
            heartbeat_timeout=HEARTBEAT_MS,
        )
    else:
        _broker = StubBroker(middleware=[])
    dramatiq.set_broker(_broker)
    return _broker


def current() -> Broker:
    """The broker of this process."""
    if _broker is None:
        raise RuntimeError("no broker is connected: call tasks.load() first")
    return _broker


def worker(threads: int) -> dramatiq.Worker:
    """Threads for every queue of this process's broker; not started yet."""
    return dramatiq.Worker(current(), worker_threads=threads, worker_timeout=500)


def ring(queue: str, messages: int) -> None:
    """Wake whoever waits for that queue; in memory they wake by themselves."""
    broker = current()
    if isinstance(broker, DoorbellBroker):
        broker.ring(queue, messages)
