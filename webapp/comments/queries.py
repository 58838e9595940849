"""Reads of comments: what was said about a row, and how much."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from webapp.accounts import queries as accounts
from webapp.comments.models import Comment
from webapp.db import current_team, db, execute, find

#: The newest of so many are shown.
MOST = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as a page shows it. `body` is '' once it was deleted."""

    id: int
    author_id: int
    author: str
    body: str
    created_at: datetime
    is_edited: bool
    is_deleted: bool


def remarks(subject_kind: str, subject_id: int) -> list[Remark]:
    """What was said about a row, oldest first. Two statements."""
    query = (
        select(
            Comment.id,
            Comment.author_id,
            Comment.body,
            Comment.created_at,
            Comment.edited_at,
            Comment.deleted_at,
        )
        .where(*_about(subject_kind, subject_id))
        .order_by(Comment.id.desc())
        .limit(MOST)
    )
    rows = list(execute(query).all())[::-1]
    names = accounts.names({row.author_id for row in rows})
    return [
        Remark(
            row.id,
            row.author_id,
            names.get(row.author_id, "Somebody"),
            row.body,
            row.created_at,
            row.edited_at is not None,
            row.deleted_at is not None,
        )
        for row in rows
    ]


def count(subject_kind: str, subject_id: int) -> int:
    """How many comments about a row there are, deleted ones aside."""
    query = select(func.count()).where(
        *_about(subject_kind, subject_id), Comment.deleted_at.is_(None)
    )
    return db.session.scalar(query) or 0


def comment(comment_id: int) -> Comment:
    """The row. Raises NotFound."""
    return find(Comment, comment_id)


def _about(subject_kind: str, subject_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Comment.team_id == current_team(),
        Comment.subject_kind == subject_kind,
        Comment.subject_id == subject_id,
    )
