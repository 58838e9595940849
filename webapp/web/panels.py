"""Rendered panels kept for a while, so that many who look at the same thing cost one drawing: in
Redis when there is one, else in this process. Nothing is lost when it is emptied.

A key names the team, the audience (by something random, since installations may share one Redis)
and the newest events of what is shown, so an event invalidates by making another key; nobody has to
tell anybody. The age is a ceiling for what changes without an event, like the day.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import redis

from webapp.core import clock
from webapp.events import bus
from webapp.web import marks

log = logging.getLogger(__name__)

#: Ceilings in seconds: what says how a campaign stands, and what sums its numbers.
STATUS_SECONDS, NUMBERS_SECONDS = 30, 300
#: Panels kept in a process; the ones looked at longest ago go first.
MOST_KEPT = 256
#: After a failure Redis is not asked again for so long.
SILENT_SECONDS = 5.0

_kept: OrderedDict[str, str] = OrderedDict()
_lock = threading.Lock()
_silent_until = 0.0


def kept(name: str, *parts: object, seconds: int, draw: Callable[[], str]) -> str:
    """The panel of this name and these parts, drawn at most once while they stay the same and not
    older than `seconds`.
    """
    age = int(clock.now().timestamp()) // seconds
    key = ":".join(("panel", name, *map(str, parts), str(age)))
    found = _find(key)
    if found is None:
        found = draw()
        _keep(key, found, seconds)
    return found


def forget() -> None:
    """Drop what this process keeps."""
    marks.forget()
    with _lock:
        _kept.clear()


def _find(key: str) -> str | None:
    if (store := _redis()) is not None:
        try:
            value = store.client.get(store.prefix + key)
            return value.decode() if isinstance(value, bytes) else None
        except (redis.RedisError, OSError):
            _silence()
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(key: str, html: str, seconds: int) -> None:
    if (store := _redis()) is not None:
        try:
            store.client.set(store.prefix + key, html, ex=seconds)
            return
        except (redis.RedisError, OSError):
            _silence()
    with _lock:
        _kept[key] = html
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)


def _redis() -> bus.RedisBus | None:
    current = bus.current()
    if not isinstance(current, bus.RedisBus) or time.monotonic() < _silent_until:
        return None
    return current


def _silence() -> None:
    global _silent_until
    log.warning("redis is away; panels are kept in the process")
    _silent_until = time.monotonic() + SILENT_SECONDS
