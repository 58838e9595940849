"""Links that let somebody without an account look at one campaign. Read by their token before a
team is known, so this table has no row-level policy and is read through this feature only.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId
from webapp.events.models import Json


class ShareLink(Base):
    """A read-only view of a campaign for whoever has the link; the token is stored hashed.

    A live link shows what is true now; a frozen one shows `numbers`, taken when it was made.
    `views` and `last_viewed_at` are counted beside the version: looking is not an edit.
    """

    __tablename__ = "share_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        Index(None, "team_id", "campaign_id", "id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    sections: Mapped[list[str]] = mapped_column(Json)
    is_live: Mapped[bool]
    numbers: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    token_hash: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(255), default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    views: Mapped[int] = mapped_column(default=0)
    last_viewed_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > clock.now()
