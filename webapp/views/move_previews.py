"""What a change of dates would move, before anybody confirms it: from, to, whose work it is, and
how the plan would stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp.timelines.finding import finding_of
from webapp.timelines.planning import Laid, Moved
from webapp.views.plan_pieces import Plan
from webapp.web import words

#: Moves that are listed; of more, how many.
MOST = 60


@dataclass(frozen=True, slots=True)
class Move:
    """One task's dates, before and after, in words."""

    task_id: int
    title: str
    was: str
    becomes: str
    owner: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything that moves, who is affected, and the outlook on both sides."""

    moves: list[Move]
    more: int
    people: list[str]
    stands: str
    would_stand: str
    is_late: bool


def preview_of(plan: Plan, moved: Sequence[Moved], after: Laid) -> Preview:
    """A tried plan beside the present one."""
    lines = {line.id: line for line in plan.lines}
    moves = []
    for one in moved:
        line = lines[one.task_id]
        owner = plan.names.get(line.assignee_id or 0, "")
        starts = one.was_starts_at, one.starts_at
        ends = one.was_finishes_at, one.finishes_at
        was, becomes = (
            _span(plan.on(start), plan.on(end), plan.today, is_point=line.is_milestone)
            for start, end in zip(starts, ends, strict=True)
        )
        moves.append(Move(line.id, line.title, was, becomes, owner))
    found = finding_of(after, plan.timeline.buffer_minutes)
    return Preview(
        moves[:MOST],
        max(0, len(moves) - MOST),
        sorted({one.owner for one in moves if one.owner}),
        plan.sentence(),
        plan.sentence(found),
        found.kind == "late",
    )


def _span(first: date | None, last: date | None, today: date, *, is_point: bool) -> str:
    if is_point or first == last:
        return words.day(last, today)
    return f"{words.day(first, today)} – {words.day(last, today)}"
