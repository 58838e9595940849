"""Imports' background half: a received file is read and staged for review, a confirmed batch is
applied. Each begins again from nothing after a crash, and does nothing when it was done.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tasks import reading
from tasks.effects import effect
from webapp.core.actor import Actor
from webapp.core.errors import DomainError
from webapp.db import db, find
from webapp.events import receipts
from webapp.events.models import Event
from webapp.imports import commands, sources, staging
from webapp.imports.content import Question
from webapp.imports.models import ImportBatch
from webapp.imports.sources import Line
from webapp.imports.workflow import State

#: A file up to this many bytes is read where we are; a larger one by a process of its own.
SMALL_BYTES = 200_000
MOST_SECONDS = 240
TOO_LONG = "It takes too long to read. Export a shorter period."
#: How often a batch is tried, and compared again after it, before it goes back to the person.
ATTEMPTS = 4
#: How often a reader that was killed (by the system, out of memory) begins anew.
READERS = 2
KILLED = (
    "Reading it was stopped from outside, twice: this server may be short of memory. Try again"
    " later, or export a shorter period."
)
#: A process that reads says so this often; silent for as long as its lease, it is taken for dead.
BEAT_SECONDS, SILENT_SECONDS = 15, 60
STALE = (
    "Other numbers arrived for the same days after you looked. Nothing was imported;"
    " review what this file would change now."
)


@effect("import_batch.received", "import_batch.answered", queue="cpu")
def read_a_received_file(event: Event) -> None:
    batch_id = event.subject_id
    if not staging.is_waiting(batch_id, State.READING):
        return
    receipts.keep_lease(SILENT_SECONDS)
    by = Actor.event(event.id, team_id=event.team_id)
    batch = find(ImportBatch, batch_id)
    read, options = sources.source(batch.source).read, dict(batch.options)
    with tempfile.TemporaryDirectory(prefix="drumbeat-import-") as folder:
        path, out = Path(folder) / "file", Path(folder) / "lines"
        with path.open("wb") as file:
            for piece in commands.pieces_of(batch_id):
                file.write(piece)
        db.session.rollback()  # nothing is held while it is read
        _read(read, path, out, options)
        head = reading.head_of(out)
        if "asks" in head and (answers := staging.remembered(head["fingerprint"])):
            _read(read, path, out, options | answers)
            head = reading.head_of(out)
        if "refused" in head:
            staging.refuse(batch_id, head["refused"], by=by)
        elif "asks" in head:
            staging.ask(batch_id, Question(head["asks"], head["fingerprint"]), by=by)
        else:
            lines = _alive(reading.lines_of(out))
            staging.stage(batch_id, head["claims"], lines, count=head["count"], by=by)


def _alive(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines, the lease kept while they are asked for."""
    said_at = time.monotonic()
    for line in lines:
        if time.monotonic() - said_at > BEAT_SECONDS:
            receipts.keep_lease(SILENT_SECONDS)
            said_at = time.monotonic()
        yield line


def _read(read: reading.Read, path: Path, out: Path, options: dict[str, object]) -> None:
    if path.stat().st_size <= SMALL_BYTES:
        reading.write(read, path, options, out)
        return
    command = reading.command(read, path, out)
    for _ in range(READERS):
        out.write_text("")
        code = _ended(command, json.dumps(options))
        if code == 0:
            return
        if code is None:
            refusal = TOO_LONG
            break
        refusal = KILLED if code < 0 else reading.BROKEN
        if code > 0:
            break
    out.write_text(json.dumps({"refused": refusal}))


def _ended(command: list[str], given: str) -> int | None:
    """What a reader ended with, below zero when it was killed; None when it took too long."""
    root = Path(__file__).resolve().parent.parent
    until = time.monotonic() + MOST_SECONDS
    told: str | None = given
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=root) as reader:  # noqa: S603
        try:
            while (left := until - time.monotonic()) > 0:
                try:
                    reader.communicate(told, timeout=min(BEAT_SECONDS, left))
                    return reader.returncode
                except subprocess.TimeoutExpired:
                    told = None  # it was given already
                    receipts.keep_lease(SILENT_SECONDS)
            return None
        finally:
            reader.kill()


@effect("import_batch.confirmed", queue="cpu")
def apply_a_confirmed_import(event: Event) -> None:
    batch_id = event.subject_id
    if not staging.is_waiting(batch_id, State.COMMITTING):
        return
    by = Actor.event(event.id, team_id=event.team_id)
    compared_at = staging.compared_at(batch_id)
    reason = STALE
    try:
        for _ in range(ATTEMPTS):
            if commands.apply_import(batch_id, compared_at=compared_at, by=by):
                return
            moved, compared_at = staging.compare_again(batch_id)
            if moved:
                break
    except DomainError as error:
        reason = error.message
    staging.give_back(batch_id, reason, compared_at=compared_at, by=by)
