"""Dramatiq on Redis without its polling: an idle consumer sleeps on a list (BLPOP) and is rung when
there is something to fetch.

The bell says only "look": messages, acknowledgements and the rescue of a lost worker's messages
stay Dramatiq's own.
"""

import threading
from collections import deque
from typing import Any

import redis
from dramatiq import Message, MessageProxy
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.errors import ConnectionClosed

#: How long an idle consumer sleeps at most; then it looks by itself and shows that it lives.
LONGEST_SLEEP = 1.0
#: Messages a consumer holds at once where each takes milliseconds; for long work, Dramatiq's few.
PREFETCH = {"policies": 256}
#: Dramatiq's own acknowledgement for several messages: what another worker took over is left alone.
ACK = """
for _, id in ipairs(ARGV) do
  if redis.call('srem', KEYS[1], id) > 0 then redis.call('hdel', KEYS[2], id) end
end"""
#: Waiting rings kept per queue: as many idle processes as one batch may wake.
RINGS = 16


class DoorbellConsumer(_RedisConsumer):
    """One consumer thread's hold on one queue."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)  # type: ignore[no-untyped-call]
        self.prefetch = PREFETCH.get(self.queue_name, self.prefetch)
        self.freed = threading.Event()
        self.done: deque[str] = deque()
        self.flushing = threading.Lock()

    def ack(self, message: MessageProxy) -> None:
        """Whoever finds nobody at it acknowledges all that is done; the others go on."""
        self.done.append(message.options["redis_message_id"])
        self.queued_message_ids.discard(message.message_id)
        self.freed.set()
        while self.done and self.flushing.acquire(blocking=False):
            try:
                self._acknowledge()
            finally:
                self.flushing.release()

    def _acknowledge(self) -> None:
        ids = [self.done.popleft() for _ in range(len(self.done))]
        try:
            if ids:
                self.broker.acknowledge(self.queue_name, ids)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            self.done.extend(ids)
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]

    def nack(self, message: MessageProxy) -> None:
        super().nack(message)  # type: ignore[no-untyped-call]
        self.freed.set()

    def requeue(self, messages: Any) -> None:
        messages = list(messages)
        super().requeue(messages)  # type: ignore[no-untyped-call]
        if messages:
            self.broker.ring(self.queue_name, len(messages))

    def __next__(self) -> MessageProxy | None:
        try:
            if not self.message_cache and not self._fetch():
                self._sleep()
                return None  # the thread looks whether it should stop, then asks again
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
        message = Message.decode(self.message_cache.pop(0))
        self.queued_message_ids.add(message.message_id)
        return MessageProxy(message)

    def _fetch(self) -> bool:
        if (room := self.prefetch - self.outstanding_message_count) > 0:
            fetched = self.broker.do_fetch(self.queue_name, room)
            self.message_cache = [data for data in fetched if data is not None]
        return bool(self.message_cache)

    def _sleep(self) -> None:
        """Until there is room again, or until the bell rings."""
        if self.outstanding_message_count >= self.prefetch:
            self.freed.wait(LONGEST_SLEEP)
            self.freed.clear()
        else:
            self.broker.client.blpop([self.broker.bell_of(self.queue_name)], timeout=LONGEST_SLEEP)


class DoorbellBroker(RedisBroker):
    """Dramatiq's Redis broker with a bell per queue; who enqueues rings once per batch."""

    consumer_class = DoorbellConsumer

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.script = self.client.register_script(ACK)

    def acknowledge(self, queue: str, ids: list[str]) -> None:
        """Forget messages that are done."""
        taken = f"{self.namespace}:__acks__.{self.broker_id}.{queue}"
        self.script(keys=[taken, f"{self.namespace}:{queue}.msgs"], args=ids)

    def bell_of(self, queue: str) -> str:
        return f"{self.namespace}:{queue}.bell"

    def ring(self, queue: str, messages: int) -> None:
        """Wake up to that many idle consumers; rings nobody waits for are kept, but few."""
        bell = self.bell_of(queue)
        pipe = self.client.pipeline(transaction=False)
        pipe.lpush(bell, *[b"1"] * min(messages, RINGS))
        pipe.ltrim(bell, 0, RINGS - 1)
        pipe.execute()
