"""How often a topic's pages are sent something: a few passes at once, then so many a second. What
has to wait is gathered by whoever asks, and goes with the next pass.
"""

from collections.abc import Hashable

#: Passes a second for one topic; as many go at once after a quiet second.
PASSES_PER_SECOND = 4.0


class Pace:
    """A bucket of passes per topic; one thread uses it."""

    def __init__(self, per_second: float = PASSES_PER_SECOND) -> None:
        self.per_second = per_second
        self.full_at: dict[Hashable, float] = {}

    def take(self, topic: Hashable, now: float) -> bool:
        """Whether a pass may go out at `now` (seconds of a steady clock); if so it is counted."""
        if self.wait(topic, now) > 0:
            return False
        self.full_at[topic] = max(self.full_at.get(topic, now), now) + 1 / self.per_second
        return True

    def wait(self, topic: Hashable, now: float) -> float:
        """Seconds until the next pass may go out; 0 when it may now."""
        ahead = self.full_at.get(topic, now) - now + 1 / self.per_second
        return max(0.0, ahead - 1.0)

    def forget(self, now: float) -> None:
        """Drop the topics that are quiet; called now and then."""
        self.full_at = {topic: at for topic, at in self.full_at.items() if at > now}
