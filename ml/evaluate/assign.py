"""Who does what, when, on made-up teams: weighted tardiness against the greedy plan's.

`--count` instances are generated from `--seed` on: 40 to 200 tasks in campaigns, 5 to 12 people in
several zones with skills, absences and other work, due dates a team could just about keep.
"""

from argparse import ArgumentParser, Namespace
from typing import Any

from ml.scheduling.assignment import RULES, ScheduleSearch, place_by
from ml.scheduling.instances import team_and_tasks
from ml.scheduling.problem import prepare


def arguments(parser: ArgumentParser) -> None:
    """What this task takes besides `--seed`."""
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1.0, help="processor time an instance")


def evaluate(options: Namespace) -> dict[str, Any]:
    """`tardiness_ratio`: sum of weighted tardiness over that of the greedy plans.

    The baselines are other rules of serial placing, by the same measure.
    """
    if options.count < 1:
        raise ValueError("--count is at least 1")
    found, rows, missed = 0.0, 0, 0
    rules = dict.fromkeys(RULES, 0.0)
    for seed in range(options.seed, options.seed + options.count):
        tasks, people = team_and_tasks(seed)
        problem = prepare(tasks, people, 0)
        for name in RULES:
            rules[name] += place_by(problem, name).score().tardiness
        search = ScheduleSearch(seconds=options.seconds, patience=None, random_state=seed)
        plan = search.plan(tasks, people, now=0)
        found += plan.score.tardiness
        missed += len(plan.misses)
        rows += len(tasks)
    greedy = rules["greedy"]
    return {
        "tardiness_ratio": round(found / greedy, 3) if greedy else 1.0,
        "baselines": {
            name: round(value / greedy, 3) if greedy else 1.0 for name, value in rules.items()
        },
        "rows": rows,
        "instances": options.count,
        "missed": missed,
        "seconds_each": options.seconds,
    }
