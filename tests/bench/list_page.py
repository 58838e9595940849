"""The campaign list at 100,000 campaigns of one team (and others beside it), as 8 readers get it
over kept connections from one process; against the bare driver and Jinja rendering the same rows.
"""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import people
from tests.bench import serving
from tests.bench.ground import ON_PG, Raw, ready_app
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
from webapp.accounts import joining
from webapp.accounts.queries import teams_of
from webapp.ads.results import rebuild_rollups
from webapp.campaigns.models import OBJECTIVES, TYPES
from webapp.campaigns.workflow import State
from webapp.db import acting_for
from webapp.timelines.workflow import State as Work

READERS = 8
#: Of a campaign's plan, its milestones among them.
TASKS = 15
CAMPAIGN = (
    *("id", "team_id", "name", "name_key", "type", "objective", "description", "target_audience"),
    *("owner_id", "created_by", "currency", "budget_cents", "zone", "starts_wall", "starts_at"),
    *("ends_wall", "ends_at", "target_on", "state", "created_at", "updated_at", "version"),
)
AD_CAMPAIGN = (
    *("id", "team_id", "campaign_id", "platform", "name", "external_id", "allocated_cents"),
    *("state", "created_at", "updated_at", "version"),
)
DAILY = (
    *("team_id", "campaign_id", "ad_campaign_id", '"on"', "grain_key", "impressions"),
    *("spend_cents", "spend_raw", "source", "updated_at"),
)
TASK = (
    *("id", "team_id", "campaign_id", "title", "description", "phase", "is_milestone"),
    *("assignee_id", "priority", "estimate_minutes", "skills", "due_on", "due_at", "state"),
    *("blocked_reason", "started_at", "completed_at", "created_at", "updated_at", "version"),
)
PLANNED = (
    *("team_id", "task_id", "campaign_id", "starts_at", "finishes_at", "float_minutes"),
    *("is_critical", "moves"),
)
EVENT = (
    *("position", "name", "v", "team_id", "campaign_id", "subject_kind", "subject_id"),
    *("subject_version", "by", "data", "created_at"),
)
#: Mostly closed, as a team's past is.
STATES = [State.COMPLETED] * 12 + [State.CANCELLED] * 3 + [State.DRAFT] * 2 + [State.ACTIVE] * 2
STATES += [State.SCHEDULED, State.PAUSED, State.IN_REVIEW]
ADJECTIVES = ("Tidal", "Northern", "Quiet", "Paper", "Golden", "Second", "Open", "Late", "Blue")
NOUNS = ("Lines", "Harbour", "Summer tour", "EP", "Single", "Store", "Festival", "Radio week")


class Desk:
    """Teams made through commands; campaigns and their first events bulk-loaded, results and plans
    for those the list shows first.
    """

    def __init__(self, count: int) -> None:
        app, self.raw = ready_app(), Raw()
        with app.app_context():
            team = people.found_team(app)
            elsewhere = [self.team_of(team.charlie.id)]
            for number in range(3):
                form = joining.SignUp(
                    name=f"Person {number}",
                    email=f"person{number}@example.com",
                    password=people.PASSWORD,
                    team_name=f"Team {number}",
                )
                elsewhere.append(self.team_of(joining.sign_up(form, mode="open")))
        own = (team.id, [team.alice.id, team.bob.id, team.mia.id])
        self.team_id, self.next_id = team.id, 0
        # Teams take turns, so their rows lie between each other's.
        shares = [own, *[(team_id, [user_id]) for team_id, user_id in elsewhere]]
        for part in range(10):
            for share in shares:
                size = count // 10 if share is own else count // 200
                self.load(*share, size, part)
        with app.app_context(), acting_for(self.team_id):
            rebuild_rollups()

    @staticmethod
    def team_of(user_id: int) -> tuple[int, int]:
        return teams_of(user_id)[0].id, user_id

    def load(self, team_id: int, owners: list[int], count: int, part: int) -> None:
        ids = range(self.next_id + 1, self.next_id + count + 1)
        self.next_id += count
        self.raw.load("campaign", CAMPAIGN, campaigns(ids, team_id, owners))
        self.raw.load("event", EVENT, events(ids, team_id))
        if part == 9:
            newest = ids[-min(2000, count) :]
            self.raw.load("ad_campaign", AD_CAMPAIGN, ad_campaigns(newest, team_id))
            self.raw.load("daily_result", DAILY, daily(newest, team_id))
            self.raw.load("task", TASK, tasks(newest, team_id, owners))
            self.raw.load("planned_task", PLANNED, planned(newest, team_id))


def instant(at: datetime) -> Any:
    return at if ON_PG else at.replace(tzinfo=None).isoformat(" ", "microseconds")


def wall(at: datetime) -> Any:
    naive = at.replace(tzinfo=None)
    return naive if ON_PG else naive.isoformat(" ", "microseconds")


def campaigns(ids: range, team_id: int, owners: list[int]) -> Iterator[tuple[Any, ...]]:
    now, types, objectives = datetime.now(UTC), list(TYPES), list(OBJECTIVES)
    for n in ids:
        name = f"{ADJECTIVES[n % 9]} {NOUNS[n // 9 % 8]} {n}"
        start = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(n % 60 - 30)
        end, owner = start + timedelta(30), owners[n % len(owners)]
        words = ("Five songs and a film", "Listeners of quiet guitars")
        yield (
            *(n, team_id, name, name.casefold(), types[n % 10], objectives[n % 7], *words),
            *(owner, owner, "USD", n % 9000 * 100 + 100_00, "UTC", wall(start), instant(start)),
            *(wall(end), instant(end), end.date().isoformat(), str(STATES[n % len(STATES)])),
            *(instant(now), instant(now), 1),
        )


