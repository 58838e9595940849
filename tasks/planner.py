"""The search for who does what, when, in a process of its own: a second of CPU that neither pages
nor other jobs should feel.

`python -m tasks.planner` reads one JSON object on standard input (`{"problems": […], "seconds":
…, "seed": …}`; a problem is `webapp.assignments.problem.Problem` as lists) and prints what it
found. The problems are tried in turn: a later one, which binds less, only when the one before
leaves something late or without a place.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ml.scheduling.assignment import ScheduleSearch
from ml.scheduling.model import Busy, Kind, Link, Person, Plan, Task

KINDS = {"fs": Kind.FINISH_START, "ss": Kind.START_START}


def solve(problems: Sequence[Mapping[str, Any]], *, seconds: float, seed: int) -> dict[str, Any]:
    """The best plan of the problems, as plain values."""
    best: Plan | None = None
    for problem in problems:
        search = ScheduleSearch(seconds=seconds / len(problems), random_state=seed)
        plan = search.plan(
            [_task(*one) for one in problem["asks"]],
            [_person(*one) for one in problem["workers"]],
            now=0,
        )
        if best is None or plan.score < best.score:
            best = plan
        if not best.misses:
            break
    assert best is not None
    return _plain(best)


def _task(
    key: int,
    minutes: int,
    weight: int,
    due: int | None,
    earliest: int | None,
    skills: Sequence[str],
    after: Sequence[tuple[int, str, int]],
    person: int | None,
) -> Task:
    links = tuple(Link(on, KINDS[kind], lag) for on, kind, lag in after)
    return Task(key, minutes, weight, due, earliest, frozenset(skills), links, person=person)


def _person(
    key: int,
    slots: Sequence[tuple[int, int]],
    skills: Mapping[str, float],
    at_once: int,
    busy: Sequence[tuple[int, int, int]],
) -> Person:
    taken = tuple(Busy(start, finish, task) for start, finish, task in busy)
    hours = tuple((start, finish) for start, finish in slots)
    return Person(key, hours, dict(skills), at_once, taken)


def _plain(plan: Plan) -> dict[str, Any]:
    return {
        "placed": [
            [p.task, p.person, p.start, p.finish, p.late, str(p.reason),
             [[rival.person, rival.finish] for rival in p.rivals]]
            for p in plan.placements
        ],
        "missed": [[m.task, m.late, str(m.binds), list(m.busy)] for m in plan.misses],
        "tardiness": plan.score.tardiness,
        "greedy": plan.greedy.tardiness,
    }  # fmt: skip


def main() -> None:
    os.nice(5)  # pages first
    asked = json.load(sys.stdin)
    json.dump(solve(asked["problems"], seconds=asked["seconds"], seed=asked["seed"]), sys.stdout)


if __name__ == "__main__":
    main()
