"""Writes of staged imports: a file becomes a batch to review, and exactly what was reviewed is
committed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from webapp.core import clock, fault
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden
from webapp.core.text import clean_name_of_file
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.imports import sources
from webapp.imports.models import ImportBatch, ImportRow
from webapp.imports.sources import Line, Reading, Source, Values
from webapp.imports.workflow import State, lifecycle
from webapp.operations import Input, operation

FACTS = ("create", "update", "skip")

AFTER_ROWS = fault.point("imports.after_rows")
AFTER_APPLIED = fault.point("imports.after_applied")


@dataclass(frozen=True)
class Staged(Payload):
    """How many rows would do what."""

    creates: int
    updates: int
    skips: int
    rejects: int


@dataclass(frozen=True)
class Committed(Payload):
    """How many rows did what."""

    creates: int
    updates: int


class StageImport(Input):
    """A file that was read (`sources.read_file`), with the name it came under."""

    campaign_id: int
    file_name: str = ""
    reading: Any


class ReviewedImport(Input):
    """A batch as somebody saw it."""

    import_batch_id: int
    version: int


class AnyImport(Input):
    import_batch_id: int


class StaleImport(Conflict):
    """What the file would change was changed after the review; nothing was written."""

    code, title = "stale_import", "The numbers changed since you reviewed them"


@operation("imports.stage", input=StageImport, permission="imports.run")
def stage_import(*, campaign_id: int, file_name: str = "", reading: Reading, by: Actor) -> int:
    """A batch to review, compared with what is there now; nothing is imported yet. Answers its
    id.
    """
    if by.user_id is None:
        raise Forbidden("A person imports a file.")
    source, content = sources.source(reading.source), reading.content
    with unit_of_work():
        source.check(campaign_id, content.claims)
        rows = _judged(source, campaign_id, content.lines)
        batch = ImportBatch(
            team_id=current_team(),
            campaign_id=campaign_id,
            source=source.name,
            file_name=clean_name_of_file(file_name),
            file_hash=reading.file_hash,
            facts=content.claims | {"counts": _counts(row["verdict"] for row in rows), "round": 1},
            created_by=by.user_id,
        )
        db.session.add(batch)
        db.session.flush()
        owner = {"team_id": batch.team_id, "batch_id": batch.id}
        execute(insert(ImportRow), [owner | row for row in rows])
        AFTER_ROWS()
        record("import_batch.staged", subject=batch, by=by, data=_staged(batch))
        return batch.id


@operation("imports.commit", input=ReviewedImport, permission="imports.run")
def commit_import(*, import_batch_id: int, version: int, by: Actor) -> int:
    """Apply exactly what was reviewed, once.

    Raises StaleImport, and writes nothing, when a value the review showed is no longer what is
    there: `restage_import` compares again.
    """
    with unit_of_work():
        batch = _reviewed(import_batch_id, version)
        step = lifecycle.fire("commit", batch.state)
        source = sources.source(batch.source)
        rows = _facts_of(batch)
        present = source.present(batch.campaign_id, [row.key for row in rows])
        if any(row.before != now for row, now in zip(rows, present, strict=True)):
            raise StaleImport(
                "Other numbers arrived for the same days after you looked. Nothing was imported;"
                " review what this file would change now."
            )
        source.apply(batch, [row for row in rows if row.verdict != "skip"], by)
        AFTER_APPLIED()
        batch.state, batch.committed_at = step.to, clock.now()
        counts = batch.facts["counts"]
        data = Committed(counts.get("create", 0), counts.get("update", 0))
        record(step.event, subject=batch, by=by, data=data)
        return batch.id


@operation("imports.restage", input=AnyImport, permission="imports.run")
def restage_import(*, import_batch_id: int, by: Actor) -> int:
    """Compare a batch under review with what is there now; its verdicts follow."""
    with unit_of_work():
        batch = _locked(import_batch_id)
        rows = _facts_of(batch)
        present = sources.source(batch.source).present(batch.campaign_id, [r.key for r in rows])
        changed = [
            {"row_id": row.id, "before": now, "verdict": _verdict(now, row.after)}
            for row, now in zip(rows, present, strict=True)
            if row.before != now
        ]
        if changed:
            execute(
                update(ImportRow.__table__)  # type: ignore[arg-type]
                .where(ImportRow.team_id == batch.team_id, ImportRow.id == bindparam("row_id"))
                .values(before=bindparam("before"), verdict=bindparam("verdict")),
                changed,
            )
            db.session.expire_all()
        batch.facts = batch.facts | {
            "counts": _counts(_verdicts_of(batch)),
            "round": batch.facts["round"] + 1,
        }
        record("import_batch.restaged", subject=batch, by=by, data=_staged(batch))
        return batch.id


@operation("imports.discard", input=ReviewedImport, permission="imports.run")
def discard_import(*, import_batch_id: int, version: int, by: Actor) -> int:
    """The batch is not imported; its rows stay to be looked at."""
    with unit_of_work():
        batch = _reviewed(import_batch_id, version)
        step = lifecycle.fire("discard", batch.state)
        batch.state = step.to
        record(step.event, subject=batch, by=by)
        return batch.id


def _reviewed(batch_id: int, version: int) -> ImportBatch:
    batch = _locked(batch_id)
    if batch.version != version:
        raise Conflict("The import was compared again after you opened it. Look at it once more.")
    return batch


def _locked(batch_id: int) -> ImportBatch:
    batch = find(ImportBatch, batch_id, lock=True)
    if batch.state == State.COMMITTED:
        raise Conflict("This report was imported already.")
    if batch.state == State.DISCARDED:
        raise Conflict("This import was discarded. Upload the report again.")
    sources.source(batch.source).check(batch.campaign_id, batch.facts)
    return batch


def _judged(source: Source, campaign_id: int, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The batch's rows in the order of the file, each with its verdict."""
    ordered = sorted(lines, key=lambda line: line.lines)
    facts = [line for line in ordered if line.after is not None]
    present = iter(source.present(campaign_id, [line.key for line in facts]))
    rows = []
    for line in ordered:
        before = next(present) if line.after is not None else None
        rows.append(
            {
                "verdict": line.verdict or _verdict(before, line.after),
                "lines": list(line.lines),
                "reason": line.reason[:300],
                "key": line.key,
                "before": before,
                "after": line.after,
            }
        )
    return rows


def _verdict(before: Values | None, after: Values | None) -> str:
    if before is None:
        return "create"
    return "skip" if before == after else "update"


def _counts(verdicts: Any) -> dict[str, int]:
    return dict(Counter(verdicts))


def _facts_of(batch: ImportBatch) -> Sequence[ImportRow]:
    query = select(ImportRow).where(
        ImportRow.team_id == batch.team_id,
        ImportRow.batch_id == batch.id,
        ImportRow.verdict.in_(FACTS),
    )
    return db.session.scalars(query.order_by(ImportRow.id)).all()


def _verdicts_of(batch: ImportBatch) -> Sequence[str]:
    query = select(ImportRow.verdict).where(
        ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id
    )
    return db.session.scalars(query).all()


def _staged(batch: ImportBatch) -> Staged:
    counts = batch.facts["counts"]
    return Staged(*(counts.get(name, 0) for name in (*FACTS, "reject")))
