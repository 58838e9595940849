"""Choosing a playbook: those there are, and the plan the chosen one makes for a target day. The
same values for a page and for the piece of it that is fetched again while somebody chooses.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.core import clock, zones
from webapp.playbooks import queries
from webapp.playbooks.queries import Choice
from webapp.timelines.plan_part import Preview


@dataclass(frozen=True, slots=True)
class Line:
    """A task or milestone with the day it begins."""

    title: str
    is_milestone: bool
    begins_on: date


def choosing(ref: str, typed_target: str, zone: str) -> dict[str, Any]:
    """The playbooks to choose from, the chosen one (None when nothing of that name is there), and
    its plan for the typed day (None until the day is one).
    """
    choices = queries.choices()
    today = zones.today(clock.now(), zone)
    chosen = next((one for one in choices if one.ref == ref), None)
    target_on = _day(typed_target)
    preview = queries.preview(chosen.ref, target_on, zone) if chosen and target_on else None
    return {
        "playbooks": choices,
        "playbook": chosen,
        "target_on": target_on,
        "plan": _plan(preview, zone) if preview else None,
        "amount": _amount(chosen, preview),
        "today": today,
    }


def _day(typed: str) -> date | None:
    """The day, when it is one people mean."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 < day.year < 2100 else None


def _plan(preview: Preview, zone: str) -> dict[str, Any]:
    return {
        "lines": [
            Line(step.title, step.is_milestone, zones.today(begins, zone))
            for step, begins, _ in preview.lines
        ],
        "fits": preview.fits,
        "earliest_on": preview.earliest_on,
    }


def _amount(chosen: Choice | None, preview: Preview | None) -> str:
    """How much it is, with the days kept free: "13 tasks, 3 milestones, 2 days of buffer"."""
    if chosen is None:
        return ""
    if preview is None or not preview.buffer_days:
        return chosen.words
    days = f"{preview.buffer_days:g}"
    return f"{chosen.words}, {days} day{'' if days == '1' else 's'} of buffer"
