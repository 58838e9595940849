"""What the assignment of tasks to people is given and what it answers: plain values, no clock.

Every instant is a whole number of **UTC minutes** since an origin of the caller's choice, and every
length a whole number of minutes; one plan has one origin. Zones, weekly hours, days off, holidays
and absences are the caller's: it turns them into each person's `slots`. Answers are codes and
numbers, never sentences. The search itself is `ml.scheduling.assignment.ScheduleSearch`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: A half-open stretch of UTC minutes: from the first to before the second.
Slot = tuple[int, int]


class Kind(StrEnum):
    """Which ends of two tasks a dependency ties."""

    FINISH_START = "finish_start"
    START_START = "start_start"


class Reason(StrEnum):
    """Why this person."""

    LOCKED = "locked"  # the caller said who
    ONLY_ONE = "only_one"  # nobody else has the skills, or nobody else is ever there for it
    EARLIEST = "earliest"  # nobody else would finish it sooner
    LOAD = "load"  # whoever would finish sooner is the busier one, and nothing is late for it
    ORDER = "order"  # the rest of the plan is better for it, though somebody would finish sooner


class Binding(StrEnum):
    """The constraint that makes a task late, or keeps it from being placed at all."""

    NO_SKILL = "no_skill"  # no one has all of `skills`
    LOCK = "lock"  # its own lock (who, or when) is what makes it late
    AVAILABILITY = "availability"  # no one works `needed` minutes before it is due, even if idle
    DEADLINE = "deadline"  # due before `chain`, run by the best people with nothing else, ends
    DEPENDENCY = "dependency"  # the task in `chain` ends too late in this plan
    CAPACITY = "capacity"  # everyone who could is busy: `busy` says who with what


class Conflict(StrEnum):
    """What a lock contradicts. Locks are kept as given; the plan says what they break."""

    SKILL = "skill"  # the locked person lacks a required skill
    CAPACITY = "capacity"  # the person has more at once than they take
    DEPENDENCY = "dependency"  # the locked start is before what it waits for


@dataclass(frozen=True, slots=True)
class Link:
    """A dependency: the task waits for `on` to finish (or start), plus `lag` minutes by the clock.

    A negative lag lets it start that much before.
    """

    on: int
    kind: Kind = Kind.FINISH_START
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """Something one person does without a break but for the hours they are not at work.

    `minutes` are working minutes of somebody at level 1.0. `weight` is what one minute after `due`
    costs. `person` and `start` are locks: kept as they are, each alone or both.
    """

    id: int
    minutes: int
    weight: float = 1.0
    due: int | None = None
    earliest: int | None = None
    skills: frozenset[str] = frozenset()
    after: tuple[Link, ...] = ()
    person: int | None = None
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Busy:
    """Something already on a person, not ours to move: one of their places, from start to finish.

    `task` is the caller's number for it, so that the answer can name it.
    """

    start: int
    finish: int
    task: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody and when they work.

    `slots` are sorted and do not touch or overlap. A task takes `minutes / level` of working time,
    rounded up; with several skills the lowest level counts. `at_once` tasks run beside each other.
    """

    id: int
    slots: tuple[Slot, ...]
    skills: Mapping[str, float] = field(default_factory=dict)
    at_once: int = 1
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """Somebody else who could do the task, and when they would finish, all else as planned.

    `finish` is None when their slots end before it would be done. `load` is as in `Placement`.
    """

    person: int
    level: float
    finish: int | None
    load: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Who does a task and when; `minutes` is the working time it takes this person.

    `late` is how many minutes after `due` it finishes (0 when in time or without a due date).
    `load` is the share of the person's working time in the plan that other tasks of it take.
    """

    task: int
    person: int
    start: int
    finish: int
    minutes: int
    level: float
    late: int
    load: float
    reason: Reason
    rivals: tuple[Rival, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A task that is late (`late` minutes) or could not be placed (`late` is None), and why.

    Which of the others are filled depends on `binds`, see `Binding`: `skills` are missing; `needed`
    working minutes against at most `available` before it is due; `chain` is what it waits for (the
    one that binds, or all of a chain too long, the task itself last); `possible` is the earliest
    finish the constraint allows; `busy` are pairs of a person and a task of theirs (None: unnamed).
    """

    task: int
    late: int | None
    binds: Binding
    skills: tuple[str, ...] = ()
    needed: int = 0
    available: int = 0
    chain: tuple[int, ...] = ()
    possible: int | None = None
    busy: tuple[tuple[int, int | None], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """What is minimised, in this order.

    `unplaced`: weight of what has no place. `tardiness`: weight times minutes late, summed; so are
    the minutes by which a locked start comes before what it waits for.
    `makespan`: minutes from now to the last finish. `imbalance`: mean square of people's load, the
    share of their offered working time until the last finish that is taken.
    """

    unplaced: float
    tardiness: float
    makespan: int
    imbalance: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The proposal. `greedy` is the score of the naive plan; `score` is never worse."""

    placements: tuple[Placement, ...]
    misses: tuple[Miss, ...]
    conflicts: tuple[tuple[int, Conflict], ...]
    score: Score
    greedy: Score
    evaluations: int


class CycleError(ValueError):
    """Tasks that wait for each other; `cycle` names them in order, the first again at the end."""

    def __init__(self, cycle: tuple[int, ...]) -> None:
        super().__init__("tasks wait for each other: " + " -> ".join(map(str, cycle)))
        self.cycle = cycle
