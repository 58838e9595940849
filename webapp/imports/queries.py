"""Reads of import batches: a campaign's imports, one batch's rows by key, whether its campaign
moved.
"""

from collections.abc import Sequence

from sqlalchemy import func, or_, select

from webapp.core.errors import NotFound
from webapp.db import current_team, db, find
from webapp.events.models import Event
from webapp.imports.models import ImportBatch, ImportRow

PAGE = 50
#: What an import does that changes results; its other steps change none.
_CHANGES_RESULTS = ("import_batch.committed", "import_batch.undone")


def batches(campaign_id: int, *, before: int | None = None) -> Sequence[ImportBatch]:
    """A campaign's imports, newest first; one more than a page when there are more."""
    query = select(ImportBatch).where(
        ImportBatch.team_id == current_team(), ImportBatch.campaign_id == campaign_id
    )
    if before is not None:
        query = query.where(ImportBatch.id < before)
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(PAGE + 1)).all()


def batch(campaign_id: int, batch_id: int) -> ImportBatch:
    """One import of this campaign, or NotFound."""
    found = find(ImportBatch, batch_id)
    if found.campaign_id != campaign_id:
        raise NotFound()
    return found


def known(batch_id: int) -> ImportBatch | None:
    """One import of this team; None when it was purged."""
    query = select(ImportBatch).where(
        ImportBatch.team_id == current_team(), ImportBatch.id == batch_id
    )
    return db.session.scalars(query).one_or_none()


def rejected(batch_id: int) -> Sequence[ImportRow]:
    """The lines of a batch that were not taken, in the order of the file."""
    query = select(ImportRow).where(
        ImportRow.team_id == current_team(),
        ImportRow.batch_id == batch_id,
        ImportRow.verdict == "reject",
    )
    return db.session.scalars(query.order_by(ImportRow.id)).all()


def rows(batch_id: int, *, verdict: str = "", after: int = 0) -> Sequence[ImportRow]:
    """A batch's rows in the order of the file; one more than a page when there are more."""
    query = select(ImportRow).where(
        ImportRow.team_id == current_team(), ImportRow.batch_id == batch_id, ImportRow.id > after
    )
    if verdict:
        query = query.where(ImportRow.verdict == verdict)
    return db.session.scalars(query.order_by(ImportRow.id).limit(PAGE + 1)).all()


def earlier_with(batch: ImportBatch) -> ImportBatch | None:
    """The newest import of the very same file that was committed before this one was staged."""
    query = select(ImportBatch).where(
        ImportBatch.team_id == batch.team_id,
        ImportBatch.campaign_id == batch.campaign_id,
        ImportBatch.file_hash == batch.file_hash,
        ImportBatch.committed_at.is_not(None),
        ImportBatch.id != batch.id,
    )
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(1)).one_or_none()


def newest_event_of(campaign_id: int) -> int:
    """The newest event of a campaign. Read it while the campaign is held: then everything that
    changed results before has an event up to this one, and what changes them later a newer one.
    """
    newest = select(func.max(Event.id)).where(
        Event.team_id == current_team(), Event.campaign_id == campaign_id
    )
    return db.session.scalar(newest) or 0


def has_moved(campaign_id: int, event_id: int) -> bool:
    """Whether anything happened to a campaign after an event but the reading of imports."""
    later = select(Event.id).where(
        Event.team_id == current_team(), Event.campaign_id == campaign_id, Event.id > event_id
    )
    changes = or_(Event.subject_kind != ImportBatch.__tablename__, Event.name.in_(_CHANGES_RESULTS))
    return db.session.scalar(later.where(changes).limit(1)) is not None
