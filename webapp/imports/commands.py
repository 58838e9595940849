"""Writes of staged imports: a file is received, read in the background into a batch to review, and
exactly what was reviewed is committed, and may be taken back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from webapp.core import clock, fault
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden, Invalid
from webapp.core.text import clean_name_of_file
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.imports import queries, sources
from webapp.imports.models import ImportBatch, ImportFile, ImportMapping
from webapp.imports.workflow import ENDED, WORKING, State, lifecycle
from webapp.operations import Input, operation

AFTER_APPLIED = fault.point("imports.after_applied")
AFTER_REVERTED = fault.point("imports.after_reverted")


@dataclass(frozen=True)
class Confirmed(Payload):
    """How many days somebody said are right, though they spend more than planned."""

    accepted_days: int


@dataclass(frozen=True)
class Committed(Payload):
    """How many rows did what."""

    creates: int
    updates: int


@dataclass(frozen=True)
class Undone(Payload):
    """How many rows an undo left as they are, because something else changed them since."""

    kept: int


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it arrived: its pieces, in order, and the hash of the whole."""

    pieces: Iterable[bytes]
    file_hash: str


class ReceiveImport(Input):
    """A file with the name it came under."""

    campaign_id: int
    source: str
    file_name: str = ""
    options: dict[str, Any] = {}
    received: Any


class ReviewedImport(Input):
    """A batch as somebody saw it."""

    import_batch_id: int
    version: int


class CommitImport(ReviewedImport):
    """A batch as it was reviewed; `accepted` answers what the review asks."""

    accepted: bool = False


class AnswerImport(ReviewedImport):
    """What somebody answered about a file that could not be read without."""

    answers: Any


@operation("imports.receive", input=ReceiveImport, permission="imports.run")
def receive_import(
    *,
    campaign_id: int,
    source: str,
    received: Received,
    file_name: str = "",
    options: dict[str, Any] | None = None,
    by: Actor,
) -> int:
    """Keep a file and have it read; nothing is imported yet. Answers the batch's id."""
    if by.user_id is None:
        raise Forbidden("A person imports a file.")
    with unit_of_work():
        sources.source(source).check(campaign_id, {})
        batch = ImportBatch(
            team_id=current_team(),
            campaign_id=campaign_id,
            source=source,
            file_name=clean_name_of_file(file_name),
            file_hash=received.file_hash,
            options=dict(options or {}),
            created_by=by.user_id,
        )
        db.session.add(batch)
        db.session.flush()
        for part, content in enumerate(received.pieces):
            piece = ImportFile(team_id=batch.team_id, batch_id=batch.id, part=part, content=content)
            db.session.add(piece)
            db.session.flush()
            db.session.expunge(piece)  # 40 MB of pieces are not kept in memory
        record("import_batch.received", subject=batch, by=by)
        return batch.id


@operation("imports.answer", input=AnswerImport, permission="imports.run")
def answer_import(*, import_batch_id: int, version: int, answers: dict[str, Any], by: Actor) -> int:
    """Read a file again with what was answered; what was answered about its columns is remembered
    for the next file that has the same ones.
    """
    with unit_of_work():
        batch = _seen(import_batch_id, version)
        step = lifecycle.fire("answer", batch.state)
        fingerprint = batch.facts.get("fingerprint", "")
        if fingerprint:
            _remember(fingerprint, answers)
        batch.options = batch.options | answers
        batch.state = step.to
        record(step.event, subject=batch, by=by)
        return batch.id


@operation("imports.commit", input=CommitImport, permission="imports.run")
def commit_import(*, import_batch_id: int, version: int, accepted: bool = False, by: Actor) -> int:
    """Have exactly what was reviewed applied, once; the background does it, all or nothing. Raises
    Invalid while the review asks something that is not `accepted`; the answer stays with the batch.
    """
    with unit_of_work():
        batch = _seen(import_batch_id, version)
        step = lifecycle.fire("confirm", batch.state)
        doubt = batch.facts.get("over_plan")
        if doubt and not accepted:
            raise Invalid({"accepted": "Say that these amounts are right, or discard the import."})
        if doubt:
            answer = {"by": by.user_id, "at": clock.now().isoformat(), **doubt}
            batch.options = batch.options | {"accepted": answer}
        batch.state, batch.progress = step.to, 0
        data = Confirmed(doubt["count"]) if doubt else None
        record(step.event, subject=batch, by=by, data=data)
        return batch.id


