"""How a plan stands against its target: what is in reserve, what decides the date."""

from dataclasses import dataclass
from datetime import datetime

from webapp.timelines.planning import lay
from webapp.timelines.queries import timeline_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a plan stands against its target.

    `reserve_minutes` are working minutes between the last task before the target and the target
    (negative: late; None: nothing to do before it), `buffer_minutes` how many should be kept,
    `day_minutes` what a working day has. `ends_at` is when the last task before the target ends.
    """

    reserve_minutes: int | None
    buffer_minutes: int
    day_minutes: int
    ends_at: datetime | None
    target_id: int | None
    critical_ids: tuple[int, ...]

    @property
    def is_late(self) -> bool:
        return self.reserve_minutes is not None and self.reserve_minutes < 0

    @property
    def eats_its_buffer(self) -> bool:
        return self.reserve_minutes is not None and 0 <= self.reserve_minutes < self.buffer_minutes


def outlook(campaign_id: int) -> Outlook | None:
    """How a campaign's plan stands; None without a timeline."""
    timeline = timeline_of(campaign_id)
    if timeline is None:
        return None
    laid = lay(timeline)
    ahead = laid.before_target() - {laid.target_id}
    critical = sorted(laid.critical(), key=lambda key: (laid.network.slot(key).start, key))
    return Outlook(
        laid.reserve_minutes(),
        timeline.buffer_minutes,
        laid.times.day_minutes,
        max((laid.finishes_at(key) for key in ahead), default=None),
        laid.target_id,
        tuple(critical),
    )
