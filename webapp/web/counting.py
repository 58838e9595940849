"""The rate limits' counters where there is no Redis: in this process, forgotten when their window
has passed. The library's own counters start a thread for nearly every request to do that.
"""

import threading
import time
from typing import Any

from limits.storage import Storage

#: The address the limiter finds these counters by.
IN_THIS_PROCESS = "counted://"
#: Windows in memory after which those that passed are looked for and dropped.
SWEPT_AT = 10_000


class Counted(Storage):
    """Fixed windows by key."""

    STORAGE_SCHEME = ["counted"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        #: key → how often, and when its window ends.
        self._windows: dict[str, tuple[int, float]] = {}
        self._swept_at = SWEPT_AT
        self._lock = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            count, ends = self._windows.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
                self._sweep(now)
            self._windows[key] = (count + amount, ends)
            return count + amount

    def get(self, key: str) -> int:
        count, ends = self._windows.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            forgotten = len(self._windows)
            self._windows.clear()
        return forgotten

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)

    def _sweep(self, now: float) -> None:
        # Twice as many as stay before the next look: each window pays for a few others at most.
        if len(self._windows) < self._swept_at:
            return
        self._windows = {key: one for key, one in self._windows.items() if one[1] > now}
        self._swept_at = max(SWEPT_AT, 2 * len(self._windows))
