"""Both versions of a form somebody else saved first, as a person reads them: names instead of ids,
words instead of keys.
"""

import ast
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from webapp.campaigns.models import OBJECTIVES, TYPES
from webapp.core.errors import StaleVersion
from webapp.timelines.models import PRIORITIES
from webapp.web.words import day


def in_words(stale: StaleVersion, people: Mapping[int, str]) -> StaleVersion:
    """The same refusal with readable fields; `people` maps ids to names."""
    owners = {str(user_id): name for user_id, name in people.items()}
    known = {"type": TYPES, "objective": OBJECTIVES, "owner_id": owners}
    fields = {}
    for name, (label, yours, theirs) in stale.fields.items():
        words = known.get(name, {})
        both = words.get(yours, yours), words.get(theirs, theirs)
        if name in ("starts_wall", "target_on", "ends_wall"):
            both = _day_words(name, yours), _day_words(name, theirs)
        fields[name] = (label, *both)
    return StaleVersion(stale.message, version=stale.version, fields=fields)


def _day_words(name: str, value: str) -> str:
    """A stored date as the form has it; the end is kept as the first moment after the last day.

    >>> _day_words("ends_wall", "2026-12-05 00:00:00"), _day_words("target_on", "2026-12-04")
    ('Fri 4 Dec', 'Fri 4 Dec')
    """
    if name == "target_on":
        return day(date.fromisoformat(value))
    wall = datetime.fromisoformat(value)
    if name == "ends_wall":
        return day((wall - timedelta(days=1)).date())
    return f"{day(wall.date())}, {wall:%H:%M}"


def of_task(stale: StaleVersion) -> StaleVersion:
    """A task's two versions: priorities and days as the form shows them."""
    fields = {}
    for name, (label, yours, theirs) in stale.fields.items():
        fields[name] = (label, _task_words(name, yours), _task_words(name, theirs))
    return StaleVersion(stale.message, version=stale.version, fields=fields)


def _task_words(name: str, value: str) -> str:
    """One value of a task as its form has it.

    >>> _task_words("skills", "['Video', 'German']"), _task_words("due_on", "None")
    ('Video, German', '')
    """
    if name == "skills":
        return ", ".join(ast.literal_eval(value))
    if name == "due_on":
        return "" if value == "None" else day(date.fromisoformat(value))
    return PRIORITIES.get(value, value) if name == "priority" else value
