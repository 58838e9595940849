"""What people say about something: the section any page may include, and changing one's own words.
Adding is a form of the page that owns the subject.
"""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.comments import queries
from webapp.comments.commands import KEEPS_ORDER, delete_comment, edit_comment
from webapp.comments.models import Comment
from webapp.core.errors import Invalid, StaleVersion
from webapp.events.models import Event
from webapp.web.forms import submitted, typed
from webapp.web.fragments import fragment
from webapp.web.guards import guard, viewer
from webapp.web.render import page, path_for, see_other

bp = Blueprint("comments", __name__, url_prefix="/comments/<int:comment_id>")

#: kind of subject → the page that shows it, and the name of its id there.
PAGES = {"task": ("task_page.detail", "task_id")}


def said_about(kind: str, subject_id: int) -> dict[str, Any]:
    """The section's values, for whoever looks."""
    person = viewer()
    assert person is not None
    return count_of(kind, subject_id) | {
        "remarks": queries.remarks(kind, subject_id),
        "comment_zone": accounts.team().zone,
        "own_id": person.user_id,
        "keeps_order": person.may(KEEPS_ORDER),
    }


def count_of(kind: str, subject_id: int) -> dict[str, Any]:
    return {
        "subject_kind": kind,
        "subject_id": subject_id,
        "comment_count": queries.count(kind, subject_id),
    }


def page_of(comment: Comment) -> str:
    """The page a comment stands on."""
    endpoint, name = PAGES[comment.subject_kind]
    values = {name: comment.subject_id}
    return f"{path_for(endpoint, **values)}#comments"


@bp.get("/edit")
@guard("comment", loads=Comment)
def edit(comment_id: int, status: int = 200, **refused: Any) -> Response:
    comment = queries.comment(comment_id)
    person = viewer()
    if comment.deleted_at is not None or person is None or person.user_id != comment.author_id:
        return see_other(page_of(comment))  # only whoever said it changes it, while it is there
    blank = {
        "values": {"body": comment.body, "version": comment.version},
        "errors": {},
        "stale": None,
    }
    back = page_of(comment)
    return page("comments/edit.html", status, comment=comment, back=back, **blank | refused)


@bp.post("/edit")
@guard("comment", loads=Comment)
def save(comment_id: int) -> Response:
    known = {"version": queries.comment(comment_id).version}
    try:
        submitted(edit_comment, comment_id=comment_id)
    except StaleVersion as error:
        values = typed() | {"version": error.version}
        return edit(comment_id, error.status, values=values, stale=error)
    except Invalid as error:
        return edit(comment_id, error.status, values=known | typed(), errors=error.fields)
    return see_other(page_of(queries.comment(comment_id)), toast="Saved")


@bp.post("/delete")
@guard("comment", loads=Comment)
def delete(comment_id: int) -> Response:
    submitted(delete_comment, comment_id=comment_id)
    return see_other(page_of(queries.comment(comment_id)), toast="Comment deleted")


@fragment(
    "comments/_count.html",
    on=("comment.*",),
    topic="campaign:{campaign_id}",
    about=lambda event: event.data["subject_id"],
)
def comment_count(event: Event) -> dict[str, Any]:
    return count_of(event.data["subject_kind"], event.data["subject_id"])