def events(ids: range, team_id: int) -> Iterator[tuple[Any, ...]]:
    now = instant(datetime.now(UTC))
    for n in ids:
        subject = (team_id, n, "campaign", n, 1)
        yield (n, "campaign.created", 1, *subject, "user:1", json.dumps({}), now)


def ad_campaigns(ids: range, team_id: int) -> Iterator[tuple[Any, ...]]:
    now = instant(datetime.now(UTC))
    for n in ids:
        yield (n, team_id, n, "google", "", "", 9000_00, "draft", now, now, 1)


def daily(ids: range, team_id: int) -> Iterator[tuple[Any, ...]]:
    now = datetime.now(UTC)
    for n in ids:
        for day in range(14):
            on = (now - timedelta(day)).date().isoformat()
            yield (team_id, n, n, on, "", 1000, n % 500 + day, "", "bench", instant(now))


def work(ids: range) -> Iterator[tuple[int, int, int, datetime]]:
    """A campaign's work: its id, the task's, the place in the plan, and when the task ends."""
    today = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0)
    for n in ids:
        for place in range(TASKS):
            yield n, n * TASKS + place, place, today + timedelta(2 * place - n % (2 * TASKS))


def tasks(ids: range, team_id: int, owners: list[int]) -> Iterator[tuple[Any, ...]]:
    """Every third is a milestone; most of what lies behind is done."""
    now = datetime.now(UTC)
    for n, task_id, place, ends in work(ids):
        is_done = ends < now and task_id % 8 > 0
        done = instant(ends) if is_done else None
        yield (
            *(task_id, team_id, n, f"Piece {place} of the work", "", "", place % 3 == 2),
            *(owners[task_id % len(owners)], "normal", 480, "[]", None, None),
            *(
                str(Work.DONE if is_done else Work.TO_DO),
                "",
                done,
                done,
                instant(now),
                instant(now),
                1,
            ),
        )


def planned(ids: range, team_id: int) -> Iterator[tuple[Any, ...]]:
    for n, task_id, _, ends in work(ids):
        starts = instant(ends - timedelta(hours=8))
        yield (team_id, task_id, n, starts, instant(ends), 0, False, 0)


def run(readers: list[Reader], each: int, path: str, worker: int) -> Figures:
    """Latency, pages a second and the server's CPU for each."""
    before = serving.cpu_seconds(worker)
    lags, took = timed(readers, each, path)
    spent = serving.cpu_seconds(worker) - before
    figures = {"pages/s": len(lags) / took, "CPU ms": spent / len(lags) * 1000}
    return figures | milliseconds(lags)


def main() -> None:
    asked = options()
    count = int(100_000 * asked.scale)
    desk = Desk(count)
    each = max(20, int(150 * min(1.0, asked.scale * 2)))
    with (
        tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder,
        serving.product(Path(folder)) as served,
        serving.bare("tests.bench.bare_list", BENCH_TEAM=str(desk.team_id)) as (bare, master),
    ):
        readers = [Reader(served.url).sign_in("alice@example.com") for _ in range(READERS)]
        plain = [Reader(bare) for _ in range(READERS)]
        worker = serving.worker_of(served.processes[0].pid)
        limit = serving.worker_of(master)
        _weigh(readers[0])
        for path, who in (("/campaigns", readers), ("/rows", plain)):
            timed(who, 5, path)
        figures = interleaved(
            asked.runs,
            {
                "the page": lambda: run(readers, each, "/campaigns", worker),
                "bare driver + Jinja": lambda: run(plain, each, "/rows", limit),
            },
        )
        table(f"List, 50 of {count:,} campaigns, {READERS} readers", figures)
        page, rows = figures["the page"], figures["bare driver + Jinja"]
        against("p95 ms", page["p95 ms"], "50")
        ratio("pages a second against the bare driver", page["pages/s"], rows["pages/s"])
        headline("list: p95 of SQLite against PostgreSQL", page["p95 ms"], "at most 1.5")
        _others(readers, each, worker)


def _weigh(reader: Reader) -> None:
    html = reader.page("/campaigns")
    assert html.count('-row"') == 50, "the list does not show 50 rows"
    assert html.count('class="beats"') == 50, "the list does not show their milestones"
    print(f"The page: {len(html) / 1024:.0f} KB, {reader.last_size / 1024:.1f} KB compressed")


def _others(readers: list[Reader], each: int, worker: int) -> None:
    """What else people look at, once each."""
    paths = {
        "tab live": "/campaigns?tab=live",
        "tab closed": "/campaigns?tab=closed",
        "by target date": "/campaigns?sort=target",
        "by name": "/campaigns?sort=name",
        "search": "/campaigns?q=harbour",
        "search, nothing": "/campaigns?q=zzzz",
        "home": "/",
    }
    each = max(5, each // 10)
    table("Other views, one run each", {n: run(readers, each, p, worker) for n, p in paths.items()})


if __name__ == "__main__":
    main()
