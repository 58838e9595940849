"""The timeline's page of a campaign with 200 tasks in eight phases, as one and as eight readers get
it from one process: the chart with the list, and the list alone; beside the campaign's overview,
and the bare driver reading the same rows.
"""

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests import people
from tests.bench import serving
from tests.bench.ground import Raw, ready_app
from tests.bench.measure import (
    Figures,
    against,
    headline,
    interleaved,
    milliseconds,
    options,
    ratio,
    table,
)
from tests.bench.reader import Reader, timed
from tests.bench.spend import run
from tests.people import Team
from tests.timelines import plans
from webapp.db import acting_for, db, unit_of_work
from webapp.timelines import queries, replanning
from webapp.timelines.commands import add_link
from webapp.timelines.models import Task

READERS = 8
TASKS = 200
PHASES = 8
LIMIT_MS = 80
ROWS = """
SELECT t.id, t.title, t.state, t.estimate_minutes, p.starts_at, p.finishes_at, p.float_minutes
FROM task t JOIN planned_task p ON p.team_id = t.team_id AND p.task_id = t.id
WHERE t.team_id = {} AND t.campaign_id = {} ORDER BY p.starts_at"""


def furnish(count: int) -> tuple[int, int]:
    """A team with a plan of so many tasks, each waiting for one or two earlier ones; it was agreed,
    and some of it is done or in hand. Answers the team's and the campaign's id.
    """
    app = ready_app()
    with app.app_context():
        team = people.found_team(app)
        with acting_for(team.id):
            first = plans.monday()
            last = first + timedelta(days=280)
            campaign = people.draft(team, start_on=first, target_on=last, end_on=None)
            plans.task(team, campaign, "Task 0", phase="Phase 0")
            plans.begin(team, campaign, first, buffer_hours=40)
            _fill(team, campaign.id, count)
            return team.id, campaign.id


def _fill(team: Team, campaign_id: int, count: int) -> None:
    """The rest at once: a command a task would lay the plan as often."""
    owners = (team.alice.id, team.bob.id, team.mia.id)
    with unit_of_work():
        timeline = queries.timeline_of(campaign_id)
        assert timeline is not None
        made = []
        for n in range(1, count):
            task = Task(
                team_id=team.id,
                campaign_id=campaign_id,
                title=f"Task {n} of the plan",
                phase=f"Phase {n * PHASES // count}",
                is_milestone=n % 20 == 0,
                assignee_id=owners[n % 3],
                estimate_minutes=0 if n % 20 == 0 else (240, 480, 960)[n % 3],
            )
            made.append(task)
        db.session.add_all(made)
        db.session.flush()
        for n, task in enumerate(made):
            for back in {3, 5 + n % 4}:
                if n >= back:
                    add_link(task, made[n - back], "fs", 0)
        replanning.replan(timeline)
        replanning.keep_baseline(timeline)


def bare(raw: Raw, team_id: int, campaign_id: int, each: int) -> Figures:
    """The list's rows through the driver alone."""
    lags = []
    for _ in range(each):
        began = time.perf_counter()
        raw.run(ROWS.format(team_id, campaign_id))
        lags.append(time.perf_counter() - began)
    return milliseconds(lags)


def main() -> None:
    asked = options()
    count = max(20, int(TASKS * asked.scale))
    team_id, campaign_id = furnish(count)
    raw = Raw()
    each = max(20, int(60 * asked.scale))
    overview = f"/campaigns/{campaign_id}"
    page = f"{overview}/timeline"
    with (
        tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder,
        serving.product(Path(folder)) as served,
    ):
        readers = [Reader(served.url).sign_in("alice@example.com") for _ in range(READERS)]
        worker = serving.worker_of(served.processes[0].pid)
        html = readers[0].page(page)
        assert html.count('id="task-') == count, "the page does not list every task"
        print(f"The page: {len(html) / 1024:.0f} KB, {readers[0].last_size / 1024:.1f} compressed")
        timed(readers, 3, page)
        figures = interleaved(
            asked.runs,
            {
                "chart and list, one reader": lambda: run(readers[:1], each, page, worker),
                "  the list alone": lambda: run(readers[:1], each, f"{page}?view=list", worker),
                f"  {READERS} readers": lambda: run(readers, each // 4, page, worker),
                "overview, one reader": lambda: run(readers[:1], each, overview, worker),
                "bare driver, the rows": lambda: bare(raw, team_id, campaign_id, each),
            },
        )
        table(f"The timeline of {count} tasks", figures)
        one = figures["chart and list, one reader"]
        against("p95 ms, one reader", one["p95 ms"], f"under {LIMIT_MS}")
        ratio(
            "CPU of the page / of the overview",
            one["CPU ms"],
            figures["overview, one reader"]["CPU ms"],
        )
        headline("timeline: p95 of SQLite against PostgreSQL", one["p95 ms"], "at most 1.5")


if __name__ == "__main__":
    main()
