"""What people say about a task, a request or anything else of a campaign, and whom they name."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import clock
from webapp.db import AUTOINCREMENT, Base, BigId


class Comment(Base):
    """One thing somebody said about a row; a deleted one stays as a mark, without its words."""

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("team_id", "id"),
        ForeignKeyConstraint(
            ["team_id", "campaign_id"], ["campaign.team_id", "campaign.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["team_id", "author_id"], ["membership.team_id", "membership.user_id"]
        ),
        Index(None, "team_id", "subject_kind", "subject_id", "id"),
        Index(None, "team_id", "campaign_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    campaign_id: Mapped[int]
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    author_id: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    edited_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now, init=False)
    version: Mapped[int] = mapped_column(default=1, init=False)

    __mapper_args__ = {"version_id_col": version}


class CommentMention(Base):
    """Somebody of the team whom a comment names."""

    __tablename__ = "comment_mention"
    __table_args__ = (
        UniqueConstraint("team_id", "comment_id", "user_id"),
        ForeignKeyConstraint(
            ["team_id", "comment_id"], ["comment.team_id", "comment.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["team_id", "user_id"], ["membership.team_id", "membership.user_id"]),
        Index(None, "team_id", "user_id"),
        AUTOINCREMENT,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    comment_id: Mapped[int]
    user_id: Mapped[int]
