"""Writes a plan where pages and calendars read it: when each task happens, what is pinned, what was
agreed. Call it in the unit of work of whatever the plan rests on, with the timeline locked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from webapp.core import clock
from webapp.db import current_team, db, execute
from webapp.timelines.models import PlannedTask, Task, Timeline
from webapp.timelines.planning import Laid, due_at, lay

_PLANNED = PlannedTask.__table__
_TASK = Task.__table__


def replan(timeline: Timeline) -> Laid:
    """Lay the plan of a locked timeline and write what changed, in as many statements for one task
    as for a thousand. Answers the plan.

    What has no place in it any more keeps its last dates, so that it comes back as it was.
    """
    laid = lay(timeline)
    _write_due(laid)
    critical = laid.critical()
    stored = {
        row.task_id: row
        for row in execute(
            select(_PLANNED).where(
                _PLANNED.c.team_id == current_team(),
                _PLANNED.c.campaign_id == timeline.campaign_id,
            )
        )
    }
    new, changed = [], []
    for key in laid.tasks:
        values = _planned_values(laid, key, key in critical)
        if key not in stored:
            whose = {"team_id": timeline.team_id, "campaign_id": timeline.campaign_id}
            new.append(whose | {"task_id": key} | values)
        elif any(getattr(stored[key], name) != value for name, value in values.items()):
            changed.append({"task": key} | values | _moved(stored[key], values))
    if new:
        db.session.execute(_PLANNED.insert(), new)  # type: ignore[attr-defined]
    if changed:
        _write(_PLANNED, _PLANNED.c.task_id, changed)
    return laid


def _write_due(laid: Laid) -> None:
    """A due date is a day; the instant follows the hours people work on it."""
    due = {key: due_at(laid.times, row.due_on) for key, row in laid.tasks.items() if row.due_on}
    changed = [
        {"task": key, "due_at": at} for key, at in due.items() if laid.tasks[key].due_at != at
    ]
    if changed:
        _write(_TASK, _TASK.c.id, changed)


def _write(table: Any, key: Any, changes: list[dict[str, Any]]) -> None:
    """Change rows of a table, each by the `task` it belongs to, in one statement for all."""
    query = update(table).where(table.c.team_id == current_team(), key == bindparam("task"))
    db.session.flush()
    db.session.connection().execute(query, changes)


def _moved(was: Row[Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """A move counts only when the dates are others; how much room there is, is nobody's
    appointment.
    """
    if (was.starts_at, was.finishes_at) == (now["starts_at"], now["finishes_at"]):
        return {"moves": was.moves, "moved_at": was.moved_at}
    return {"moves": was.moves + 1, "moved_at": clock.now()}


def _planned_values(laid: Laid, task_id: int, is_critical: bool) -> dict[str, Any]:
    return {
        "starts_at": laid.starts_at(task_id),
        "finishes_at": laid.finishes_at(task_id),
        "float_minutes": laid.network.slot(task_id).float,
        "is_critical": is_critical,
    }


def set_pins(pins: Mapping[int, datetime | None]) -> None:
    """Write when tasks of a locked, laid timeline begin at the earliest; the caller replans."""
    if pins:
        _write(
            _PLANNED,
            _PLANNED.c.task_id,
            [{"task": task_id, "pinned_at": pin} for task_id, pin in pins.items()],
        )


def keep_baseline(timeline: Timeline) -> None:
    """What is planned now is what was agreed."""
    execute(
        update(PlannedTask)
        .where(
            PlannedTask.team_id == timeline.team_id,
            PlannedTask.campaign_id == timeline.campaign_id,
        )
        .values(
            baseline_starts_at=PlannedTask.starts_at, baseline_finishes_at=PlannedTask.finishes_at
        )
    )
