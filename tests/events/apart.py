"""Work done as another process would do it: in threads of their own, each with a fresh session and
no team.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tasks import context
from webapp.db import db

T = TypeVar("T")


def _fresh(work: Callable[..., T], *args: Any) -> T:
    with context.fresh():
        return work(*args)


def apart(work: Callable[..., T], *args: Any) -> T:
    """Run `work` elsewhere and wait for it; this session reads again afterwards."""
    return together([(work, *args)])[0]


def meanwhile(work: Callable[..., T], *args: Any) -> T:
    """Run `work` elsewhere while this thread is in the middle of something; its session stays as
    it is.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_fresh, work, *args).result()


def together(calls: list[tuple[Any, ...]], *, threads: int = 0) -> list[Any]:
    """Run every `(work, *args)` at once, each in a fresh session; answers in their order."""
    db.session.rollback()
    with ThreadPoolExecutor(threads or len(calls)) as pool:
        running = [pool.submit(_fresh, *call) for call in calls]
        answers = [one.result() for one in running]
    db.session.expire_all()
    return answers
