"""The commands of files. Bytes are written before their row and deleted after it, so that no row is
ever without its bytes; what a crash leaves between the two is swept.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import select

from webapp.adapters.storage import storage
from webapp.campaigns.subjects import open_subject
from webapp.core import clock, fault
from webapp.core.actor import Actor
from webapp.core.errors import Forbidden, Invalid
from webapp.core.text import clean_name_of_file
from webapp.db import current_team, db, find, unit_of_work
from webapp.events import timers
from webapp.events.log import Payload
from webapp.events.log import note as tell
from webapp.files.kinds import HEAD_BYTES, recognised
from webapp.files.models import StoredFile
from webapp.operations import Input, operation

AFTER_BYTES = fault.point("files.after_bytes")
SWEEP_DUE = "files.sweep_due"
#: After so long an upload has its row, or never will.
SWEEP_AFTER = timedelta(hours=1)
REFUSED = "Pictures, PDF, audio, video, office documents, text and zip archives are taken."


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are safe already, without a row yet."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class FileAdded(Payload):
    """What it was attached to."""

    subject_kind: str
    subject_id: int
    size: int


@dataclass(frozen=True)
class FileOf(Payload):
    """What it is attached to."""

    subject_kind: str
    subject_id: int


@dataclass(frozen=True)
class FileRemoved(Payload):
    """What it was attached to, and where its bytes lie that nobody names any more."""

    subject_kind: str
    subject_id: int
    key: str


class AddFile(Input):
    subject_kind: str
    subject_id: int
    purpose: Literal["", "cover", "photo", "video", "audio", "copy", "logo", "other"] = ""
    note: str = Field(default="", max_length=300)
    alt: str = Field(default="", max_length=300)
    received: Any


class DescribeFile(Input):
    """What a picture shows, for who cannot see it."""

    stored_file_id: int
    alt: str = Field(min_length=1, max_length=300)


class FileId(Input):
    stored_file_id: int


def receive(
    subject_kind: str, subject_id: int, name: str, pieces: Iterable[bytes], *, by: Actor
) -> Received:
    """Write the bytes of an upload, outside any unit of work; `add_file` then writes the row.

    A timer that looks for bytes without a row is armed first: it finds what a crash leaves behind.
    Raises Invalid for what is not on the list of types.
    """
    with unit_of_work():
        campaign_id = open_subject(subject_kind, subject_id)
        _arm_sweep(campaign_id, by)
    source = iter(pieces)
    head = next(source, b"")
    while len(head) < HEAD_BYTES and (more := next(source, b"")):
        head += more
    name = clean_name_of_file(name)
    found = recognised(head[:HEAD_BYTES], name)
    if found is None:
        raise Invalid({"file": REFUSED if head else "This file is empty."})
    tally = _Tally(head, source)
    key = storage().put(f"{current_team()}/{campaign_id}", tally)
    AFTER_BYTES()
    return Received(key, name, found.media_type, tally.size, tally.digest.hexdigest())


class _Tally:
    """Counts and hashes what passes through."""

    def __init__(self, head: bytes, rest: Iterator[bytes]) -> None:
        self.head, self.rest = head, rest
        self.size, self.digest = 0, sha256()

    def __iter__(self) -> Iterator[bytes]:
        yield self._seen(self.head)
        for piece in self.rest:
            yield self._seen(piece)

    def _seen(self, piece: bytes) -> bytes:
        self.size += len(piece)
        self.digest.update(piece)
        return piece


def _arm_sweep(campaign_id: int, by: Actor) -> None:
    timers.arm(
        f"campaign:{campaign_id}:files",
        SWEEP_DUE,
        due_at=clock.now() + SWEEP_AFTER,
        team_id=current_team(),
        data={"campaign_id": campaign_id},
        by=by,
    )


@operation("files.add", input=AddFile, permission="campaign.edit")
def add_file(
    *,
    subject_kind: str,
    subject_id: int,
    received: Received,
    purpose: str = "",
    note: str = "",
    alt: str = "",
    by: Actor,
) -> int:
    """Attach bytes that were received to a row that is not in the trash."""
    if by.user_id is None:
        raise Forbidden("A person attaches a file.")
    with unit_of_work():
        campaign_id = open_subject(subject_kind, subject_id)
        file = StoredFile(
            team_id=current_team(),
            campaign_id=campaign_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            name=received.name,
            purpose=purpose,
            note=note,
            alt=alt,
            media_type=received.media_type,
            size=received.size,
            sha256=received.sha256,
            key=received.key,
            uploaded_by=by.user_id,
        )
        db.session.add(file)
        data = FileAdded(subject_kind, subject_id, received.size)
        tell("file.added", subject=file, by=by, data=data)
        return file.id


@operation("files.describe", input=DescribeFile, permission="campaign.edit")
def describe_file(*, stored_file_id: int, alt: str, by: Actor) -> int:
    """Say what a picture shows."""
    with unit_of_work():
        file = find(StoredFile, stored_file_id, lock=True)
        open_subject(file.subject_kind, file.subject_id)
        if file.alt != alt:
            file.alt = alt
            tell(
                "file.described",
                subject=file,
                by=by,
                data=FileOf(file.subject_kind, file.subject_id),
            )
        return stored_file_id


@operation("files.remove", input=FileId, permission="campaign.edit")
def remove_file(*, stored_file_id: int, by: Actor) -> int:
    """Delete a file for good; its bytes follow."""
    with unit_of_work():
        file = find(StoredFile, stored_file_id, lock=True)
        open_subject(file.subject_kind, file.subject_id)
        _remove(file, by)
        return stored_file_id


def forget_files(subject_kind: str, subject_id: int, *, by: Actor) -> None:
    """Delete what is attached to a row that is being purged."""
    query = select(StoredFile).where(
        StoredFile.team_id == current_team(),
        StoredFile.subject_kind == subject_kind,
        StoredFile.subject_id == subject_id,
    )
    for file in db.session.scalars(query.order_by(StoredFile.id)):
        _remove(file, by)


def _remove(file: StoredFile, by: Actor) -> None:
    data = FileRemoved(file.subject_kind, file.subject_id, file.key)
    tell("file.removed", subject=file, by=by, data=data)
    db.session.delete(file)
    db.session.flush()
