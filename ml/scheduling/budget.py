"""How long a search may go on."""

from time import perf_counter, thread_time


class Budget:
    """Seconds of this thread's processor time, or a number of evaluations, whichever ends first.

    Processor time is what makes a busy machine and an idle one search equally long; `patience`
    times as many seconds by the clock end it all the same.

    >>> budget = Budget(60, evaluations=2)
    >>> budget.is_spent(), budget.is_spent(), budget.is_spent()
    (False, False, True)
    """

    def __init__(
        self, seconds: float, *, evaluations: int | None = None, patience: float | None = None
    ) -> None:
        self.seconds = seconds
        self.evaluations = evaluations
        self.used = 0
        self._began = thread_time()
        self._latest = perf_counter() + seconds * patience if patience else None

    def is_spent(self) -> bool:
        """Ask once before each evaluation: it counts."""
        if self.evaluations is not None and self.used >= self.evaluations:
            return True
        if thread_time() - self._began >= self.seconds:
            return True
        if self._latest is not None and perf_counter() >= self._latest:
            return True
        self.used += 1
        return False

    def share(self) -> float:
        """How much of it is used, from 0 to 1."""
        used = (thread_time() - self._began) / self.seconds if self.seconds > 0 else 1.0
        if self.evaluations:
            used = max(used, self.used / self.evaluations)
        return min(1.0, used)
