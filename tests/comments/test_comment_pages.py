"""Comments on a task's page: what is shown, who sees which buttons, what a refused form keeps."""

import pytest

from tests.clients import signed_in
from tests.timelines import plans
from webapp.comments.commands import add_comment, edit_comment
from webapp.comments.queries import remarks


@pytest.fixture
def task(team, campaign):
    return plans.task(team, campaign, "Artwork")


def say(person, task, body="Nice"):
    return add_comment(subject_kind="task", subject_id=task.id, body=body, by=person.actor)


def test_a_comment_is_added_on_the_page(app, team, task):
    answer = signed_in(app, team.mia).post(
        f"/tasks/{task.id}/comments", data={"body": "Two\nlines"}
    )

    assert answer.headers["Location"] == f"/tasks/{task.id}#comments"
    assert [one.body for one in remarks("task", task.id)] == ["Two\nlines"]


def test_an_empty_comment_is_refused_beside_its_field(app, team, task):
    answer = signed_in(app, team.mia).post(f"/tasks/{task.id}/comments", data={"body": " "})

    assert answer.status_code == 422
    assert 'id="body-error"' in answer.text
    assert remarks("task", task.id) == []


def test_words_are_text_and_addresses_are_links(app, team, task):
    say(team.mia, task, '<b>See</b> https://a.example/?q=1&r="x. javascript:alert(1)')

    page = signed_in(app, team.vera).get(f"/tasks/{task.id}").text

    assert "&lt;b&gt;See&lt;/b&gt; " in page
    assert 'href="https://a.example/?q=1&amp;r=" rel="nofollow noopener noreferrer"' in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize(
    ("who", "edits", "deletes"), [("mia", 1, 1), ("bob", 1, 2), ("vera", 0, 0)]
)
def test_each_reader_sees_the_buttons_for_what_they_may(app, team, task, who, edits, deletes):
    say(team.mia, task)
    say(team.bob, task)

    page = signed_in(app, getattr(team, who)).get(f"/tasks/{task.id}").text

    assert page.count('/edit">Edit<span class="sr"> what you said') == edits
    assert page.count('<button class="as-link">Delete') == deletes


def test_a_comment_is_edited_and_a_stale_form_keeps_its_words(app, team, task):
    comment_id = say(team.mia, task, "One")
    mia = signed_in(app, team.mia)
    edit_comment(comment_id=comment_id, body="Two", version=1, by=team.mia.actor)

    stale = mia.post(f"/comments/{comment_id}/edit", data={"body": "Three", "version": 1})
    again = mia.post(f"/comments/{comment_id}/edit", data={"body": "Three", "version": 2})

    assert stale.status_code == 409
    assert ">Three</textarea>" in stale.text
    assert again.headers["Location"] == f"/tasks/{task.id}#comments"
    assert remarks("task", task.id)[0].body == "Three"


def test_nobody_opens_the_form_of_what_another_said(app, team, task):
    comment_id = say(team.mia, task)

    answer = signed_in(app, team.bob).get(f"/comments/{comment_id}/edit")

    assert answer.headers["Location"] == f"/tasks/{task.id}#comments"


def test_a_deleted_comment_leaves_a_mark_without_its_words(app, team, task):
    comment_id = say(team.mia, task, "A secret")
    mia = signed_in(app, team.mia)

    mia.post(f"/comments/{comment_id}/delete")
    page = mia.get(f"/tasks/{task.id}").text

    assert "A secret" not in page
    assert '<p class="muted">Deleted.</p>' in page
