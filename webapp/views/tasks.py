"""A campaign's tasks: board, list, by person and trash; new tasks; moving one. A task's own page is
`task_page`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, request
from werkzeug.wrappers import Response

from webapp.availability.queries import profiles
from webapp.campaigns.models import Campaign
from webapp.core.errors import Conflict, Invalid, StaleVersion
from webapp.core.text import clean_line
from webapp.timelines import queries
from webapp.timelines.models import PRIORITIES, Task
from webapp.timelines.tasks import add_task, block_task, move_task, restore_task, trash_task
from webapp.timelines.workflow import MOVE_TO, OPEN, State
from webapp.views import task_board as board
from webapp.views.accounts import safe_next
from webapp.views.campaign_pieces import head
from webapp.web.forms import submitted, typed
from webapp.web.guards import actor, guard
from webapp.web.render import (
    Undo,
    page,
    page_or_block,
    path_for,
    see_other,
    toast_of,
    wants_fragment,
)

bp = Blueprint("tasks", __name__)

VIEWS = {"board": "Board", "list": "List", "person": "By person"}
TRASH = "trash"
#: The fields of the form in the order of the page.
LABELS = {
    "title": "Title",
    "description": "Description",
    "phase": "Phase",
    "priority": "Priority",
    "estimate_minutes": "Working time",
    "skills": "Skills",
    "assignee_id": "Whose",
    "start_on": "Begins",
    "due_on": "Due",
    "waits_for_id": "Waits for",
    "is_milestone": "Milestone",
}
STALE = "The task changed since you loaded this page. Look at it again, then decide."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the tasks somebody looks at."""

    view: str = "board"
    q: str = ""
    all_done: bool = False

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Wanted":
        """From an address; what is unknown counts as not set."""
        view = args.get("view", "board")
        view = view if view in (*VIEWS, TRASH) else "board"
        return cls(view, clean_line(args.get("q", "")[:120]), args.get("done") == "all")

    def path(self, campaign_id: int, **changes: str) -> str:
        """Where this is shown, with something else about it."""
        values = {"view": self.view, "q": self.q, "done": "all" if self.all_done else ""} | changes
        values["view"] = "" if values["view"] == "board" else values["view"]
        kept = {name: value or None for name, value in values.items()}
        return path_for("tasks.index", campaign_id=campaign_id, **kept)


@bp.get("/campaigns/<int:campaign_id>/tasks")
@guard("see", loads=Campaign)
def index(campaign_id: int) -> Response:
    wanted = Wanted.of(request.args)
    return page_or_block(
        "tasks/tasks.html", "tab", **head(campaign_id) | area_of(campaign_id, wanted)
    )


def area_of(campaign_id: int, wanted: Wanted) -> dict[str, Any]:
    """The part of the page that a filter, another view or a move replaces."""
    if wanted.view == "list":
        values = board.list_of(campaign_id, wanted.q)
    elif wanted.view == "person":
        values = board.people_of(campaign_id, wanted.q)
    elif wanted.view == TRASH:
        values = board.trash_of(campaign_id)
    else:
        values = board.board_of(campaign_id, wanted.q, all_done=wanted.all_done)
    counts = queries.counts(campaign_id)
    return values | {
        "wanted": wanted,
        "link": lambda **changes: wanted.path(campaign_id, **changes),
        "views": VIEWS,
        "open_count": sum(counts.get(state, 0) for state in OPEN),
        "task_count": sum(counts.values()),
        "cancelled": counts.get(State.CANCELLED, 0),
        "trashed": queries.trashed_count(campaign_id),
    }


@bp.get("/tasks")
@guard("see")
def mine() -> Response:
    """What whoever looks still has to do, in all campaigns."""
    return page("tasks/mine.html", section="campaigns", **board.mine_of(actor().user_id or 0))


@bp.get("/campaigns/<int:campaign_id>/tasks/new")
@guard("campaign.edit", loads=Campaign)
def new(campaign_id: int, status: int = 200, **refused: Any) -> Response:
    blank = {"values": {"priority": "normal", "estimate_minutes": "480"}, "errors": {}}
    return page(
        "tasks/new.html",
        status,
        **head(campaign_id) | choices_of(campaign_id) | blank | refused,
    )


def choices_of(campaign_id: int) -> dict[str, Any]:
    """What the selects of a task's forms offer."""
    return {
        "labels": LABELS,
        "priorities": list(PRIORITIES.items()),
        "people": [("", board.NOBODY), *((one.user_id, one.name) for one in profiles())],
        "others": [(line.id, line.title) for line in queries.lines(campaign_id)],
    }


@bp.post("/campaigns/<int:campaign_id>/tasks")
@guard("campaign.edit", loads=Campaign)
def create(campaign_id: int) -> Response:
    try:
        submitted(add_task, campaign_id=campaign_id)
    except Invalid as error:
        return new(campaign_id, error.status, values=typed(), errors=placed(error.fields))
    if request.form.get("another"):
        return see_other(path_for("tasks.new", campaign_id=campaign_id), toast="Task added")
    return see_other(path_for("tasks.index", campaign_id=campaign_id), toast="Task added")


