"""The commands of comments: say something about a row, mend it, take it back."""

from dataclasses import dataclass

from pydantic import Field
from sqlalchemy import delete

from webapp.accounts import queries as accounts
from webapp.accounts.permissions import holds
from webapp.campaigns.subjects import open_subject
from webapp.comments.mentions import mentioned
from webapp.comments.models import Comment, CommentMention
from webapp.core import clock
from webapp.core.actor import Actor
from webapp.core.errors import Conflict, Forbidden
from webapp.db import current_team, db, execute, find, unit_of_work
from webapp.events.log import Payload, record
from webapp.operations import Input, Lines, check_version, operation

#: Whoever holds it may delete what others said.
KEEPS_ORDER = "campaign.manage"
LONGEST = 5000


@dataclass(frozen=True)
class Said(Payload):
    """What a comment is about and whom it names: ids only."""

    subject_kind: str
    subject_id: int
    mentioned_ids: list[int]


class AddComment(Input):
    """What to say about a row; `@` and a name tells somebody of it."""

    subject_kind: str
    subject_id: int
    body: Lines = Field(min_length=1, max_length=LONGEST)


class EditComment(Input):
    comment_id: int
    body: Lines = Field(min_length=1, max_length=LONGEST)
    version: int


class CommentId(Input):
    comment_id: int


@operation("comments.add", input=AddComment, permission="comment")
def add_comment(*, subject_kind: str, subject_id: int, body: str, by: Actor) -> int:
    """Say something about a row that is not in the trash."""
    if by.user_id is None:
        raise Forbidden("A person says something.")
    with unit_of_work():
        comment = Comment(
            team_id=current_team(),
            campaign_id=open_subject(subject_kind, subject_id),
            subject_kind=subject_kind,
            subject_id=subject_id,
            author_id=by.user_id,
            body=body,
        )
        db.session.add(comment)
        db.session.flush()
        record("comment.added", subject=comment, by=by, data=_said(comment))
        return comment.id


@operation("comments.edit", input=EditComment, permission="comment")
def edit_comment(*, comment_id: int, body: str, version: int, by: Actor) -> int:
    """Change what one said oneself; it says that it was edited."""
    with unit_of_work():
        comment = _kept(comment_id)
        if comment.author_id != by.user_id:
            raise Forbidden("Only whoever said it changes it.")
        check_version(comment, version, {"body": ("Comment", body)})
        if body != comment.body:
            comment.body, comment.edited_at = body, clock.now()
            record("comment.edited", subject=comment, by=by, data=_said(comment))
        return comment.id


@operation("comments.delete", input=CommentId, permission="comment")
def delete_comment(*, comment_id: int, by: Actor) -> int:
    """Take back what one said oneself, or as a manager what anybody did; its words are gone."""
    with unit_of_work():
        comment = find(Comment, comment_id, lock=True)
        if comment.deleted_at is not None:
            return comment.id
        if comment.author_id != by.user_id and not holds(by.role, KEEPS_ORDER):
            raise Forbidden("Whoever said it deletes it, or a manager.")
        open_subject(comment.subject_kind, comment.subject_id)
        comment.body, comment.deleted_at = "", clock.now()
        record("comment.deleted", subject=comment, by=by, data=_said(comment))
        return comment.id


def forget_comments(subject_kind: str, subject_id: int) -> None:
    """Delete everything said about a row that is being purged."""
    execute(
        delete(Comment).where(
            Comment.team_id == current_team(),
            Comment.subject_kind == subject_kind,
            Comment.subject_id == subject_id,
        )
    )


def _kept(comment_id: int) -> Comment:
    comment = find(Comment, comment_id, lock=True)
    if comment.deleted_at is not None:
        raise Conflict("This comment was deleted.")
    open_subject(comment.subject_kind, comment.subject_id)
    return comment


def _said(comment: Comment) -> Said:
    """Keep whom it names now, and say so."""
    execute(
        delete(CommentMention).where(
            CommentMention.team_id == comment.team_id, CommentMention.comment_id == comment.id
        )
    )
    named = mentioned(comment.body, accounts.people())
    db.session.add_all(
        CommentMention(team_id=comment.team_id, comment_id=comment.id, user_id=user_id)
        for user_id in named
    )
    return Said(comment.subject_kind, comment.subject_id, named)
