"""A plan without dates in words: its phases with their tasks, how long each takes, how far from the
target it begins and what it waits for.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from webapp.availability.queries import working_week
from webapp.timelines.backwards import Outline, Step


@dataclass(frozen=True, slots=True)
class Line:
    """One task or milestone; `takes` is '' for a milestone, `waits_for` names what comes first."""

    title: str
    is_milestone: bool
    takes: str
    begins: str
    waits_for: str
    skills: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the plan; '' is a plan that names none."""

    name: str
    lines: list[Line]


def of(data: dict[str, Any]) -> dict[str, Any]:
    """`phases` in the outline's order and `buffer` in words ('' is none)."""
    outline = Outline.model_validate(data)
    day = _day_minutes()
    titles = {step.key: step.title for step in outline.steps}
    phases = [
        Phase(name, [_line(step, titles, day) for step in steps])
        for name, steps in groupby(outline.steps, key=lambda step: step.phase)
    ]
    buffer = length(outline.buffer_minutes, day) if outline.buffer_minutes else ""
    return {"phases": phases, "buffer": buffer}


def _day_minutes() -> int:
    own = working_week()
    return own.ends - own.starts


def _line(step: Step, titles: dict[int, str], day: int) -> Line:
    return Line(
        step.title,
        step.is_milestone,
        "" if step.is_milestone else length(step.estimate_minutes, day),
        begins(step),
        "; ".join(_wait(one, titles, day) for one in step.waits_for),
        ", ".join(step.skills),
    )


def begins(step: Step) -> str:
    """When it begins, seen from the target.

    >>> begins(Step(key=1, title="A", days_before=12)), begins(Step(key=1, title="A"))
    ('Starts 12 working days before', 'Starts as late as it can')
    """
    ahead = step.days_before
    verb = "Is reached" if step.is_milestone else "Starts"
    if ahead is None:
        follows = "when what it waits for is done"
        return f"{verb} {follows if step.waits_for else 'as late as it can'}"
    if ahead == 0:
        return f"{verb} on the target day"
    days = f"{abs(ahead)} working day{'' if abs(ahead) == 1 else 's'}"
    return f"{verb} {days} {'before' if ahead > 0 else 'after'}"


def _wait(one: Any, titles: dict[int, str], day: int) -> str:
    """The other task's title, with how it is waited for where that is not its end."""
    words = titles[one.key] if one.kind == "fs" else f"the start of {titles[one.key]}"
    if not one.lag_minutes:
        return words
    way = "after" if one.lag_minutes > 0 else "before"
    return f"{length(abs(one.lag_minutes), day)} {way} {words}"


def length(minutes: int, day: int) -> str:
    """Working time in days of so many minutes, less than one in hours.

    >>> length(960, 480), length(480, 480), length(720, 480), length(90, 480), length(0, 480)
    ('2 days', '1 day', '1.5 days', '1.5 hours', 'no time')
    """
    if not minutes:
        return "no time"
    unit, amount = ("day", minutes / day) if minutes >= day else ("hour", minutes / 60)
    number = f"{round(amount, 1):g}"
    return f"{number} {unit}{'' if number == '1' else 's'}"
