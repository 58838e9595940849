"""Files attached to something of a campaign: the rows; their bytes lie in the storage."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId

#: What an asset of a campaign is used for.
PURPOSES = {
    "cover": "Cover",
    "photo": "Photo",
    "video": "Video",
    "audio": "Audio",
    "copy": "Copy",
    "logo": "Logo",
    "other": "Other",
}


class StoredFile(Base):
    """One file: attached to a task, or an asset of the campaign itself (subject `campaign`), which
    says what it is for. `alt` is what a picture shows, for who cannot see it. `key` is where its
    bytes lie; no two rows share them.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        UniqueConstraint("key"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["team_id", "uploaded_by"], ["membership.team_id", "membership.user_id"]
        ),
        CheckConstraint("size >= 0", name="size_is_not_negative"),
        Index(None, "team_id", "subject_kind", "subject_id", "id"),
        Index(None, "team_id", "campaign_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    alt: Mapped[str] = mapped_column(String(300), default="", server_default="")
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(120))
    uploaded_by: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
