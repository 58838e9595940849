"""What time it is, plus one offset that tests and rehearsals may move; the only reader of wall
time.

Due times are never compared here but in SQL, with `webapp.sql.due_now`, which adds the same offset
to the database's clock.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path

_own = 0.0
_file: Path | None = None
_seen: tuple[int, int] | None = None
_from_file = 0.0
_fixed = False
#: The moment of the past that is being told in this context; None is the present.
_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The present instant (aware, UTC), moved by the offset; the moment that is told, in `at`."""
    return _told.get() or datetime.now(UTC) + timedelta(seconds=offset())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """`now()` stands at a moment of the past, for this context alone: history is told after the
    fact. Due times are the database's and do not move with it; the future is refused.
    """
    if moment > datetime.now(UTC) + timedelta(seconds=offset()):
        raise RuntimeError("only the past is told")
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def offset() -> float:
    """Seconds this process's clocks run ahead of the host; 0 in production."""
    if _fixed:
        return 0.0
    return _own + (_read_file() if _file else 0.0)


def travel(seconds: float) -> None:
    """Move this process's clocks by `seconds` (tests and rehearsals)."""
    global _own
    if _fixed:
        raise RuntimeError("the clock does not travel in production")
    _own += seconds


def reset() -> None:
    """Back to the host's time."""
    global _own
    _own = 0.0


def follow_file(path: str | None) -> None:
    """Take the offset from a JSON file `{"offset": seconds}` that several processes share."""
    global _file, _seen, _from_file
    _file, _seen, _from_file = (Path(path) if path else None), None, 0.0


def write_file(path: str, seconds: float) -> None:
    """Set the shared offset: written beside and moved into place, so no reader sees half a file."""
    beside = f"{path}.{os.getpid()}"
    Path(beside).write_text(json.dumps({"offset": seconds}))
    os.replace(beside, path)


def fix() -> None:
    """Refuse every offset from now on: production."""
    global _fixed
    _fixed = True


class LeapGuard:
    """Notices that the host's clock leapt, against the steady one; travel by the offset is no
    leap of the host.
    """

    def __init__(self, most_seconds: float) -> None:
        self.most_seconds = most_seconds
        self._ahead = time.time() - time.monotonic()

    def leapt(self, *, wall: float | None = None, steady: float | None = None) -> bool:
        """Whether the clock leapt further than it may since the last call."""
        was = self._ahead
        wall = time.time() if wall is None else wall
        self._ahead = wall - (time.monotonic() if steady is None else steady)
        return abs(self._ahead - was) > self.most_seconds


def _read_file() -> float:
    """The file's offset; one stat when nothing changed (about 2 microseconds), 0 when there is no
    file.
    """
    global _seen, _from_file
    assert _file is not None
    try:
        stat = os.stat(_file)
    except FileNotFoundError:
        _seen, _from_file = None, 0.0
        return 0.0
    mark = (stat.st_ino, stat.st_mtime_ns)
    if mark != _seen:
        _from_file = float(json.loads(_file.read_text())["offset"])
        _seen = mark
    return _from_file
