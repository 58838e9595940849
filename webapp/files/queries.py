"""Reads of files: what is attached to a row, and which bytes a row names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from webapp.accounts import queries as accounts
from webapp.db import current_team, db, execute, find
from webapp.files.models import StoredFile


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as lists show it."""

    id: int
    name: str
    purpose: str
    note: str
    alt: str
    media_type: str
    size: int
    who: str
    created_at: datetime

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


def pictures_without_words(campaign_id: int) -> list[str]:
    """The names of a campaign's pictures of which nobody said what they show."""
    query = select(StoredFile.name).where(
        *_about("campaign", campaign_id),
        StoredFile.media_type.startswith("image/"),
        StoredFile.alt == "",
    )
    return list(db.session.scalars(query.order_by(StoredFile.id)))


def attached(subject_kind: str, subject_id: int) -> list[Attached]:
    """What is attached to a row, newest first. Two statements."""
    query = select(
        StoredFile.id,
        StoredFile.name,
        StoredFile.purpose,
        StoredFile.note,
        StoredFile.alt,
        StoredFile.media_type,
        StoredFile.size,
        StoredFile.uploaded_by,
        StoredFile.created_at,
    ).where(*_about(subject_kind, subject_id))
    rows = list(execute(query.order_by(StoredFile.id.desc())).all())
    names = accounts.names({row.uploaded_by for row in rows})
    return [
        Attached(
            row.id,
            row.name,
            row.purpose,
            row.note,
            row.alt,
            row.media_type,
            row.size,
            names.get(row.uploaded_by, "Somebody"),
            row.created_at,
        )
        for row in rows
    ]


def count(subject_kind: str, subject_id: int) -> int:
    query = select(func.count()).where(*_about(subject_kind, subject_id))
    return db.session.scalar(query) or 0


def file(stored_file_id: int) -> StoredFile:
    """The row. Raises NotFound."""
    return find(StoredFile, stored_file_id)


def named(keys: Iterable[str]) -> set[str]:
    """Those of the keys that a row names."""
    query = select(StoredFile.key).where(
        StoredFile.team_id == current_team(), StoredFile.key.in_(list(keys))
    )
    return set(db.session.scalars(query))


def _about(subject_kind: str, subject_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        StoredFile.team_id == current_team(),
        StoredFile.subject_kind == subject_kind,
        StoredFile.subject_id == subject_id,
    )
