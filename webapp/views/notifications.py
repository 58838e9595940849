"""The inbox: what one was told, read or put off, with how much is new on every page."""

from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.accounts.queries import SignedIn
from webapp.core import clock
from webapp.events.models import Event
from webapp.notifications import commands, queries
from webapp.notifications.kinds import kind_named
from webapp.notifications.models import Notification
from webapp.notifications.policies import INBOX_CHANGED
from webapp.notifications.queries import COUNTED, LISTED, Show
from webapp.notifications.times import snoozes
from webapp.views.accounts import safe_next
from webapp.web.forms import submitted
from webapp.web.fragments import fragment
from webapp.web.guards import guard, viewer
from webapp.web.render import Undo, page, path_for, see_other

bp = Blueprint("notifications", __name__, url_prefix="/inbox")

SHOWS = {"all": "All", "unread": "Unread", "later": "Put off"}
#: What a row is drawn with, by its kind.
ICONS = {
    "request": "check",
    "late_request": "clock",
    "decision": "s-completed",
    "assigned": "user",
    "late_work": "s-attention",
    "mention": "talk",
    "comment": "talk",
    "campaign": "flag",
    "report": "up-l",
}
UNTIL = {"hour": "an hour", "tomorrow": "to tomorrow at 9", "monday": "to Monday at 9"}


@bp.get("")
@guard("see")
def index() -> Response:
    person = _viewer()
    show = request.args.get("show", "all")
    show = show if show in SHOWS else "all"
    found = queries.inbox(person.user_id, show=cast(Show, show), after=_after())
    rows = found[:LISTED]
    return page(
        "notifications/inbox.html",
        section="notifications",
        show=show,
        shows=SHOWS,
        rows=rows,
        icons=ICONS,
        kinds={row.kind: kind_named(row.kind) for row in rows},
        untils=[(key, UNTIL[key]) for key in snoozes(clock.now(), person.zone)],
        more=_key(rows[-1]) if len(found) > LISTED and show != "later" else "",
        upto=max((row.id for row in rows), default=0),
        address=request.full_path.rstrip("?"),
        user_id=person.user_id,
        zone=person.zone,
        total=queries.unread_of(person.user_id),
        counted=COUNTED,
    )


def _viewer() -> SignedIn:
    person = viewer()
    assert person is not None
    return person


def _key(row: Notification) -> str:
    """Where the next rows begin, as the address names it."""
    return f"{int(row.scheduled_for.timestamp() * 1_000_000)}-{row.id}"


def _after() -> tuple[datetime, int] | None:
    """The place an address names; what names none is the beginning."""
    at, _, number = request.args.get("after", "").partition("-")
    if not (at.isascii() and at.isdecimal() and number.isascii() and number.isdecimal()):
        return None
    if len(at) > 17 or len(number) > 18:
        return None
    return datetime.fromtimestamp(int(at) / 1_000_000, UTC), int(number)


@bp.post("/<int:notification_id>/open")
@guard("see", loads=Notification)
def open_one(notification_id: int) -> Response:
    """Read it, and go where it leads."""
    submitted(commands.read, notification_id=notification_id)
    return see_other(queries.path_of(notification_id))


@bp.post("/<int:notification_id>/read")
@guard("see", loads=Notification)
def read(notification_id: int) -> Response:
    submitted(commands.read, notification_id=notification_id)
    return _back()


@bp.post("/<int:notification_id>/unread")
@guard("see", loads=Notification)
def unread(notification_id: int) -> Response:
    submitted(commands.unread, notification_id=notification_id)
    return _back()


@bp.post("/<int:notification_id>/later")
@guard("see", loads=Notification)
def later(notification_id: int) -> Response:
    submitted(commands.snooze, notification_id=notification_id)
    undo = Undo(path_for("notifications.now", notification_id=notification_id))
    return _back("Put off", undo)


@bp.post("/<int:notification_id>/now")
@guard("see", loads=Notification)
def now(notification_id: int) -> Response:
    submitted(commands.wake, notification_id=notification_id)
    return _back("Back in the inbox")


@bp.post("/read-all")
@guard("see")
def read_all() -> Response:
    submitted(commands.read_all)
    return _back("All read")


def _back(toast: str = "", undo: Undo | None = None) -> Response:
    there = safe_next(request.form.get("next", "")) or path_for("notifications.index")
    return see_other(there, toast=toast, undo=undo)


@fragment("notifications/_badge.html", on=(INBOX_CHANGED,), topic="user:{subject_id}")
def inbox_badge(event: Event) -> dict[str, Any]:
    return {"unread": queries.unread_of(event.subject_id), "user_id": event.subject_id}


@fragment("notifications/_top_badge.html", on=(INBOX_CHANGED,), topic="user:{subject_id}")
def inbox_top_badge(event: Event) -> dict[str, Any]:
    return {"unread": queries.unread_of(event.subject_id), "user_id": event.subject_id}
