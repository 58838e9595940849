"""A week of the schedule at 1,000 campaigns with 20 tasks each, as one and as eight readers get it
from one process; beside it the day, one campaign's week, and a person's feed. The limit is the bare
driver reading every task and milestone of the week.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event

from tests import people
from tests.bench import serving
from tests.bench.ground import ON_PG, Raw, ready_app
from tests.bench.list_page import (
    AD_CAMPAIGN,
    CAMPAIGN,
    PLANNED,
    TASK,
    ad_campaigns,
    instant,
    wall,
)
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
from tests.clients import signed_in
from webapp.calendars.commands import make_own_feed
from webapp.calendars.days import week_of
from webapp.core import tokens
from webapp.db import acting_for, db
from webapp.timelines.workflow import State

CAMPAIGNS, TASKS, MILESTONES = 1000, 20, 4
READERS = 8
LIMIT_MS = 80
#: Weeks over which the campaigns are spread, this one in the middle.
WEEKS = 13
STATES = ["active"] * 5 + ["scheduled"] * 3 + ["draft"] * 2 + ["completed"] * 2
WEEK = """
SELECT t.id, t.title, t.state, t.assignee_id, c.name, p.starts_at, p.finishes_at
FROM planned_task p
JOIN task t ON t.team_id = p.team_id AND t.id = p.task_id
JOIN campaign c ON c.team_id = t.team_id AND c.id = t.campaign_id
WHERE p.team_id = {} AND p.starts_at < '{}' AND p.finishes_at > '{}'"""


class Plans:
    """A team with campaigns whose work lies on working days around today; another team's beside
    it.
    """

    def __init__(self, count: int) -> None:
        self.app, self.raw = ready_app(), Raw()
        with self.app.app_context():
            self.team = people.found_team(self.app)
            with acting_for(self.team.id):
                self.token = tokens.new_token()
                make_own_feed(token=self.token, by=self.team.mia.actor)
        today = datetime.now(UTC).date()
        self.monday = today - timedelta(days=today.weekday())
        own = [self.team.alice.id, self.team.bob.id, self.team.mia.id]
        elsewhere = self.team.charlie.actor.team_id
        assert elsewhere is not None
        self._load(range(1, count + 1), self.team.id, own)
        self._load(range(count + 1, count + count // 5 + 1), elsewhere, [self.team.charlie.id])
        for name in ("campaign", "task", "planned_task", "ad_campaign") if ON_PG else ():
            self.raw.run(f"VACUUM ANALYZE {name}")
        if not ON_PG:
            self.raw.run("ANALYZE")

    def _load(self, ids: range, team_id: int, owners: list[int]) -> None:
        self.raw.load("campaign", CAMPAIGN, self._campaigns(ids, team_id, owners))
        self.raw.load("ad_campaign", AD_CAMPAIGN, ad_campaigns(ids, team_id))
        tasks, planned = self._work(ids, team_id, owners)
        self.raw.load("task", TASK, tasks)
        self.raw.load("planned_task", PLANNED, planned)

    def _start(self, number: int) -> datetime:
        """A campaign's first Monday, at midnight."""
        day = self.monday + timedelta(weeks=number % WEEKS - WEEKS // 2)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def _campaigns(self, ids: range, team_id: int, owners: list[int]) -> Iterator[tuple[Any, ...]]:
        now = instant(datetime.now(UTC))
        for n in ids:
            name, owner = f"Campaign number {n}", owners[n % len(owners)]
            start = self._start(n) + timedelta(days=n % 7)
            end = start + timedelta(days=21)
            words = ("Five songs and a film", "Listeners of quiet guitars")
            target = (start + timedelta(days=18)).date().isoformat()
            yield (
                *(n, team_id, name, name.casefold(), "music_release", "streams", *words),
                *(owner, owner, "USD", 9000_00, "UTC", wall(start), instant(start)),
                *(wall(end), instant(end), target, STATES[n % len(STATES)]),
                *(now, now, 1),
            )

    def _work(
        self, ids: range, team_id: int, owners: list[int]
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Four working weeks of tasks from half a day to four days, one after another."""
        random, tasks, planned = Random(ids[0]), [], []
        now = datetime.now(UTC)
        for campaign_id in ids:
            for number in range(TASKS + MILESTONES):
                task_id = campaign_id * 100 + number
                is_milestone = number >= TASKS
                day = number if not is_milestone else (number - TASKS + 1) * 5 - 1
                starts = self._start(campaign_id) + timedelta(days=day // 5 * 7 + day % 5, hours=9)
                hours = 0 if is_milestone else random.choice((1, 2, 4, 8, 8, 8, 32, 56))
                ends = starts + timedelta(hours=hours)
                state = State.DONE if ends < now and random.random() < 0.7 else State.TO_DO
                done = instant(ends) if state == State.DONE else None
                due = ends.date().isoformat() if number % 10 == 0 else None
                tasks.append(
                    (
                        *(task_id, team_id, campaign_id, f"Piece of work {number}", "", ""),
                        *(is_milestone, random.choice([*owners, None]), "normal", hours * 60),
                        *("[]", due, instant(ends) if due else None, str(state), ""),
                        *(done and instant(starts), done, instant(now), instant(now), 1),
                    )
                )
                planned.append(
                    (
                        *(team_id, task_id, campaign_id, instant(starts), instant(ends)),
                        *(0, False, 0),
                    )
                )
        return tasks, planned

    def bare(self, each: int) -> Figures:
        """The week's work through the driver alone."""
        last, lags = self.monday + timedelta(days=7), []
        for _ in range(each):
            began = time.perf_counter()
            rows = self.raw.run(WEEK.format(self.team.id, last, self.monday))
            lags.append(time.perf_counter() - began)
        assert rows
        return milliseconds(lags)

    def statements(self, path: str) -> int:
        """How many statements a page asks the database."""
        seen: list[str] = []
        with self.app.app_context():
            browser = signed_in(self.app, self.team.alice)
            listen = (db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
            event.listen(*listen)
            assert browser.get(path).status_code == 200
            event.remove(*listen)
        return len(seen)


def main() -> None:
    asked = options()
    plans = Plans(max(20, int(CAMPAIGNS * asked.scale)))
    each = max(20, int(40 * asked.scale))
    week = f"/schedule?week={week_of(plans.monday).key}"
    day = f"/schedule/day/{plans.monday.isoformat()}"
    print(f"{plans.statements(week)} statements for a week, {plans.statements(day)} for a day")
    with (
        tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder,
        serving.product(Path(folder)) as served,
    ):
        readers = [Reader(served.url).sign_in("alice@example.com") for _ in range(READERS)]
        worker = serving.worker_of(served.processes[0].pid)
        html = readers[0].page(week)
        assert html.count('class="ev') > 40, "the week does not show its cards"
        print(f"The week: {len(html) / 1024:.0f} KB, {readers[0].last_size / 1024:.1f} compressed")
        beside = {
            "the day": day,
            "one campaign's week": f"{week}&campaign=7",
            "a person's feed": f"/calendars/{plans.token}.ics",
        }
        for path in (week, *beside.values()):
            timed(readers[:1], 2, path)
        figures = interleaved(
            asked.runs,
            {
                "the week": lambda: run(readers[:1], each, week, worker),
                f"  {READERS} readers": lambda: run(readers, max(3, each // 10), week, worker),
                **{
                    words: lambda path=path: run(  # type: ignore[misc]
                        readers[:1], max(5, each // 6), path, worker
                    )
                    for words, path in beside.items()
                },
                "bare driver, the week's work": lambda: plans.bare(each),
            },
        )
        table("A week of 1,000 campaigns", figures)
        found, bare = figures["the week"], figures["bare driver, the week's work"]
        against("the week, p95 ms, one reader", found["p95 ms"], f"under {LIMIT_MS}")
        ratio("the week / the bare driver, p50", found["p50 ms"], bare["p50 ms"])
        headline("schedule: p95 of SQLite against PostgreSQL", found["p95 ms"], "at most 1.5")


if __name__ == "__main__":
    main()
