"""Who could do one task, best first, each with the reasons in words; or why nobody can.

Pure: it looks at the same facts as the planner, at one task alone, and searches nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.assignments.problem import Facts
from webapp.availability.queries import Profile
from webapp.core import zones
from webapp.core.text import fold
from webapp.timelines.queries import Line
from webapp.timelines.workflow import State


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could do it. `speaks_for` and `speaks_against` are short phrases; `fits` is
    that nothing speaks against them.
    """

    user_id: int
    name: str
    in_hand: int
    most: int
    free_minutes: int
    level: int
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return not self.speaks_against


@dataclass(frozen=True, slots=True)
class Suggestion:
    """For one task: who, who else, and, when nobody fits, what stands in the way."""

    line: Line
    first: Candidate | None
    others: tuple[Candidate, ...]
    obstacle: str = ""


def suggest(facts: Facts, line: Line) -> Suggestion:
    """Everybody looked at for one task of the facts."""
    found = sorted(
        (_look(facts, line, person) for person in facts.profiles),
        key=lambda one: (not one.fits, -one.level, one.in_hand / one.most, -one.free_minutes),
    )
    fitting = [one for one in found if one.fits]
    if fitting:
        return Suggestion(line, fitting[0], tuple(found[1:]))
    return Suggestion(line, None, tuple(found), _obstacle(facts, line, found))


def _look(facts: Facts, line: Line, person: Profile) -> Candidate:
    wanted = [word for word in line.skills if _somebody_knows(facts, word)]
    missing = [word for word in wanted if not person.level(word)]
    in_hand = _in_hand(facts, person.user_id)
    free = _free_minutes(facts, line, person.user_id)
    against = []
    if missing:
        against.append(f"does not know {_and(missing)}")
    if in_hand >= person.max_concurrent:
        against.append(f"has {in_hand} of {person.max_concurrent} tasks already")
    if away := _away_until(facts, line, person):
        against.append(f"is away until {away}")
    elif free < line.estimate_minutes and _is_within_sight(facts, line):
        against.append("has no time left before it is due")
    favours = [f"knows {_and(wanted)}"] if wanted and not missing else []
    favours.append(f"has {in_hand} of {person.max_concurrent} tasks")
    if ends := _works_until(facts, person):
        favours.append(f"works until {ends}")
    level = min((person.level(word) for word in wanted), default=0)
    return Candidate(
        person.user_id,
        person.name,
        in_hand,
        person.max_concurrent,
        free,
        level,
        tuple(favours),
        tuple(against),
    )


def _is_within_sight(facts: Facts, line: Line) -> bool:
    """Whether it is known when people work at the time it is planned for."""
    return (line.starts_at or facts.now) <= facts.until


def _somebody_knows(facts: Facts, word: str) -> bool:
    key = fold(word)
    return any(skill.key == key for person in facts.profiles for skill in person.skills)


def _in_hand(facts: Facts, user_id: int) -> int:
    """Open tasks that have begun, or should have by now."""
    return sum(
        line.assignee_id == user_id
        and line.is_open
        and not line.is_milestone
        and (line.state != State.TO_DO or (line.starts_at or facts.now) <= facts.now)
        for line in (*facts.lines, *facts.others)
    )


def _free_minutes(facts: Facts, line: Line, user_id: int) -> int:
    """Minutes they work between the task's planned begin, or now, and when it is due."""
    first = max(facts.now, line.starts_at or facts.now)
    last = max(line.deadline or facts.target, facts.target if line.due_at is None else first)
    return sum(
        max(0, int((min(end, last) - max(start, first)).total_seconds() // 60))
        for start, end in facts.slots.get(user_id, ())
    )


def _away_until(facts: Facts, line: Line, person: Profile) -> str:
    """The last day of an absence that touches its planned time, in words; '' when there is none."""
    first = max(facts.now, line.starts_at or facts.now)
    last = max(first, line.finishes_at or first)
    for start, end in facts.away.get(person.user_id, ()):
        if start <= last and first < end:
            return _day(end, person.zone)
    return ""


def _day(end: datetime, zone: str) -> str:
    """The last day before an instant, as people write it."""
    return f"{zones.local(end - timedelta(seconds=1), zone):%a %-d %b}"


def _works_until(facts: Facts, person: Profile) -> str:
    """When their present or next working day ends, on their own clock."""
    for _, end in facts.slots.get(person.user_id, ()):
        if end > facts.now:
            place = person.zone.rpartition("/")[2].replace("_", " ")
            return f"{zones.local(end, person.zone):%H:%M} {place} time"
    return ""


def _obstacle(facts: Facts, line: Line, found: Sequence[Candidate]) -> str:
    """Why nobody fits: the first thing that rules everybody out."""
    if not found:
        return "Nobody of the team takes part in work yet."
    wanted = [word for word in line.skills if _somebody_knows(facts, word)]
    able = [one for one in found if not any("does not know" in w for w in one.speaks_against)]
    if not able:
        return f"Nobody knows {_and(wanted)} together."
    reasons = {one.name: one.speaks_against[0] for one in able}
    said = "; ".join(f"{name} {why}" for name, why in list(reasons.items())[:3])
    knows = f"Who knows {_and(wanted)} cannot: " if wanted else "Nobody has room: "
    return f"{knows}{said}."


def _and(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def sentence(one: Candidate) -> str:
    """What speaks for somebody, as one sentence: "Knows video, has 3 of 5 tasks."."""
    said = ", ".join(one.speaks_for)
    return f"{said[:1].upper()}{said[1:]}."
