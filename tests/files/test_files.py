"""Files: which are taken, what is kept of them, and that bytes and rows never part for long."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from tests import people
from tests.files import uploads
from tests.timelines import plans
from webapp.accounts import queries as accounts
from webapp.adapters.storage import storage
from webapp.campaigns.trash import trash_campaign
from webapp.core import clock, fault
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.db import db, find, unit_of_work
from webapp.events import timers
from webapp.events.log import note
from webapp.events.models import Event
from webapp.files import queries
from webapp.files.commands import SWEEP_AFTER, SWEEP_DUE, receive, remove_file
from webapp.files.kinds import recognised
from webapp.files.models import StoredFile
from webapp.timelines.tasks import IN_TRASH, trash_task


@pytest.fixture
def task(team, campaign):
    return plans.task(team, campaign, "Artwork")


def kept(team, campaign_id=1):
    """The keys of a campaign in the storage, however young."""
    before = clock.now() + timedelta(days=1)
    return set(storage().keys(f"{team.id}/{campaign_id}/", before=before))


@pytest.mark.parametrize(
    ("head", "name", "media_type"),
    [
        (uploads.PNG, "a.txt", "image/png"),
        (b"\xff\xd8\xff\xe0", "a.jpg", "image/jpeg"),
        (b"GIF89a", "a.gif", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.webp", "image/webp"),
        (uploads.PDF, "a.pdf", "application/pdf"),
        (b"ID3\x04", "a.mp3", "audio/mpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a.wav", "audio/wav"),
        (b"\x00\x00\x00\x20ftypisom", "a.mp4", "video/mp4"),
        (b"\x00\x00\x00\x20ftypM4A ", "a.m4a", "audio/mp4"),
        (uploads.ZIP, "a.zip", "application/zip"),
        (uploads.ZIP, "a.pdf", "application/zip"),
        ("Ärger\tund\nZeilen".encode(), "a.csv", "text/plain"),
        (uploads.SVG, "a.svg", "text/plain"),
        (uploads.HTML, "a.png", "text/plain"),
    ],
)
def test_the_content_says_what_a_file_is_not_its_name(head, name, media_type):
    assert recognised(head, name).media_type == media_type


@pytest.mark.parametrize(
    "head", [b"MZ\x90\x00\x03", b"\x7fELF\x02", b"\x00\x01\x02", b"\xca\xfe\xba\xbe", b"a\x00b"]
)
def test_programs_and_unknown_bytes_are_not_on_the_list(head):
    assert recognised(head, "report.pdf") is None


def test_a_file_is_kept_with_its_size_and_hash(team, task):
    file_id = uploads.attach(team.mia, "task", task.id, uploads.PDF, "plan.pdf")

    file = find(StoredFile, file_id)
    assert (file.size, file.sha256) == (len(uploads.PDF), sha256(uploads.PDF).hexdigest())
    assert b"".join(storage().open(file.key)) == uploads.PDF
    assert file.campaign_id == task.campaign_id


def test_names_lose_folders_and_what_is_not_seen(team, task):
    file_id = uploads.attach(team.mia, "task", task.id, name="../..\\a\u202efdp.exe\r\n.pdf")

    assert find(StoredFile, file_id).name == "afdp.exe .pdf"


@pytest.mark.parametrize(
    ("content", "words"), [(b"MZ\x90\x00", "Pictures, PDF"), (b"", "This file is empty.")]
)
def test_what_is_not_on_the_list_leaves_no_bytes(team, task, content, words):
    with pytest.raises(Invalid, match=words):
        uploads.attach(team.mia, "task", task.id, content)

    assert kept(team) == set()


def test_nothing_is_attached_to_what_is_in_the_trash(team, task):
    trash_task(task_id=task.id, by=team.mia.actor)

    with pytest.raises(Conflict, match="in the trash"):
        uploads.attach(team.mia, "task", task.id)


def test_only_subjects_have_files(team, task):
    with pytest.raises(NotFound):
        uploads.attach(team.mia, "timeline", 1)


def test_a_removed_file_takes_its_bytes_along_and_no_others(team, task):
    gone = uploads.attach(team.mia, "task", task.id)
    stays = uploads.attach(team.mia, "task", task.id)

    remove_file(stored_file_id=gone, by=team.mia.actor)
    people.run_background()

    assert kept(team) == {find(StoredFile, stays).key}


def test_a_purged_task_takes_its_files_along(team, task):
    task_id = task.id
    uploads.attach(team.mia, "task", task_id)
    trash_task(task_id=task_id, by=team.mia.actor)
    clock.travel(IN_TRASH.total_seconds() + 60)

    people.run_background()

    assert queries.attached("task", task_id) == []
    assert kept(team) == set()


def test_a_purged_campaign_takes_its_files_along(team, campaign, task):
    uploads.attach(team.mia, "task", task.id)
    uploads.attach(team.mia, "campaign", campaign.id)
    trash_campaign(campaign_id=campaign.id, version=campaign.version, by=team.alice.actor)
    clock.travel(timedelta(days=31).total_seconds())

    people.run_background()

    assert db.session.scalars(select(StoredFile)).all() == []
    assert kept(team) == set()


def test_a_deleted_team_takes_its_files_along(team, task):
    storage().put(f"{team.id}/7", [uploads.PDF])  # of a row that went with its team
    stays = uploads.attach(team.mia, "task", task.id)
    with unit_of_work():
        note("team.deleted", subject=accounts.team(), by=team.alice.actor)

    people.run_background()

    assert kept(team, 7) == set()
    assert kept(team) == {find(StoredFile, stays).key}


def test_a_crash_between_bytes_and_row_leaves_no_row_and_later_no_bytes(team, task):
    def crash():
        raise KeyboardInterrupt

    fault.arm("files.after_bytes", crash)
    with pytest.raises(KeyboardInterrupt):
        receive("task", task.id, "plan.pdf", [uploads.PDF], by=team.mia.actor)
    fault.disarm()
    stays = uploads.attach(team.mia, "task", task.id)

    assert len(kept(team)) == 2
    clock.travel(SWEEP_AFTER.total_seconds() + 60)
    people.run_background()

    assert queries.count("task", task.id) == 1
    assert kept(team) == {find(StoredFile, stays).key}


def test_an_upload_on_its_way_is_not_swept(team, campaign, task):
    received = receive("task", task.id, "late.pdf", [uploads.PDF], by=team.mia.actor)
    with unit_of_work():  # as if an earlier upload's sweep came just now
        key = f"campaign:{campaign.id}:files"
        data = {"campaign_id": campaign.id}
        timers.arm(
            key, SWEEP_DUE, due_at=clock.now(), team_id=team.id, data=data, by=team.mia.actor
        )

    people.run_background()

    assert received.key in kept(team)


def test_the_log_names_rows_and_keys_and_no_file(team, task):
    uploads.attach(team.mia, "task", task.id, name="salaries.pdf")

    (event,) = db.session.scalars(select(Event).where(Event.name == "file.added")).all()
    assert event.data == {
        "subject_kind": "task",
        "subject_id": task.id,
        "size": len(uploads.PDF),
    }
