"""Home over 5,000,000 daily rows of one team, warm, from one process; beside it the list and the
analytics page; against the bare driver adding the same two weeks from the facts.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import serving
from tests.bench.ground import Raw
from tests.bench.history import DAYS, History
from tests.bench.measure import (
    Figures,
    against,
    headline,
    interleaved,
    milliseconds,
    options,
    table,
)
from tests.bench.reader import Reader, timed
from tests.bench.spend import run
from webapp.ads.platforms import PLATFORMS

ROWS = 5_000_000
LIMIT_MS = 100
#: How often the pages beside home are asked for.
BESIDE = 8
PAGES = {
    "home": "/",
    "list": "/campaigns",
    "analytics, 28 days": "/analytics",
    "analytics, 52 weeks": "/analytics?period=364",
    "analytics, one platform": "/analytics?platform=google",
}
FACTS = """
SELECT c.currency, sum(d.spend_cents), sum(d.impressions) FROM daily_result d
JOIN campaign c ON c.team_id = d.team_id AND c.id = d.campaign_id
WHERE d.team_id = {} AND d.grain_key = '' AND d."on" >= '{}' AND c.trashed_at IS NULL
GROUP BY c.currency"""


def bare(raw: Raw, team_id: int, each: int) -> Figures:
    """Two weeks of facts through the driver alone: what a home without rollups would wait for."""
    lags, first = [], (datetime.now(UTC) - timedelta(13)).date()
    for _ in range(each):
        began = time.perf_counter()
        raw.run(FACTS.format(team_id, first))
        lags.append(time.perf_counter() - began)
    return milliseconds(lags)


def main() -> None:
    asked = options()
    desk = History(max(2, int(ROWS * asked.scale) // (DAYS * len(PLATFORMS))))
    each = max(10, int(40 * asked.scale))
    with (
        tempfile.TemporaryDirectory(prefix="drumbeat-bench-") as folder,
        serving.product(Path(folder)) as served,
    ):
        reader = Reader(served.url).sign_in("alice@example.com")
        worker = serving.worker_of(served.processes[0].pid)
        for path in PAGES.values():
            timed([reader], 2, path)
        figures = interleaved(
            asked.runs,
            {
                **{
                    name: lambda path=path: run(  # type: ignore[misc]
                        [reader], each if path == "/" else BESIDE, path, worker
                    )
                    for name, path in PAGES.items()
                },
                "bare driver, two weeks of facts": lambda: bare(desk.raw, desk.team_id, 5),
            },
        )
        table(f"Over {desk.rows:,} daily rows, one reader, warm", figures)
        against("home, p95 ms", figures["home"]["p95 ms"], f"at most {LIMIT_MS}")
        headline(
            "portfolio: p95 of SQLite against PostgreSQL", figures["home"]["p95 ms"], "at most 1.5"
        )


if __name__ == "__main__":
    main()
