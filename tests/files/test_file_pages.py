"""Uploads and downloads: what a page takes and says; nothing uploaded is ever served to run."""

import io

import pytest

from tests.clients import signed_in
from tests.files import uploads
from tests.timelines import plans
from webapp.adapters.storage import storage
from webapp.db import find
from webapp.files import queries
from webapp.files.models import StoredFile


@pytest.fixture
def task(team, campaign):
    return plans.task(team, campaign, "Artwork")


def sent(content=uploads.PDF, name="plan.pdf", **fields):
    return {"file": (io.BytesIO(content), name)} | fields


def test_a_file_is_attached_on_the_tasks_page(app, team, task):
    mia = signed_in(app, team.mia)

    answer = mia.post(f"/tasks/{task.id}/files", data=sent())
    page = mia.get(f"/tasks/{task.id}").text

    assert answer.headers["Location"] == f"/tasks/{task.id}#files"
    assert ">plan.pdf</a>" in page
    assert f"{len(uploads.PDF)} bytes" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [({}, "Choose a file first."), (sent(b"MZ\x90\x00", "setup.exe"), "Pictures, PDF, audio")],
)
def test_a_refused_file_says_why_beside_its_field(app, team, task, data, words):
    answer = signed_in(app, team.mia).post(f"/tasks/{task.id}/files", data=data)

    assert answer.status_code == 422
    assert words in answer.text.split('id="file-error"')[1]
    assert queries.count("task", task.id) == 0


def test_a_body_above_the_limit_is_refused(app, team, task, monkeypatch):
    monkeypatch.setattr(app.view_functions["task_page.attach"], "most_bytes", 1000)

    answer = signed_in(app, team.mia).post(f"/tasks/{task.id}/files", data=sent(b"a" * 2000))

    assert answer.status_code == 413
    assert queries.count("task", task.id) == 0


def test_the_same_press_twice_is_one_file(app, team, task):
    mia = signed_in(app, team.mia)

    for _ in range(2):
        mia.post(f"/tasks/{task.id}/files", data=sent(form_token="once"))

    assert queries.count("task", task.id) == 1


def test_a_campaigns_assets_say_what_they_are_for(app, team, campaign):
    mia = signed_in(app, team.mia)

    data = sent(uploads.PNG, "cover.png", purpose="cover", note="Final <3")
    mia.post(f"/campaigns/{campaign.id}/assets", data=data)
    page = mia.get(f"/campaigns/{campaign.id}/assets").text

    assert "Cover, 48 bytes" in page
    assert "Final &lt;3" in page


@pytest.mark.parametrize(
    ("content", "name", "media_type", "how"),
    [
        (uploads.PNG, "a.png", "image/png", "inline"),
        (uploads.PDF, "a.pdf", "application/pdf", "attachment"),
        (uploads.SVG, "a.svg", "text/plain; charset=utf-8", "attachment"),
        (uploads.HTML, "a.html", "text/plain; charset=utf-8", "attachment"),
        (uploads.HTML, "a.png", "text/plain; charset=utf-8", "attachment"),
        (uploads.ZIP, "a.zip", "application/zip", "attachment"),
    ],
)
def test_only_known_pictures_are_shown_and_nothing_runs(
    app, team, task, content, name, media_type, how
):
    file_id = uploads.attach(team.mia, "task", task.id, content, name)

    answer = signed_in(app, team.vera).get(f"/files/{file_id}")

    assert answer.data == content
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Content-Disposition"].startswith(f"{how}; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_is_saved_when_asked_for(app, team, task):
    file_id = uploads.attach(team.mia, "task", task.id, uploads.PNG, "a.png")

    answer = signed_in(app, team.vera).get(f"/files/{file_id}?download=1")

    assert answer.headers["Content-Disposition"].startswith("attachment; ")


def test_a_name_adds_no_header(app, team, task):
    file_id = uploads.attach(team.mia, "task", task.id, name='x"\r\nSet-Cookie: a=b; é.pdf')

    answer = signed_in(app, team.vera).get(f"/files/{file_id}")

    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="x_ Set-Cookie: a=b_ _.pdf"; '
        "filename*=UTF-8''x%22%20Set-Cookie%3A%20a%3Db%3B%20%C3%A9.pdf"
    )


def test_a_file_whose_bytes_are_gone_is_not_there(app, team, task):
    file_id = uploads.attach(team.mia, "task", task.id)
    storage().delete(find(StoredFile, file_id).key)

    assert signed_in(app, team.vera).get(f"/files/{file_id}").status_code == 404


def test_a_file_is_removed_on_the_page(app, team, task):
    file_id = uploads.attach(team.mia, "task", task.id)

    answer = signed_in(app, team.mia).post(f"/files/{file_id}/remove")

    assert answer.headers["Location"] == f"/tasks/{task.id}#files"
    assert queries.count("task", task.id) == 0


def test_who_only_looks_on_sees_files_and_no_form(app, team, task):
    uploads.attach(team.mia, "task", task.id)

    page = signed_in(app, team.vera).get(f"/tasks/{task.id}").text

    assert ">plan.pdf</a>" in page
    assert 'type="file"' not in page