def apply_import(import_batch_id: int, *, compared_at: int, by: Actor) -> bool:
    """Write the reviewed rows as one change; False, and nothing is written, when something may have
    changed results since they were compared, which the event `compared_at` marks: compare again
    first.
    """
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id, lock=True)
        if batch.state != State.COMMITTING:
            return True
        source = sources.source(batch.source)
        source.check(batch.campaign_id, batch.facts)  # holds the campaign
        if queries.has_moved(batch.campaign_id, compared_at):
            return False
        source.apply(batch, by)
        AFTER_APPLIED()
        step = lifecycle.fire("commit", batch.state)
        batch.state, batch.committed_at, batch.progress = step.to, clock.now(), 100
        counts = batch.facts["counts"]
        data = Committed(counts.get("create", 0), counts.get("update", 0))
        record(step.event, subject=batch, by=by, data=data)
        return True


@operation("imports.undo", input=ReviewedImport, permission="imports.undo")
def undo_import(*, import_batch_id: int, version: int, by: Actor) -> int:
    """Take a committed batch back: every row that still says what the batch wrote gets its values
    from before; what something else changed since stays and is listed.
    """
    with unit_of_work():
        batch = _seen(import_batch_id, version, ended=True)
        step = lifecycle.fire("undo", batch.state)
        kept = sources.source(batch.source).revert(batch, by)
        AFTER_REVERTED()
        batch.state = step.to
        batch.facts = batch.facts | {"kept": kept}
        record(step.event, subject=batch, by=by, data=Undone(kept))
        return batch.id


@operation("imports.discard", input=ReviewedImport, permission="imports.run")
def discard_import(*, import_batch_id: int, version: int, by: Actor) -> int:
    """The batch is not imported; its rows stay to be looked at."""
    with unit_of_work():
        batch = _seen(import_batch_id, version)
        step = lifecycle.fire("discard", batch.state)
        batch.state = step.to
        record(step.event, subject=batch, by=by)
        return batch.id


def forget_file(import_batch_id: int) -> None:
    """Drop the file of a batch that has ended."""
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id, lock=True)
        if batch.state in ENDED:
            mine = (ImportFile.team_id == batch.team_id, ImportFile.batch_id == batch.id)
            execute(delete(ImportFile).where(*mine))


def pieces_of(import_batch_id: int) -> Iterator[bytes]:
    """A batch's file, piece by piece."""
    query = select(ImportFile.content).where(
        ImportFile.team_id == current_team(), ImportFile.batch_id == import_batch_id
    )
    part = 0
    while (piece := db.session.scalar(query.where(ImportFile.part == part))) is not None:
        yield piece
        part += 1


def _seen(batch_id: int, version: int, *, ended: bool = False) -> ImportBatch:
    """The batch as somebody saw it, locked. Raises Conflict when it moved on."""
    batch = find(ImportBatch, batch_id, lock=True)
    sources.source(batch.source).check(batch.campaign_id, batch.facts)
    if batch.state == State.COMMITTED and not ended:
        raise Conflict("This report was imported already.")
    if batch.state == State.DISCARDED:
        raise Conflict("This import was discarded. Upload the report again.")
    if batch.state == State.UNDONE:
        raise Conflict("This import was taken back.")
    if batch.state == State.REFUSED:
        raise Conflict("This file could not be imported. Upload another one.")
    if batch.state in WORKING:
        raise Conflict("This import is being worked on. Wait a moment.")
    if batch.version != version:
        raise Conflict("The import was compared again after you opened it. Look at it once more.")
    return batch


def _remember(fingerprint: str, answers: dict[str, Any]) -> None:
    query = select(ImportMapping).where(
        ImportMapping.team_id == current_team(), ImportMapping.fingerprint == fingerprint
    )
    mapping = db.session.scalars(query.with_for_update()).one_or_none()
    if mapping is None:
        mapping = ImportMapping(team_id=current_team(), fingerprint=fingerprint)
        db.session.add(mapping)
    mapping.answers = mapping.answers | answers
    db.session.flush()