def placed(errors: Mapping[str, str]) -> dict[str, str]:
    """Errors in the order of the page, so that the first one takes the focus."""
    order = {name: place for place, name in enumerate(LABELS)}
    return dict(sorted(errors.items(), key=lambda one: order.get(one[0], len(order))))


@bp.get("/tasks/<int:task_id>/menu")
@guard("see", loads=Task)
def menu(task_id: int) -> Response:
    """What may be done with a card, for the one menu beside the board."""
    return page("tasks/_menu.html", task=queries.task(task_id))


@bp.post("/tasks/<int:task_id>/moves")
@guard("campaign.edit", loads=Task)
def move(task_id: int) -> Response:
    try:
        submitted(move_task, task_id=task_id)
    except StaleVersion:
        return _refused(task_id, Conflict(STALE))
    except Conflict as error:
        return _refused(task_id, error)
    task = queries.task(task_id)
    words = {State.DONE: "is done", State.CANCELLED: "is cancelled"}.get(State(task.state))
    words = words or f"moved to {board_words(task.state)}"
    return done(task, f"“{task.title}” {words}", _way_back(task))


def board_words(state: str) -> str:
    return {"todo": "To do", "in_progress": "In progress", "in_review": "In review"}[state]


def _way_back(task: Task) -> Undo | None:
    """The move that takes the last one back; out of a cancellation only To do leads."""
    was = queries.state_before(task)
    if was is None:
        return None
    is_cancelled = task.state == State.CANCELLED
    name = "revive" if is_cancelled else "cancel" if was == State.CANCELLED else MOVE_TO[State(was)]
    words = "Put back" if is_cancelled and was != State.TO_DO else "Undo"
    fields: dict[str, str | int] = {"move": name, "version": task.version, "next": _came_from(task)}
    return Undo(path_for("tasks.move", task_id=task.id), fields, words)


@bp.post("/tasks/<int:task_id>/trash")
@guard("campaign.edit", loads=Task)
def trash(task_id: int) -> Response:
    try:
        submitted(trash_task, task_id=task_id)
    except Conflict as error:
        return _refused(task_id, error)
    task = queries.task(task_id)
    restored = Undo(path_for("tasks.restore", task_id=task.id), {"next": _came_from(task)})
    return done(task, f"“{task.title}” moved to the trash", restored)


@bp.post("/tasks/<int:task_id>/restore")
@guard("campaign.edit", loads=Task)
def restore(task_id: int) -> Response:
    submitted(restore_task, task_id=task_id)
    task = queries.task(task_id)
    return done(task, f"“{task.title}” is back")


@bp.post("/tasks/<int:task_id>/unblock")
@guard("campaign.edit", loads=Task)
def unblock(task_id: int) -> Response:
    try:
        submitted(block_task, task_id=task_id, reason="")
    except StaleVersion:
        return _refused(task_id, Conflict(STALE))
    except Conflict as error:
        return _refused(task_id, error)
    task = queries.task(task_id)
    return done(task, f"“{task.title}” can go on")


def done(task: Task, words: str, undo: Undo | None = None) -> Response:
    """After a command about one task: back where it was pressed; a board is drawn anew at once."""
    if wants_fragment() and (wanted := _on_board(task.campaign_id)):
        return _area(task.campaign_id, wanted, toast_of(words, undo))
    return see_other(_came_from(task), toast=words, undo=undo)


def _refused(task_id: int, error: Conflict) -> Response:
    """A press of an old page: the board shows how it is, and why nothing happened."""
    campaign_id = queries.task(task_id).campaign_id
    if wants_fragment() and (wanted := _on_board(campaign_id)):
        return _area(campaign_id, wanted, toast_of(error.message))
    raise error


def _area(campaign_id: int, wanted: Wanted, toast: dict[str, Any]) -> Response:
    values = head(campaign_id) | area_of(campaign_id, wanted)
    return page("tasks/moved.html", **values, toast=toast)


def _on_board(campaign_id: int) -> Wanted | None:
    """What the tasks tab that sent this shows; None when another page did."""
    try:
        sent_from = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:  # anybody may write such a header
        return None
    if sent_from.path != path_for("tasks.index", campaign_id=campaign_id):
        return None
    args = parse_qs(sent_from.query)
    return Wanted.of({name: values[0] for name, values in args.items()})


def _came_from(task: Task) -> str:
    """The path to go back to: what the form says, the board it was sent from, else the task."""
    if wants_fragment() and (wanted := _on_board(task.campaign_id)):
        return wanted.path(task.campaign_id)
    return safe_next(request.form.get("next") or path_for("task_page.detail", task_id=task.id))
