"""A team's request for a demo to look around in. The demo is a team of its own; this says how far
it is.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.demo.workflow import State, lifecycle


class Demo(Base):
    """Asked for by a person of a team; `done` of `total` campaigns are told.

    `demo_team_id` is where it is, once it is ready; without foreign key, since that team is deleted
    with the demo.
    """

    __tablename__ = "demo"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        Index(None, "team_id", "state"),
        CheckConstraint("done >= 0 AND done <= total", name="done_is_a_part_of_total"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    demo_team_id: Mapped[int | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(String(20), default=lifecycle.initial)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_ready(self) -> bool:
        return self.state == State.READY
