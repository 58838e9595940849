"""Playbooks a team keeps: what a campaign of a kind is made of, with dates counted from its
target. Those that are shipped with the product are data, in `shipped`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.events.models import Json


class Playbook(Base):
    """One playbook. `parts` maps a registered part's name to its data; `name_key` is the folded
    name, unique among those a team keeps; what is in the trash takes no name away.
    """

    __tablename__ = "playbook"
    __table_args__ = (
        Index(
            "uq_playbook_name",
            "team_id",
            "name_key",
            unique=True,
            sqlite_where=text("trashed_at IS NULL"),
            postgresql_where=text("trashed_at IS NULL"),
        ),
        Index(None, "team_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(240))
    type: Mapped[str] = mapped_column(String(40))
    description: Mapped[str] = mapped_column(Text, default="")
    parts: Mapped[dict[str, Any]] = mapped_column(Json)
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    trashed_at: Mapped[datetime | None] = mapped_column(default=None, init=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    updated_at: Mapped[datetime] = mapped_column(
        default_factory=clock.now, onupdate=clock.now, init=False
    )
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}
