"""A file's lines become the rows of its batch, compared with what is stored: the background half of
an import, piece by piece, so that nobody else waits for the writer.

Begun anew it begins from nothing: a crash in between leaves rows that the next attempt removes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from webapp.core import fault
from webapp.core.actor import Actor
from webapp.core.errors import DomainError
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import Payload, note, record
from webapp.imports import queries, rows, sources
from webapp.imports.models import ImportBatch, ImportMapping, ImportRow
from webapp.imports.sources import Line, Question, Values
from webapp.imports.workflow import State, lifecycle

FACTS = ("create", "update", "skip")
#: Rows written in one transaction.
PIECE = 1000
#: Characters of kept cells in one transaction.
MOST_CHARACTERS = 1_000_000
LONGEST_REASON = 300

AFTER_PIECE = fault.point("imports.after_piece")
AFTER_ROWS = fault.point("imports.after_rows")


@dataclass(frozen=True)
class Staged(Payload):
    """How many rows would do what."""

    creates: int
    updates: int
    skips: int
    rejects: int


@dataclass(frozen=True)
class Progressed(Payload):
    """How much of the work is done, in percent."""

    percent: int


def is_waiting(import_batch_id: int, state: State) -> bool:
    """Whether a batch waits for this piece of work; it may have been discarded or purged since."""
    query = select(ImportBatch.state).where(
        ImportBatch.team_id == current_team(), ImportBatch.id == import_batch_id
    )
    return db.session.scalar(query) == state


def stage(
    import_batch_id: int, claims: Values, lines: Iterator[Line], *, count: int, by: Actor
) -> None:
    """Write the lines of a batch as rows and open it for review. `count` is how many there are,
    about, for the progress.
    """
    compared_at = _begin(import_batch_id, claims, by)
    if compared_at is None:
        return
    counts: Counter[str] = Counter()
    done = 0
    for piece in _pieces(lines):
        counts.update(_add(import_batch_id, claims, piece))
        done += len(piece)
        if count > PIECE:
            progress(import_batch_id, min(99, 100 * done // max(1, count)), by=by)
        AFTER_PIECE()
    AFTER_ROWS()
    facts = claims | {"counts": dict(counts), "round": 1, "compared_at": compared_at}
    _open(import_batch_id, facts | _weighed(import_batch_id, claims), by)


def _weighed(import_batch_id: int, claims: Values) -> Values:
    """What the person is shown and asked beside the rows; read before anything is locked."""
    batch = find(ImportBatch, import_batch_id)
    return sources.source(batch.source).look(batch, claims)


def _pieces(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """The lines in pieces of bounded size: a rejected line keeps its cells, however long."""
    piece: list[Line] = []
    characters = 0
    for line in lines:
        piece.append(line)
        characters += sum(map(len, line.cells))
        if len(piece) == PIECE or characters > MOST_CHARACTERS:
            yield piece
            piece, characters = [], 0
    if piece:
        yield piece


def _begin(import_batch_id: int, claims: Values, by: Actor) -> int | None:
    """Remove what an earlier attempt left; answers the event up to which the rows will have been
    compared, None when the file does not fit and was refused.
    """
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id, lock=True)
        mine = (ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        execute(delete(ImportRow).where(*mine))
        if not _fits(batch, claims, by):
            return None
        return queries.newest_event_of(batch.campaign_id)


def _fits(batch: ImportBatch, claims: Values, by: Actor) -> bool:
    """Whether the campaign takes the file, which is refused if not; holds the campaign."""
    try:
        sources.source(batch.source).check(batch.campaign_id, claims)
    except DomainError as error:
        if batch.state == State.READING:
            _refuse(batch, error.message, by)
        return False
    return True


def _add(import_batch_id: int, claims: Values, lines: Sequence[Line]) -> list[str]:
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id)
        source = sources.source(batch.source)
        facts = [line for line in lines if line.after is not None]
        judged = iter(source.judge(batch.campaign_id, claims, facts))
        written: list[list[Any]] = []
        for line in lines:
            found = next(judged) if line.after is not None else None
            verdict = line.verdict or (found.verdict if found else "")
            if not verdict:
                continue
            reason = (line.reason or (found.reason if found else ""))[:LONGEST_REASON]
            on = line.on.isoformat() if line.on else None
            about = (line.kind, line.name, on, line.part)
            values = (found.before if found else None, line.after, line.cells or None)
            written.append([verdict, line.lines, reason, *about, *values])
        rows.write(batch, written)
        return [row[0] for row in written]


def _open(import_batch_id: int, facts: Values, by: Actor) -> None:
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id, lock=True)
        if batch.state != State.READING:
            return
        if not _fits(batch, facts, by):
            return
        step = lifecycle.fire("stage", batch.state)
        batch.facts, batch.state, batch.progress = facts, step.to, 100
        record(step.event, subject=batch, by=by, data=_staged(batch))


def refuse(import_batch_id: int, reason: str, *, by: Actor) -> None:
    """The file cannot be imported: say why."""
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id, lock=True)
        if batch.state == State.READING:
            _refuse(batch, reason, by)


def _refuse(batch: ImportBatch, reason: str, by: Actor) -> None:
    step = lifecycle.fire("refuse", batch.state)
    batch.facts, batch.state = batch.facts | {"refusal": reason}, step.to
    record(step.event, subject=batch, by=by)


def ask(import_batch_id: int, question: Question, *, by: Actor) -> None:
    """The file cannot be read without an answer: ask the person for it."""
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id, lock=True)
        if batch.state != State.READING:
            return
        step = lifecycle.fire("ask", batch.state)
        told = {"question": question.fields, "fingerprint": question.fingerprint}
        batch.facts, batch.state = batch.facts | told, step.to
        record(step.event, subject=batch, by=by)


def remembered(fingerprint: str) -> Values:
    """What the team answered about such a file before; empty when nothing."""
    query = select(ImportMapping.answers).where(
        ImportMapping.team_id == current_team(), ImportMapping.fingerprint == fingerprint
    )
    return db.session.scalar(query) or {}


def progress(import_batch_id: int, percent: int, *, by: Actor) -> None:
    """Say how far the work is, in steps of ten percent."""
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id)
        if percent // 10 <= batch.progress // 10:
            return
        execute(  # not an edit of the batch: no new version
            update(ImportBatch).where(ImportBatch.id == batch.id).values(progress=percent)
        )
        db.session.refresh(batch)
        note("import_batch.progressed", subject=batch, by=by, data=Progressed(percent))


def compared_at(import_batch_id: int) -> int:
    """The event up to which the rows of a batch were compared."""
    return int(find(ImportBatch, import_batch_id).facts.get("compared_at", 0))


def compare_again(import_batch_id: int) -> tuple[bool, int]:
    """Compare every fact of a batch with what is stored now; answers whether any verdict or value
    moved since it was reviewed, and the event up to which they are compared.
    """
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id)
        sources.source(batch.source).check(batch.campaign_id, batch.facts)  # holds the campaign
        newest = queries.newest_event_of(batch.campaign_id)
    moved, after = False, 0
    while piece := _facts_after(import_batch_id, after):
        moved |= _compare(import_batch_id, piece)
        after = piece[-1].id
    return moved, newest


def _facts_after(import_batch_id: int, after: int) -> list[Any]:
    query = select(
        *(ImportRow.id, ImportRow.kind, ImportRow.name, ImportRow.on, ImportRow.part),
        *(ImportRow.before, ImportRow.after, ImportRow.verdict),
    ).where(
        ImportRow.team_id == current_team(),
        ImportRow.batch_id == import_batch_id,
        ImportRow.verdict.in_(FACTS),
        ImportRow.id > after,
    )
    return list(execute(query.order_by(ImportRow.id).limit(PIECE)).all())


def _compare(import_batch_id: int, found: Sequence[Any]) -> bool:
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id)
        lines = [Line((), row.kind, row.name, row.on, row.part, row.after) for row in found]
        judged = sources.source(batch.source).judge(batch.campaign_id, batch.facts, lines)
        changed = [
            {"row_id": row.id, "before": now.before, "verdict": now.verdict, "reason": now.reason}
            for row, now in zip(found, judged, strict=True)
            if (row.before, row.verdict) != (now.before, now.verdict)
        ]
        if changed:
            execute(
                update(ImportRow.__table__)  # type: ignore[arg-type]
                .where(ImportRow.team_id == batch.team_id, ImportRow.id == bindparam("row_id"))
                .values({name: bindparam(name) for name in ("before", "verdict", "reason")}),
                changed,
            )
        return bool(changed)


def give_back(import_batch_id: int, reason: str, *, compared_at: int, by: Actor) -> None:
    """A batch that cannot be applied as it was reviewed goes back to the person, with the reason;
    its verdicts are the new ones, compared up to the event `compared_at`.
    """
    with unit_of_work():
        batch = find(ImportBatch, import_batch_id, lock=True)
        if batch.state != State.COMMITTING:
            return
        step = lifecycle.fire("return", batch.state)
        query = select(ImportRow.verdict).where(
            ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id
        )
        counts = dict(Counter(db.session.scalars(query)))
        batch.facts = batch.facts | {
            "counts": counts,
            "round": batch.facts["round"] + 1,
            "returned": reason,
            "compared_at": compared_at,
        }
        batch.facts = batch.facts | _weighed(batch.id, batch.facts)
        batch.state = step.to
        record(step.event, subject=batch, by=by, data=_staged(batch))


def _staged(batch: ImportBatch) -> Staged:
    counts = batch.facts["counts"]
    return Staged(*(counts.get(name, 0) for name in (*FACTS, "reject")))
