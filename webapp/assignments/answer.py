"""What a found plan would change, and why, in words: which tasks begin later, who does them, and
what could not be met.

The search's answer comes as plain values (`Found`), so that nothing here knows who searched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp.assignments.problem import WEIGHTS, Facts, is_away
from webapp.core import zones
from webapp.timelines.planning import Laid
from webapp.timelines.queries import Line

#: Lines of the reason that are spelled out on the request; the rest is counted.
SAID = 6
REASONS = {
    "locked": "stays with",
    "only_one": "only {name} can",
    "earliest": "{name} is done first",
    "load": "{name} has more room",
    "order": "the rest works out better with {name}",
}
MISSES = {
    "no_skill": "nobody has the skills it needs",
    "lock": "where it is kept makes it late",
    "availability": "nobody works long enough before it is due",
    "deadline": "what leads to it takes longer than there is time",
    "dependency": "what it waits for ends too late",
    "capacity": "everybody who could is busy",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """One task of a found plan; instants are minutes from the facts' now. `reason` is one of
    `REASONS`, `rivals` are (person, finish or None), soonest first.
    """

    task: int
    person: int
    start: int
    finish: int
    late: int
    reason: str
    rivals: Sequence[tuple[int, int | None]]


@dataclass(frozen=True, slots=True)
class Missed:
    """A task that is late or has no place, and the constraint that binds (one of `MISSES`)."""

    task: int
    late: int | None
    binds: str
    busy: Sequence[tuple[int, int | None]]


@dataclass(frozen=True, slots=True)
class Found:
    """A whole plan; `tardiness` is weighted minutes late, `greedy` that of the naive plan."""

    placed: Sequence[Placed]
    missed: Sequence[Missed]
    tardiness: float
    greedy: float


#: Of a task: whose it was, what was pinned, how far it had got.
Seen = tuple[int | None, datetime | None, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What to ask for: pins and people by task, what was known of each of those tasks, and the
    reasons.
    """

    pins: Mapping[int, datetime]
    assignees: Mapping[int, int]
    seen: Mapping[int, Seen]
    why: str
    evidence: dict[str, Any]
    outcome: dict[str, Any]


def change_of(facts: Facts, found: Found, laid: Laid, zone: str) -> Change:
    """The difference between a found plan and the present one; empty when it changes nothing.

    A task is pinned to a later day only where what it waits for would not bring it there anyway.
    """
    lines = {line.id: line for line in facts.lines}
    assignees = {
        one.task: one.person for one in found.placed if lines[one.task].assignee_id != one.person
    }
    pins = _pins(facts, found, laid, zone)
    names = {person.user_id: person.name for person in facts.profiles}
    reasons = {
        one.task: _reason(one, names)
        for one in found.placed
        if one.task in assignees or one.task in pins
    }
    before = {
        "unassigned": sum(_is_free(line, names) for line in facts.lines),
        "while_away": sum(is_away(facts, line) for line in facts.lines if line.is_open),
        "late": _late_now(facts),
    }
    outcome = {
        "changed": len(reasons),
        "before": before,
        "late": round(found.tardiness),
        "naive": round(found.greedy),
        "missed": [
            {"task": one.task, "late": one.late, "words": MISSES[one.binds]} for one in found.missed
        ],
    }
    evidence = {"tasks": {str(key): words for key, words in reasons.items()}} | outcome
    seen = {key: seen_of(lines[key]) for key in reasons}
    return Change(pins, assignees, seen, _why(lines, reasons, found), evidence, outcome)


def seen_of(line: Line) -> Seen:
    """What a proposal rests on, of one task."""
    return line.assignee_id, line.pinned_at, line.state


def _pins(facts: Facts, found: Found, laid: Laid, zone: str) -> dict[int, datetime]:
    """The days on which tasks have to begin later than everything else would let them."""
    pins: dict[int, datetime] = {}
    there = (one for one in found.placed if one.task in laid.tasks)
    for one in sorted(there, key=lambda placed: (placed.start, placed.task)):
        begins = facts.now + timedelta(minutes=one.start)
        day = zones.today(begins, zone)
        if zones.today(laid.times.start_at(laid.network.slot(one.task).start), zone) < day:
            pins[one.task] = zones.day_start(day, zone)
            laid.network.change(one.task, not_before=laid.times.minute_of(pins[one.task]))
    return pins


def _reason(one: Placed, names: Mapping[int, str]) -> str:
    name = names.get(one.person, "Somebody")
    said = REASONS[one.reason].format(name=name)
    if one.reason == "locked":
        said = f"{said} {name}"
    second = next((names[person] for person, end in one.rivals if end is not None), "")
    return f"{said}; second choice: {second}" if second and one.reason != "locked" else said


def _is_free(line: Line, names: Mapping[int, str]) -> bool:
    return line.is_open and not line.is_milestone and line.assignee_id not in names


def _late_now(facts: Facts) -> int:
    """Weighted minutes late of the plan as it stands."""
    total = 0.0
    for line in facts.lines:
        due = line.due_at or (facts.target if line.id in facts.ahead_of_target else None)
        if line.is_open and not line.is_milestone and due and line.finishes_at:
            late = (line.finishes_at - due).total_seconds() / 60
            total += max(0.0, late) * WEIGHTS[line.priority]
    return round(total)


def _why(lines: Mapping[int, Line], reasons: Mapping[int, str], found: Found) -> str:
    """The first reasons and everything that could not be met, a line each."""
    said = [f"{lines[key].title}: {words}." for key, words in list(reasons.items())[:SAID]]
    if len(reasons) > SAID:
        said.append(f"And {len(reasons) - SAID} more.")
    for one in found.missed:
        late = "has no place" if one.late is None else f"is {_length(one.late)} late"
        said.append(f"{lines[one.task].title} {late}: {MISSES[one.binds]}.")
    return "\n".join(said)


def _length(minutes: int) -> str:
    """A length by the clock, as people say it."""
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 1440)} days"
