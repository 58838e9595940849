"""The actors that settle receipts: policies in one transaction, effects by lease. They hold no
rules and never raise: what they could not do is still pending in the log.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable

import dramatiq
from dramatiq import Broker
from sqlalchemy.exc import DBAPIError, TimeoutError

from tasks import broker, context
from webapp.events import receipts
from webapp.events.relay import Offer
from webapp.events.subscriptions import POLICIES, QUEUES

log = logging.getLogger(__name__)

_actors: dict[str, dramatiq.Actor[[int | None, int], None]] = {}


def declare(on: Broker) -> None:
    """One actor per queue: `deliver` for policies, `perform_<queue>` for effects."""
    _actors.clear()
    for queue in QUEUES:
        settles = queue == POLICIES
        act = _actor(receipts.settle if settles else receipts.perform)
        name = "deliver" if settles else f"perform_{queue}"
        _actors[queue] = dramatiq.actor(broker=on, queue_name=queue, actor_name=name)(act)


def _actor(settle: Callable[[int | None, int], None]) -> Callable[[int | None, int], None]:
    def act(team_id: int | None, receipt_id: int) -> None:
        try:
            with context.fresh():
                settle(team_id, receipt_id)
        except (DBAPIError, TimeoutError, OSError):
            log.warning("receipt %s waits: the database is away", receipt_id, exc_info=True)

    return act


def offer(offers: Iterable[Offer]) -> None:
    """Put receipts on their queues, ids only, and ring: at the first of a queue and after all."""
    sent: Counter[str] = Counter()
    for one in offers:
        _actors[one.queue].send(one.team_id, one.receipt_id)
        sent[one.queue] += 1
        if sent[one.queue] == 1:
            broker.ring(one.queue, 1)
    for queue, messages in sent.items():
        if messages > 1:
            broker.ring(queue, messages)
