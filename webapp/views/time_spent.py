"""Time spent on a task: the section of its page, and taking an entry of one's own back. What it
cost is shown to whoever may see finance.
"""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from webapp.accounts import queries as accounts
from webapp.core import clock, zones
from webapp.db import find
from webapp.events.models import Event
from webapp.timelines import queries
from webapp.timelines.models import TimeEntry
from webapp.timelines.time_spent import remove_time
from webapp.web.forms import submitted
from webapp.web.fragments import fragment
from webapp.web.guards import guard, viewer
from webapp.web.render import path_for, see_other

bp = Blueprint("time_spent", __name__, url_prefix="/time/<int:time_entry_id>")


def spent_on(task_id: int) -> dict[str, Any]:
    """The section's values, for whoever looks."""
    person = viewer()
    assert person is not None
    entries = queries.time_entries(task_id)
    sees_cost = person.may("see.finance")
    return total_of(task_id) | {
        "entries": [(one, clock_words(one.minutes)) for one in entries],
        "spenders": accounts.names({one.user_id for one in entries}),
        "cost": queries.cost_of(entries) if sees_cost else {},
        "time_today": zones.today(clock.now(), person.zone),
        "own_id": person.user_id,
    }


def total_of(task_id: int) -> dict[str, Any]:
    minutes = queries.minutes_spent(task_id)
    return {"task_id": task_id, "spent": clock_words(minutes) if minutes else "none yet"}


def clock_words(minutes: int) -> str:
    """Hours and minutes, as somebody worked them.

    >>> clock_words(45), clock_words(60), clock_words(95)
    ('45 min', '1 h', '1 h 35 min')
    """
    hours, rest = divmod(minutes, 60)
    return " ".join([*([f"{hours:,} h"] if hours else []), *([f"{rest} min"] if rest else [])])


@bp.post("/remove")
@guard("campaign.edit", loads=TimeEntry)
def remove(time_entry_id: int) -> Response:
    task_id = find(TimeEntry, time_entry_id).task_id
    submitted(remove_time, time_entry_id=time_entry_id)
    here = path_for("task_page.detail", task_id=task_id)
    return see_other(f"{here}#time", toast="Taken back")


@fragment(
    "tasks/_spent.html",
    on=("time_entry.*",),
    topic="campaign:{campaign_id}",
    about=lambda event: event.data["task_id"],
)
def time_on_task(event: Event) -> dict[str, Any]:
    return total_of(event.data["task_id"])
