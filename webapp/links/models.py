"""What was found out about addresses that a team's texts lead to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.links.urls import LONGEST_URL


class LinkCheck(Base):
    """One address, whether somebody answers there, and when that was asked and seen.

    `state` is asked before the first look, then what the newest one saw. `url_key` is a hash: an
    address may be longer than an index takes.
    """

    __tablename__ = "link_check"
    __table_args__ = (
        UniqueConstraint("team_id", "url_key"),
        CheckConstraint(
            "state IN ('asked', 'ok', 'broken', 'unreachable', 'refused')", name="state_is_known"
        ),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    url_key: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12), default="asked")
    http_status: Mapped[int | None] = mapped_column(default=None)
    detail: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    checked_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def is_waiting(self) -> bool:
        """Whether a look was asked for that nobody has taken yet."""
        return self.checked_at is None or self.checked_at < self.asked_at

    @property
    def is_fine(self) -> bool:
        return self.state == "ok"
