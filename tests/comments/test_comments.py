"""Comments: what is kept, whom they name, who may change or delete what, and what goes with it."""

import pytest
from sqlalchemy import select

from tests import people
from tests.timelines import plans
from webapp.comments import queries
from webapp.comments.commands import add_comment, delete_comment, edit_comment
from webapp.comments.mentions import mentioned
from webapp.comments.models import Comment, CommentMention
from webapp.core import clock
from webapp.core.errors import Conflict, Forbidden, NotFound, StaleVersion
from webapp.db import acting_for, db
from webapp.events.models import Event
from webapp.timelines.tasks import IN_TRASH, trash_task


@pytest.fixture
def task(team, campaign):
    return plans.task(team, campaign, "Artwork")


def say(person, task, body="Nice"):
    values = {"subject_kind": "task", "subject_id": task.id, "body": body}
    return add_comment(**values, by=person.actor)


def told(name):
    return db.session.scalars(select(Event).where(Event.name == name)).all()


def named(comment_id):
    query = select(CommentMention.user_id).where(CommentMention.comment_id == comment_id)
    return set(db.session.scalars(query))


def test_what_is_said_stands_in_order_with_who_said_it(team, task):
    say(team.mia, task, "First")
    say(team.bob, task, "Second")

    found = queries.remarks("task", task.id)

    assert [(one.author, one.body) for one in found] == [
        ("Mia Moss", "First"),
        ("Bob Brook", "Second"),
    ]


def test_the_event_carries_ids_and_no_words(team, campaign, task):
    say(team.mia, task, "@Bob Brook look")

    (event,) = told("comment.added")

    assert event.data == {
        "subject_kind": "task",
        "subject_id": task.id,
        "mentioned_ids": [team.bob.id],
    }
    assert event.campaign_id == campaign.id


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ("@bob brook look", [2]),
        ("@Bob, @Mia and @bob", [2, 3]),
        ("bob@brook.example", []),
        ("@bobby", []),
        ("(@BOB)", [2]),
        ("no one", []),
    ],
)
def test_at_and_a_name_is_a_mention(body, ids):
    assert mentioned(body, [(1, "Alice Arden"), (2, "Bob Brook"), (3, "Mia Moss")]) == ids


def test_a_first_name_that_two_have_names_nobody():
    assert mentioned("@Mia and @Mia Moss", [(1, "Mia Moss"), (2, "Mia Marsh")]) == [1]


def test_editing_changes_the_words_and_whom_they_name(team, task):
    comment_id = say(team.mia, task, "@Bob look")

    edit_comment(comment_id=comment_id, body="@Alice look", version=1, by=team.mia.actor)

    (one,) = queries.remarks("task", task.id)
    assert (one.body, one.is_edited) == ("@Alice look", True)
    assert named(comment_id) == {team.alice.id}


def test_only_whoever_said_it_changes_it(team, task):
    comment_id = say(team.mia, task)

    with pytest.raises(Forbidden, match="Only whoever said it"):
        edit_comment(comment_id=comment_id, body="Mine", version=1, by=team.alice.actor)


def test_a_stale_edit_is_refused_with_both_versions(team, task):
    comment_id = say(team.mia, task, "One")
    edit_comment(comment_id=comment_id, body="Two", version=1, by=team.mia.actor)

    with pytest.raises(StaleVersion) as refused:
        edit_comment(comment_id=comment_id, body="Three", version=1, by=team.mia.actor)

    assert refused.value.fields["body"] == ("Comment", "Three", "Two")


@pytest.mark.parametrize("who", ["mia", "bob", "alice"])
def test_ones_own_and_as_a_manager_anybodys_can_be_deleted(team, task, who):
    comment_id = say(team.mia, task, "@Bob secret")

    delete_comment(comment_id=comment_id, by=getattr(team, who).actor)

    (one,) = queries.remarks("task", task.id)
    assert (one.is_deleted, one.body) == (True, "")
    assert named(comment_id) == set()
    assert queries.count("task", task.id) == 0


def test_a_member_does_not_delete_what_others_said(team, task):
    comment_id = say(team.bob, task)

    with pytest.raises(Forbidden):
        delete_comment(comment_id=comment_id, by=team.mia.actor)


def test_a_deleted_comment_is_neither_edited_nor_deleted_again(team, task):
    comment_id = say(team.mia, task)
    delete_comment(comment_id=comment_id, by=team.mia.actor)

    delete_comment(comment_id=comment_id, by=team.mia.actor)
    with pytest.raises(Conflict, match="was deleted"):
        edit_comment(comment_id=comment_id, body="Back", version=2, by=team.mia.actor)

    assert len(told("comment.deleted")) == 1


def test_nothing_is_said_about_what_is_in_the_trash(team, task):
    trash_task(task_id=task.id, by=team.mia.actor)

    with pytest.raises(Conflict, match="in the trash"):
        say(team.mia, task)


@pytest.mark.parametrize(("kind", "row"), [("task", 999), ("timeline", 1)])
def test_only_rows_that_are_subjects_are_talked_about(team, task, kind, row):
    with pytest.raises(NotFound):
        add_comment(subject_kind=kind, subject_id=row, body="Hm", by=team.mia.actor)


def test_another_teams_comment_is_not_there(app):
    made = people.found_team(app)
    with acting_for(made.id):
        task = plans.task(made, people.draft(made), "Artwork")
        comment_id, task_id = say(made.mia, task), task.id

    with acting_for(made.charlie.actor.team_id):
        with pytest.raises(NotFound):
            delete_comment(comment_id=comment_id, by=made.charlie.actor)
        with pytest.raises(NotFound):
            add_comment(subject_kind="task", subject_id=task_id, body="Hm", by=made.charlie.actor)


def test_a_purged_task_takes_what_was_said_along(team, task):
    comment_id = say(team.mia, task, "@Bob look")
    trash_task(task_id=task.id, by=team.mia.actor)
    clock.travel(IN_TRASH.total_seconds() + 60)

    people.run_background()

    assert db.session.get(Comment, comment_id) is None
    assert named(comment_id) == set()
